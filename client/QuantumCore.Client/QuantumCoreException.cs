namespace QuantumCore.Client;

/// <summary>Common reject reasons, spelt as on the wire, and two of the client's own.</summary>
public static class RejectCodes
{
    /// <summary>Malformed request.</summary>
    public const string BadRequest = "BadRequest";

    /// <summary>No key, or an unknown one.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>The key lacks permission, or is not allowed from this address.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>No such symbol.</summary>
    public const string UnknownSymbol = "UnknownSymbol";

    /// <summary>No such order.</summary>
    public const string UnknownOrder = "UnknownOrder";

    /// <summary>The order is done.</summary>
    public const string OrderClosed = "OrderClosed";

    /// <summary>The order changed in the meantime.</summary>
    public const string StaleLeaves = "StaleLeaves";

    /// <summary>The client order id is known with other content.</summary>
    public const string KeyConflict = "KeyConflict";

    /// <summary>The client order id was cancelled before its order arrived.</summary>
    public const string KeyCancelled = "KeyCancelled";

    /// <summary>Not enough available funds.</summary>
    public const string InsufficientFunds = "InsufficientFunds";

    /// <summary>Queues are full; nothing was done.</summary>
    public const string Overloaded = "Overloaded";

    /// <summary>This account or address exceeds its rate limit; nothing was done.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>
    /// Unknown outcome: no response came, or the exchange itself could not tell. Ask again with the same client order
    /// id.
    /// </summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>Client-side: no connection could be made, so nothing was done.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>Client-side: the responder does not speak this API (a wrong address, a proxy).</summary>
    public const string BadAnswer = "BadAnswer";
}

/// <summary>The exchange rejected a request, or could not be reached.</summary>
public sealed class QuantumCoreException : Exception
{
    internal QuantumCoreException(string code, string message, Exception? inner = null)
        : base(message, inner) => (Code, Detail) = (code, message);

    internal QuantumCoreException(Refusal refusal, int? status = null)
        : base(Sentence(refusal) ?? $"HTTP {status}")
    {
        Detail = refusal.Detail ?? refusal.Title ?? refusal.Code ?? Message;
        Code = refusal.Code ?? RejectCodes.BadAnswer;
        Field = refusal.Field;
        Limit = refusal.Limit;
        Status = status;
    }

    /// <summary>Reject reason as the exchange spells it; see <see cref="RejectCodes"/>.</summary>
    public string Code { get; }

    /// <summary>Reason, without the field and the limit, which <see cref="Exception.Message"/> includes too.</summary>
    public string Detail { get; }

    /// <summary>Field at fault, if there is one.</summary>
    public string? Field { get; }

    /// <summary>Limit that the request broke, if there is one.</summary>
    public string? Limit { get; }

    /// <summary>HTTP status, or null if there was no response.</summary>
    public int? Status { get; internal init; }

    /// <summary>
    /// Client order id to ask again with. Set when placing an order, or amending its price, quantity or trigger.
    /// </summary>
    public string? ClientOrderId { get; internal set; }

    /// <summary>Idempotency key to ask again with; set when booking a deposit.</summary>
    public string? DepositKey { get; internal set; }

    /// <summary>Idempotency key to ask again with; set for a transfer or withdrawal.</summary>
    public string? MoneyKey { get; internal set; }

    /// <summary>
    /// Known result of each order of a cancelled batch call, with its client order id to ask again with; else empty.
    /// </summary>
    public IReadOnlyList<BatchResult> BatchResults { get; internal set; } = [];

    /// <summary>Returns the reason with the field and the limit, since logs show only the message.</summary>
    private static string? Sentence(Refusal refusal) =>
        (refusal.Detail ?? refusal.Title ?? refusal.Code) is not { } why ? null
        : (refusal.Field, refusal.Limit) switch
        {
            (null, null) => why,
            (var field, null) => $"{why} ({field})",
            (null, var limit) => $"{why} (limit {limit})",
            var (field, limit) => $"{why} ({field}, limit {limit})",
        };

    /// <summary>True if an earlier attempt of this call had no response, so it may have caused this failure.</summary>
    internal bool AfterDoubt { get; set; }
}
