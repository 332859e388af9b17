using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Amendment of an order: either price and quantity, or conditions in place.</summary>
/// <param name="Name">Client order id of the replacement.</param>
/// <param name="PriceTicks">New limit, in ticks; 0 keeps it.</param>
/// <param name="TotalLots">New total, in lots; 0 keeps it.</param>
/// <param name="Conditions">Changed conditions.</param>
/// <param name="ExpectedLots">Open quantity that the client expects, in lots; 0 for any.</param>
/// <param name="TriggerTicks">New trigger, in ticks, together with a new price or quantity; 0 keeps it.</param>
internal readonly record struct Amendment(
    string Name, long PriceTicks, long TotalLots, ConditionChanges Conditions, long ExpectedLots = 0,
    long TriggerTicks = 0);

/// <summary>Translates a client's request to an amendment.</summary>
internal static class AmendReading
{
    /// <summary>Reads an amendment. Returns null with the amendment, or the refusal.</summary>
    public static (Refusal? Refusal, Amendment Change) Read(AmendText text, Instrument? instrument)
    {
        var change = new Amendment(text.ClientOrderId ?? OrderReading.NewClientOrderId(), 0, 0, ConditionChanges.None);
        var terms = text.Price is not null ? "price" : text.Quantity is not null ? "quantity" : null;
        var condition = text.DisplayQuantity is not null ? "displayQuantity"
            : text.TriggerPrice is not null && terms is null ? "triggerPrice"
            : text.TrailingDistance is not null ? "trailingDistance"
            : text.TrailingBasisPoints is not null ? "trailingBasisPoints"
            : text.GoodTill is not null ? "goodTill"
            : null;

        if (!ClientOrderId.IsValid(change.Name))
            return (Refusal.NotAKey("clientOrderId", text.ClientOrderId), change);
        if (terms is null && condition is null)
        {
            var missing = "quantity is missing; a change needs a price, a quantity, both, or new conditions";
            return (Refusal.Malformed("quantity", missing), change);
        }

        if (instrument is null)
            return (new Refusal(RejectReason.UnknownSymbol, "symbol"), change);
        if (terms is not null && condition is not null)
            return (Excluded(text, terms, condition), change);
        if (condition is not null && text.ExpectedRemaining is not null)
            return (new Refusal(
                RejectReason.InvalidCombination, $"expectedRemaining,{condition}", null,
                "expectedRemaining goes with a new price or quantity; "
                    + RefusalText.Excluded(
                        "expectedRemaining", text.ExpectedRemaining, condition,
                        WrittenValues.Of(text, condition))), change);
        if (text.TrailingDistance is not null && text.TrailingBasisPoints is not null)
            return (Excluded(text, "trailingDistance", "trailingBasisPoints"), change);

        return condition is null ? ReadTerms(text, instrument, change) : ReadConditions(text, instrument, change);
    }

    private static Refusal Excluded(AmendText text, string first, string second) => new(
        RejectReason.InvalidCombination, $"{first},{second}", null,
        RefusalText.Excluded(first, WrittenValues.Of(text, first), second, WrittenValues.Of(text, second))
            + "; send one change after the other");

    private static (Refusal? Refusal, Amendment Change) ReadTerms(
        AmendText text, Instrument instrument, Amendment change)
    {
        var numbers = new NumberReading(instrument);
        change = change with
        {
            TotalLots = numbers.Lots("quantity", text.Quantity) ?? 0,
            PriceTicks = numbers.Price("price", text.Price) ?? 0,
            ExpectedLots = numbers.Lots("expectedRemaining", text.ExpectedRemaining) ?? 0,
            TriggerTicks = numbers.Price("triggerPrice", text.TriggerPrice) ?? 0,
        };
        var refusal = numbers.Wrong ?? (text.TriggerPrice is { } trigger
            ? OrderChecks.Price(instrument, change.TriggerTicks, "triggerPrice", trigger)
            : null);
        return (refusal, change);
    }

    private static (Refusal? Refusal, Amendment Change) ReadConditions(
        AmendText text, Instrument instrument, Amendment change)
    {
        var numbers = new NumberReading(instrument);
        var display = numbers.Lots("displayQuantity", text.DisplayQuantity);
        var trigger = numbers.Price("triggerPrice", text.TriggerPrice);
        var distance = numbers.Price("trailingDistance", text.TrailingDistance);
        var points = numbers.BasisPoints("trailingBasisPoints", text.TrailingBasisPoints);
        var expiry = text.GoodTill is { } until ? WireTime.Read(until) : null;
        var refusal = text.GoodTill is not null && expiry is null
            ? Refusal.Not("goodTill", text.GoodTill, WireTime.Rule)
            : numbers.Wrong
                ?? (trigger is { } ticks
                    ? OrderChecks.Price(instrument, ticks, "triggerPrice", text.TriggerPrice)
                    : null)
                ?? OrderChecks.BasisPoints(points);

        return (refusal, change with { Conditions = new(display, trigger, distance, points, expiry) });
    }
}
