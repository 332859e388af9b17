using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// The grain of one account: it decides, appends, and answers once the record is durable. It never calls a book. Book
/// records arrive as deliveries, and missing ones are pulled from the journal.
/// </summary>
[Reentrant]
public sealed partial class AccountGrain(
    JournalWriter writer,
    IJournalStore store,
    BookTails tails,
    InstrumentCatalog catalog,
    MarkBoard marks,
    SnapshotMaker snapshots,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<AccountGrain> log)
    : JournaledGrain(writer, time, log), IAccountGrain
{
    private static readonly TimeSpan s_catchUpPeriod = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _catchingUp = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lookedAt = new(StringComparer.Ordinal);
    private AccountMachine _machine = null!;
    private long _nextSnapshot;
    private long _snapshotNanos;
    private long _snapshotFolded;

    // True while holds are appended whose orders will be appended at once.
    private bool _isAhead;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var id = new AccountId(long.Parse(this.GetPrimaryKeyString(), CultureInfo.InvariantCulture));
        await OpenAsync("acct/" + this.GetPrimaryKeyString(), cancellationToken);
        await catalog.RefreshAsync();
        _machine = await AccountRecovery.NewestSnapshotAsync(store, id, catalog, Stream.Name, Log, cancellationToken);
        (_snapshotNanos, _snapshotFolded) = (_machine.TimeNanos == 0 ? Now : _machine.TimeNanos, _machine.Folded);
        _machine.BeginCatchUp();
        await AccountRecovery.ReplayAsync(store, _machine, Stream, cancellationToken);
        _nextSnapshot = SnapshotAfter(_machine.Folded);

        // Its own records may depend on fills that are not applied yet: catch up before the first command.
        await CatchUp();
        _machine.EndCatchUp();
        _machine.CorrectsTime = CorrectsTime;
        await FreezeWhenDueAsync();
        this.RegisterGrainTimer(
            CatchUpWhileOpenAsync,
            new GrainTimerCreationOptions { DueTime = s_catchUpPeriod, Period = s_catchUpPeriod, Interleave = true });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // An activation that failed has no machine yet.
        if (_machine is { Sequence: > 0 } && !IsBroken && !Stream.IsLost && _machine.Sequence == Stream.DurableHead)
        {
            await SaveSnapshotAsync();
        }

        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests)
    {
        var (results, areDecided) = await DecideAsync(requests, ahead: false);
        if (areDecided)
        {
            await SettleAsync();
        }

        return results;
    }

    /// <inheritdoc/>
    public async ValueTask<HeldAhead> HoldAhead(ImmutableArray<HoldRequest> requests)
    {
        var (results, areDecided) = await DecideAsync(requests, ahead: true);
        if (!areDecided)
        {
            return new HeldAhead(results, null);
        }

        if (results.Any(static result => result.Order is not null) && Stream.Head > Stream.DurableHead)
        {
            SnapshotWhenDue();
            return new HeldAhead(results, new RecordLocation(Stream.Name, Stream.Epoch, Stream.Head));
        }

        await SettleAsync();
        return new HeldAhead(results, null);
    }

    /// <inheritdoc/>
    public async ValueTask WhenDurable(RecordLocation record) => await Appended(record).WhenDurable();

    /// <summary>Decides about orders; or refuses all of them, which waits for nothing and leaves no record.</summary>
    private async ValueTask<(ImmutableArray<HoldResult> Results, bool AreDecided)> DecideAsync(
        ImmutableArray<HoldRequest> requests, bool ahead)
    {
        if (!Knows(requests))
        {
            await catalog.RefreshAsync();
        }

        var refusal = Refusal(urgent: false, requests.Length);
        if (refusal != RejectReason.None)
        {
            return ([.. requests.Select(_ => Refused(refusal))], false);
        }

        _isAhead = ahead;
        var results = Mutate(
            static of => ImmutableArray.CreateRange(
                of.Requests, static (request, account) => account.Decide(request), of.Account),
            (Account: this, Requests: requests));
        _isAhead = false;
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Reason != RejectReason.None)
            {
                GrainLog.HoldRefused(log, this.GetPrimaryKeyString(), requests[i].Symbol, results[i].Reason);
            }
        }

        return (results, true);
    }

    private bool Knows(ImmutableArray<HoldRequest> requests)
    {
        foreach (var request in requests)
        {
            if (!catalog.TryGet(request.Symbol, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<NamedOrder> FindForCancel(string clientOrderId)
    {
        var refusal = Refusal(urgent: true);
        if (refusal != RejectReason.None)
        {
            return new NamedOrder(refusal, "", 0);
        }

        var found = Mutate(() =>
        {
            if (!_machine.IsUsed(clientOrderId, out var key))
            {
                Record(_machine.RetireKey(clientOrderId, Now), urgent: true);
            }

            return key.Order;
        });
        await UnlessStalledAsync(SettleAsync());
        return found;
    }

    /// <inheritdoc/>
    public async ValueTask<NamedOrder> LookUp(string clientOrderId)
    {
        var found =
            _machine.IsUsed(clientOrderId, out var key) ? key.Order : new NamedOrder(RejectReason.UnknownOrder, "", 0);
        await SettleAsync();
        return found;
    }

    /// <inheritdoc/>
    public async ValueTask<CancelAllMark> CancelAll()
    {
        // Books cancel up to a floor that is on record. While nothing is recorded, a mark would help nobody.
        if (Refusal(urgent: !IsStalled) is var reason and not RejectReason.None)
        {
            return CancelAllMark.Refused(reason);
        }

        var mark = Mutate(() =>
        {
            var record = _machine.MarkCancelAll(Now);
            Record(record, urgent: true);
            return new CancelAllMark(record.Floor, [.. _machine.OpenBooks]);
        });
        await UnlessStalledAsync(SettleAsync());
        return mark;
    }

    /// <inheritdoc/>
    public ValueTask<DepositResult> Deposit(DepositRequest request) => TransferKey.IsTransfer(request.Key)
        ? ValueTask.FromResult(new DepositResult(RejectReason.BadRequest, "key", null, 0))
        : TakeInAsync(request);

    private async ValueTask<DepositResult> TakeInAsync(DepositRequest request)
    {
        await KnowAssetAsync(request.Asset);
        var refusal = Refusal(urgent: true);
        if (refusal != RejectReason.None)
        {
            return new DepositResult(refusal, null, null, 0);
        }

        var result = Mutate(() => TakeIn(request));
        await SettleAsync();
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen)
    {
        foreach (var place in seen)
        {
            await CatchUpToAsync(place);
        }

        await FreezeWhenDueAsync();
        var view = Describe(_machine.Account.Orders.Values);
        await UnlessStalledAsync(SettleAsync());
        return view;
    }

    /// <inheritdoc/>
    public async Task Deliver(BookDelivery delivery)
    {
        foreach (var record in delivery.Records)
        {
            if (!Fold(delivery.Symbol, record))
            {
                await CatchUpAsync(delivery.Symbol, delivery.Records[^1].Sequence);
                break;
            }
        }

        SnapshotWhenDue();
        await FreezeWhenDueAsync();
    }

    /// <inheritdoc/>
    public async ValueTask CatchUp()
    {
        if (_machine.Cursors.Count > 0)
        {
            await CatchUpAsync([.. _machine.Cursors.Keys], await tails.HeadsAsync(now: true));
        }
    }

    private static HoldResult Refused(RejectReason reason, string? field = null, string? limit = null) =>
        new(reason, field, limit, null);

    private static HoldResult Refused(BrokenLimit broken) => Refused(broken.Reason, broken.Field, broken.Limit);

    private static long SnapshotAfter(long folded) => folded + Math.Max(2_000, folded / 4);

    private static OpenOrder Describe(HeldOrder order) => new(
        order.Instrument.Symbol,
        order.Number,
        order.ClientOrderId,
        order.OrderId,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.BookPriceTicks,
        order.QuantityLots,
        order.FilledLots,
        order.Held,
        order.TimeNanos,
        order.PostOnly,
        order.SelfTrade,
        EncodedConditions.From(order.Conditions),
        order.State.Stage,
        order.State.SinceNanos);

    private HoldResult Decide(HoldRequest request)
    {
        var hash = RequestHash.Of(request);
        return Known(request, hash) ?? Decide(request, hash, isOfSignal: false);
    }

    /// <summary>Returns the outcome of a client order id that was used before, or null if it was not.</summary>
    private HoldResult? Known(HoldRequest request, ulong hash)
    {
        if (!_machine.IsUsed(request.ClientOrderId, out var key))
        {
            return null;
        }

        var known = key.RequestHash == 0 ? Refused(RejectReason.KeyCancelled, "clientOrderId")
            : key.RequestHash != hash ? Refused(RejectReason.KeyConflict, "clientOrderId")
            : key.Reason != RejectReason.None ? Refused(key.Reason)
            : new HoldResult(RejectReason.None, null, null, _machine.OrderOf(key, request));
        return known with { IsKnown = true };
    }

    private HoldResult Decide(HoldRequest request, ulong hash, bool isOfSignal)
    {
        if (request.Type == OrderType.Leg)
        {
            return Refused(RejectReason.InvalidCombination, "type");
        }

        if (!catalog.TryGet(request.Symbol, out var instrument))
        {
            return Refused(RejectReason.UnknownSymbol, "symbol");
        }

        if (CheckLimits(instrument!, request) is { } broken)
        {
            // A protection price is not the client's, and neither is a signal's quantity. Another moment might accept
            // them, so the rejection is recorded.
            if (isOfSignal || request.Type is not (OrderType.Limit or OrderType.Pegged))
            {
                Record(_machine.Refuse(request.ClientOrderId, hash, broken.Reason, Now), urgent: false);
            }

            return Refused(broken);
        }

        TakeMarks(request.Symbol);
        if (RefuseByLimits([request], hash) is { } limited)
        {
            return Refused(limited);
        }

        var record = _machine.Decide(request, hash, instrument!, Now);
        Record(record, urgent: false);
        return record is HoldPlaced hold
            ? new HoldResult(RejectReason.None, null, null, hold.Order)
            : Refused(InWordsOf(request, WhyNot((KeyRefused)record, instrument!)));
    }

    /// <summary>
    /// Checks the instrument's limits. For a missing quantity or price, those that the order implies are used.
    /// </summary>
    private static BrokenLimit? CheckLimits(Instrument instrument, HoldRequest request)
    {
        var lots = request.QuantityLots;
        if (request.Conditions.Decode()?.Amount is { } amount)
        {
            if (request.PriceTicks < 1)
            {
                return new BrokenLimit(RejectReason.InvalidPrice, "price", null);
            }

            lots = Math.Max(amount / request.PriceTicks, 1);
        }

        // A pegged sell needs no cap; a pegged buy is held at its cap.
        var free = request is { Type: OrderType.Pegged, Side: Side.Sell, PriceTicks: 0 };
        return OrderLimits.Check(instrument, free ? instrument.MinPriceTicks : request.PriceTicks, lots) is { } broken
            ? InWordsOf(request, broken)
            : null;
    }

    private DepositResult TakeIn(DepositRequest request)
    {
        if (!catalog.TryGetAsset(request.Asset, out var asset)
            || (catalog.IsOldName(request.Asset) && !TransferKey.IsTransfer(request.Key)
                && !_machine.IsDeposited(request.Key, out _)
                // An account that lacks the asset may still receive it, because the symbol change waits for that.
                && !_machine.Lacks(request.Asset)))
        {
            return new DepositResult(RejectReason.BadRequest, "asset", null, 0);
        }

        if (_machine.IsDeposited(request.Key, out var used))
        {
            return used.RequestHash == RequestHash.Of(request.Asset, request.Amount)
                ? new DepositResult(RejectReason.None, null, null, used.Sequence)
                : new DepositResult(RejectReason.KeyConflict, "key", null, 0);
        }

        if (_machine.CheckDeposit(asset!, request.Amount) is var reason and not RejectReason.None)
        {
            return new DepositResult(reason, "amount", DecimalText.Format(Account.BalanceLimit, asset!.Decimals), 0);
        }

        Record(_machine.Deposit(request, asset!, Now), urgent: true);
        return new DepositResult(RejectReason.None, null, null, _machine.Sequence);
    }

    private void Record(AccountRecord record, bool urgent)
    {
        var body = new RecordBody(AccountRecordEncoding.Encode(record), record);
        var sequence = Stream.Append(body, urgent, waits: _isAhead);
        _machine.Apply(record);
        _watch.Tell();
        if (sequence != _machine.Sequence)
        {
            throw new InvalidOperationException($"Record {_machine.Sequence} became sequence {sequence}.");
        }
    }

    // Returns false if records before this one are missing.
    private bool Fold(string symbol, DeliveredRecord record)
    {
        RequireOwned();
        var isNext = Mutate(
            static of => of.Machine.ApplyBook(of.Symbol, of.Record, of.Durable),
            (Machine: _machine, Symbol: symbol, Record: record, Durable: Stream.DurableHead));
        _watch.Tell();
        return isNext;
    }

    // An activation that is being discarded must not return state.
    private void RequireOwned()
    {
        if (IsBroken || Stream.IsLost)
        {
            throw new StreamLostException(Stream.Name);
        }
    }

    private async Task CatchUpToAsync(SeenSequence seen)
    {
        if (_machine.Cursors.TryGetValue(seen.Symbol, out var cursor) && cursor < seen.Sequence)
        {
            // A sequence beyond the journal's head comes from an earlier database, for example before a restore. It
            // moves no cursor.
            var heads = await tails.HeadsAsync(now: true);
            await CatchUpAsync(seen.Symbol, Math.Min(seen.Sequence, heads.GetValueOrDefault(seen.Symbol)));
        }
    }

    private async Task CatchUpAsync(string[] symbols, IReadOnlyDictionary<string, long> heads)
    {
        foreach (var symbol in symbols)
        {
            await CatchUpAsync(symbol, heads.GetValueOrDefault(symbol));
        }
    }

    private async Task CatchUpWhileOpenAsync(CancellationToken cancellationToken)
    {
        SnapshotWhenDue();
        await FreezeWhenDueAsync();

        // In an active book, the next record reveals a gap. Only a quiet book needs a check.
        var quiet = _machine.OpenSources
            .Where(symbol => _machine.CursorOf(symbol) == _lookedAt.GetValueOrDefault(symbol, -1))
            .ToArray();
        foreach (var symbol in _machine.OpenSources)
        {
            _lookedAt[symbol] = _machine.CursorOf(symbol);
        }

        if (quiet.Length == 0)
        {
            return;
        }

        try
        {
            await CatchUpAsync(quiet, await tails.HeadsAsync(now: false));
        }
        catch (Exception e)
        {
            GrainLog.CatchUpFailed(Log, e, _machine.Account.Id.Value);
        }
    }

    // One pull per book at a time. A caller that needs more than the running one brings starts another.
    private async Task CatchUpAsync(string symbol, long through)
    {
        while (_machine.CursorOf(symbol) < through)
        {
            if (!_catchingUp.TryGetValue(symbol, out var pull))
            {
                _catchingUp[symbol] = pull = PullAsync(symbol, through);
            }

            try
            {
                await pull;
            }
            finally
            {
                if (_catchingUp.TryGetValue(symbol, out var current) && current == pull)
                {
                    _catchingUp.Remove(symbol);
                }
            }
        }
    }

    private async Task PullAsync(string symbol, long through)
    {
        // Yield first, so that the pull is in the table before it can end.
        await Task.Yield();
        var missed = await tails.AfterAsync(
            symbol, _machine.Account.Id.Value, _machine.CursorOf(symbol), through, CancellationToken.None);
        if (missed.Count > 0 && Stream.Head > Stream.DurableHead)
        {
            // A record that was just read may be in one commit with its hold, of which this silo does not know yet.
            await UnlessStalledAsync(Stream.WhenDurable(Stream.Head));
        }

        foreach (var record in missed)
        {
            RequireOwned();
            Mutate(() => _machine.ApplyStored(symbol, record.Sequence, record.Body.Span, Stream.DurableHead));
            _watch.Tell();
        }

        RequireOwned();
        _machine.CaughtUp(symbol, through);
    }

    // Everything returned rests on the head at this point.
    private Task SettleAsync()
    {
        SnapshotWhenDue();
        return Stream.WhenDurable(Stream.Head);
    }

    // Fills count too: a maker's account may apply a million of them between two decisions of its own.
    private void SnapshotWhenDue()
    {
        // Half of a failed change must not be kept.
        if (IsBroken || Stream.IsLost)
        {
            return;
        }

        var isOld = Now - _snapshotNanos > SnapshotMaker.LongestNanos && _machine.Folded > _snapshotFolded;
        var isBusy = _machine.Folded >= _nextSnapshot;
        if ((!isOld && !isBusy) || _machine.Sequence == 0)
        {
            return;
        }

        (_nextSnapshot, _snapshotFolded, _snapshotNanos) = (SnapshotAfter(_machine.Folded), _machine.Folded, Now);
        if (isBusy)
        {
            // The grain has its own state in memory. Any other place would have to read all its books again for each
            // busy account.
            _ = SaveSnapshotAsync();
        }
        else
        {
            snapshots.Ask(Stream.Name, Stream.Epoch);
        }
    }

    private async Task SaveSnapshotAsync()
    {
        try
        {
            var (sequence, snapshot) = (_machine.Sequence, _machine.Snapshot());
            await Stream.WhenDurable(sequence);
            await Stream.PutSnapshotAsync(sequence, snapshot, CancellationToken.None);
        }
        catch (Exception e)
        {
            GrainLog.SnapshotFailed(Log, e, Stream.Name);
        }
    }
}
