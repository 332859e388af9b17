using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// The state machine of a venue's settlement: how far each book's trades are in batches, and the states of the batches.
/// It is pure, like the others.
/// </summary>
internal sealed class SettlementMachine(string venue)
{
    private readonly Dictionary<string, long> _through = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _cycles = [];
    private readonly SortedDictionary<long, SettlementClosed> _open = [];
    private readonly List<SettlementBatchView> _batches = [];

    // All fails. The first of them are in an open batch: those from before it was closed. Only one open batch carries
    // fails at a time.
    private ImmutableArray<SettlementFail> _fails = [];
    private long _carrier;
    private readonly Dictionary<string, SettlementBuyIn> _buyIns = new(StringComparer.Ordinal);
    private int _carried;

    /// <summary>Sequence of the last record.</summary>
    public long Sequence { get; private set; }

    /// <summary>All batches, in sequence.</summary>
    public IReadOnlyList<SettlementBatchView> Batches => _batches;

    /// <summary>Closed batches that are not settled, by number.</summary>
    public IReadOnlyDictionary<long, SettlementClosed> Open => _open;

    /// <summary>All fails of the venue.</summary>
    public ImmutableArray<SettlementFail> Fails => _fails;

    /// <summary>Fails that the next batch settles too: all of them, unless an open batch carries them.</summary>
    public ImmutableArray<SettlementFail> Due => _carrier == 0 ? _fails : [];

    /// <summary>Business day on which fails are due again, in UTC days since 1970.</summary>
    public long ValueDate { get; private set; }

    /// <summary>Business days that must end before a fail may be bought in.</summary>
    public int BuyInDays { get; private set; } = BuyInDaysRequest.Default;

    /// <summary>Time of the last record, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime { get; set; }

    /// <summary>Returns the sequence up to which a book's trades are in batches.</summary>
    public long ThroughOf(string symbol) => _through.GetValueOrDefault(symbol);

    /// <summary>Closes the next batch of a date.</summary>
    public SettlementClosed Close(
        long date, ImmutableArray<SettledTrades> trades, ImmutableArray<SettlementItem> items, long now) =>
        SettlementClosed.Make(At(now), date, _cycles.GetValueOrDefault(date) + 1, trades, items);

    /// <summary>Ends an open batch without fails, while the venue has none.</summary>
    public SettlementSettled End(long batch, long now) => new(At(now), batch, _open[batch].Items);

    /// <summary>Ends an open batch in part.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="valueDate">Business day on which fails are due again, in UTC days since 1970.</param>
    /// <param name="settled">Its allocation.</param>
    /// <param name="shorts">Shortfalls that the receiver reported.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public SettlementPartial End(
        long batch, long valueDate, PartialSettlement settled, ImmutableArray<SettlementShort> shorts, long now) =>
        new(At(now), batch, valueDate, settled.Items(), shorts, [.. OthersThan(batch), .. settled.Left()]);

    /// <summary>Returns the fails that an open batch settles too.</summary>
    public ImmutableArray<SettlementFail> CarriedBy(long batch) => batch == _carrier ? _fails[.._carried] : [];

    /// <summary>Returns the fails that are not in this open batch.</summary>
    public ImmutableArray<SettlementFail> OthersThan(long batch) => batch == _carrier ? _fails[_carried..] : _fails;

    /// <summary>Sets the business days that must end before a buy-in.</summary>
    public BuyInDaysSet Set(BuyInDaysRequest request, long now) => new(At(now), request);

    /// <summary>Returns the buy-in of an id, or null for none.</summary>
    public SettlementBuyIn? BuyInOf(string id) => _buyIns.GetValueOrDefault(id);

    /// <summary>Decides on a new buy-in: returns a record, or the reason for a refusal.</summary>
    /// <param name="request">The request.</param>
    /// <param name="instrument">
    /// The instrument. An order buys at most its maximum quantity; another buy-in buys the rest.
    /// </param>
    /// <param name="pending">
    /// Pending units of the account, minor units: units already bought reduce what must be bought for the fails.
    /// </param>
    /// <param name="calendar">The venue's business days.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public (SettlementBuyIn? Record, string? Refusal) BuyIn(
        BuyInRequest request, Instrument instrument, long pending, BusinessCalendar calendar, long now)
    {
        var (fails,
            today) = (
                _fails.Where(
                    fail => fail.Account == request.Account && fail.Symbol == request.Symbol && fail.UnitsLeft < 0)
                    .ToArray(),
            UtcDay.Of(At(now)));
        if (fails.Length == 0)
        {
            return (null, "the account delivers all that was due of this symbol");
        }

        if (calendar.Between(fails.Min(fail => fail.Since), today) < BuyInDays)
        {
            return (null, $"a fail is bought in when {BuyInDays} business days have ended since the day it was due");
        }

        // The order of the other one may not have traded yet.
        if (_buyIns.Values.FirstOrDefault(
            other => (other.Request.Account, other.Request.Symbol) == (request.Account, request.Symbol)
            && UtcDay.Of(other.TimeNanos) == today) is { } other)
        {
            return (null, $"it is bought in today already, as {other.Request.Id}");
        }

        var lots = Math.Min(-fails.Sum(fail => fail.UnitsLeft), -pending) / instrument.LotUnits;
        return lots > 0
            ? (new SettlementBuyIn(At(now), request, Math.Min(lots, instrument.MaxQuantityLots)), null)
            : (null, "what fails is bought already, and settles with the next batches");
    }

    /// <summary>Applies the next record.</summary>
    /// <exception cref="InvalidDataException">It settles a trade twice, does not balance, or was changed.</exception>
    public void Apply(SettlementRecord record)
    {
        Sequence++;
        TimeNanos = record.TimeNanos;
        switch (record)
        {
            case SettlementClosed closed:
                Apply(closed);
                break;
            case SettlementSettled settled
                when _fails.IsEmpty && _open.Remove(settled.Batch, out var open) && IsSame(open.Items, settled.Items):
                End(settled.Batch, SettlementState.Settled);
                break;
            case SettlementSettled settled:
                throw new InvalidDataException(
                    $"Record {Sequence} settles batch {settled.Batch}, which is not open like that.");
            case SettlementPartial partial:
                Apply(partial);
                break;
            case SettlementBuyIn buyIn:
                _buyIns.Add(buyIn.Request.Id, buyIn);
                break;
            case BuyInDaysSet set:
                BuyInDays = set.Request.Days;
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a settlement's record.");
        }
    }

    /// <summary>
    /// Requires that each asset sums to zero over all accounts, except for what clearing paid or kept for a batch's
    /// fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">An asset does not sum to zero.</exception>
    public static void RequireBalance(IEnumerable<SettlementItem> items, IReadOnlyCollection<SettlementFail> carried)
    {
        foreach (var asset in items.GroupBy(item => item.Asset, StringComparer.Ordinal))
        {
            Int128 sum = 0;
            foreach (var item in asset)
            {
                sum += item.Amount;
            }

            foreach (var fail in carried)
            {
                sum -= (fail.Base.Name == asset.Key ? fail.UnitsLeft : 0)
                    + (Int128)(fail.Quote.Name == asset.Key ? fail.CashLeft : 0);
            }

            if (sum != 0)
            {
                throw new InvalidOperationException($"{asset.Key} of a batch sums to {sum}.");
            }
        }
    }

    /// <summary>
    /// Returns true if settled items plus new fails equal the items of the batch plus earlier fails.
    /// </summary>
    private static bool IsWhole(
        SettlementClosed closed, ImmutableArray<SettlementFail> others, SettlementPartial partial)
    {
        var parts = new Dictionary<(long Account, string Asset, long TradeDay, int Days), Int128>();
        Add(closed.Items, 1);
        AddFails(others, 1);
        Add(partial.Items, -1);
        AddFails(partial.Fails, -1);
        return parts.Values.All(static sum => sum == 0);

        void Add(IEnumerable<SettlementItem> items, int sign)
        {
            foreach (var item in items)
            {
                AddParts(item.Account, item.Asset, item.Parts, sign);
            }
        }

        void AddFails(IEnumerable<SettlementFail> fails, int sign)
        {
            foreach (var fail in fails)
            {
                AddParts(fail.Account, fail.Base.Name, fail.UnitParts, sign);
                AddParts(fail.Account, fail.Quote.Name, fail.CashParts, sign);
            }
        }

        void AddParts(long account, string asset, ImmutableArray<SettlementPart> of, int sign)
        {
            foreach (var part in of)
            {
                var key = (account, asset, part.TradeDay, part.Days);
                parts[key] = parts.GetValueOrDefault(key) + ((Int128)part.Amount * sign);
            }
        }
    }

    private static bool IsSame(ImmutableArray<SettlementItem> one, ImmutableArray<SettlementItem> other) =>
        one.Length == other.Length && one.Zip(other).All(pair => pair.First.Account == pair.Second.Account
            && pair.First.Asset == pair.Second.Asset && pair.First.Decimals == pair.Second.Decimals
            && pair.First.Parts.SequenceEqual(pair.Second.Parts));

    private void Apply(SettlementClosed closed)
    {
        if (closed.Cycle != _cycles.GetValueOrDefault(closed.Date) + 1 || !closed.IsWhole
            || closed.Trades.Any(trades => trades.After != ThroughOf(trades.Symbol) || trades.Through <= trades.After))
        {
            throw new InvalidDataException(
                $"Record {Sequence} closes a batch that does not follow the one before, or was changed.");
        }

        RequireBalance(closed.Items, Due);
        foreach (var trades in closed.Trades)
        {
            _through[trades.Symbol] = trades.Through;
        }

        if (Due is { Length: > 0 } due)
        {
            (_carrier, _carried) = (Sequence, due.Length);
        }

        _cycles[closed.Date] = closed.Cycle;
        _open.Add(Sequence, closed);
        _batches.Add(new SettlementBatchView(
            closed.IdAt(venue), Sequence, closed.Date, closed.Cycle, SettlementState.Sent,
            closed.Trades.Sum(trades => trades.Trades),
            closed.Items.Length, Convert.ToHexStringLower(closed.Hash.AsSpan()), closed.TimeNanos));
    }

    private void Apply(SettlementPartial partial)
    {
        var others = OthersThan(partial.Batch);
        if (!_open.Remove(partial.Batch, out var open) || partial.Fails.Length < others.Length
            || !IsWhole(open, others, partial))
        {
            throw new InvalidDataException(
                $"Record {Sequence} settles batch {partial.Batch}, which is not open like that.");
        }

        if (partial.Batch == _carrier)
        {
            _carrier = 0;
        }

        (_fails, ValueDate) = (partial.Fails, partial.ValueDate);
        End(partial.Batch, _fails.Length > others.Length ? SettlementState.Partial : SettlementState.Settled);
    }

    private void End(long batch, SettlementState state)
    {
        var index = _batches.FindIndex(of => of.Batch == batch);
        _batches[index] = _batches[index] with { State = state };
    }

    private long At(long now) => TimeCorrection.After(TimeNanos, now, CorrectsTime);
}
