using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Settlement;

/// <summary>
/// The settlement of one venue. When a date has ended, it reads what was due from the books' durable records. It closes
/// a batch, which is durable before it is sent, and records the settlement when the receiver confirms it. Accounts and
/// ledger apply that record. It reads account balances only if something fails.
/// </summary>
[Reentrant]
public sealed class SettlementGrain(
    JournalWriter writer,
    IJournalStore store,
    InstrumentCatalog catalog,
    ISettlementReceiver receiver,
    TimeProvider time,
    ILogger<SettlementGrain> log)
    : JournaledGrain(writer, time, log), ISettlementGrain
{
    /// <summary>Number of item parts after which a date's other books go into the next cycle.</summary>
    public const int PartsLimit = 50_000;

    private SettlementMachine _machine = null!;
    private Task? _closing;
    private long _closedOn;
    private bool _isSending;
    private bool _hasEnded;

    private string Venue => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _machine = new SettlementMachine(Venue);
        await OpenAsync(SettlementRecord.StreamPrefix + Venue, cancellationToken);
        await foreach (var record in store.ReadAsync(Stream.Name, 1, Stream.Head, cancellationToken))
        {
            _machine.Apply(SettlementRecordEncoding.Decode(record.Body.Span));
        }

        if (_machine.Sequence != Stream.Head)
        {
            throw new JournalCorruptionException(
                Stream.Name, _machine.Sequence + 1, $"the journal's head is {Stream.Head}");
        }

        _machine.CorrectsTime = CorrectsTime;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Answers from here on are left to the next activation, which asks again.
        _hasEnded = true;
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<SettlementRound> Settle()
    {
        RequireRoom();
        var today = UtcDay.Of(Now);
        if (_closedOn != today)
        {
            await (_closing ??= CloseDueAsync(today));
        }

        _ = SendOpenAsync();
        // Read before the wait, because records appended meanwhile may not be durable after it.
        var isDone = _closedOn == today && _machine.Open.Count == 0;
        var days = _machine.Fails.IsEmpty
            ? 0
            : catalog.CalendarOf(Venue).Between(_machine.Fails.Min(fail => fail.Since), today);
        await Stream.WhenDurable(Stream.Head);
        return new SettlementRound(isDone, days);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<SettlementBatchView>> Batches(int limit)
    {
        ImmutableArray<SettlementBatchView> newest = [.. _machine.Batches.Reverse().Take(limit)];
        await Stream.WhenDurable(Stream.Head);
        return newest;
    }

    /// <inheritdoc/>
    public async ValueTask<long> OldestSent()
    {
        var oldest = _machine.Open.FirstOrDefault().Value?.TimeNanos ?? 0;
        await Stream.WhenDurable(Stream.Head);
        return oldest;
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<SettlementFailView>> Fails(int limit)
    {
        if (!_machine.Fails.IsEmpty)
        {
            await catalog.RefreshAsync();
        }

        var (calendar, today) = (catalog.CalendarOf(Venue), UtcDay.Of(Now));
        ImmutableArray<SettlementFailView> oldest =
            [.. _machine.Fails.OrderBy(fail => fail.Since).Take(limit).Select(fail => new SettlementFailView(
            fail.Account, fail.Symbol, fail.Base.Name, fail.Base.Decimals, fail.UnitsLeft, fail.Quote.Name,
            fail.Quote.Decimals, fail.CashLeft,
            fail.Since, calendar.Between(fail.Since, today)))];
        await Stream.WhenDurable(Stream.Head);
        return oldest;
    }

    /// <inheritdoc/>
    public async ValueTask<BuyInDecision> BuyIn(BuyInRequest request)
    {
        RequireRoom();
        await catalog.RefreshAsync();
        if (!catalog.TryGet(request.Symbol, out var instrument) || instrument!.SettlementVenue != Venue)
        {
            return new BuyInDecision("nothing of this symbol settles at this venue", 0);
        }

        var account = await GrainFactory.Account(request.Account).View([]);
        var pending = account.Balances.FirstOrDefault(balance => balance.Asset == instrument.Base.Name).Pending;
        var decision = Mutate(() => Decide(request, instrument, pending));
        await Stream.WhenDurable(Stream.Head);
        return decision;
    }

    /// <inheritdoc/>
    public async ValueTask<int> BuyInDays()
    {
        var days = _machine.BuyInDays;
        await Stream.WhenDurable(Stream.Head);
        return days;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> SetBuyInDays(BuyInDaysRequest request)
    {
        RequireRoom();
        if (request.Days is < 0 or > BuyInDaysRequest.Most)
        {
            return $"0 to {BuyInDaysRequest.Most} business days";
        }

        if (request.Days != _machine.BuyInDays)
        {
            Mutate(() => Record(_machine.Set(request, Now)));
        }

        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    private BuyInDecision Decide(BuyInRequest request, Instrument instrument, long pending)
    {
        if (_machine.BuyInOf(request.Id) is { } known)
        {
            // By another day there may be a new round in its place.
            return (known.Request.Account, known.Request.Symbol) != (request.Account, request.Symbol)
                ? new BuyInDecision("this id is of another buy-in", 0)
                : UtcDay.Of(known.TimeNanos) is var day && day != UtcDay.Of(Now)
                    ? new BuyInDecision(
                        $"it was decided on {UtcDay.Text(day)}: its order is placed on that day alone", 0)
                : new BuyInDecision(null, known.Lots);
        }

        var (record, refusal) = _machine.BuyIn(request, instrument, pending, catalog.CalendarOf(Venue), Now);
        if (record is not null)
        {
            Record(record);
        }

        return new BuyInDecision(refusal, record?.Lots ?? 0);
    }

    private void RequireRoom()
    {
        if (Refusal(urgent: false) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{Stream.Name} can't settle now: {reason}.");
        }
    }

    private async Task CloseDueAsync(long today)
    {
        // Yield first, so that the round is known before it can end.
        await Task.Yield();
        try
        {
            await catalog.RefreshAsync();
            var due = await ReadDueAsync(today);
            if (due.Count == 0 && !_machine.Due.IsEmpty && catalog.CalendarOf(Venue).Before(today) is var last
                && last >= _machine.ValueDate)
            {
                // No new trades, but earlier fails are due again.
                due.Add(last, [new SettlementNetting()]);
            }

            foreach (var (date, batches) in due)
            {
                foreach (var netting in batches)
                {
                    netting.Carry(_machine.Due);
                    if (Refusal(urgent: true) is var reason and not RejectReason.None)
                    {
                        throw new InvalidOperationException($"{Stream.Name} can't settle now: {reason}.");
                    }

                    Mutate(() => Record(_machine.Close(date, netting.Trades(), netting.Items(), Now)));
                }
            }

            _closedOn = today;
        }
        finally
        {
            _closing = null;
        }
    }

    /// <summary>Returns obligations that were due before today and are in no batch, by date.</summary>
    private async Task<SortedDictionary<long, List<SettlementNetting>>> ReadDueAsync(long today)
    {
        var due = new SortedDictionary<long, List<SettlementNetting>>();
        var calendar = catalog.CalendarOf(Venue);
        var heads = await store.HeadsAsync(HistoryChunk.BookPrefix, CancellationToken.None);
        foreach (var book in heads.OrderBy(book => book.Name, StringComparer.Ordinal))
        {
            if (catalog.TryGet(book.Name[HistoryChunk.BookPrefix.Length..], out var instrument)
                && instrument!.SettlementVenue == Venue)
            {
                await ReadDueAsync(due, instrument, calendar, book.Head, today);
            }
        }

        return due;
    }

    private async Task ReadDueAsync(
        SortedDictionary<long, List<SettlementNetting>> due, Instrument instrument, BusinessCalendar calendar,
        long head, long today)
    {
        var (after, last) = (_machine.ThroughOf(instrument.Symbol), 0L);
        SettlementNetting? netting = null;
        await foreach (var stored in store.ReadAsync(
            HistoryChunk.BookPrefix + instrument.Symbol, after + 1, head, CancellationToken.None))
        {
            var record = BookRecordEncoding.Decode(stored.Body.Span);
            var tradeDay = UtcDay.Of(record.TimeNanos);
            var date = calendar.After(tradeDay, instrument.SettlementDays);
            if (date >= today)
            {
                // A book's time never goes back: nothing after it is due.
                break;
            }

            if (BookTrades.Of(record) is not { Count: > 0 } trades)
            {
                continue;
            }

            if (netting is null || date != last)
            {
                (netting, last) = (NettingOf(due, date), date);
            }

            netting.Add(instrument, after, stored.Sequence, tradeDay, trades);
            after = netting.ThroughOf(instrument.Symbol);
        }
    }

    private static SettlementNetting NettingOf(SortedDictionary<long, List<SettlementNetting>> due, long date)
    {
        if (!due.TryGetValue(date, out var batches))
        {
            due.Add(date, batches = []);
        }

        if (batches is [] || batches[^1].Parts >= PartsLimit)
        {
            batches.Add(new SettlementNetting());
        }

        return batches[^1];
    }

    // One at a time, because receipts of one pay for the next. The outcome is recorded, and waiting callers ask again.
    private async Task SendOpenAsync()
    {
        if (_isSending)
        {
            return;
        }

        _isSending = true;
        var id = "";
        try
        {
            while (_machine.Open.FirstOrDefault() is { Value: { } closed, Key: var batch })
            {
                id = closed.IdAt(Venue);
                if (!await SendAsync(batch, closed))
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            GrainLog.SettlementFailed(Log, e, id);
        }
        finally
        {
            _isSending = false;
        }
    }

    /// <summary>Sends a batch whose record is durable. Returns true if it is settled and that is on record.</summary>
    private async Task<bool> SendAsync(long batch, SettlementClosed closed)
    {
        await Stream.WhenDurable(batch);
        var answer =
            await receiver.SendAsync(new SettlementBatch(closed.IdAt(Venue), Venue, closed), CancellationToken.None);
        if (answer is null)
        {
            return false;
        }

        var isWhole = answer.Shorts.IsEmpty && _machine.Fails.IsEmpty;
        var parts = isWhole ? null : await ShareOutAsync(batch, closed, answer.Shorts);
        if ((parts is null && !isWhole) || _hasEnded || Refusal(urgent: true) != RejectReason.None)
        {
            return false;
        }

        Mutate(
            () => Record(parts is null
                ? _machine.End(batch, Now)
                : _machine.End(batch, NextValueDate(), parts, answer.Shorts, Now)));
        await Stream.WhenDurable(Stream.Head);
        return true;
    }

    private long NextValueDate() => catalog.CalendarOf(Venue).OnOrAfter(UtcDay.Of(Now));

    /// <summary>
    /// Allocates a batch that cannot settle completely because of a shortfall or an earlier fail. Asks accounts that do
    /// not get what they were due for their funds. All others have the amounts that they give, or their orders would
    /// have been rejected. Returns null if an account has no answer yet.
    /// </summary>
    private async Task<PartialSettlement?> ShareOutAsync(
        long batch, SettlementClosed closed, ImmutableArray<SettlementShort> shorts)
    {
        await catalog.RefreshAsync();
        var obligations = new ObligationNetting(closed.Date);
        foreach (var range in closed.Trades)
        {
            var instrument = catalog.Get(range.Symbol);
            await foreach (var stored in store.ReadAsync(
                HistoryChunk.BookPrefix + range.Symbol, range.After + 1, range.Through, CancellationToken.None))
            {
                var record = BookRecordEncoding.Decode(stored.Body.Span);
                obligations.Add(instrument, UtcDay.Of(record.TimeNanos), BookTrades.Of(record));
            }
        }

        var parts = new PartialSettlement(
            [.. _machine.CarriedBy(batch), .. obligations.All()], symbol => catalog.Get(symbol).LotUnits);
        var funds = new SortedDictionary<long, SettlementFunds>();
        while (true)
        {
            parts.Share(shorts, funds);
            var asked = parts.Failing().Concat(_machine.OthersThan(batch).Select(fail => fail.Account))
                .Where(account => new AccountId(account).IsCustomer && !funds.ContainsKey(account)).Distinct()
                .ToArray();
            if (asked.Length == 0)
            {
                return parts;
            }

            foreach (var account in asked)
            {
                if (await GrainFactory.Account(account).FundsFor(Venue, closed.Date) is not { } has)
                {
                    return null;
                }

                funds.Add(account, has);
            }
        }
    }

    private bool Record(SettlementRecord record)
    {
        var sequence = Stream.Append(SettlementRecordEncoding.Encode(record), urgent: true);
        _machine.Apply(record);
        if (sequence != _machine.Sequence)
        {
            throw new InvalidOperationException($"Record {_machine.Sequence} became sequence {sequence}.");
        }

        return true;
    }
}
