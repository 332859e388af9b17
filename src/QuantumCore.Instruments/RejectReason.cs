namespace QuantumCore.Instruments;

/// <summary>
/// Why a request was refused: one value per cause, the same in the core, the accounts and on every wire.
/// The numbers are journaled and never change.
/// </summary>
public enum RejectReason : ushort
{
    /// <summary>Not refused.</summary>
    None = 0,

    // The request alone.

    /// <summary>The request is malformed; the field is named beside it.</summary>
    BadRequest = 1,

    /// <summary>No such symbol.</summary>
    UnknownSymbol = 2,

    /// <summary>Two instructions that exclude each other; the field names both.</summary>
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

    /// <summary>The name belongs to somebody already.</summary>
    NameTaken = 10,

    /// <summary>No such user.</summary>
    UnknownUser = 11,

    // The book's state.

    /// <summary>Time of the command lies before the time of the last one.</summary>
    TimeRegression = 20,

    /// <summary>The symbol is halted: its phase is Halt.</summary>
    SymbolHalted = 21,

    /// <summary>One more price level than the book may have.</summary>
    TooManyLevels = 22,

    /// <summary>Post-only order would have traded.</summary>
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

    /// <summary>The time it is good till has come already.</summary>
    ExpiredAlready = 29,

    /// <summary>The prices of a list's legs are not in order around the last price.</summary>
    ListPrices = 30,

    /// <summary>The reference has passed the trigger price already.</summary>
    StopWouldTrigger = 31,

    /// <summary>The quotes it is pegged to are not there.</summary>
    PegNoReference = 32,

    /// <summary>The symbol's book can't be explained by its journal, so it serves nothing until that is mended; nothing was done, and what came before is not known.</summary>
    SymbolUnavailable = 33,

    // Live orders.

    /// <summary>No order with this id was ever issued.</summary>
    UnknownOrder = 40,

    /// <summary>The order belongs to another account.</summary>
    NotOwner = 41,

    /// <summary>The order is done; its final state comes with the refusal.</summary>
    OrderClosed = 42,

    /// <summary>The order's open quantity is not what the request expected.</summary>
    StaleLeaves = 43,

    /// <summary>A reduction in place cannot make an order larger.</summary>
    WouldGrow = 44,

    /// <summary>No trade with this id is on the book's record, or it is void already, or its units have become others since.</summary>
    UnknownTrade = 45,

    /// <summary>The order is open and stands in no queue: it waits for a trigger, a parent, a quote or the close.</summary>
    NotResting = 46,

    // The account's state.

    /// <summary>The client order id is known with other content.</summary>
    KeyConflict = 60,

    /// <summary>The client order id was cancelled before its order arrived.</summary>
    KeyCancelled = 61,

    /// <summary>Not enough free quote asset, fees included.</summary>
    InsufficientFunds = 62,

    /// <summary>Not enough free base asset; a cash account can't go short.</summary>
    ShortNotAllowed = 63,

    /// <summary>As many open orders as the account may have.</summary>
    TooManyOrders = 64,

    /// <summary>A sum would leave the range of a balance.</summary>
    Overflow = 65,

    /// <summary>A market order needs a reference price and there is none.</summary>
    NoReference = 66,

    /// <summary>The account is frozen: it enters no orders and gives nothing away.</summary>
    AccountFrozen = 67,

    /// <summary>More in one order than the account may enter in this symbol.</summary>
    MaxQuantity = 68,

    /// <summary>An order of more value than the account may enter in this symbol.</summary>
    MaxNotional = 69,

    /// <summary>As many open orders as the account may have, in this symbol or at all.</summary>
    OpenOrderLimit = 70,

    /// <summary>With its open orders filled the account would have more, or be short of more, than it may.</summary>
    PositionLimit = 71,

    /// <summary>The same order came a moment ago.</summary>
    DuplicateOrder = 72,

    /// <summary>More orders in a short time than the account may enter.</summary>
    OrderRate = 73,

    /// <summary>With its open orders filled the account would have traded more today than it may.</summary>
    DailyVolume = 74,

    /// <summary>The account has lost as much today as it may: it buys nothing, and sells nothing short, until tomorrow.</summary>
    DailyLoss = 75,

    /// <summary>Not enough equity for the initial margin, open orders included.</summary>
    InsufficientMargin = 76,

    /// <summary>The account may only make its positions smaller: its equity is below the margin.</summary>
    ReduceOnly = 77,

    /// <summary>The account does not trade this instrument: its currency or its kind is another.</summary>
    NotPermitted = 78,

    /// <summary>More would be short than was located for the account.</summary>
    NoLocate = 79,

    /// <summary>A mark price is missing or old: a margin account takes on nothing until there is one.</summary>
    MarkStale = 80,

    /// <summary>Enough is there, but it settles later than it would have to be given away.</summary>
    UnsettledFunds = 93,

    /// <summary>The account's position asks for nothing: the signal is no order.</summary>
    SignalSkipped = 86,

    /// <summary>Signals of this strategy failed one after the other; it takes none for a while.</summary>
    SignalsPaused = 87,

    /// <summary>The signal is older than its strategy takes it.</summary>
    SignalTooOld = 88,

    // Availability: nothing was decided, or it is not known what was.

    /// <summary>Queues are full; nothing was done. Retry with the same client order id.</summary>
    Overloaded = 90,

    /// <summary>The outcome is not known. Retry with the same client order id to learn it.</summary>
    OutcomeUnknown = 91,

    /// <summary>One account or address asks more often than it may; nothing was done. Retry with the same client order id.</summary>
    TooManyRequests = 92,
}
