
namespace QuantumCore.Gateway.Orders;

/// <summary>Returns the members of requests as the caller wrote them, for rejections.</summary>
internal static class WrittenValues
{
    /// <summary>Returns a member of an order; null if it is absent or has its default.</summary>
    public static string? Of(OrderText text, string field) => field switch
    {
        "symbol" => text.Symbol,
        "side" => text.Side,
        "type" => text.Type,
        "timeInForce" => text.TimeInForce,
        "price" => text.Price,
        "quantity" => text.Quantity,
        "clientOrderId" => text.ClientOrderId,
        "displayQuantity" => text.DisplayQuantity,
        "minQuantity" => text.MinQuantity,
        "triggerPrice" => text.TriggerPrice,
        "triggerBy" => text.TriggerBy,
        "trailingDistance" => text.TrailingDistance,
        "trailingBasisPoints" => text.TrailingBasisPoints,
        "activationPrice" => text.ActivationPrice,
        "limitOffset" => text.LimitOffset,
        "peg" => text.Peg,
        "pegOffset" => text.PegOffset,
        "quoteAmount" => text.QuoteAmount,
        "protection" => text.Protection,
        "goodTill" => text.GoodTill,
        "selfTrade" => text.SelfTrade,
        _ => null,
    };

    /// <summary>Returns a member of an amendment; null if it is absent.</summary>
    public static string? Of(AmendText text, string field) => field switch
    {
        "price" => text.Price,
        "quantity" => text.Quantity,
        "expectedRemaining" => text.ExpectedRemaining,
        "clientOrderId" => text.ClientOrderId,
        "displayQuantity" => text.DisplayQuantity,
        "triggerPrice" => text.TriggerPrice,
        "trailingDistance" => text.TrailingDistance,
        "trailingBasisPoints" => text.TrailingBasisPoints,
        "goodTill" => text.GoodTill,
        _ => null,
    };
}
