using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Error in Binance's format. Clients tell errors apart by code and, for -2010 and -1013, by exact text.
/// </summary>
/// <param name="Code">Error code.</param>
/// <param name="Message">Error text.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="RetryAfter">Seconds until a retry, for 429 and 418; 0 for others.</param>
internal readonly record struct WireError(int Code, string Message, int Status = 400, int RetryAfter = 0)
{
    public static readonly WireError UnknownOrder = new(-2011, "Unknown order sent.");
    public static readonly WireError NoSuchOrder = new(-2013, "Order does not exist.");
    public static readonly WireError NoSuchList = new(-2013, "Order list does not exist.");
    public static readonly WireError Duplicate = new(-2010, "Duplicate order sent.");
    public static readonly WireError BadKey = new(-2014, "API-key format invalid.", 401);
    public static readonly WireError NotAllowed = new(-2015, "Invalid API-key, IP, or permissions for action.", 401);
    public static readonly WireError BadSignature = new(-1022, "Signature for this request is not valid.");
    public static readonly WireError BadSymbol = new(-1121, "Invalid symbol.");
    public static readonly WireError OtherStatus =
        new(-1220, "The symbol's status does not match the requested symbolStatus.");
    public static readonly WireError NoSuchCall = NotSupported("There is no such call.", 404);
    public static readonly WireError NoHmacLogon = new(-4056, "HMAC_SHA256 API key is not supported.");
    public static readonly WireError NoRsaLogon = new(-4056, "RSA API key is not supported.");
    public static readonly WireError BadCombination = new(-1128, "Combination of optional parameters invalid.");

    public static WireError Missing(string name) =>
        new(-1102, $"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");

    public static WireError MissingBoth(string one, string other) =>
        new(-1102, $"Param '{one}' or '{other}' must be sent, but both were empty/null!");

    public static WireError NotSupported(string detail, int status) =>
        new(-1020, $"This operation is not supported. {detail}", status);

    public static WireError IllegalCharacters(string name, string range) =>
        new(-1100, $"Illegal characters found in parameter '{name}'; legal range is '{range}'.");

    public static WireError Invalid(string name) => new(-1130, $"Data sent for parameter '{name}' is not valid.");

    public static WireError NotRequired(string name) => new(-1106, $"Parameter '{name}' sent when not required.");

    public static WireError Filter(string name) => new(-1013, $"Filter failure: {name}");

    /// <summary>
    /// Translates a refusal of the exchange. It is an order's refusal, unless <paramref name="unknown"/> is the error
    /// for an unknown object.
    /// </summary>
    public static WireError Of(Refusal refusal, WireError? unknown = null) => refusal.Reason switch
    {
        RejectReason.UnknownSymbol => BadSymbol,
        RejectReason.InvalidQuantity => Filter(refusal.Field?.Split('.')[^1] switch
        {
            "quoteAmount" => "NOTIONAL",
            "displayQuantity" => "ICEBERG_PARTS",
            _ => "LOT_SIZE",
        }),
        RejectReason.InvalidPrice => Filter(refusal.Field == "trailingBasisPoints" ? "TRAILING_DELTA" : "PRICE_FILTER"),
        RejectReason.MaxQuantity or RejectReason.UnusualQuantity => Filter("LOT_SIZE"),
        RejectReason.InvalidNotional or RejectReason.MaxNotional => Filter("NOTIONAL"),
        RejectReason.PositionLimit => Filter("MAX_POSITION"),
        RejectReason.DuplicateOrder => Duplicate,
        RejectReason.OrderRate => new(-1015, "Too many new orders.", 429, 1),
        RejectReason.PriceBand => Filter("PERCENT_PRICE_BY_SIDE"),
        RejectReason.TooManyOrders or RejectReason.OpenOrderLimit => Filter("MAX_NUM_ORDERS"),
        RejectReason.BookOrderLimit => Filter(refusal.Field?.Split('.')[^1] switch
        {
            "symbol" => "MAX_NUM_ORDERS",
            "displayQuantity" => "MAX_NUM_ICEBERG_ORDERS",
            _ => "MAX_NUM_ALGO_ORDERS",
        }),
        RejectReason.InvalidCombination => BadCombination,
        RejectReason.Unauthorized or RejectReason.Forbidden => NotAllowed,
        RejectReason.InsufficientFunds or RejectReason.ShortNotAllowed or RejectReason.InsufficientMargin
            or RejectReason.NoLocate or RejectReason.UnsettledFunds =>
            new(-2010, "Account has insufficient balance for requested action."),
        RejectReason.PostOnlyWouldTake => new(-2010, "Order would immediately match and take."),
        RejectReason.StopWouldTrigger => new(-2010, "Order would trigger immediately."),
        RejectReason.ListPrices => new(-2010, "The relationship of the prices for the orders is not correct."),
        RejectReason.SymbolHalted or RejectReason.SymbolClosed or RejectReason.NotInThisPhase =>
            new(-2010, "Market is closed."),
        RejectReason.AccountBlocked or RejectReason.AccountFrozen or RejectReason.KillSwitch or RejectReason.ReduceOnly
            or RejectReason.NotPermitted => new(-2010, "This action is disabled on this account."),
        RejectReason.NoReference or RejectReason.PegNoReference =>
            new(-2010, "Order book liquidity is less than LOT_SIZE filter minimum quantity."),
        RejectReason.KeyConflict or RejectReason.KeyCancelled => Duplicate,
        RejectReason.UnknownOrder or RejectReason.NotOwner or RejectReason.OrderClosed or RejectReason.StaleLeaves
            or RejectReason.WouldGrow or RejectReason.Voided => unknown ?? new(-2010, Refusals.Title(refusal.Reason)),
        RejectReason.TooManyRequests => new(-1003, "Too many requests.", 429, 1),
        RejectReason.Overloaded or RejectReason.TimeRegression or RejectReason.SymbolUnavailable =>
            new(-1008, "Server is currently overloaded with other requests. Please try again in a few minutes.", 503),
        RejectReason.OutcomeUnknown => new(
            -1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
            504),
        RejectReason.BadRequest => refusal.Field is { } field
            ? Invalid(field)
            : new(-1100, refusal.Detail ?? "Illegal characters found in a parameter."),
        RejectReason.None or RejectReason.UnknownAccount or RejectReason.UnknownTrade or RejectReason.UnknownUser
            or RejectReason.NameTaken or RejectReason.TooManyLevels or RejectReason.NotResting
            or RejectReason.Overflow or RejectReason.ExpiredAlready or RejectReason.DailyVolume
            or RejectReason.DailyLoss or RejectReason.MarkStale or RejectReason.SignalSkipped
            or RejectReason.SignalsPaused
            or RejectReason.SignalTooOld => new(-2010, Refusals.Title(refusal.Reason)),
    };
}
