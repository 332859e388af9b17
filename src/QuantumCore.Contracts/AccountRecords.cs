using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// One record of an account's stream: a decision of the account itself, never a fill. It lives in the journal
/// only and never travels between grains.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds; never goes back within a stream.</param>
public abstract record AccountRecord(long TimeNanos);

/// <summary>H: cover is held for an order under a client order id.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Symbol">The book.</param>
/// <param name="Order">The order.</param>
/// <param name="RequestHash">Hash of the client's request, to tell a retry from another order under the same id.</param>
/// <param name="Amount">
/// What is held from now on: quote minor units of a buy, base minor units of a sell; for a replacement only
/// what it needs beyond the hold of the order it replaces.
/// </param>
public sealed record HoldPlaced(
    long TimeNanos, string Symbol, SubmitOrder Order, ulong RequestHash, long Amount) : AccountRecord(TimeNanos);

/// <summary>L: cover is held for the orders of a list, all in one record.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Symbol">The book; of a strategy that of its first leg.</param>
/// <param name="Orders">The orders, in the sequence of the list.</param>
/// <param name="RequestHash">Hash of the client's request for the whole list; it stands under each of its names.</param>
/// <param name="Amounts">What is held for each from now on, minor units of the asset it gives.</param>
public sealed record ListHeld(
    long TimeNanos,
    string Symbol,
    ImmutableArray<SubmitOrder> Orders,
    ulong RequestHash,
    ImmutableArray<long> Amounts) : AccountRecord(TimeNanos)
{
    /// <summary>The holds of its orders, one by one; a leg of a strategy is of its own book.</summary>
    public IEnumerable<HoldPlaced> Holds() => Orders.Select((order, index) =>
        new HoldPlaced(TimeNanos, order.Conditions.Decode()?.Strategy is { } strategy
            ? strategy.Legs[strategy.Leg].Symbol
            : Symbol, order, RequestHash, Amounts[index]));
}

/// <summary>J: a client order id is used up by a refusal.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="ClientOrderId">The id.</param>
/// <param name="RequestHash">Hash of the client's request; 0 when the id was cancelled before its order came.</param>
/// <param name="Reason">Why.</param>
public sealed record KeyRefused(
    long TimeNanos, string ClientOrderId, ulong RequestHash, RejectReason Reason) : AccountRecord(TimeNanos);

/// <summary>
/// R: a client order id stands for an amendment that makes an order smaller in place, so that a late copy of it
/// can't make the order larger again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="ClientOrderId">The id.</param>
/// <param name="RequestHash">Hash of the client's request.</param>
/// <param name="Number">The order's number.</param>
/// <param name="TotalLots">Its new total, in lots.</param>
/// <param name="Symbol">The order's book; empty where a release of before wrote it, which did not tell.</param>
public sealed record ReductionAsked(
    long TimeNanos, string ClientOrderId, ulong RequestHash, long Number, long TotalLots, string Symbol = "") : AccountRecord(TimeNanos);

/// <summary>D: money or units came in.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">Names the deposit.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Minor units, positive.</param>
public sealed record Deposited(
    long TimeNanos, string Key, string Asset, int Decimals, long Amount) : AccountRecord(TimeNanos);

/// <summary>N: a mass cancel was asked for; proof that the floor it names is the account's own last number.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Floor">The account's last number.</param>
public sealed record CancelAllMarked(long TimeNanos, long Floor) : AccountRecord(TimeNanos);

/// <summary>
/// T: money or units left for another account; they are its own no more. Where they arrive, that is a deposit under
/// <see cref="TransferKey"/>.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">Names the transfer, among the account's client order ids.</param>
/// <param name="To">The number of the account that receives.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Minor units, positive.</param>
public sealed record TransferredOut(
    long TimeNanos, string Key, long To, string Asset, int Decimals, long Amount) : AccountRecord(TimeNanos);

/// <summary>E: a transfer has arrived; nobody needs to carry it any more.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Transfer">The account's sequence of the transfer.</param>
public sealed record TransferEnded(long TimeNanos, long Transfer) : AccountRecord(TimeNanos);

/// <summary>W: money or units left for the outside world; they are its own no more unless the receiver refuses for ever.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">Names the withdrawal, among the account's client order ids.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Minor units, positive.</param>
/// <param name="Destination">Where to, in the receiver's words.</param>
public sealed record Withdrawn(
    long TimeNanos, string Key, string Asset, int Decimals, long Amount, string Destination) : AccountRecord(TimeNanos);

/// <summary>Z: no new orders, transfers or withdrawals from here on; orders up to a number stay, or are to be cancelled.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Floor">The account's last number.</param>
/// <param name="Closes">The kill switch: every order up to the floor is to be cancelled, by whoever finds it.</param>
/// <param name="By">Who asked for it: the label of an administrator's key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
public sealed record AccountFrozen(long TimeNanos, long Floor, bool Closes, string By, string Why) : AccountRecord(TimeNanos);

/// <summary>Y: the account acts again.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="By">Who asked for it: the label of an administrator's key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
public sealed record AccountUnfrozen(long TimeNanos, string By, string Why) : AccountRecord(TimeNanos);

/// <summary>
/// V: what the owner's accounts together have traded in the 30 complete UTC days before a day: fees of orders from here on go by it.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Day">Number of the UTC day since 1970.</param>
/// <param name="Volumes">By what was paid in.</param>
public sealed record VolumesSet(long TimeNanos, long Day, ImmutableArray<TradedVolume> Volumes) : AccountRecord(TimeNanos);

/// <summary>The account became a margin account, or a cash account again. It had nothing but its currency, and no open orders.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Currency">What a margin account is paid in and owes; empty for a cash account.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="By">Who asked for it: the label of an administrator's key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
/// <param name="Symbol">The one instrument that an isolated margin account trades; empty for any.</param>
public sealed record AccountKindSet(
    long TimeNanos, string Currency, int Decimals, string By, string Why, string Symbol = "") : AccountRecord(TimeNanos);

/// <summary>
/// M: mark prices that the account goes by from here on, and how it stands at them. What it decides after this rests on these prices.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="State">How it stands from here on.</param>
/// <param name="Floor">Its last number when it came to be liquidated; else 0.</param>
/// <param name="DeadlineNanos">When its call ends, Unix nanoseconds; 0 for no call.</param>
/// <param name="Equity">Minor units of its currency. So are the two below.</param>
/// <param name="Requirement">Initial margin, open orders included.</param>
/// <param name="Maintenance">Margin to keep what it has.</param>
/// <param name="Marks">The prices, with their sources and sequences.</param>
public sealed record MarginReviewed(
    long TimeNanos,
    MarginState State,
    long Floor,
    long DeadlineNanos,
    Int128 Equity,
    Int128 Requirement,
    Int128 Maintenance,
    ImmutableArray<MarkPrice> Marks) : AccountRecord(TimeNanos);

/// <summary>Q: an order of a liquidation has ended; or nothing is left to sell, and the account owes.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Asset">The account's currency.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Number">The order; 0 for none.</param>
/// <param name="Value">What it traded, minor units.</param>
/// <param name="Fee">What the account pays to the insurance fund for it, minor units.</param>
/// <param name="Deficit">What the account owes and can't pay, minor units.</param>
public sealed record LiquidationStepEnded(
    long TimeNanos, string Asset, int Decimals, long Number, long Value, long Fee, long Deficit) : AccountRecord(TimeNanos);

/// <summary>The insurance fund has taken note of a step of the liquidation, and its deficit is paid.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Asset">The account's currency.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Claim">The account's sequence of the step's end.</param>
/// <param name="FromFund">The insurance fund's part, minor units.</param>
/// <param name="FromHouse">The house's, minor units.</param>
public sealed record DeficitCovered(
    long TimeNanos, string Asset, int Decimals, long Claim, long FromFund, long FromHouse) : AccountRecord(TimeNanos);

/// <summary>The account has paid its share of another one's deficit, once for each; or had nothing to pay it with.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Loser">Whose deficit it is.</param>
/// <param name="Deficit">That account's sequence of it.</param>
/// <param name="Amount">Minor units; at most the share that was decided.</param>
public sealed record DeficitSharePaid(
    long TimeNanos, string Asset, int Decimals, long Loser, long Deficit, long Amount) : AccountRecord(TimeNanos);

/// <summary>Interest and borrow fees of complete UTC days, and on the first of a month what is charged.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Day">Number of the UTC day since 1970 at whose beginning it accrues. So it happens once.</param>
/// <param name="Asset">The account's currency.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="DayBasis">Days of a year.</param>
/// <param name="Loan">Accrued on borrowed cash so far, minor units times yearly millionths, less what is charged.</param>
/// <param name="Borrow">The same on borrowed units.</param>
/// <param name="LoanCharge">Interest that is charged now, minor units.</param>
/// <param name="BorrowCharge">Borrow fees that are charged now, minor units.</param>
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
/// Risk limits of a scope were set: these from here on, and no others. What is open already stays; what is counted over time
/// begins anew.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Limits">All of them, each kind once; empty for none.</param>
/// <param name="By">Who asked for it: the label of an administrator's key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
public sealed record LimitsSet(
    long TimeNanos, string Symbol, ImmutableArray<AccountLimit> Limits, string By, string Why) : AccountRecord(TimeNanos);

/// <summary>
/// C: the account's part of a corporate action, decided once. What it had at the cut and what that comes to are written here: nobody computes
/// them again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id. Of each there is one such record in an account.</param>
/// <param name="Kind">What happens.</param>
/// <param name="UnitAsset">Whose holders are concerned.</param>
/// <param name="UnitDecimals">Digits of its minor unit after the point.</param>
/// <param name="Units">What the account had at the cut, minor units; less than zero was owed.</param>
/// <param name="Asset">The asset of the cash.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Cash it gets, minor units; less than zero it owes.</param>
/// <param name="PayDay">Number of the UTC day since 1970 until which the cash is pending; 0: it is paid by this record.</param>
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
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">What was pending, minor units; less than zero was owed.</param>
public sealed record CorporateActionPaid(
    long TimeNanos, string Action, string Asset, int Decimals, long Amount) : AccountRecord(TimeNanos);

/// <summary>
/// C: the account's units after a split, decided once. What it had at the cut and what became of that are written here: nobody computes them again.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id. Of each there is one such record in an account.</param>
/// <param name="UnitAsset">What is split.</param>
/// <param name="UnitDecimals">Digits of its minor unit after the point.</param>
/// <param name="Units">What the account had at the cut, minor units.</param>
/// <param name="Change">Units that come, minor units; less than zero go.</param>
/// <param name="Numerator">So many new units.</param>
/// <param name="Denominator">For so many old ones.</param>
/// <param name="Rate">What one whole new unit is worth, 10^-8 minor units of cash.</param>
/// <param name="Asset">The asset of the cash.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Cash for the fraction of a unit that is left, minor units.</param>
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

/// <summary>C: units of an old name have become as many of a new one, once for each action.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Action">The action's id.</param>
/// <param name="UnitAsset">The old name.</param>
/// <param name="Decimals">Digits of the minor unit of both after the point.</param>
/// <param name="Units">What the account had, minor units.</param>
/// <param name="Asset">The new name.</param>
public sealed record SymbolChanged(
    long TimeNanos, string Action, string UnitAsset, int Decimals, long Units, string Asset) : AccountRecord(TimeNanos);
