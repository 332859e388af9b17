using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>Rejection of a request, with the field at fault and the limit it broke.</summary>
/// <param name="Reason">Reject reason.</param>
/// <param name="Field">Member of the request at fault.</param>
/// <param name="Limit">Limit it broke, as text.</param>
/// <param name="Detail">Explanation for people.</param>
public readonly record struct Refusal(
    RejectReason Reason, string? Field = null, string? Limit = null, string? Detail = null)
{
    /// <summary>Title that replaces the reason's own.</summary>
    public string? Title { get; init; }

    /// <summary>Makes the refusal of a malformed request.</summary>
    public static Refusal Malformed(string? field, string detail) => new(RejectReason.BadRequest, field, null, detail);

    /// <summary>Returns the same refusal with the symbol of the leg at fault.</summary>
    public Refusal OfLeg(string symbol) => this with { Detail = $"The leg of {symbol}: {Detail ?? Refusals.Title(Reason)}" };
}

/// <summary>HTTP status and title of each reject reason.</summary>
public static class Refusals
{
    /// <summary>Returns the HTTP status of a reason.</summary>
    public static int Status(RejectReason reason) => reason switch
    {
        RejectReason.None => 200,
        RejectReason.BadRequest or RejectReason.InvalidCombination or RejectReason.InvalidQuantity or
            RejectReason.InvalidPrice or RejectReason.InvalidNotional => 400,
        RejectReason.Unauthorized => 401,
        RejectReason.Forbidden or RejectReason.NotOwner or RejectReason.AccountBlocked or
            RejectReason.AccountFrozen => 403,
        RejectReason.UnknownSymbol or RejectReason.UnknownAccount or RejectReason.UnknownOrder or
            RejectReason.UnknownTrade or RejectReason.UnknownUser => 404,
        RejectReason.KeyConflict or RejectReason.KeyCancelled or RejectReason.OrderClosed or
            RejectReason.StaleLeaves or RejectReason.WouldGrow or RejectReason.Voided or RejectReason.NameTaken or
            RejectReason.NotResting => 409,
        RejectReason.InsufficientFunds or RejectReason.ShortNotAllowed or RejectReason.TooManyOrders or
            RejectReason.TooManyLevels or RejectReason.PostOnlyWouldTake or RejectReason.NoReference or
            RejectReason.Overflow or RejectReason.PriceBand or RejectReason.NotInThisPhase or
            RejectReason.ExpiredAlready or RejectReason.ListPrices or RejectReason.StopWouldTrigger or
            RejectReason.PegNoReference or RejectReason.SymbolHalted or RejectReason.SymbolClosed or RejectReason.MaxQuantity or
            RejectReason.MaxNotional or RejectReason.OpenOrderLimit or RejectReason.PositionLimit or
            RejectReason.DuplicateOrder or RejectReason.OrderRate or RejectReason.DailyVolume or
            RejectReason.DailyLoss or RejectReason.InsufficientMargin or RejectReason.ReduceOnly or
            RejectReason.NotPermitted or RejectReason.NoLocate or RejectReason.MarkStale or
            RejectReason.SignalSkipped or RejectReason.SignalTooOld or RejectReason.UnsettledFunds or
            RejectReason.UnusualQuantity or RejectReason.KillSwitch => 422,
        RejectReason.TooManyRequests => 429,
        RejectReason.TimeRegression or RejectReason.SymbolUnavailable or RejectReason.Overloaded or
            RejectReason.OutcomeUnknown or RejectReason.SignalsPaused => 503,
    };

    /// <summary>Returns the title of a reason, a sentence for people.</summary>
    public static string Title(RejectReason reason) => reason switch
    {
        RejectReason.None => "Done.",
        RejectReason.BadRequest => "The request is malformed.",
        RejectReason.UnknownSymbol => "No such symbol is listed.",
        RejectReason.InvalidCombination => "These instructions exclude each other.",
        RejectReason.InvalidQuantity => "The quantity is not one this instrument allows.",
        RejectReason.InvalidPrice => "The price is not one this instrument allows.",
        RejectReason.InvalidNotional => "Price times quantity is outside this instrument's limits.",
        RejectReason.UnknownAccount => "No such account.",
        RejectReason.Unauthorized => "A valid API key is needed in the header X-Api-Key, or a session.",
        RejectReason.Forbidden => "This caller may not do this.",
        RejectReason.NameTaken => "The name belongs to somebody already.",
        RejectReason.UnknownUser => "No such user.",
        RejectReason.TimeRegression => "The book's clock went back; try again.",
        RejectReason.SymbolHalted => "The symbol is halted.",
        RejectReason.SymbolUnavailable => "The symbol's book can't be explained by its journal, and serves nothing until that is mended.",
        RejectReason.TooManyLevels => "The book has as many price levels as it may.",
        RejectReason.PostOnlyWouldTake => "A post-only order would have traded at once.",
        RejectReason.Voided => "The order was voided before it reached the book.",
        RejectReason.PriceBand => "The price is outside the symbol's price band.",
        RejectReason.AccountBlocked => "The account is blocked in this book.",
        RejectReason.AccountFrozen or RejectReason.KillSwitch => TitleOfFreeze(reason),
        RejectReason.MaxQuantity or RejectReason.MaxNotional or RejectReason.UnusualQuantity => "The order is larger than the account's limit in this symbol.",
        RejectReason.OpenOrderLimit or RejectReason.TooManyOrders => "The account has as many open orders as it may, in this symbol or at all.",
        RejectReason.PositionLimit or RejectReason.DailyVolume => "With its open orders filled the account's position, or what it traded today, would be more than it may be.",
        RejectReason.DuplicateOrder => "The same order came a moment ago.",
        RejectReason.OrderRate => "The account enters more orders in a short time than it may.",
        RejectReason.DailyLoss => "The account has lost as much today as it may; it buys nothing, and sells nothing short, until tomorrow.",
        RejectReason.InsufficientMargin => "Not enough equity for the initial margin, open orders included.",
        RejectReason.ReduceOnly => "The account's equity is below its margin: it may only make its positions smaller.",
        RejectReason.NotPermitted => "The account does not trade this instrument: its currency or its kind is another.",
        RejectReason.NoLocate => "More would be short than was located for the account.",
        RejectReason.MarkStale => "There is no fresh mark price; a margin account takes on nothing until there is one.",
        RejectReason.UnsettledFunds => "Enough is there, but it settles later than it would have to be given away.",
        RejectReason.SignalSkipped => "The account's position asks for nothing: the signal is no order.",
        RejectReason.SignalsPaused => "Signals of this strategy failed one after the other; it takes none for a while.",
        RejectReason.SignalTooOld => "The signal is older than its strategy takes it.",
        RejectReason.SymbolClosed => "The symbol is closed.",
        RejectReason.NotInThisPhase => "The symbol's trading phase does not allow this.",
        RejectReason.ExpiredAlready => "The time the order is good till has come already.",
        RejectReason.ListPrices => "The prices of the list are not in order around the last price.",
        RejectReason.StopWouldTrigger => "The price has passed the trigger already.",
        RejectReason.PegNoReference => "There is no quote the order could be pegged to.",
        RejectReason.UnknownTrade => "There is no such trade, it is void already, or a corporate action has changed its units.",
        RejectReason.UnknownOrder => "No such order.",
        RejectReason.NotOwner => "The order belongs to another account.",
        RejectReason.OrderClosed => "The order is done.",
        RejectReason.NotResting => "The order waits and stands in no queue.",
        RejectReason.StaleLeaves => "The order changed in the meantime.",
        RejectReason.WouldGrow => "A reduction can't make an order larger.",
        RejectReason.KeyConflict => "This client order id is taken by another order.",
        RejectReason.KeyCancelled => "This client order id was cancelled before its order arrived.",
        RejectReason.InsufficientFunds => "Not enough free cash, fees included.",
        RejectReason.ShortNotAllowed => "Not enough free holdings to sell.",
        RejectReason.Overflow => "The sum would leave the range of a balance.",
        RejectReason.NoReference => "There is no price yet that a market order could be held at.",
        RejectReason.Overloaded => "Too busy; nothing was done. Retry with the same client order id.",
        RejectReason.TooManyRequests => "More requests than this caller may send; nothing was done. Retry with the same client order id.",
        RejectReason.OutcomeUnknown => "The outcome is not known. Retry with the same client order id to learn it.",
    };

    private static string TitleOfFreeze(RejectReason reason) => reason == RejectReason.KillSwitch
        ? "A kill switch limit was reached: the account is frozen and its orders are cancelled."
        : "The account is frozen.";
}
