using System.Text.Json.Serialization;

namespace QuantumCore.Client;

internal sealed record HaltRequest(bool Halted);

internal sealed record SkewRequest(long Millis, string? Key);

internal sealed record StopRequest;

internal sealed record StreamRequest(string Op, string? Symbol = null, string? Channel = null);

internal sealed record GuardRequest(int Id, string Op, bool On, string Of, string? Session);

internal sealed record GuardAnswer(int Status, Refusal? Error);

/// <summary>Members of every stream message, which may be an error.</summary>
internal interface IStreamMessage
{
    string Type { get; }

    string? Code { get; }

    string? Field { get; }

    string? Detail { get; }
}

/// <summary>Message about a market-by-order book.</summary>
internal sealed record OrderByOrderMessage(
    string Type,
    bool Snapshot,
    string? Symbol,
    long PreviousSequence,
    long Sequence,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<BookOrder>? Bids,
    IReadOnlyList<BookOrder>? Asks,
    IReadOnlyList<BookOrderChange>? Changes,
    string? Code,
    string? Field,
    string? Detail) : IStreamMessage;

/// <summary>Message with all alerts of an account.</summary>
internal sealed record AlertMessage(
    string Type,
    string? Account,
    UtcTime Since,
    IReadOnlyList<PriceAlert>? Alerts,
    string? Code,
    string? Field,
    string? Detail) : IStreamMessage;

/// <summary>
/// Any other stream message. <see cref="Type"/> says which members count, and what <see cref="State"/> belongs to.
/// </summary>
internal sealed record StreamMessage(
    string Type,
    string? Symbol,
    long PreviousSequence,
    long Sequence,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<PriceLevel>? Bids,
    IReadOnlyList<PriceLevel>? Asks,
    IReadOnlyList<Trade>? Trades,
    IReadOnlyList<PublicTradeChange>? TradeChanges,
    bool Snapshot,
    long? Message,
    string? Account,
    string? State,
    IReadOnlyList<Balance>? Balances,
    IReadOnlyList<Order>? Orders,
    IReadOnlyList<ClosedOrder>? Closed,
    string? TradeId,
    long OrderId,
    OrderSide Side,
    decimal TradedPrice,
    decimal? Price,
    decimal Quantity,
    decimal Fee,
    UtcTime Time,
    string? Code,
    string? Field,
    string? Detail) : IStreamMessage
{
    /// <summary>Returns an empty message of a type.</summary>
    internal static StreamMessage Of(string type) => new(
        type, null, 0, 0, 0, null, null, null, null, false, null, null, null, null, null, null, null, 0, default, 0,
        null, 0, 0, default, null, null, null);

    /// <summary>State of an account.</summary>
    [JsonIgnore]
    public AccountState? AccountState => State switch
    {
        "open" => Client.AccountState.Open,
        "frozen" => Client.AccountState.Frozen,
        _ => null,
    };

    /// <summary>Changed trade of an account, from this message.</summary>
    [JsonIgnore]
    public AccountTradeChange TradeChange => new(
        Account ?? "", Symbol ?? "", TradeId ?? "", OrderId, Side,
        State == "void" ? TradeState.Void : TradeState.Corrected,
        TradedPrice, Price, Quantity, Fee, Sequence, Time, TimeNanos);
}
