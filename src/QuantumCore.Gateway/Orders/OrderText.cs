using System.Text.Json.Serialization;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>An order in the client's format.</summary>
/// <remarks>
/// Members are settable: the JSON generator passes those that are not as boxed arguments of one large constructor call.
/// </remarks>
internal sealed record OrderText
{
    public string? Symbol { get; set; }

    public string? Side { get; set; }

    public string? Type { get; set; }

    public string? TimeInForce { get; set; }

    public string? Price { get; set; }

    public string? Quantity { get; set; }

    public string? ClientOrderId { get; set; }

    public bool PostOnly { get; set; }

    public bool Slide { get => Has(OrderFlag.Slide); set => Set(OrderFlag.Slide, value); }

    public string? DisplayQuantity { get; set; }

    public bool Hidden { get => Has(OrderFlag.Hidden); set => Set(OrderFlag.Hidden, value); }

    public bool AllOrNone { get => Has(OrderFlag.AllOrNone); set => Set(OrderFlag.AllOrNone, value); }

    public string? MinQuantity { get; set; }

    public bool DoNotReduce { get => Has(OrderFlag.DoNotReduce); set => Set(OrderFlag.DoNotReduce, value); }

    public string? TriggerPrice { get; set; }

    public string? TriggerBy { get; set; }

    public string? TrailingDistance { get; set; }

    [JsonConverter(typeof(Api.NumberText))]
    public string? TrailingBasisPoints { get; set; }

    public string? ActivationPrice { get; set; }

    public string? LimitOffset { get; set; }

    public string? Peg { get; set; }

    public string? PegOffset { get; set; }

    public string? QuoteAmount { get; set; }

    public string? Protection { get; set; }

    public string? GoodTill { get; set; }

    public string? SelfTrade { get; set; }

    /// <summary>Yes-or-no conditions that are requested. Not a member in JSON, because it is internal.</summary>
    internal OrderFlag Flags { get; set; }

    private bool Has(OrderFlag flag) => (Flags & flag) != 0;

    private void Set(OrderFlag flag, bool isSet) => Flags = isSet ? Flags | flag : Flags & ~flag;
}

/// <summary>Amendment of an order.</summary>
internal sealed record AmendText
{
    public string? Price { get; init; }

    public string? Quantity { get; init; }

    public string? ExpectedRemaining { get; init; }

    public string? ClientOrderId { get; init; }

    public string? DisplayQuantity { get; init; }

    public string? TriggerPrice { get; init; }

    public string? TrailingDistance { get; init; }

    [JsonConverter(typeof(Api.NumberText))]
    public string? TrailingBasisPoints { get; init; }

    public string? GoodTill { get; init; }
}
