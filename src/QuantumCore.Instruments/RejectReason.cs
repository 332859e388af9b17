namespace QuantumCore.Instruments;

/// <summary>
/// Reason why a request was rejected: one value per cause, the same in the core, the accounts and every protocol. The
/// numbers are journaled and never change.
/// </summary>
public enum RejectReason : ushort
{
    /// <summary>Not rejected.</summary>
    None = 0,

    // Errors of the request alone.

    /// <summary>The request is malformed; the field is named with it.</summary>
    BadRequest = 1,

    /// <summary>No such symbol.</summary>
    UnknownSymbol = 2,

    /// <summary>Two instructions exclude each other; the field names both.</summary>
    InvalidCombination = 3,

    /// <summary>Quantity is zero, not a whole number of lots, or outside the instrument's limits.</summary>
    InvalidQuantity = 4,

    /// <summary>Price is not a whole number of ticks, or outside the instrument's limits.</summary>
    InvalidPrice = 5,

    /// <summary>Price times quantity is outside the instrument's limits.</summary>
    InvalidNotional = 6,

    /// <summary>No such account.</summary>
    UnknownAccount = 7,

    /// <summary>Missing or unknown API key.</summary>
    Unauthorized = 8,

    /// <summary>The key may not do this.</summary>
    Forbidden = 9,

    /// <summary>The name is already taken.</summary>
    NameTaken = 10,

    /// <summary>No such user.</summary>
    UnknownUser = 11,

    // The book's state.

    /// <summary>The command's time is before the time of the last one.</summary>
    TimeRegression = 20,

    /// <summary>The symbol is halted: its phase is Halt.</summary>
    SymbolHalted = 21,

    /// <summary>The book has its maximum number of price levels.</summary>
    TooManyLevels = 22,

    /// <summary>The post-only order would have taken liquidity.</summary>
    PostOnlyWouldTake = 23,

    /// <summary>The order was voided before it reached the book (cancelled, or found orphaned).</summary>
    Voided = 24,

    /// <summary>Price outside the static band.</summary>
    PriceBand = 25,

    /// <summary>The account is blocked in this book.</summary>
    AccountBlocked = 26,

    /// <summary>The symbol is closed.</summary>
    SymbolClosed = 27,

    /// <summary>The order, or the change of phase, is not possible in this phase.</summary>
    NotInThisPhase = 28,

    /// <summary>The order's expiry time has already come.</summary>
    ExpiredAlready = 29,

    /// <summary>The prices of a list's legs are not in order around the last price.</summary>
    ListPrices = 30,

    /// <summary>The reference price has already passed the trigger price.</summary>
    StopWouldTrigger = 31,

    /// <summary>The quotes that the order is pegged to are missing.</summary>
    PegNoReference = 32,

    /// <summary>
    /// The symbol's book is inconsistent with its journal and serves nothing until that is repaired. Nothing was done;
    /// earlier outcomes are unknown.
    /// </summary>
    SymbolUnavailable = 33,

    // Live orders.

    /// <summary>No order with this id was ever issued.</summary>
    UnknownOrder = 40,

    /// <summary>The order belongs to another account.</summary>
    NotOwner = 41,

    /// <summary>The order is done; its final state comes with the rejection.</summary>
    OrderClosed = 42,

    /// <summary>The order's open quantity is not what the request expected.</summary>
    StaleLeaves = 43,

    /// <summary>A reduction in place cannot enlarge an order.</summary>
    WouldGrow = 44,

    /// <summary>
    /// The book has no trade with this id, or the trade is busted, or its units have since become others.
    /// </summary>
    UnknownTrade = 45,

    /// <summary>The order is open but in no queue: it waits for a trigger, a parent, a quote or the close.</summary>
    NotResting = 46,

    // The account's state.

    /// <summary>The client order id is known with other content.</summary>
    KeyConflict = 60,

    /// <summary>The client order id was cancelled before its order arrived.</summary>
    KeyCancelled = 61,

    /// <summary>Not enough available quote asset, including fees.</summary>
    InsufficientFunds = 62,

    /// <summary>Not enough available base asset; a cash account cannot go short.</summary>
    ShortNotAllowed = 63,

    /// <summary>The account has its maximum number of open orders.</summary>
    TooManyOrders = 64,

    /// <summary>A sum would leave the range of a balance.</summary>
    Overflow = 65,

    /// <summary>A market order needs a reference price, and there is none.</summary>
    NoReference = 66,

    /// <summary>The account is frozen: it may neither enter orders nor give anything away.</summary>
    AccountFrozen = 67,

    /// <summary>The order's quantity is above the account's limit in this symbol.</summary>
    MaxQuantity = 68,

    /// <summary>The order's value is above the account's limit in this symbol.</summary>
    MaxNotional = 69,

    /// <summary>The account has its maximum number of open orders, in this symbol or in all.</summary>
    OpenOrderLimit = 70,

    /// <summary>With its open orders filled, the account's long or short position would be above its limit.</summary>
    PositionLimit = 71,

    /// <summary>An equal order came a moment ago.</summary>
    DuplicateOrder = 72,

    /// <summary>The account enters orders above its rate limit.</summary>
    OrderRate = 73,

    /// <summary>With its open orders filled, the account's volume today would be above its limit.</summary>
    DailyVolume = 74,

    /// <summary>
    /// The account's loss today has reached its limit: it may neither buy nor sell short until tomorrow.
    /// </summary>
    DailyLoss = 75,

    /// <summary>Not enough equity for the initial margin, open orders included.</summary>
    InsufficientMargin = 76,

    /// <summary>The account may only reduce its positions, because its equity is below the margin.</summary>
    ReduceOnly = 77,

    /// <summary>The account may not trade this instrument: its currency or its kind is another.</summary>
    NotPermitted = 78,

    /// <summary>The short position would exceed the account's locate.</summary>
    NoLocate = 79,

    /// <summary>A mark price is missing or old: a margin account may not add risk until there is one.</summary>
    MarkStale = 80,

    /// <summary>The funds suffice but settle later than they would have to be given.</summary>
    UnsettledFunds = 93,

    /// <summary>The order is many times larger than the account's usual order in this symbol.</summary>
    UnusualQuantity = 94,

    /// <summary>A kill switch limit was reached: the account is frozen and its orders are cancelled.</summary>
    KillSwitch = 95,

    /// <summary>The book, or the account in it, has its maximum number of open orders of this kind.</summary>
    BookOrderLimit = 96,

    /// <summary>The account's position makes the signal ask for no order.</summary>
    SignalSkipped = 86,

    /// <summary>Consecutive signals of this strategy failed; it takes none for a while.</summary>
    SignalsPaused = 87,

    /// <summary>The signal is older than its strategy allows.</summary>
    SignalTooOld = 88,

    // Availability: nothing was decided, or the decision is unknown.

    /// <summary>Queues are full; nothing was done. Retry with the same client order id.</summary>
    Overloaded = 90,

    /// <summary>The outcome is unknown. Retry with the same client order id to learn it.</summary>
    OutcomeUnknown = 91,

    /// <summary>
    /// An account or address is above its rate limit; nothing was done. Retry with the same client order id.
    /// </summary>
    TooManyRequests = 92,
}
