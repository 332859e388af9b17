using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// A record of an account's stream: a decision of the account itself, never a fill. Records exist only in the journal
/// and never travel between grains.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds; never goes back within a stream.</param>
public abstract record AccountRecord(long TimeNanos);

/// <summary>H: funds are held for an order under a client order id.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Symbol">The book.</param>
/// <param name="Order">The order.</param>
/// <param name="RequestHash">
/// Hash of the client's request; it tells a retry from another order under the same id.
/// </param>
/// <param name="Amount">
/// Amount held from now on: quote minor units for a buy, base minor units for a sell. For a replacement, only what it
/// needs beyond the hold of the order it replaces.
/// </param>
public sealed record HoldPlaced(
    long TimeNanos, string Symbol, SubmitOrder Order, ulong RequestHash, long Amount) : AccountRecord(TimeNanos);

/// <summary>L: funds are held for all orders of a list, in one record.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Symbol">The book; for a multi-leg order, the book of its first leg.</param>
/// <param name="Orders">The orders, in the sequence of the list.</param>
/// <param name="RequestHash">
/// Hash of the client's request for the whole list; it is kept under each client order id.
/// </param>
/// <param name="Amounts">Amount held for each order from now on, minor units of the asset it gives.</param>
public sealed record ListHeld(
    long TimeNanos,
    string Symbol,
    ImmutableArray<SubmitOrder> Orders,
    ulong RequestHash,
    ImmutableArray<long> Amounts) : AccountRecord(TimeNanos)
{
    /// <summary>
    /// Returns the holds of its orders one by one. A leg of a multi-leg order belongs to its own book.
    /// </summary>
    public IEnumerable<HoldPlaced> Holds() => Orders.Select((order, index) =>
        new HoldPlaced(TimeNanos, order.Conditions.Decode()?.Strategy is { } strategy
            ? strategy.Legs[strategy.Leg].Symbol
            : Symbol, order, RequestHash, Amounts[index]));
}

/// <summary>J: a client order id is used up by a rejection.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="ClientOrderId">The client order id.</param>
/// <param name="RequestHash">Hash of the client's request; 0 if the id was cancelled before its order arrived.</param>
/// <param name="Reason">Reject reason.</param>
public sealed record KeyRefused(
    long TimeNanos, string ClientOrderId, ulong RequestHash, RejectReason Reason) : AccountRecord(TimeNanos);

/// <summary>
/// R: a client order id stands for an amendment that reduces an order in place. A late copy of the amendment therefore
/// cannot enlarge the order again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="ClientOrderId">The client order id.</param>
/// <param name="RequestHash">Hash of the client's request.</param>
/// <param name="Number">The order's number.</param>
/// <param name="TotalLots">Its new total quantity, in lots.</param>
/// <param name="Symbol">The order's book; empty in records of an earlier release, which did not store it.</param>
public sealed record ReductionAsked(
    long TimeNanos, string ClientOrderId, ulong RequestHash, long Number, long TotalLots, string Symbol = "")
    : AccountRecord(TimeNanos);

/// <summary>D: money or units were deposited.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">Idempotency key of the deposit.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Minor units, positive.</param>
public sealed record Deposited(
    long TimeNanos, string Key, string Asset, int Decimals, long Amount) : AccountRecord(TimeNanos);

/// <summary>N: a mass cancel was requested. The record proves that its floor is the account's last number.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Floor">The account's last number.</param>
public sealed record CancelAllMarked(long TimeNanos, long Floor) : AccountRecord(TimeNanos);

/// <summary>
/// T: money or units left for another account. They no longer belong to this account, and arrive there as a deposit
/// under <see cref="TransferKey"/>.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">Key of the transfer; it shares a namespace with the account's client order ids.</param>
/// <param name="To">The number of the account that receives.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Minor units, positive.</param>
public sealed record TransferredOut(
    long TimeNanos, string Key, long To, string Asset, int Decimals, long Amount) : AccountRecord(TimeNanos);

/// <summary>E: a transfer has arrived and need not be delivered again.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Transfer">The account's sequence of the transfer.</param>
public sealed record TransferEnded(long TimeNanos, long Transfer) : AccountRecord(TimeNanos);

/// <summary>
/// W: money or units were withdrawn; they are no longer the account's unless the receiver finally refuses.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">Key of the withdrawal; it shares a namespace with the account's client order ids.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Minor units, positive.</param>
/// <param name="Destination">Destination in the receiver's own format.</param>
public sealed record Withdrawn(
    long TimeNanos, string Key, string Asset, int Decimals, long Amount, string Destination) : AccountRecord(TimeNanos);

/// <summary>
/// Z: new orders, transfers and withdrawals are blocked from here on. Orders up to a number stay or must be cancelled.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Floor">The account's last number.</param>
/// <param name="Closes">
/// True for a kill switch: every order up to the floor must be cancelled, by any agent that finds it.
/// </param>
/// <param name="By">Label of the administrator's key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
public sealed record AccountFrozen(long TimeNanos, long Floor, bool Closes, string By, string Why)
    : AccountRecord(TimeNanos);

/// <summary>Y: the account is unfrozen.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="By">Label of the administrator's key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
public sealed record AccountUnfrozen(long TimeNanos, string By, string Why) : AccountRecord(TimeNanos);

/// <summary>
/// V: value traded by all accounts of the owner in the 30 complete UTC days before a day. It determines the fees of
/// orders from here on.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Day">The day, in UTC days since 1970.</param>
/// <param name="Volumes">Volumes by quote asset.</param>
public sealed record VolumesSet(long TimeNanos, long Day, ImmutableArray<TradedVolume> Volumes)
    : AccountRecord(TimeNanos);

/// <summary>
/// The account became a margin account or a cash account. It had no asset but its currency, and no open orders.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Currency">Currency of a margin account; empty for a cash account.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="By">Label of the administrator's key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
/// <param name="Symbol">The only instrument that an isolated margin account trades; empty for any.</param>
public sealed record AccountKindSet(
    long TimeNanos, string Currency, int Decimals, string By, string Why, string Symbol = "")
    : AccountRecord(TimeNanos);

/// <summary>
/// M: mark prices that the account uses from here on, and its margin state at them. Its later decisions rest on these
/// prices.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="State">Its margin state from here on.</param>
/// <param name="Floor">Its last order number when its liquidation began; else 0.</param>
/// <param name="DeadlineNanos">Deadline of its margin call, Unix nanoseconds; 0 for no call.</param>
/// <param name="Equity">Equity, minor units of its currency.</param>
/// <param name="Requirement">Initial margin, open orders included, minor units of its currency.</param>
/// <param name="Maintenance">Maintenance margin, minor units of its currency.</param>
/// <param name="Marks">The mark prices, with their sources and sequences.</param>
public sealed record MarginReviewed(
    long TimeNanos,
    MarginState State,
    long Floor,
    long DeadlineNanos,
    Int128 Equity,
    Int128 Requirement,
    Int128 Maintenance,
    ImmutableArray<MarkPrice> Marks) : AccountRecord(TimeNanos);

/// <summary>Q: an order of a liquidation has ended; or nothing is left to sell and the account owes.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Asset">The account's currency.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Number">Number of the order; 0 for none.</param>
/// <param name="Value">Value traded, minor units.</param>
/// <param name="Fee">Liquidation fee to the insurance fund, minor units.</param>
/// <param name="Deficit">Amount the account owes and cannot pay, minor units.</param>
public sealed record LiquidationStepEnded(
    long TimeNanos, string Asset, int Decimals, long Number, long Value, long Fee, long Deficit)
    : AccountRecord(TimeNanos);

/// <summary>The insurance fund has recorded a liquidation step, and its deficit is paid.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Asset">The account's currency.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Claim">The account's sequence of the step's end.</param>
/// <param name="FromFund">Paid by the insurance fund, minor units.</param>
/// <param name="FromHouse">Paid by the house, minor units.</param>
public sealed record DeficitCovered(
    long TimeNanos, string Asset, int Decimals, long Claim, long FromFund, long FromHouse) : AccountRecord(TimeNanos);

/// <summary>
/// The account paid its share of another account's deficit, or had nothing to pay with; once for each deficit.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Loser">The account with the deficit.</param>
/// <param name="Deficit">That account's sequence of the deficit.</param>
/// <param name="Amount">Amount paid, minor units; at most the decided share.</param>
public sealed record DeficitSharePaid(
    long TimeNanos, string Asset, int Decimals, long Loser, long Deficit, long Amount) : AccountRecord(TimeNanos);

/// <summary>
/// Interest and borrow fees accrued over complete UTC days; on the first of a month, the amounts charged.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Day">UTC day since 1970 at whose start it accrues; it accrues once for a day.</param>
/// <param name="Asset">The account's currency.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="DayBasis">Days per year.</param>
/// <param name="Loan">
/// Accrued on borrowed cash so far, minor units times yearly millionths, less what is charged.
/// </param>
/// <param name="Borrow">Accrued on borrowed units so far, in the same unit.</param>
/// <param name="LoanCharge">Interest charged now, minor units.</param>
/// <param name="BorrowCharge">Borrow fees charged now, minor units.</param>
public sealed record InterestAccrued(
    long TimeNanos,
    long Day,
    string Asset,
    int Decimals,
    int DayBasis,
    Int128 Loan,
    Int128 Borrow,
    long LoanCharge,
    long BorrowCharge) : AccountRecord(TimeNanos);

/// <summary>
/// The risk limits of a scope were replaced. Open orders stay. Time-based counts start again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Limits">All limits of the scope, each kind once; empty for none.</param>
/// <param name="By">Label of the administrator's key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
public sealed record LimitsSet(
    long TimeNanos, string Symbol, ImmutableArray<AccountLimit> Limits, string By, string Why)
    : AccountRecord(TimeNanos);

/// <summary>
/// C: the account's part of a corporate action, decided once. The record holds the units at the cut and the resulting
/// amounts; nobody computes them again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id. An account has at most one such record for it.</param>
/// <param name="Kind">Kind of the action.</param>
/// <param name="UnitAsset">The asset whose holders are concerned.</param>
/// <param name="UnitDecimals">Decimal places of its minor unit.</param>
/// <param name="Units">The account's units at the cut, minor units; negative if owed.</param>
/// <param name="Asset">The asset of the cash.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Cash the account gets, minor units; negative if it owes.</param>
/// <param name="PayDay">UTC day since 1970 until which the cash is pending; 0 if this record pays it.</param>
public sealed record CorporateActionEntered(
    long TimeNanos,
    string Action,
    CorporateActionKind Kind,
    string UnitAsset,
    int UnitDecimals,
    long Units,
    string Asset,
    int Decimals,
    long Amount,
    long PayDay) : AccountRecord(TimeNanos);

/// <summary>The pay date of a corporate action has come: the account's part is settled.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id.</param>
/// <param name="Asset">The asset of the cash.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Amount that was pending, minor units; negative if owed.</param>
public sealed record CorporateActionPaid(
    long TimeNanos, string Action, string Asset, int Decimals, long Amount) : AccountRecord(TimeNanos);

/// <summary>
/// C: the account's units after a split, decided once. The record holds the units at the cut and the resulting units;
/// nobody computes them again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id. An account has at most one such record for it.</param>
/// <param name="UnitAsset">The asset that is split.</param>
/// <param name="UnitDecimals">Decimal places of its minor unit.</param>
/// <param name="Units">The account's units at the cut, minor units.</param>
/// <param name="Change">Units gained, minor units; negative if lost.</param>
/// <param name="Numerator">Number of new units.</param>
/// <param name="Denominator">Number of old units they replace.</param>
/// <param name="Rate">Value of one whole new unit, 10^-8 minor units of cash.</param>
/// <param name="Asset">The asset of the cash.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Cash for the remaining fraction of a unit, minor units.</param>
public sealed record SplitEntered(
    long TimeNanos,
    string Action,
    string UnitAsset,
    int UnitDecimals,
    long Units,
    long Change,
    long Numerator,
    long Denominator,
    long Rate,
    string Asset,
    int Decimals,
    long Amount) : AccountRecord(TimeNanos);

/// <summary>C: units of an old name became as many of a new one, once for each action.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id.</param>
/// <param name="UnitAsset">The old name.</param>
/// <param name="Decimals">Decimal places of the minor unit of both.</param>
/// <param name="Units">The account's units, minor units.</param>
/// <param name="Asset">The new name.</param>
public sealed record SymbolChanged(
    long TimeNanos, string Action, string UnitAsset, int Decimals, long Units, string Asset) : AccountRecord(TimeNanos);
