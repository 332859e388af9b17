namespace QuantumCore.Instruments;

/// <summary>Side of an order (FIX tag 54).</summary>
public enum Side : byte
{
    /// <summary>Pays quote, receives base.</summary>
    Buy = 1,

    /// <summary>Delivers base, receives quote.</summary>
    Sell = 2,
}

/// <summary>Order type (FIX tag 40).</summary>
public enum OrderType : byte
{
    /// <summary>Takes what is there up to its protection price; never rests.</summary>
    Market = 1,

    /// <summary>Takes up to its limit; the rest rests as the time in force says.</summary>
    Limit = 2,

    /// <summary>A market order once the reference has gone through the trigger price, against the market.</summary>
    Stop = 3,

    /// <summary>A limit order once the reference has gone through the trigger price, against the market.</summary>
    StopLimit = 4,

    /// <summary>A market order once the reference has reached the trigger price, with the market.</summary>
    TakeProfit = 5,

    /// <summary>A limit order once the reference has reached the trigger price, with the market.</summary>
    TakeProfitLimit = 6,

    /// <summary>A stop whose trigger follows the best reference at a distance, and never moves back.</summary>
    TrailingStop = 7,

    /// <summary>A stop-limit whose trigger follows the best reference; its limit stands off the trigger.</summary>
    TrailingStopLimit = 8,

    /// <summary>A limit order whose price follows the quotes; its own price is the cap it never passes.</summary>
    Pegged = 9,

    /// <summary>One leg of a strategy order: it trades only together with the others. Its price is the worst it may trade at.</summary>
    Leg = 10,
}

/// <summary>Time in force (FIX tag 59).</summary>
public enum TimeInForce : byte
{
    /// <summary>Good until the symbol closes.</summary>
    Day = 0,

    /// <summary>Good till cancelled.</summary>
    GoodTillCancel = 1,

    /// <summary>Takes part in the opening auction; what is left of it expires.</summary>
    AtTheOpening = 2,

    /// <summary>Immediate or cancel: the remainder expires.</summary>
    ImmediateOrCancel = 3,

    /// <summary>Fill or kill: all at once, or nothing.</summary>
    FillOrKill = 4,

    /// <summary>Good till a time, in nanoseconds.</summary>
    GoodTillDate = 6,

    /// <summary>Waits for the closing auction and takes part in it; what is left of it expires.</summary>
    AtTheClose = 7,
}

/// <summary>Life of an order (FIX tag 39).</summary>
public enum OrderStatus : byte
{
    /// <summary>Open, nothing filled.</summary>
    New = 0,

    /// <summary>Open, partly filled.</summary>
    PartiallyFilled = 1,

    /// <summary>Done: nothing left.</summary>
    Filled = 2,

    /// <summary>Done: taken out by its owner or the operator.</summary>
    Cancelled = 4,

    /// <summary>Done: never entered the book.</summary>
    Rejected = 8,

    /// <summary>Done: its remainder could not be executed under its own terms.</summary>
    Expired = 12,
}

/// <summary>Why an order that had entered the book ended with something left.</summary>
public enum EndReason : byte
{
    /// <summary>It has not ended, or ended filled.</summary>
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

    /// <summary>Market order: nothing (more) on the other side.</summary>
    NoLiquidity = 7,

    /// <summary>Market order: there was more, beyond its protection price.</summary>
    Protection = 8,

    /// <summary>The list it belonged to ended, or its parent was not filled.</summary>
    List = 9,

    /// <summary>Its sibling of a one-cancels-other pair filled or triggered.</summary>
    OneCancelsOther = 10,

    /// <summary>It would have traded with an order of its own owner.</summary>
    SelfTrade = 11,

    /// <summary>Less than its minimum quantity could be filled at entry.</summary>
    MinimumQuantity = 12,

    /// <summary>There was more, beyond the dynamic price band.</summary>
    Band = 13,

    /// <summary>Market order by amount: what is left of the amount buys no lot at the next price.</summary>
    Amount = 14,

    /// <summary>Its time came.</summary>
    GoodTillDate = 15,

    /// <summary>The day ended.</summary>
    Day = 16,

    /// <summary>At-the-open order: left over by the opening auction.</summary>
    AtTheOpening = 17,

    /// <summary>At-the-close order: left over by the closing auction.</summary>
    AtTheClose = 18,

    /// <summary>Market order: left over by an auction.</summary>
    AuctionEnd = 19,

    /// <summary>The phase that began can't hold it.</summary>
    Session = 20,

    /// <summary>The account's kill switch was used.</summary>
    KillSwitch = 21,

    /// <summary>Post-only stop: it would have taken when it triggered.</summary>
    PostOnly = 22,

    /// <summary>A corporate action of what it trades began.</summary>
    CorporateAction = 23,
}

/// <summary>Phase of a symbol's trading day (FIX tag 340).</summary>
public enum TradingPhase : byte
{
    /// <summary>Matches continuously.</summary>
    Continuous = 0,

    /// <summary>Collects orders, tells no indicative price.</summary>
    PreOpen = 1,

    /// <summary>Collects orders for the opening auction.</summary>
    Opening = 2,

    /// <summary>Collects orders for an auction that a price band or a halt called for.</summary>
    Volatility = 3,

    /// <summary>Collects orders for the closing auction.</summary>
    Closing = 4,

    /// <summary>Stopped: orders may be cancelled or made smaller, none entered.</summary>
    Halt = 5,

    /// <summary>The day is over.</summary>
    Closed = 6,
}

/// <summary>What happens when an order would trade with one of its own owner; the incoming order decides.</summary>
public enum SelfTradePrevention : byte
{
    /// <summary>They trade.</summary>
    None = 0,

    /// <summary>The incoming order's remainder expires.</summary>
    ExpireTaker = 1,

    /// <summary>The resting order expires whole; the incoming one goes on.</summary>
    ExpireMaker = 2,

    /// <summary>Both expire whole.</summary>
    ExpireBoth = 3,

    /// <summary>Both shrink by what they would have traded.</summary>
    Decrement = 4,

    /// <summary>The order entered later (by id) expires whole.</summary>
    CancelNewest = 5,

    /// <summary>The order entered earlier (by id) expires whole.</summary>
    CancelOldest = 6,
}

/// <summary>What a mode does to the two orders that met.</summary>
public static class SelfTradePreventionExtensions
{
    /// <summary>The mode with the newest and the oldest said by who came and who rested.</summary>
    /// <param name="mode">The incoming order's instruction.</param>
    /// <param name="takerId">The incoming order's public id; of two orders the later has the greater one.</param>
    /// <param name="makerId">The resting order's.</param>
    public static SelfTradePrevention Between(this SelfTradePrevention mode, long takerId, long makerId) => mode switch
    {
        SelfTradePrevention.CancelNewest => takerId > makerId ? SelfTradePrevention.ExpireTaker : SelfTradePrevention.ExpireMaker,
        SelfTradePrevention.CancelOldest => takerId > makerId ? SelfTradePrevention.ExpireMaker : SelfTradePrevention.ExpireTaker,
        _ => mode,
    };

    /// <summary>Whether the incoming order loses by it; of a mode as <see cref="Between"/> gives it.</summary>
    public static bool TakesOfTaker(this SelfTradePrevention mode) =>
        mode is SelfTradePrevention.ExpireTaker or SelfTradePrevention.ExpireBoth or SelfTradePrevention.Decrement;

    /// <summary>Whether the resting order loses by it; of a mode as <see cref="Between"/> gives it.</summary>
    public static bool TakesOfMaker(this SelfTradePrevention mode) =>
        mode is SelfTradePrevention.ExpireMaker or SelfTradePrevention.ExpireBoth or SelfTradePrevention.Decrement;
}

/// <summary>Which price triggers a stop (FIX tag 1107).</summary>
public enum TriggerReference : byte
{
    /// <summary>The last trade of the book.</summary>
    Last = 0,

    /// <summary>The best displayed quote the order would meet: buys look at the ask, sells at the bid.</summary>
    Quote = 1,

    /// <summary>The mark price, as set by the operator.</summary>
    Mark = 2,
}

/// <summary>What a pegged order follows (FIX tag 1094). References are displayed orders that are not pegs.</summary>
public enum PegReference : byte
{
    /// <summary>Not pegged.</summary>
    None = 0,

    /// <summary>The best price of its own side.</summary>
    Primary = 1,

    /// <summary>The best price of the other side.</summary>
    Market = 2,

    /// <summary>The middle of both, rounded away from the other side.</summary>
    Midpoint = 3,
}

/// <summary>How the orders of a list depend on each other (FIX tag 1385).</summary>
public enum OrderListKind : byte
{
    /// <summary>A limit and a stop leg: the first fill or trigger of one cancels the other.</summary>
    OneCancelsOther = 1,

    /// <summary>The second order enters when the first is filled.</summary>
    OneTriggersOther = 2,

    /// <summary>A one-cancels-other pair enters when the first order is filled.</summary>
    OneTriggersOneCancelsOther = 3,

    /// <summary>The legs of a strategy order: all trade together or none does.</summary>
    Strategy = 4,
}

/// <summary>What a replacement does when one half of it can't be done.</summary>
public enum ReplaceMode : byte
{
    /// <summary>Both or neither.</summary>
    Atomic = 0,

    /// <summary>Without the cancel no new order; the cancel stands even if the new order is refused.</summary>
    StopOnFailure = 1,

    /// <summary>Each for itself.</summary>
    AllowFailure = 2,
}

/// <summary>What a kind of list asks for.</summary>
public static class OrderListKindExtensions
{
    /// <summary>Most orders of a list.</summary>
    public const int MostOrders = 3;

    /// <summary>How many orders a list of a kind has; 0 for a strategy, whose legs are as many as it names, and for no kind.</summary>
    public static int OrderCount(this OrderListKind kind) => kind switch
    {
        OrderListKind.OneCancelsOther or OrderListKind.OneTriggersOther => 2,
        OrderListKind.OneTriggersOneCancelsOther => 3,
        _ => 0,
    };

    /// <summary>How a request names the orders of a list of a kind.</summary>
    public static string Members(this OrderListKind kind) => kind == OrderListKind.Strategy ? "legs" : "orders";

    /// <summary>How a request names one of them.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="at">Which, from 0.</param>
    public static string MemberAt(this OrderListKind kind, int at) => $"{kind.Members()}[{at}]";
}

/// <summary>What an end means for the state of an order.</summary>
public static class EndReasonExtensions
{
    /// <summary>The state an order is done in.</summary>
    public static OrderStatus Status(this EndReason end) => end switch
    {
        EndReason.None => OrderStatus.Filled,
        EndReason.User or EndReason.MassCancel or EndReason.Replaced or EndReason.Amended or EndReason.List
            or EndReason.OneCancelsOther or EndReason.KillSwitch or EndReason.CorporateAction => OrderStatus.Cancelled,
        _ => OrderStatus.Expired,
    };
}

/// <summary>What happened to a displayed order, as others see it.</summary>
public enum OrderChangeKind : byte
{
    /// <summary>It appeared.</summary>
    Added = 1,

    /// <summary>It shows another quantity and keeps its place.</summary>
    Resized = 2,

    /// <summary>It is gone, or about to appear elsewhere.</summary>
    Removed = 3,

    /// <summary>It traded those lots; with none left it is gone.</summary>
    Executed = 4,

    /// <summary>A trade of which no displayed order is told: the resting one is hidden, or it is an auction's.</summary>
    Printed = 5,
}
