using System.Text.Json.Serialization;

namespace QuantumCore.Instruments;

/// <summary>Side of an order (FIX tag 54).</summary>
public enum Side : byte
{
    /// <summary>Pays quote, receives base.</summary>
    Buy = 1,

    /// <summary>Delivers base, receives quote.</summary>
    Sell = 2,
}

/// <summary>Time in force (FIX tag 59).</summary>
public enum TimeInForce : byte
{
    /// <summary>Good until the symbol closes.</summary>
    [JsonStringEnumMemberName("day")] Day = 0,

    /// <summary>Good till cancelled.</summary>
    [JsonStringEnumMemberName("gtc")] GoodTillCancel = 1,

    /// <summary>Takes part in the opening auction; the rest expires.</summary>
    [JsonStringEnumMemberName("opg")] AtTheOpening = 2,

    /// <summary>Immediate or cancel: the remainder expires.</summary>
    [JsonStringEnumMemberName("ioc")] ImmediateOrCancel = 3,

    /// <summary>Fill or kill: all at once, or nothing.</summary>
    [JsonStringEnumMemberName("fok")] FillOrKill = 4,

    /// <summary>Good till a time, in Unix nanoseconds.</summary>
    [JsonStringEnumMemberName("gtd")] GoodTillDate = 6,

    /// <summary>Waits for the closing auction and takes part in it; the rest expires.</summary>
    [JsonStringEnumMemberName("cls")] AtTheClose = 7,
}

/// <summary>Reason why an order in the book ended with open quantity.</summary>
public enum EndReason : byte
{
    /// <summary>Not ended, or filled.</summary>
    None = 0,

    /// <summary>Cancelled by its owner.</summary>
    User = 1,

    /// <summary>Cancelled by a mass cancel.</summary>
    MassCancel = 2,

    /// <summary>Replaced by a new order.</summary>
    Replaced = 3,

    /// <summary>Reduced to no more than was already filled.</summary>
    Amended = 4,

    /// <summary>Immediate-or-cancel remainder.</summary>
    ImmediateOrCancel = 5,

    /// <summary>Fill-or-kill that could not be filled whole.</summary>
    FillOrKill = 6,

    /// <summary>Market order: no (more) liquidity on the other side.</summary>
    NoLiquidity = 7,

    /// <summary>Market order: the remaining liquidity is beyond its protection price.</summary>
    Protection = 8,

    /// <summary>Its list ended, or its parent was not filled.</summary>
    List = 9,

    /// <summary>Its sibling of a one-cancels-other pair filled or triggered.</summary>
    OneCancelsOther = 10,

    /// <summary>It would have traded with an order of its own owner.</summary>
    SelfTrade = 11,

    /// <summary>Less than its minimum quantity could be filled at entry.</summary>
    MinimumQuantity = 12,

    /// <summary>The remaining liquidity is beyond the dynamic price band.</summary>
    Band = 13,

    /// <summary>Market order by amount: the rest of the amount does not buy a lot at the next price.</summary>
    Amount = 14,

    /// <summary>Its expiry time came.</summary>
    GoodTillDate = 15,

    /// <summary>The day ended.</summary>
    Day = 16,

    /// <summary>At-the-open order: left over after the opening auction.</summary>
    AtTheOpening = 17,

    /// <summary>At-the-close order: left over after the closing auction.</summary>
    AtTheClose = 18,

    /// <summary>Market order: left over after an auction.</summary>
    AuctionEnd = 19,

    /// <summary>The new phase cannot hold it.</summary>
    Session = 20,

    /// <summary>The account's kill switch was used.</summary>
    KillSwitch = 21,

    /// <summary>Post-only stop: it would have taken liquidity when it triggered.</summary>
    PostOnly = 22,

    /// <summary>A corporate action of its instrument began.</summary>
    CorporateAction = 23,
}

/// <summary>
/// Self-trade prevention: action when an order would trade with one of its own owner. The incoming order decides.
/// </summary>
public enum SelfTradePrevention : byte
{
    /// <summary>No prevention: they trade.</summary>
    None = 0,

    /// <summary>The incoming order's remainder expires.</summary>
    ExpireTaker = 1,

    /// <summary>The whole resting order expires; the incoming one goes on.</summary>
    ExpireMaker = 2,

    /// <summary>Both orders expire whole.</summary>
    ExpireBoth = 3,

    /// <summary>Both orders are reduced by what they would have traded.</summary>
    Decrement = 4,

    /// <summary>The order entered later (by id) expires whole.</summary>
    CancelNewest = 5,

    /// <summary>The order entered earlier (by id) expires whole.</summary>
    CancelOldest = 6,
}

/// <summary>Resolves the effect of a self-trade prevention mode on two orders.</summary>
public static class SelfTradePreventionExtensions
{
    /// <summary>Replaces the modes for the newest and oldest order by those for taker and maker.</summary>
    /// <param name="mode">The incoming order's mode.</param>
    /// <param name="takerId">The incoming order's public id; a later order has a greater one.</param>
    /// <param name="makerId">The resting order's public id.</param>
    public static SelfTradePrevention Between(this SelfTradePrevention mode, long takerId, long makerId) => mode switch
    {
        SelfTradePrevention.CancelNewest =>
            takerId > makerId ? SelfTradePrevention.ExpireTaker : SelfTradePrevention.ExpireMaker,
        SelfTradePrevention.CancelOldest =>
            takerId > makerId ? SelfTradePrevention.ExpireMaker : SelfTradePrevention.ExpireTaker,
        _ => mode,
    };

    /// <summary>Returns true if a mode from <see cref="Between"/> reduces or ends the incoming order.</summary>
    public static bool TakesOfTaker(this SelfTradePrevention mode) =>
        mode is SelfTradePrevention.ExpireTaker or SelfTradePrevention.ExpireBoth or SelfTradePrevention.Decrement;

    /// <summary>Returns true if a mode from <see cref="Between"/> reduces or ends the resting order.</summary>
    public static bool TakesOfMaker(this SelfTradePrevention mode) =>
        mode is SelfTradePrevention.ExpireMaker or SelfTradePrevention.ExpireBoth or SelfTradePrevention.Decrement;
}

/// <summary>Price that triggers a stop (FIX tag 1107).</summary>
public enum TriggerReference : byte
{
    /// <summary>The last trade of the book.</summary>
    Last = 0,

    /// <summary>The best displayed quote that the order would meet: the ask for a buy, the bid for a sell.</summary>
    Quote = 1,

    /// <summary>The mark price, set by the operator.</summary>
    Mark = 2,
}

/// <summary>Quote that a pegged order follows (FIX tag 1094). Only displayed orders that are not pegs count.</summary>
public enum PegReference : byte
{
    /// <summary>Not pegged.</summary>
    None = 0,

    /// <summary>The best price of its own side.</summary>
    Primary = 1,

    /// <summary>The best price of the other side.</summary>
    Market = 2,

    /// <summary>The midpoint of both, rounded away from the other side.</summary>
    Midpoint = 3,
}

/// <summary>Kind of a list: how its orders depend on each other (FIX tag 1385).</summary>
public enum OrderListKind : byte
{
    /// <summary>A limit and a stop leg: the first fill or trigger of one cancels the other.</summary>
    OneCancelsOther = 1,

    /// <summary>The second order enters when the first is filled.</summary>
    OneTriggersOther = 2,

    /// <summary>A one-cancels-other pair enters when the first order is filled.</summary>
    OneTriggersOneCancelsOther = 3,

    /// <summary>The legs of a multi-leg order: all trade together or none does.</summary>
    Strategy = 4,
}

/// <summary>Behaviour of a replacement of which one half fails.</summary>
public enum ReplaceMode : byte
{
    /// <summary>Does both or neither.</summary>
    Atomic = 0,

    /// <summary>Enters no new order if the cancel fails; the cancel stands even if the new order is rejected.</summary>
    StopOnFailure = 1,

    /// <summary>Does each half independently of the other.</summary>
    AllowFailure = 2,
}

/// <summary>Properties of the kinds of lists.</summary>
public static class OrderListKindExtensions
{
    /// <summary>Maximum number of orders of a list.</summary>
    public const int MostOrders = 3;

    /// <summary>
    /// Returns the number of orders of a list kind; 0 for a multi-leg order, which names its legs itself, and for an
    /// unknown kind.
    /// </summary>
    public static int OrderCount(this OrderListKind kind) => kind switch
    {
        OrderListKind.OneCancelsOther or OrderListKind.OneTriggersOther => 2,
        OrderListKind.OneTriggersOneCancelsOther => 3,
        _ => 0,
    };

    /// <summary>Returns the field of a request that holds the orders of a list.</summary>
    public static string Members(this OrderListKind kind) => kind == OrderListKind.Strategy ? "legs" : "orders";

    /// <summary>Returns the path of an order of a list in a request.</summary>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="at">Index of the order, from 0.</param>
    public static string MemberAt(this OrderListKind kind, int at) => $"{kind.Members()}[{at}]";
}

/// <summary>Maps the reason of an end to an order status.</summary>
public static class EndReasonExtensions
{
    /// <summary>Returns the final status of an order.</summary>
    public static OrderStatus Status(this EndReason end) => end switch
    {
        EndReason.None => OrderStatus.Filled,
        EndReason.User or EndReason.MassCancel or EndReason.Replaced or EndReason.Amended or EndReason.List
            or EndReason.OneCancelsOther or EndReason.KillSwitch or EndReason.CorporateAction => OrderStatus.Cancelled,
        _ => OrderStatus.Expired,
    };
}

/// <summary>Change of a displayed order, as others see it.</summary>
public enum OrderChangeKind : byte
{
    /// <summary>The order appeared.</summary>
    Added = 1,

    /// <summary>The order displays another quantity and keeps its priority.</summary>
    Resized = 2,

    /// <summary>The order is gone, or about to appear elsewhere.</summary>
    Removed = 3,

    /// <summary>The order traded these lots; with none left, it is gone.</summary>
    Executed = 4,

    /// <summary>
    /// A trade that no displayed order shows: the resting order is hidden, or it is an auction trade.
    /// </summary>
    Printed = 5,
}
