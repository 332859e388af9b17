using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// An account, keyed by its number in decimal. It decides about its money and never calls a book. Every answer is
/// durable when returned, except <see cref="HoldAhead"/>'s.
/// </summary>
[Alias("account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>
    /// Holds funds for orders, in sequence; one result per request. A known client order id returns its order again.
    /// </summary>
    [Alias("hold")]
    ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests);

    /// <summary>
    /// Holds funds for orders as <see cref="Hold"/> does, but does not wait for its records if there is an order to
    /// enter. The orders may only go to books that use the same journal writer, by
    /// <see cref="IOrderBookGrain.SubmitAfter"/>.
    /// </summary>
    [Alias("hold-ahead")]
    ValueTask<HeldAhead> HoldAhead(ImmutableArray<HoldRequest> requests);

    /// <summary>
    /// Completes when a record of the account is durable. Fails if the activation that appended it has lost the stream.
    /// </summary>
    [Alias("when-durable")]
    ValueTask WhenDurable(RecordLocation record);

    /// <summary>
    /// Returns what the account may give in a settlement batch due on a UTC day (days since 1970), with all durable
    /// records applied. Returns null if the day has not ended here.
    /// </summary>
    [Alias("settlement-funds")]
    ValueTask<SettlementFunds?> FundsFor(string venue, long date);

    /// <summary>
    /// Derives the order of a signal from the account's position and holds its funds;
    /// <see cref="RejectReason.SignalSkipped"/> for no order. The same signal again gives the same order or rejection,
    /// whatever the position is by then.
    /// </summary>
    [Alias("hold-signal")]
    ValueTask<HoldResult> HoldSignal(SignalIntent intent);

    /// <summary>
    /// Holds funds for all orders of a list, or for none. A known first client order id returns its orders again.
    /// </summary>
    [Alias("hold-list")]
    ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders);

    /// <summary>Plans an amendment and holds what a replacement costs beyond the old order.</summary>
    [Alias("amend")]
    ValueTask<AmendPlan> Amend(AmendRequest request);

    /// <summary>
    /// Finds the order that a client order id names, directly or by an amendment. An unknown id is used up: it is
    /// rejected from now on.
    /// </summary>
    [Alias("find")]
    ValueTask<NamedOrder> FindForCancel(string clientOrderId);

    /// <summary>
    /// Finds the order that a client order id names, directly or by an amendment. An unknown id stays unused.
    /// </summary>
    [Alias("look-up")]
    ValueTask<NamedOrder> LookUp(string clientOrderId);

    /// <summary>Marks a mass cancel and returns the floor for the books.</summary>
    [Alias("cancel-all")]
    ValueTask<CancelAllMark> CancelAll();

    /// <summary>Deposits money or units. The key must not be a transfer's (BadRequest).</summary>
    [Alias("deposit")]
    ValueTask<DepositResult> Deposit(DepositRequest request);

    /// <summary>
    /// Transfers money or units to another account. They leave this account at once and are in transit until their
    /// arrival is on record. A known key returns its transfer again.
    /// </summary>
    [Alias("transfer")]
    ValueTask<TransferResult> Transfer(TransferRequest request);

    /// <summary>
    /// Receives another account's durable transfer, once however often it is delivered. It is refused only if the
    /// balance would overflow (<see cref="RejectReason.Overflow"/>); it then stays in transit.
    /// </summary>
    [Alias("take-in-transfer")]
    ValueTask<DepositResult> TakeInTransfer(TransferArrival arrival);

    /// <summary>
    /// Records that a transfer of this account has arrived. Called after the other account's durable answer.
    /// </summary>
    [Alias("end-transfer")]
    ValueTask EndTransfer(long transfer);

    /// <summary>
    /// Withdraws money or units; they leave the account at once. A known key returns its withdrawal again.
    /// </summary>
    [Alias("withdraw")]
    ValueTask<WithdrawResult> Withdraw(WithdrawRequest request);

    /// <summary>
    /// Freezes the account: no new orders, transfers or withdrawals. Returns the floor, and the books with orders up to
    /// it, which a kill switch must close. Records nothing if the account is already frozen in this way.
    /// </summary>
    [Alias("freeze")]
    ValueTask<CancelAllMark> Freeze(FreezeRequest request);

    /// <summary>
    /// Unfreezes the account. Rejected while the account lacks what a changed trade took back (InsufficientFunds),
    /// while a loss limit is broken, and while a kill switch still closes its orders (KillSwitch).
    /// </summary>
    [Alias("unfreeze")]
    ValueTask<RejectReason> Unfreeze(string by, string why);

    /// <summary>Sets all risk limits of a scope. They apply to new orders and replacements; open orders stay.</summary>
    [Alias("set-limits")]
    ValueTask SetLimits(LimitsRequest request);

    /// <summary>Returns the account's own risk limits, for each scope that has any.</summary>
    [Alias("limits")]
    ValueTask<ImmutableArray<SymbolLimits>> Limits();

    /// <summary>Returns the account's fees for each quote asset that has a fee schedule.</summary>
    [Alias("fees")]
    ValueTask<ImmutableArray<AccountFees>> Fees();

    /// <summary>
    /// Returns the value traded by the account itself in the 30 complete UTC days before a day, by quote asset.
    /// </summary>
    /// <param name="day">The day, in UTC days since 1970.</param>
    [Alias("volumes-before")]
    ValueTask<ImmutableArray<TradedVolume>> VolumesBefore(long day);

    /// <summary>
    /// Records the value that the owner's accounts together traded before a day, once a day. Repeating it records
    /// nothing.
    /// </summary>
    [Alias("set-volumes")]
    ValueTask SetVolumes(long day, ImmutableArray<TradedVolume> volumes);

    /// <summary>
    /// Makes it a margin account or a cash account. Returns the reason for a refusal as a sentence, or null. An account
    /// changes its kind only if it has nothing but its currency and no open orders.
    /// </summary>
    [Alias("set-kind")]
    ValueTask<string?> SetKind(AccountKindRequest request);

    /// <summary>
    /// Reviews a margin account at the newest mark prices. As due, it makes or lifts a margin call, liquidates, and
    /// accrues interest. Returns the work that an agent must do for it; none for a cash account.
    /// </summary>
    [Alias("review-margin")]
    ValueTask<MarginWork> ReviewMargin();

    /// <summary>Pays in what the insurance fund gives for a liquidation step. Repeating it records nothing.</summary>
    [Alias("take-cover")]
    ValueTask TakeCover(LiquidationCover cover);

    /// <summary>
    /// Pays a share of another account's deficit, as far as the balance allows. Repeating it records nothing.
    /// </summary>
    [Alias("pay-share")]
    ValueTask PayShare(DeficitShareRequest request);

    /// <summary>
    /// Decides the account's part of a corporate action from its units at the cut. A decided part stays as it is.
    /// </summary>
    [Alias("enter-action")]
    ValueTask EnterAction(CorporateActionView action, long units);

    /// <summary>Records the remainder of a corporate action, once, in the account that keeps such remainders.</summary>
    [Alias("keep-rounding")]
    ValueTask KeepRounding(CorporateActionView action, long amount);

    /// <summary>Records that the account's part of a corporate action is paid. Repeating it records nothing.</summary>
    [Alias("pay-action")]
    ValueTask PayAction(string action);

    /// <summary>Returns balances and open orders, at least as new as what the client has seen.</summary>
    [Alias("view")]
    ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Waits a few seconds for a change of the account; returns null on timeout. The result is durable and complete
    /// since the places of the previous change.
    /// </summary>
    /// <param name="version">The known version; -1 returns the account as it is, without records.</param>
    /// <param name="after">Cursors of the known view.</param>
    /// <param name="orders">
    /// Known place in the changes of open orders. Only later changes are returned if the account still has them. Null
    /// returns all open orders.
    /// </param>
    [Alias("wait")]
    ValueTask<AccountChange?> WaitForChange(long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders);

    /// <summary>
    /// Delivers records of a book that touch this account. Deliveries may be lost, duplicated or reordered: the account
    /// pulls what is missing.
    /// </summary>
    [OneWay, Alias("deliver")]
    Task Deliver(BookDelivery delivery);

    /// <summary>
    /// Catches up with everything durable of its sources: books in which it has had orders, payouts of its withdrawals,
    /// settlement venues.
    /// </summary>
    [Alias("catch-up")]
    ValueTask CatchUp();
}
