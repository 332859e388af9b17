namespace QuantumCore.Client;

/// <summary>The reject reasons a program usually asks for, spelt as on the wire, and two of the client's own.</summary>
public static class RejectCodes
{
    /// <summary>Malformed request.</summary>
    public const string BadRequest = "BadRequest";

    /// <summary>No key, or one that is not known.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>The key may not do that, or not from this address.</summary>
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

    /// <summary>Not enough free money.</summary>
    public const string InsufficientFunds = "InsufficientFunds";

    /// <summary>Queues are full; nothing was done.</summary>
    public const string Overloaded = "Overloaded";

    /// <summary>This account or address asks more often than it may; nothing was done.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>
    /// It is not known whether the exchange did it: no answer came, or the exchange itself could not tell. Ask again
    /// with the same client order id.
    /// </summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>The client's own: no connection could be made, so nothing was done.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>The client's own: whoever answered does not speak this API (a wrong address, a proxy).</summary>
    public const string BadAnswer = "BadAnswer";
}

/// <summary>The exchange refused, or could not be asked.</summary>
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

    /// <summary>The reject reason as the exchange spells it; see <see cref="RejectCodes"/>.</summary>
    public string Code { get; }

    /// <summary>Why, without the field and the limit, which <see cref="Exception.Message"/> names too.</summary>
    public string Detail { get; }

    /// <summary>The field at fault, when one is.</summary>
    public string? Field { get; }

    /// <summary>The limit that the request broke, when there is one.</summary>
    public string? Limit { get; }

    /// <summary>The HTTP status, or null when there was no answer.</summary>
    public int? Status { get; internal init; }

    /// <summary>The name of the order, to ask again with; set when an order was being placed, or its price, quantity or trigger amended.</summary>
    public string? ClientOrderId { get; internal set; }

    /// <summary>The key of the deposit, to ask again with; set when a deposit was being booked.</summary>
    public string? DepositKey { get; internal set; }

    /// <summary>The key of a transfer or withdrawal, to ask again with; set when one was being made.</summary>
    public string? MoneyKey { get; internal set; }

    /// <summary>What is known of each order of a batch, with its name to ask again with; set when the caller gave up on a batch, else empty.</summary>
    public IReadOnlyList<BatchResult> BatchResults { get; internal set; } = [];

    /// <summary>Why, with the field and the limit: what a log shows is the message alone.</summary>
    private static string? Sentence(Refusal refusal) =>
        (refusal.Detail ?? refusal.Title ?? refusal.Code) is not { } why ? null
        : (refusal.Field, refusal.Limit) switch
        {
            (null, null) => why,
            (var field, null) => $"{why} ({field})",
            (null, var limit) => $"{why} (limit {limit})",
            var (field, limit) => $"{why} ({field}, limit {limit})",
        };

    /// <summary>An earlier attempt of the same call got no answer, so it may have caused what this one ran into.</summary>
    internal bool AfterDoubt { get; set; }
}
