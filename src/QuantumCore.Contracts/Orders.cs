using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A client's order, on its way to the account that must cover it.</summary>
/// <param name="ClientOrderId">Client order id (FIX tag 11): 1 to 36 printable ASCII characters.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="PostOnly">True to reject the order rather than let it take liquidity.</param>
/// <param name="PriceTicks">
/// Limit price, in ticks. For a market order, the protection price that the gateway chose. That is not part of the
/// order's identity, because a retry may see another reference price.
/// </param>
/// <param name="QuantityLots">Quantity in lots; 0 for a market order by amount.</param>
/// <param name="SelfTrade">Self-trade prevention mode.</param>
/// <param name="Conditions">Conditions beyond a plain order.</param>
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
/// The account's answer to a hold request. The hold is durable when this is returned; the same request again gives the
/// same order.
/// </summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke, as text; null if none.</param>
/// <param name="Order">The order to submit to the book; null if rejected.</param>
/// <param name="IsKnown">True if the client order id was used before; the result is then the earlier one.</param>
[GenerateSerializer, Immutable, Alias("hold-result")]
public sealed record HoldResult(
    RejectReason Reason, string? Field, string? Limit, SubmitOrder? Order, bool IsKnown = false);

/// <summary>The account's answer to hold requests that does not wait for its records.</summary>
/// <param name="Results">The result of each request.</param>
/// <param name="Last">
/// The account's last record. Until it is durable, only the books may learn of the results. Null if it is durable.
/// </param>
[GenerateSerializer, Immutable, Alias("held-ahead")]
public sealed record HeldAhead(ImmutableArray<HoldResult> Results, RecordLocation? Last);

/// <summary>Place of a record in the journal, durable or not.</summary>
/// <param name="Stream">Name of its stream.</param>
/// <param name="Epoch">Epoch of the activation that appended it.</param>
/// <param name="Sequence">Its sequence in the stream.</param>
[GenerateSerializer, Immutable, Alias("record-location")]
public readonly record struct RecordLocation(string Stream, long Epoch, long Sequence);

/// <summary>The account's answer to a list: all of its orders, or one reject reason.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke, as text; null if none.</param>
/// <param name="Orders">The orders to submit to the book, in the sequence of the list; empty if rejected.</param>
/// <param name="IsKnown">True if the first client order id was used before; the result is then the earlier one.</param>
/// <param name="At">Index of the order with the field at fault, from 0; null if the field concerns all orders.</param>
[GenerateSerializer, Immutable, Alias("hold-list-result")]
public sealed record HoldListResult(
    RejectReason Reason, string? Field, string? Limit, ImmutableArray<SubmitOrder> Orders, bool IsKnown = false,
    int? At = null);

/// <summary>An order with its cost held, on its way to the book.</summary>
/// <param name="Account">The owner's account number.</param>
/// <param name="Number">The order's number within the account: its private identity, never reused.</param>
/// <param name="ClientOrderId">Its client order id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="PostOnly">True to reject the order rather than let it take liquidity.</param>
/// <param name="PriceTicks">Limit price, or a market order's protection price, in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="MakerFeePpm">
/// Fee rate of its resting fills, millionths, negative for a rebate; fixed at the hold.
/// </param>
/// <param name="TakerFeePpm">Fee rate of its aggressive fills, millionths; fixed at the hold.</param>
/// <param name="ReplacesNumber">Number of the order it replaces, or 0.</param>
/// <param name="ExpectedLeavesLots">Quantity that the replaced order must have open, in lots.</param>
/// <param name="Owner">
/// Always 0, because a book knows the accounts of an owner itself. Records and messages keep the field.
/// </param>
/// <param name="SelfTrade">Self-trade prevention mode, for orders of its owner.</param>
/// <param name="Conditions">Conditions beyond a plain order.</param>
/// <param name="MinimumFee">Minimum fee once it has a fill, quote minor units; fixed at the hold.</param>
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
    /// <summary>True for a plain order: limit or market, without any conditions.</summary>
    public bool IsPlain => Owner == 0 && SelfTrade == SelfTradePrevention.None && Conditions is null
        && Type <= OrderType.Limit
        && TimeInForce is TimeInForce.GoodTillCancel or TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
}

/// <summary>A fill as its owner sees it.</summary>
/// <param name="Sequence">The book's sequence; with <paramref name="Index"/> it identifies the trade.</param>
/// <param name="Index">Position of the trade within that sequence, from 0.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="Fee">Fee in minor units of the quote asset.</param>
/// <param name="IsMaker">True if the owner's order was resting.</param>
[GenerateSerializer, Immutable, Alias("order-fill")]
public readonly record struct OrderFill(
    long Sequence, int Index, long PriceTicks, long QuantityLots, long Fee, bool IsMaker);

/// <summary>State of an order (FIX message 8). Reported only when the record it rests on is durable.</summary>
/// <param name="Reason">Reject reason of the request, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke; null if none.</param>
/// <param name="Account">The owner's account number.</param>
/// <param name="Number">The order's number within the account.</param>
/// <param name="ClientOrderId">Its client order id.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">Its public id; 0 if it never entered the book.</param>
/// <param name="Status">Order status.</param>
/// <param name="End">Reason of its end with open quantity.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="PriceTicks">Limit price, in ticks.</param>
/// <param name="QuantityLots">Total quantity in lots.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="LeavesLots">Open quantity in lots; 0 when done.</param>
/// <param name="Sequence">The book's sequence of this state.</param>
/// <param name="TimeNanos">The book's time of that sequence, Unix nanoseconds.</param>
/// <param name="Fills">Fills of the reported command; empty for a status request.</param>
/// <param name="PostOnly">True if it must never take liquidity.</param>
/// <param name="SelfTrade">Self-trade prevention mode.</param>
/// <param name="Conditions">Conditions beyond a plain order, as entered.</param>
/// <param name="Prevented">Its prevented matches in the reported command; null for none.</param>
/// <param name="Stage">Stage of an open order: what it waits for.</param>
/// <param name="Refusal">
/// For an order reported after its own answer: reason why its book rejected it, on arrival or when a list's child was
/// to enter.
/// </param>
/// <param name="TriggerTicks">
/// For a waiting stop or take-profit: its current trigger, in ticks, which moves for a trailing one. 0 if it has none
/// yet or was not looked up.
/// </param>
/// <param name="WasCancelled">For a cancel: true if the order was cancelled before and this cancel did nothing.</param>
/// <param name="PeggedTicks">
/// For a peg in the book: its current price by the quotes (FIX tag 839), in ticks. 0 if it has no quote to follow or
/// was not looked up.
/// </param>
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
    /// <summary>Makes the report of an order that was rejected before it reached a book.</summary>
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
/// <param name="OrderId">Public id of the order to amend.</param>
/// <param name="NewClientOrderId">Client order id of the replacement, should one be needed.</param>
/// <param name="PriceTicks">New limit price, in ticks; 0 keeps it.</param>
/// <param name="TotalLots">New total quantity, filled lots included, in lots; 0 keeps it.</param>
/// <param name="Seen">Latest book sequence shown to the client; the account catches up to it first.</param>
/// <param name="ExpectedLots">
/// Quantity that the client believes is open, in lots. With any other, the amendment is rejected as stale (RULES 10.6).
/// 0 accepts any.
/// </param>
/// <param name="KeepsPlace">
/// True to reject an amendment for which the order would have to be replaced, as one that grows.
/// </param>
/// <param name="TriggerTicks">
/// New trigger of a waiting stop or take-profit, in ticks; the order is then replaced. 0 keeps it.
/// </param>
/// <param name="EarlierLots">
/// Lots of the client's total that earlier orders of its replace chain have done. The instrument's minimum quantity
/// applies to both together.
/// </param>
[GenerateSerializer, Immutable, Alias("amend-request")]
public sealed record AmendRequest(
    string Symbol, long OrderId, string NewClientOrderId, long PriceTicks, long TotalLots, SeenSequence Seen,
    long ExpectedLots = 0, bool KeepsPlace = false,
    long TriggerTicks = 0, long EarlierLots = 0);

/// <summary>Plan for carrying out an amendment.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke; null if none.</param>
/// <param name="ReduceNumber">Number of the order to reduce in place; 0 if it is replaced instead.</param>
/// <param name="ReduceToTotalLots">Its new total quantity, in lots.</param>
/// <param name="Replacement">The replacement order, with its extra cost held; null if reduced in place.</param>
[GenerateSerializer, Immutable, Alias("amend-plan")]
public sealed record AmendPlan(
    RejectReason Reason,
    string? Field,
    string? Limit,
    long ReduceNumber,
    long ReduceToTotalLots,
    SubmitOrder? Replacement);

/// <summary>The order that a client order id names.</summary>
/// <param name="Reason">
/// None, or <see cref="RejectReason.UnknownOrder"/>. In that case the id is used up, so that an order that arrives
/// later under it is rejected.
/// </param>
/// <param name="Symbol">The order's book.</param>
/// <param name="Number">Its number within the account.</param>
[GenerateSerializer, Immutable, Alias("named-order")]
public sealed record NamedOrder(RejectReason Reason, string Symbol, long Number);

/// <summary>Query for orders of an account.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The instrument; null for all.</param>
/// <param name="Number">The order's number within the account.</param>
/// <param name="OrderId">The order's public id.</param>
/// <param name="FromOrderId">Lowest public id; null returns the newest orders, unless a time is given.</param>
/// <param name="FromNanos">Earliest entry time, Unix nanoseconds.</param>
/// <param name="ThroughNanos">Latest entry time, Unix nanoseconds.</param>
/// <param name="IsOpen">True for open orders only.</param>
/// <param name="Limit">Maximum number of orders, from 1.</param>
/// <param name="IsListed">True for orders of lists only.</param>
/// <param name="ListId">Id of a list: the number of its first order.</param>
/// <param name="ListName">The client's name of a list.</param>
/// <param name="FromNumber">Lowest number within the account.</param>
/// <param name="HasEntered">True for orders that entered a book; rejected orders are omitted.</param>
/// <param name="BeforeNumber">Exclusive upper bound of the number within the account.</param>
/// <param name="HasChain">True to look up each order's <see cref="PastOrder.Chain"/>.</param>
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
/// <param name="OrderId">Its public id; 0 if it never entered the book.</param>
/// <param name="ClientOrderId">Its client order id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Order type.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="PriceTicks">Limit price, or a market order's protection price, in ticks.</param>
/// <param name="QuantityLots">Total quantity in lots.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="FilledValue">Traded value, in ticks times lots.</param>
/// <param name="Status">Order status.</param>
/// <param name="End">Reason of its end with open quantity.</param>
/// <param name="CreatedNanos">Time at which it entered the book, Unix nanoseconds.</param>
/// <param name="ChangedNanos">Time of its last change, Unix nanoseconds.</param>
/// <param name="PostOnly">True if it must never take liquidity.</param>
/// <param name="SelfTrade">Self-trade prevention mode.</param>
/// <param name="Conditions">Conditions beyond a plain order, as entered.</param>
/// <param name="List">Kind of its list; null for none.</param>
/// <param name="ListId">Id of its list: the number of the list's first order.</param>
/// <param name="ListName">For the first order: the client's name of the list.</param>
/// <param name="Prevented">Quantity lost to self-trade prevention; null for none.</param>
/// <param name="Stage">Stage of an open order: what it waits for.</param>
/// <param name="StageNanos">Time at which the stage began, Unix nanoseconds; 0 if it began at entry.</param>
/// <param name="Refusal">Reason why its book rejected it, on arrival or when a list's child was to enter.</param>
/// <param name="Chain">Totals of the orders it replaced; null if it replaced none or they were not looked up.</param>
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

/// <summary>
/// Totals of a replace chain before its last order. To a FIX client the whole chain is one order.
/// </summary>
/// <param name="FilledLots">Filled quantity, in lots.</param>
/// <param name="FilledValue">Traded value, in ticks times lots.</param>
/// <param name="TakenOffLots">Quantity that prevented matches took off their totals, in lots.</param>
[GenerateSerializer, Immutable, Alias("chain-totals")]
public readonly record struct ChainTotals(long FilledLots, Int128 FilledValue, long TakenOffLots)
{
    /// <summary>Lots of the chain's total that are done.</summary>
    public long DoneLots => FilledLots + TakenOffLots;

    /// <summary>Returns the totals of a chain after one of its orders was replaced.</summary>
    /// <param name="replaced">The replaced order, as it ended.</param>
    public static ChainTotals After(PastOrder replaced)
    {
        var before = replaced.Chain ?? default;
        return new(
            before.FilledLots + replaced.FilledLots,
            before.FilledValue + replaced.FilledValue,
            before.TakenOffLots + (replaced.Prevented?.TakenOffLots ?? 0));
    }
}

/// <summary>The mark of a mass cancel: no order with a number up to the floor may live on.</summary>
/// <param name="Floor">The account's last number.</param>
/// <param name="Symbols">The books in which the account may have orders.</param>
/// <param name="Reason">None, or the reason why nothing was done.</param>
/// <param name="IsPending">
/// True if it is not durable yet. A pending freeze holds in memory, and the end of its process would undo it.
/// </param>
[GenerateSerializer, Immutable, Alias("cancel-all-mark")]
public sealed record CancelAllMark(
    long Floor, ImmutableArray<string> Symbols, RejectReason Reason = RejectReason.None, bool IsPending = false)
{
    /// <summary>Makes the answer of an account that did nothing.</summary>
    public static CancelAllMark Refused(RejectReason reason) => new(0, [], reason);
}

/// <summary>A sequence that a book has shown.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Sequence">The book's sequence.</param>
[GenerateSerializer, Immutable, Alias("seen-sequence")]
public readonly record struct SeenSequence(string Symbol, long Sequence);

/// <summary>Queue position of an order.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="OrdersAhead">Number of orders that trade before it at its price.</param>
/// <param name="LotsAhead">Their displayed quantity, in lots.</param>
[GenerateSerializer, Immutable, Alias("place-in-line")]
public readonly record struct PlaceInLine(RejectReason Reason, int OrdersAhead, long LotsAhead);
