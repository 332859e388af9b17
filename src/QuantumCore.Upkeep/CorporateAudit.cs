using System.Globalization;
using System.Numerics;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Recomputes each corporate action independently: every account's units at the cut, from the records of all streams,
/// the resulting parts, and the rounding difference. Reads the whole journal once more if there is any action.
/// </summary>
/// <param name="image">The journal.</param>
/// <param name="instrumentOf">Returns a listed instrument; null if it is not listed.</param>
/// <param name="findings">Receives the differences.</param>
internal sealed class CorporateAudit(JournalImage image, Func<string, Instrument?> instrumentOf, FindingList findings)
{
    private const string Meaning =
        "An account got or owes an amount that does not follow from its units; or a clock was seconds behind, and its records are late. Find out which before money leaves.";
    private readonly Dictionary<string, Announced> _actions = new(StringComparer.Ordinal);

    /// <summary>Compares every action of the catalog with the accounts' records.</summary>
    /// <param name="streams">Streams of the journal; their records are sound.</param>
    /// <param name="cancellationToken">Token that stops the call.</param>
    public void Compare(IReadOnlyCollection<StreamRow> streams, CancellationToken cancellationToken)
    {
        foreach (var record in streams.Where(stream => stream.Name == PlainLane.Catalog)
            .SelectMany(stream => StoredRecords.Of(image, stream)))
        {
            See(CatalogRecordEncoding.Decode(record.Body.Span));
        }

        foreach (var stream in _actions.Count == 0 ? [] : streams)
        {
            foreach (var record in StoredRecords.Of(image, stream))
            {
                cancellationToken.ThrowIfCancellationRequested();
                See(stream, record);
            }
        }

        foreach (var (id, action) in _actions)
        {
            Compare(id, action);
        }
    }

    private void See(CatalogRecord record)
    {
        if (record is CorporateActionAnnounced announced && instrumentOf(announced.Request.Symbol) is { } instrument)
        {
            _actions.Add(announced.Request.Id, new Announced(announced.Request, announced.CutNanos, instrument));
        }
        else if (record is CorporateActionClosed closed && _actions.TryGetValue(closed.Id, out var action))
        {
            (action.Sums, action.ClosedNanos) = (closed.Sums, closed.TimeNanos);
        }
        else if (record is CorporateActionBegun begun && _actions.TryGetValue(begun.Id, out var split)
            && split.ChangesUnits)
        {
            split.CutNanos = begun.TimeNanos;
        }
    }

    private void See(StreamRow stream, in JournalRecord stored)
    {
        if (AccountLane.AccountOf(stream) is var account && account != 0)
        {
            var record = AccountRecordEncoding.Decode(stored.Body.Span);
            foreach (var entry in AccountEntries.All(new(account), stored.Sequence, record))
            {
                See(entry, (record as SymbolChanged)?.Action);
            }

            if (record is CorporateActionEntered part)
            {
                See(stream.Name, stored.Sequence, account, part.Action, new Part(part.Units, 0, part.Amount));
            }
            else if (record is SplitEntered split)
            {
                See(
                    stream.Name, stored.Sequence, account, split.Action,
                    new Part(split.Units, split.Change, split.Amount));
            }
            else if (record is SymbolChanged changed)
            {
                See(
                    stream.Name, stored.Sequence, account, changed.Action,
                    new Part(changed.Units, -changed.Units, changed.Units));
            }
        }
        else if (PayoutLane.Is(stream))
        {
            foreach (var entry in AccountEntries.Of(
                stream.Name[PayoutRecord.StreamPrefix.Length..], PayoutRecordEncoding.Decode(stored.Body.Span)))
            {
                See(entry);
            }
        }
        else if (stream.Name.StartsWith(BookLane.Prefix, StringComparison.Ordinal)
            && instrumentOf(stream.Name[BookLane.Prefix.Length..]) is { } instrument)
        {
            See(instrument, BookRecordEncoding.Decode(stored.Body.Span));
        }
    }

    private void See(AccountEntry entry, string? symbolChange = null)
    {
        foreach (var line in entry.Lines)
        {
            Had(line.Account.Value, line.Asset, line.Amount, entry.TimeNanos, symbolChange: symbolChange);
        }
    }

    private void See(Instrument instrument, BookRecord record)
    {
        foreach (var trade in BookTrades.Of(record))
        {
            var (units, cash) = ((Int128)trade.QuantityLots * instrument.LotUnits,
                (Int128)trade.PriceTicks * trade.QuantityLots * instrument.TickLotValue);
            Had(trade.Buyer.Value, instrument.Base.Name, units, record.TimeNanos, isTrade: true);
            Had(trade.Seller.Value, instrument.Base.Name, -units, record.TimeNanos, isTrade: true);
            Had(trade.Buyer.Value, instrument.Quote.Name, -cash - trade.BuyerFee, record.TimeNanos, isTrade: true);
            Had(trade.Seller.Value, instrument.Quote.Name, cash - trade.SellerFee, record.TimeNanos, isTrade: true);
        }
    }

    private void See(string stream, long sequence, long account, string id, Part part)
    {
        if (_actions.TryGetValue(id, out var action) && action.Parts.TryAdd(account, part))
        {
            return;
        }

        findings.Add(
            FindingKind.ActionDiffers, stream, sequence,
            $"it has a part of corporate action {id}, which was not announced, or twice", Meaning);
    }

    private void Had(
        long account, string asset, Int128 amount, long timeNanos, bool isTrade = false, string? symbolChange = null)
    {
        foreach (var action in _actions.Values)
        {
            if (action.Instrument.Base.Name == asset && action.IsBefore(timeNanos, isTrade) && action.Id != symbolChange
                && new AccountId(account).IsCustomer)
            {
                action.Had[account] = action.Had.GetValueOrDefault(account) + amount;
            }
        }
    }

    private void Compare(string id, Announced action)
    {
        var accounts = action.Parts.Keys.Where(account => new AccountId(account).IsCustomer).ToHashSet();
        accounts.UnionWith(action.Sums is null ? [] : action.Had.Where(had => had.Value != 0).Select(had => had.Key));
        foreach (var account in accounts.Order())
        {
            var (had, part) = (action.Had.GetValueOrDefault(account), action.Parts.GetValueOrDefault(account));
            if (part is null || part != action.PartOf(had))
            {
                findings.Add(
                    FindingKind.ActionDiffers, HistoryChunk.StreamOf(account), null,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"corporate action {id}: {part?.Amount ?? 0} for {part?.Units ?? 0} units are on record, "
                            + $"which change by {part?.Change ?? 0}; it had {had}, which come to "
                            + $"{action.PartOf(had)} (minor units)"),
                    Meaning);
            }
        }

        var kept = action.Parts.GetValueOrDefault(AccountId.Rounding.Value)?.Amount ?? BigInteger.Zero;
        if (action.Sums is { } sums && !action.AddsUpTo(sums, kept))
        {
            findings.Add(
                FindingKind.ActionDiffers, PlainLane.Catalog, null,
                $"corporate action {id}: {sums} is on record, with {kept} left by rounding; its parts come to something else", Meaning);
        }
    }

    /// <summary>Part of an account: its units, their change, and the amount paid.</summary>
    private sealed record Part(BigInteger Units, BigInteger Change, BigInteger Amount);

    /// <summary>An action with the accounts' units at its cut and their recorded parts.</summary>
    private sealed class Announced(CorporateActionRequest request, long cutNanos, Instrument instrument)
    {
        public string Id => request.Id;

        public bool ChangesUnits => request.ChangesUnits;

        private bool IsSymbolChange => request.Kind == CorporateActionKind.SymbolChange;

        public long CutNanos { get; set; } = cutNanos;

        public Instrument Instrument => instrument;

        public CorporateSums? Sums { get; set; }

        public Dictionary<long, Int128> Had { get; } = [];

        public Dictionary<long, Part> Parts { get; } = [];

        private BigInteger Scale => BigInteger.Pow(10, instrument.Base.Decimals + CorporateActionRequest.RateDecimals);

        /// <summary>
        /// Returns true if a record is from before the cut. A split's book stands still from before the cut until its
        /// sums are recorded, so trades are compared with that moment, as clocks of books may be ahead. For a symbol
        /// change every record is from before: nothing stays under an old name.
        /// </summary>
        public bool IsBefore(long timeNanos, bool isTrade) =>
            IsSymbolChange || timeNanos < (ChangesUnits && isTrade ? ClosedNanos : CutNanos);

        /// <summary>Time at which its sums were recorded; the end of time before that.</summary>
        public long ClosedNanos { get; set; } = long.MaxValue;

        /// <summary>Returns the part for a number of units, rounded down.</summary>
        public Part PartOf(Int128 units)
        {
            if (IsSymbolChange)
            {
                return new Part(units, -(BigInteger)units, units);
            }

            if (!ChangesUnits)
            {
                return new Part(units, 0, Floor((BigInteger)units * request.Rate, Scale));
            }

            var (whole, rest) = BigInteger.DivRem((BigInteger)units * request.Numerator, request.Denominator);
            return new Part(units, whole - units, Floor(rest * request.Rate, Scale * request.Denominator));
        }

        public bool AddsUpTo(in CorporateSums sums, BigInteger kept)
        {
            var (units, amount, accounts) = ((BigInteger)0, (BigInteger)0, 0);
            foreach (var part in Parts.Where(part => new AccountId(part.Key).IsCustomer).Select(part => part.Value))
            {
                (units, amount, accounts) = (units + part.Units, amount + part.Amount, accounts + 1);
            }

            return accounts == sums.Accounts && units == sums.LongUnits - sums.ShortUnits
                && amount == sums.Received - sums.Owed
                && kept == sums.Rounding
                && (ChangesUnits ? kept == 0 : amount + kept == Floor(units * request.Rate, Scale));
        }

        private static BigInteger Floor(BigInteger dividend, BigInteger divisor)
        {
            var (whole, rest) = BigInteger.DivRem(dividend, divisor);
            return rest < 0 ? whole - 1 : whole;
        }
    }
}
