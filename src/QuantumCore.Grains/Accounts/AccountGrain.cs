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
/// records arrive as deliveries, and missing ones are pulled from the journal. The objects in its fields do the work,
/// one subject each.
/// </summary>
[Reentrant]
public sealed class AccountGrain(
    JournalWriter writer,
    IJournalStore store,
    AccountBookReader bookReader,
    InstrumentCatalog catalog,
    MarkPriceCache marks,
    SnapshotMaker snapshots,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<AccountGrain> log)
    : JournaledGrain(writer, time, log), IAccountGrain
{
    private static readonly TimeSpan s_catchUpPeriod = TimeSpan.FromSeconds(1);

    private AccountMachine _machine = null!;
    private AccountSnapshots _snapshots = null!;
    private AccountJournal _journal = null!;
    private BookDeliveries _deliveries = null!;
    private AccountReader _reader = null!;
    private AccountFreezes _freezes = null!;
    private AccountMargin _margin = null!;
    private RiskLimits _limits = null!;
    private AccountFunds _funds = null!;
    private OrderHolds _holds = null!;
    private OrderListHolds _lists = null!;
    private SignalHolds _signals = null!;
    private AmendmentPlanner _amendments = null!;
    private CancelRequests _cancels = null!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var id = new AccountId(long.Parse(this.GetPrimaryKeyString(), CultureInfo.InvariantCulture));
        await OpenAsync("acct/" + this.GetPrimaryKeyString(), cancellationToken);
        await catalog.RefreshAsync();
        _machine = await AccountRecovery.NewestSnapshotAsync(store, id, catalog, Stream.Name, Log, cancellationToken);
        _snapshots = new AccountSnapshots(_machine, Stream, snapshots, Now, Log);
        _machine.BeginCatchUp();
        await AccountRecovery.ReplayAsync(store, _machine, Stream, cancellationToken);
        _snapshots.Begin();
        CreateParts();

        // Its own records may depend on fills that are not applied yet: catch up before the first command.
        await CatchUp();
        _machine.EndCatchUp();
        _machine.CorrectsTime = CorrectsTime;
        await _freezes.FreezeWhenDueAsync();
        this.RegisterGrainTimer(
            CatchUpWhileOpenAsync,
            new GrainTimerCreationOptions { DueTime = s_catchUpPeriod, Period = s_catchUpPeriod, Interleave = true });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // An activation that failed has no machine yet.
        if (_machine is { Sequence: > 0 } && !Journal.IsBroken && !Stream.IsLost
            && _machine.Sequence == Stream.DurableHead)
        {
            await _snapshots.SaveAsync();
        }

        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests) =>
        _holds.HoldAsync(requests);

    /// <inheritdoc/>
    public ValueTask<HeldAhead> HoldAhead(ImmutableArray<HoldRequest> requests) => _holds.HoldAheadAsync(requests);

    /// <inheritdoc/>
    public async ValueTask WhenDurable(RecordLocation record) => await Journal.Appended(record).WhenDurable();

    /// <inheritdoc/>
    public ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders) =>
        _lists.HoldListAsync(kind, orders);

    /// <inheritdoc/>
    public ValueTask<HoldResult> HoldSignal(SignalIntent intent) => _signals.HoldSignalAsync(intent);

    /// <inheritdoc/>
    public ValueTask<AmendPlan> Amend(AmendRequest request) => _amendments.AmendAsync(request);

    /// <inheritdoc/>
    public ValueTask<NamedOrder> FindForCancel(string clientOrderId) => _cancels.FindForCancelAsync(clientOrderId);

    /// <inheritdoc/>
    public ValueTask<NamedOrder> LookUp(string clientOrderId) => _cancels.LookUpAsync(clientOrderId);

    /// <inheritdoc/>
    public ValueTask<CancelAllMark> CancelAll() => _cancels.CancelAllAsync();

    /// <inheritdoc/>
    public async Task Deliver(BookDelivery delivery)
    {
        await _deliveries.ApplyAsync(delivery);
        _journal.SnapshotWhenDue();
        await _freezes.FreezeWhenDueAsync();
    }

    /// <inheritdoc/>
    public ValueTask CatchUp() => _deliveries.CatchUpAsync();

    /// <inheritdoc/>
    public async ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen)
    {
        await _deliveries.CatchUpToAsync(seen);
        await _freezes.FreezeWhenDueAsync();
        return await _reader.ViewAsync();
    }

    /// <inheritdoc/>
    public ValueTask<AccountChange?> WaitForChange(
        long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders) =>
        _reader.WaitForChangeAsync(version, after, orders);

    /// <inheritdoc/>
    public ValueTask<DepositResult> Deposit(DepositRequest request) => _funds.DepositAsync(request);

    /// <inheritdoc/>
    public ValueTask<TransferResult> Transfer(TransferRequest request) => _funds.TransferAsync(request);

    /// <inheritdoc/>
    public ValueTask<DepositResult> TakeInTransfer(TransferArrival arrival) => _funds.TakeInTransferAsync(arrival);

    /// <inheritdoc/>
    public ValueTask EndTransfer(long transfer) => _funds.EndTransferAsync(transfer);

    /// <inheritdoc/>
    public ValueTask<WithdrawResult> Withdraw(WithdrawRequest request) => _funds.WithdrawAsync(request);

    /// <inheritdoc/>
    public ValueTask<CancelAllMark> Freeze(FreezeRequest request) => _freezes.FreezeAsync(request);

    /// <inheritdoc/>
    public ValueTask<RejectReason> Unfreeze(string by, string why) => _freezes.UnfreezeAsync(by, why);

    /// <inheritdoc/>
    public ValueTask SetLimits(LimitsRequest request) => _limits.SetLimitsAsync(request);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SymbolLimits>> Limits() => _limits.LimitsAsync();

    /// <inheritdoc/>
    public ValueTask<string?> SetKind(AccountKindRequest request) => _margin.SetKindAsync(request);

    /// <inheritdoc/>
    public ValueTask<MarginWork> ReviewMargin() => _margin.ReviewMarginAsync();

    /// <inheritdoc/>
    public ValueTask TakeCover(LiquidationCover cover) => _margin.TakeCoverAsync(cover);

    /// <inheritdoc/>
    public ValueTask PayShare(DeficitShareRequest request) => _margin.PayShareAsync(request);

    /// <inheritdoc/>
    public async ValueTask EnterAction(CorporateActionView action, long units)
    {
        if (action.Request.ChangesUnits)
        {
            // The new units first belong to the orders that books have adjusted: nothing else may take them.
            await CatchUp();
        }

        await _journal.RunAsync("decide a corporate action", () => _machine.EnterAction(action, units, Now));
    }

    /// <inheritdoc/>
    public ValueTask KeepRounding(CorporateActionView action, long amount) => _machine.Account.Id == AccountId.Rounding
        ? _journal.RunAsync("keep what rounding leaves", () => _machine.KeepRounding(action, amount, Now))
        : throw new ArgumentException($"Account {this.GetPrimaryKeyString()} keeps no rests.", nameof(action));

    /// <inheritdoc/>
    public ValueTask PayAction(string action) =>
        _journal.RunAsync("be paid", () => _machine.PayAction(action, Now));

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFees>> Fees()
    {
        // Refresh first, because a caller that has just set a schedule expects to see it. The call is rare.
        await catalog.RefreshAsync();
        ImmutableArray<AccountFees> fees = [.. _machine.Fees(catalog.FeeSchedules, Now)];
        await _journal.SettleAsync();
        return fees;
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<TradedVolume>> VolumesBefore(long day)
    {
        await CatchUp();
        ImmutableArray<TradedVolume> volumes = [.. _machine.VolumesBefore(day)];
        await _journal.SettleAsync();
        return volumes;
    }

    /// <inheritdoc/>
    public ValueTask SetVolumes(long day, ImmutableArray<TradedVolume> volumes) =>
        _journal.RunAsync("be told its owner's volumes", () => _machine.SetVolumes(day, volumes, Now));

    /// <inheritdoc/>
    public async ValueTask<SettlementFunds?> FundsFor(string venue, long date)
    {
        await CatchUp();
        var funds = _machine.FundsFor(venue, date, Now);
        await _journal.SettleAsync();
        return funds;
    }

    // Each part knows only those before it.
    private void CreateParts()
    {
        var watch = new ChangeWatch(Time, lifetime.ApplicationStopping);
        _journal = new AccountJournal(Journal, _machine, _snapshots, watch, Time);
        _deliveries = new BookDeliveries(_machine, _journal, bookReader, Log);
        _reader = new AccountReader(_machine, _journal, bookReader, marks, watch);
        _freezes = new AccountFreezes(_machine, _journal, Log);
        _margin = new AccountMargin(_machine, _journal, catalog, marks, _deliveries);
        _limits = new RiskLimits(_machine, _journal, catalog, _freezes);
        var shortfalls = new Shortfalls(_machine);
        _funds = new AccountFunds(_machine, _journal, catalog, _margin, shortfalls);
        _holds = new OrderHolds(
            _machine, _journal, catalog, _margin, _limits, shortfalls, this.GetPrimaryKeyString(), Log);
        _lists = new OrderListHolds(_machine, _journal, catalog, _margin, _limits, shortfalls);
        _signals = new SignalHolds(_machine, _journal, catalog, _deliveries, _holds);
        _amendments = new AmendmentPlanner(
            _machine, _journal, _deliveries, _margin, _limits, _freezes, shortfalls);
        _cancels = new CancelRequests(_machine, _journal);
    }

    private async Task CatchUpWhileOpenAsync(CancellationToken cancellationToken)
    {
        _journal.SnapshotWhenDue();
        await _freezes.FreezeWhenDueAsync();
        await _deliveries.CatchUpWhileOpenAsync();
    }
}
