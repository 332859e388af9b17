using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A client's order, on its way to the account that must cover it.</summary>
/// <param name="ClientOrderId">The client's name for the order (FIX tag 11): 1 to 36 printable ASCII characters.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">How long it lives.</param>
/// <param name="PostOnly">Refuse it rather than let it take.</param>
/// <param name="PriceTicks">
/// Limit in ticks. For a market order the protection price the gateway chose: not part of the order's identity,
/// since a retry may come at another reference price.
/// </param>
/// <param name="QuantityLots">Quantity in lots; 0 for a market order by amount.</param>
/// <param name="SelfTrade">What happens when it meets an order of its own account.</param>
/// <param name="Conditions">What it carries beyond a plain order.</param>
[GenerateSerializer, Immutable, Alias("hold-request")]
public sealed record HoldRequest(
    string ClientOrderId,
    string Symbol,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    bool PostOnly,
    long PriceTicks,
    long QuantityLots,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    EncodedConditions? Conditions = null);

/// <summary>
/// The account's answer to a hold request. The hold is durable when this is told; the same request again
/// gives the same order.
/// </summary>
/// <param name="Reason">Why it was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, as text, when there is one.</param>
/// <param name="Order">What to submit to the book; null when refused.</param>
/// <param name="IsKnown">Whether the name was used before: this is what became of it then.</param>
[GenerateSerializer, Immutable, Alias("hold-result")]
public sealed record HoldResult(
    RejectReason Reason, string? Field, string? Limit, SubmitOrder? Order, bool IsKnown = false);

/// <summary>The account's answer to a list: all of its orders, or one reason.</summary>
/// <param name="Reason">Why it was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, as text, when there is one.</param>
/// <param name="Orders">What to submit to the book, in the sequence of the list; empty when refused.</param>
/// <param name="IsKnown">Whether the first name was used before: this is what became of it then.</param>
/// <param name="At">Which of the orders the field is of, from 0; null when it is of all together.</param>
[GenerateSerializer, Immutable, Alias("hold-list-result")]
public sealed record HoldListResult(
    RejectReason Reason, string? Field, string? Limit, ImmutableArray<SubmitOrder> Orders, bool IsKnown = false, int? At = null);

/// <summary>An order whose cost is held, on its way to the book.</summary>
/// <param name="Account">The owner's account number.</param>
/// <param name="Number">The order's number within the account: its private identity, never reused.</param>
/// <param name="ClientOrderId">The client's name for it.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">How long it lives.</param>
/// <param name="PostOnly">Refuse it rather than let it take.</param>
/// <param name="PriceTicks">Limit, or a market order's protection price, in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="MakerFeePpm">Fee rate of its resting fills, millionths, less than zero for a rebate; fixed at the hold.</param>
/// <param name="TakerFeePpm">Fee rate of its aggressive fills, millionths; fixed at the hold.</param>
/// <param name="ReplacesNumber">The number of the order that it replaces, or 0.</param>
/// <param name="ExpectedLeavesLots">What the replaced order must have open, in lots.</param>
/// <param name="Owner">Always 0: a book knows by itself which accounts are of one owner. Records and messages keep the place.</param>
/// <param name="SelfTrade">What happens when it meets an order of its owner.</param>
/// <param name="Conditions">What it carries beyond a plain order.</param>
/// <param name="MinimumFee">The least that it pays once it has filled at all, quote minor units; fixed at the hold.</param>
[GenerateSerializer, Immutable, Alias("submit-order")]
public sealed record SubmitOrder(
    long Account,
    long Number,
    string ClientOrderId,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    bool PostOnly,
    long PriceTicks,
    long QuantityLots,
    int MakerFeePpm,
    int TakerFeePpm,
    long ReplacesNumber = 0,
    long ExpectedLeavesLots = 0,
    long Owner = 0,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    EncodedConditions? Conditions = null,
    long MinimumFee = 0)
{
    /// <summary>Whether it is a plain order: limit or market, with nothing else to it.</summary>
    public bool IsPlain => Owner == 0 && SelfTrade == SelfTradePrevention.None && Conditions is null
        && Type <= OrderType.Limit
        && TimeInForce is TimeInForce.GoodTillCancel or TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
}

/// <summary>One fill as its owner sees it.</summary>
/// <param name="Sequence">The book's sequence; with <paramref name="Index"/> it names the trade.</param>
/// <param name="Index">Position of the trade within that sequence, from 0.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="Fee">Fee in minor units of the quote asset.</param>
/// <param name="IsMaker">Whether the owner's order was resting.</param>
[GenerateSerializer, Immutable, Alias("order-fill")]
public readonly record struct OrderFill(
    long Sequence, int Index, long PriceTicks, long QuantityLots, long Fee, bool IsMaker);

/// <summary>State of an order (FIX message 8). Told only when the record it rests on is durable.</summary>
/// <param name="Reason">Why the request was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, when there is one.</param>
/// <param name="Account">The owner's account number.</param>
/// <param name="Number">The order's number within the account.</param>
/// <param name="ClientOrderId">The client's name for it.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The public id the book gave it; 0 when it never entered the book.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="End">Why it ended with something left.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">How long it lives.</param>
/// <param name="PriceTicks">Limit in ticks.</param>
/// <param name="QuantityLots">Total quantity in lots.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="LeavesLots">Open quantity in lots; 0 when done.</param>
/// <param name="Sequence">The book's sequence this state is of.</param>
/// <param name="TimeNanos">The book's time of that sequence, Unix nanoseconds.</param>
/// <param name="Fills">The fills of the command that this reports; empty for a status request.</param>
/// <param name="PostOnly">Whether it never takes.</param>
/// <param name="SelfTrade">What happens when it meets an order of its account.</param>
/// <param name="Conditions">What it was entered with beyond a plain order.</param>
/// <param name="Prevented">The prevented matches of the command that this reports, in which it was one of the two; null for none.</param>
/// <param name="Stage">What it waits for, if it is open.</param>
/// <param name="Refusal">Of an order that is told later than by its own answer: why its book refused it, as it came or, a list's child, as it was to enter.</param>
/// <param name="TriggerTicks">Of a stop or take-profit that waits: the trigger it has now, which of a trailing one moves; 0: it has none yet, or nobody looked.</param>
/// <param name="WasCancelled">Of a cancel: the order was cancelled before, and this one did nothing.</param>
/// <param name="PeggedTicks">Of a peg in the book: the price at which it stands now (FIX tag 839), as the quotes have it; 0: it has no quote to follow, or nobody looked.</param>
[GenerateSerializer, Immutable, Alias("execution-report")]
public sealed record ExecutionReport(
    RejectReason Reason,
    string? Field,
    string? Limit,
    long Account,
    long Number,
    string ClientOrderId,
    string Symbol,
    long OrderId,
    OrderStatus Status,
    EndReason End,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    long PriceTicks,
    long QuantityLots,
    long FilledLots,
    long LeavesLots,
    long Sequence,
    long TimeNanos,
    ImmutableArray<OrderFill> Fills,
    bool PostOnly = false,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    EncodedConditions? Conditions = null,
    PreventedMatches? Prevented = null,
    OrderStage Stage = OrderStage.Working,
    RejectReason Refusal = RejectReason.None,
    long TriggerTicks = 0,
    bool WasCancelled = false,
    long PeggedTicks = 0)
{
    /// <summary>A refusal that never reached a book.</summary>
    public static ExecutionReport Refused(
        HoldRequest request, long account, RejectReason reason, string? field, string? limit) =>
        new(
            reason,
            field,
            limit,
            account,
            0,
            request.ClientOrderId,
            request.Symbol,
            0,
            OrderStatus.Rejected,
            EndReason.None,
            request.Side,
            request.Type,
            request.TimeInForce,
            request.PriceTicks,
            request.QuantityLots,
            0,
            0,
            0,
            0,
            []);
}

/// <summary>An amendment: a new total quantity, a new price, or both.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The public id of the order to amend.</param>
/// <param name="NewClientOrderId">The name of the replacement, should one be needed.</param>
/// <param name="PriceTicks">The new limit in ticks; 0 keeps it.</param>
/// <param name="TotalLots">The new total quantity in lots, what is filled included; 0 keeps it.</param>
/// <param name="Seen">What the client has been shown of this book; the account catches up to it first.</param>
/// <param name="ExpectedLots">What the client believes is open, in lots: with anything else it is refused as stale (RULES 10.6); 0: whatever is.</param>
/// <param name="KeepsPlace">Refused as one that would grow, where the order would have to be replaced.</param>
/// <param name="TriggerTicks">The new trigger of a waiting stop or take-profit in ticks, which is then replaced; 0 keeps it.</param>
/// <param name="EarlierLots">
/// What the orders before it in its chain have done of the total that the client named, in lots: the instrument's least quantity is asked of both together.
/// </param>
[GenerateSerializer, Immutable, Alias("amend-request")]
public sealed record AmendRequest(
    string Symbol, long OrderId, string NewClientOrderId, long PriceTicks, long TotalLots, SeenSequence Seen, long ExpectedLots = 0, bool KeepsPlace = false,
    long TriggerTicks = 0, long EarlierLots = 0);

/// <summary>How an amendment is to be carried out.</summary>
/// <param name="Reason">Why it was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, when there is one.</param>
/// <param name="ReduceNumber">The order to reduce in place; 0 when it is replaced instead.</param>
/// <param name="ReduceToTotalLots">Its new total, in lots.</param>
/// <param name="Replacement">The order that replaces it, its extra cost held; null when reduced in place.</param>
[GenerateSerializer, Immutable, Alias("amend-plan")]
public sealed record AmendPlan(
    RejectReason Reason,
    string? Field,
    string? Limit,
    long ReduceNumber,
    long ReduceToTotalLots,
    SubmitOrder? Replacement);

/// <summary>Which order a client order id names.</summary>
/// <param name="Reason">
/// None, or <see cref="RejectReason.UnknownOrder"/>: the name is then used up, so that an order that arrives
/// later under it is refused.
/// </param>
/// <param name="Symbol">The book it is in.</param>
/// <param name="Number">Its number within the account.</param>
[GenerateSerializer, Immutable, Alias("named-order")]
public sealed record NamedOrder(RejectReason Reason, string Symbol, long Number);

/// <summary>Which orders of an account.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Symbol">Of one instrument; null of all.</param>
/// <param name="Number">The one of this number in the account.</param>
/// <param name="OrderId">The one of this public id.</param>
/// <param name="FromOrderId">Of this public id and later ones; null: the newest, unless a time is given.</param>
/// <param name="FromNanos">None entered before this time, Unix nanoseconds.</param>
/// <param name="ThroughNanos">None entered after this time.</param>
/// <param name="IsOpen">Open ones alone.</param>
/// <param name="Limit">Most orders, from 1.</param>
/// <param name="IsListed">Orders of lists alone.</param>
/// <param name="ListId">Of the list of this id: the number of its first order.</param>
/// <param name="ListName">Of the list that the client gave this name.</param>
/// <param name="FromNumber">Of this number in the account and later ones.</param>
/// <param name="HasEntered">Those that entered a book alone: none that was refused.</param>
/// <param name="BeforeNumber">Of smaller numbers in the account than this one.</param>
/// <param name="HasChain">True to have each order's <see cref="PastOrder.Chain"/> looked up.</param>
[GenerateSerializer, Immutable, Alias("order-query")]
public sealed record OrderQuery(
    long Account,
    string? Symbol = null,
    long? Number = null,
    long? OrderId = null,
    long? FromOrderId = null,
    long? FromNanos = null,
    long? ThroughNanos = null,
    bool IsOpen = false,
    int Limit = 1_000,
    bool IsListed = false,
    long? ListId = null,
    string? ListName = null,
    long? FromNumber = null,
    bool HasEntered = false,
    long? BeforeNumber = null,
    bool HasChain = false);

/// <summary>An order in the history, open or done.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id; 0 when it never entered the book.</param>
/// <param name="ClientOrderId">The client's name for it.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">What kind of order.</param>
/// <param name="TimeInForce">How long it lives.</param>
/// <param name="PriceTicks">Limit, or a market order's protection price, in ticks.</param>
/// <param name="QuantityLots">Total quantity in lots.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="FilledValue">What was traded, in ticks times lots.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="End">Why it ended with something left.</param>
/// <param name="CreatedNanos">When it entered the book, Unix nanoseconds.</param>
/// <param name="ChangedNanos">When anything of it changed last.</param>
/// <param name="PostOnly">Whether it never takes.</param>
/// <param name="SelfTrade">What happens when it meets an order of its account.</param>
/// <param name="Conditions">What it was entered with beyond a plain order.</param>
/// <param name="List">The kind of list it came with; null for none.</param>
/// <param name="ListId">The number of that list's first order.</param>
/// <param name="ListName">Of the first order: the client's name for the list.</param>
/// <param name="Prevented">What it lost where it would have traded with an order of its owner; null for nothing.</param>
/// <param name="Stage">What it waits for, if it is open.</param>
/// <param name="StageNanos">Since when, Unix nanoseconds; 0: since it entered.</param>
/// <param name="Refusal">Why its book refused it: as it came, or a list's child as it was to enter.</param>
/// <param name="Chain">What the orders that it replaced have done; null where it replaced none, or nobody looked.</param>
[GenerateSerializer, Immutable, Alias("past-order")]
public sealed record PastOrder(
    string Symbol,
    long Number,
    long OrderId,
    string ClientOrderId,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    long PriceTicks,
    long QuantityLots,
    long FilledLots,
    long FilledValue,
    OrderStatus Status,
    EndReason End,
    long CreatedNanos,
    long ChangedNanos,
    bool PostOnly,
    SelfTradePrevention SelfTrade,
    EncodedConditions? Conditions,
    OrderListKind? List,
    long? ListId = null,
    string? ListName = null,
    PreventedQuantity? Prevented = null,
    OrderStage Stage = OrderStage.Working,
    long StageNanos = 0,
    RejectReason Refusal = RejectReason.None,
    ChainTotals? Chain = null);

/// <summary>What the orders of a replace chain have done before its last one: together they are one order to a client of FIX.</summary>
/// <param name="FilledLots">Filled quantity, in lots.</param>
/// <param name="FilledValue">What was traded, in ticks times lots.</param>
/// <param name="TakenOffLots">What prevented matches took off their totals, in lots.</param>
[GenerateSerializer, Immutable, Alias("chain-totals")]
public readonly record struct ChainTotals(long FilledLots, Int128 FilledValue, long TakenOffLots)
{
    /// <summary>Lots of the chain's total that are done.</summary>
    public long DoneLots => FilledLots + TakenOffLots;

    /// <summary>The totals of a chain after one of its orders was replaced.</summary>
    /// <param name="replaced">The order, as it ended.</param>
    public static ChainTotals After(PastOrder replaced)
    {
        var before = replaced.Chain ?? default;
        return new(
            before.FilledLots + replaced.FilledLots,
            before.FilledValue + replaced.FilledValue,
            before.TakenOffLots + (replaced.Prevented?.TakenOffLots ?? 0));
    }
}

/// <summary>The mark of a mass cancel: no order with a number up to the floor is to live on.</summary>
/// <param name="Floor">The account's last number.</param>
/// <param name="Symbols">The books in which the account may have orders.</param>
[GenerateSerializer, Immutable, Alias("cancel-all-mark")]
public sealed record CancelAllMark(long Floor, ImmutableArray<string> Symbols);

/// <summary>What a book has shown: a place in its stream.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Sequence">Its sequence.</param>
[GenerateSerializer, Immutable, Alias("seen-sequence")]
public readonly record struct SeenSequence(string Symbol, long Sequence);

/// <summary>Where an order stands in line.</summary>
/// <param name="Reason">Why it can't be told, or none.</param>
/// <param name="OrdersAhead">Orders that trade before it at its price.</param>
/// <param name="LotsAhead">Their displayed lots.</param>
[GenerateSerializer, Immutable, Alias("place-in-line")]
public readonly record struct PlaceInLine(RejectReason Reason, int OrdersAhead, long LotsAhead);
