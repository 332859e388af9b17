using System.Globalization;
using System.Text.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

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

    /// <summary>HTTP status: the reason's own, unless another is set.</summary>
    public int Status { get => field > 0 ? field : Refusals.Status(Reason); init; }

    /// <summary>Writes members of the problem after those that every problem has; null for none.</summary>
    internal Action<Utf8JsonWriter>? More { get; init; }

    /// <summary>Makes the refusal of a malformed request.</summary>
    public static Refusal Malformed(string? field, string detail) => new(RejectReason.BadRequest, field, null, detail);

    /// <summary>Makes the refusal of an item of a list that is null.</summary>
    public static Refusal NullItem(string field, string item) => Malformed(field, $"{field} is null; it is {item}");

    /// <summary>Makes the refusal of a word that is not one of the valid ones; null for a missing word.</summary>
    public static Refusal NotOneOf(string field, string? value, params ReadOnlySpan<string> words) =>
        Malformed(field, RefusalText.NotOneOf(field, value, words));

    /// <summary>Makes the refusal of a text that breaks a rule in words; null for a missing text.</summary>
    public static Refusal Not(string field, string? value, string rule) =>
        Malformed(field, RefusalText.Not(field, value, rule));

    /// <summary>Makes the refusal of an integer outside its range, or of a text that is no integer.</summary>
    public static Refusal NotInRange(string field, string? value, long least, long most) => new(
        RejectReason.BadRequest, field, most.ToString(CultureInfo.InvariantCulture),
        RefusalText.NotInRange(field, value, least, most));

    /// <summary>Makes the refusal of a client order id, a deposit key, or another name of that form.</summary>
    public static Refusal NotAKey(string field, string? value) => Not(field, value, ClientOrderId.Rule);

    /// <summary>Makes the refusal of an account that cannot be read.</summary>
    public static Refusal NotAnAccount(string field, string? value) =>
        Not(field, value, "an account: ACC- and a number from 1000, for example ACC-1001");

    /// <summary>Returns the same refusal with the symbol of the leg at fault.</summary>
    public Refusal OfLeg(string symbol) => this with
    {
        Detail = $"The leg of {symbol}: {Detail ?? Refusals.Title(Reason)}",
    };
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
            RejectReason.PegNoReference or RejectReason.BookOrderLimit or RejectReason.SymbolHalted or
            RejectReason.SymbolClosed or RejectReason.MaxQuantity or
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
        RejectReason.InvalidCombination => "These fields cannot be combined.",
        RejectReason.InvalidQuantity => "The quantity is invalid for this instrument.",
        RejectReason.InvalidPrice => "The price is invalid for this instrument.",
        RejectReason.InvalidNotional => "Price times quantity is outside this instrument's limits.",
        RejectReason.UnknownAccount => "No such account.",
        RejectReason.Unauthorized =>
            "Authentication is required: send a valid API key in the header X-Api-Key, or sign in.",
        RejectReason.Forbidden => "You are not allowed to do this.",
        RejectReason.NameTaken => "The name is already taken.",
        RejectReason.UnknownUser => "No such user.",
        RejectReason.TimeRegression => "The book's clock went backwards; retry.",
        RejectReason.SymbolHalted => "The symbol is halted.",
        RejectReason.SymbolUnavailable =>
            "The symbol is unavailable: its book and its journal disagree and must be repaired first.",
        RejectReason.TooManyLevels => "The book has reached its maximum number of price levels.",
        RejectReason.BookOrderLimit =>
            "The book, or your account in it, has the maximum number of open orders of this kind.",
        RejectReason.PostOnlyWouldTake => "The post-only order would have traded immediately.",
        RejectReason.Voided => "The order was voided before it reached the book.",
        RejectReason.PriceBand => "The price is outside the symbol's price band.",
        RejectReason.AccountBlocked => "The account is blocked in this book.",
        RejectReason.AccountFrozen or RejectReason.KillSwitch => TitleOfFreeze(reason),
        RejectReason.MaxQuantity or RejectReason.MaxNotional or RejectReason.UnusualQuantity
            or RejectReason.OpenOrderLimit or RejectReason.TooManyOrders or RejectReason.PositionLimit
            or RejectReason.DailyVolume or RejectReason.OrderRate or RejectReason.DailyLoss => TitleOfLimit(reason),
        RejectReason.InsufficientMargin or RejectReason.ReduceOnly or RejectReason.NotPermitted
            or RejectReason.NoLocate or RejectReason.MarkStale or RejectReason.UnsettledFunds => TitleOfCover(reason),
        RejectReason.DuplicateOrder => "The same order was sent a moment ago.",
        RejectReason.SignalSkipped => "The account's position already matches the signal; no order was sent.",
        RejectReason.SignalsPaused => "The strategy is paused after repeated failures.",
        RejectReason.SignalTooOld => "The signal is older than its strategy accepts.",
        RejectReason.SymbolClosed => "The symbol is closed.",
        RejectReason.NotInThisPhase => "The symbol's trading phase does not allow this.",
        RejectReason.ExpiredAlready => "The order's expiry time has passed.",
        RejectReason.ListPrices => "The prices of the list are not in order around the last price.",
        RejectReason.StopWouldTrigger => "The price has already passed the trigger.",
        RejectReason.PegNoReference => "There is no quote to peg the order to.",
        RejectReason.UnknownTrade =>
            "There is no such trade, it is already void, or a corporate action has changed its units.",
        RejectReason.UnknownOrder => "No such order.",
        RejectReason.NotOwner => "The order belongs to another account.",
        RejectReason.OrderClosed => "The order is closed.",
        RejectReason.NotResting => "The order is waiting and has no place in a queue.",
        RejectReason.StaleLeaves => "The order changed in the meantime.",
        RejectReason.WouldGrow => "A reduction can't make an order larger.",
        RejectReason.KeyConflict => "This client order id is already used.",
        RejectReason.KeyCancelled => "This client order id was cancelled before its order arrived.",
        RejectReason.InsufficientFunds => "Not enough free cash, including fees.",
        RejectReason.ShortNotAllowed => "Not enough free holdings to sell.",
        RejectReason.Overflow => "The balance would exceed its maximum.",
        RejectReason.NoReference => "There is no price yet to cover a market order with.",
        RejectReason.Overloaded => "Too busy; nothing was done. Retry with the same client order id.",
        RejectReason.TooManyRequests => "Too many requests; nothing was done. Retry with the same client order id.",
        RejectReason.OutcomeUnknown => "The outcome is unknown. Retry with the same client order id to learn it.",
    };

    private static string TitleOfLimit(RejectReason reason) => reason switch
    {
        RejectReason.OpenOrderLimit or RejectReason.TooManyOrders =>
            "The account has reached its maximum number of open orders.",
        RejectReason.PositionLimit => "With its open orders filled, the account's position would exceed its limit.",
        RejectReason.DailyVolume => "With its open orders filled, the account's volume today would exceed its limit.",
        RejectReason.OrderRate => "The account sends orders faster than its limit.",
        RejectReason.DailyLoss =>
            "The account has reached its daily loss limit: no buying and no short selling until the next UTC day.",
        _ => "The order is larger than the account's limit.",
    };

    private static string TitleOfCover(RejectReason reason) => reason switch
    {
        RejectReason.InsufficientMargin => "Not enough equity for the initial margin, including open orders.",
        RejectReason.ReduceOnly => "The account's equity is below its margin: it can only reduce its positions.",
        RejectReason.NotPermitted => "The account cannot trade this instrument: its currency or kind does not match.",
        RejectReason.NoLocate => "The short position would exceed the quantity located for the account.",
        RejectReason.MarkStale =>
            "There is no current mark price; margin accounts cannot add to positions until there is one.",
        _ => "The funds are there, but they settle too late for this.",
    };

    private static string TitleOfFreeze(RejectReason reason) => reason == RejectReason.KillSwitch
        ? "A kill switch limit was reached: the account is frozen and its orders are cancelled."
        : "The account is frozen.";
}
