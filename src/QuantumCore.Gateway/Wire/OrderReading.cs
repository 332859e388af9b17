using System.Security.Cryptography;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>From a client's words to an order in ticks and lots.</summary>
internal static class OrderReading
{
    /// <summary>A name for an order whose client gave it none.</summary>
    public static string NewClientOrderId() => "s-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Reads an order. Null with the request; or what is wrong with it.</summary>
    public static async ValueTask<(Refusal? Refusal, HoldRequest Order)> Read(OrderText text, Listings listings)
    {
        var refusal = ReadTerms(text, out var order);
        if (refusal is not null)
            return (refusal, order);

        if (await listings.Find(order.Symbol) is not { } instrument)
            return (new Refusal(RejectReason.UnknownSymbol, "symbol"), order);

        return (ReadNumbers(text, instrument, ref order), order);
    }

    /// <summary>Reads a price in ticks; null when it is well.</summary>
    public static Refusal? ReadPrice(Instrument instrument, string text, out long ticks)
    {
        var error = instrument.TryParsePrice(text, out ticks);
        if (error == DecimalError.None && ticks == 0)
            return OrderChecks.Price(instrument, 0);

        return Explain(error, RejectReason.InvalidPrice, "price", instrument.FormatPrice, instrument.MaxPriceTicks);
    }

    /// <summary>Reads a quantity in lots; null when it is well.</summary>
    public static Refusal? ReadQuantity(Instrument instrument, string text, out long lots)
    {
        var error = instrument.TryParseQuantity(text, out lots);
        if (error == DecimalError.None && lots == 0)
            return OrderChecks.Quantity(instrument, 0);

        return Explain(
            error, RejectReason.InvalidQuantity, "quantity", instrument.FormatQuantity, instrument.MaxQuantityLots);
    }

    private static Refusal? ReadTerms(OrderText text, out HoldRequest order)
    {
        order = new HoldRequest(
            text.ClientOrderId ?? NewClientOrderId(), text.Symbol ?? "", 0, OrderType.Limit, 0, text.PostOnly, 0, 0);

        if (!ClientOrderId.IsValid(order.ClientOrderId))
            return Refusal.Malformed("clientOrderId", ClientOrderId.Rule);
        if (text.Symbol is null)
            return Refusal.Malformed("symbol", "The symbol is missing.");
        if (WireNames.ReadSide(text.Side) is not { } side)
            return Refusal.Malformed("side", "buy or sell.");
        if (WireNames.ReadType(text.Type) is not { } type)
            return Refusal.Malformed("type", "limit or market.");
        if (WireNames.ReadTimeInForce(text.TimeInForce, type) is not { } timeInForce)
            return Refusal.Malformed("timeInForce", "gtc, ioc or fok.");
        if (text.Quantity is null)
            return Refusal.Malformed("quantity", "The quantity is missing.");
        if (text.Price is null && type == OrderType.Limit)
            return Refusal.Malformed("price", "A limit order needs a price.");

        order = order with { Side = side, Type = type, TimeInForce = timeInForce };
        return null;
    }

    private static Refusal? ReadNumbers(OrderText text, Instrument instrument, ref HoldRequest order)
    {
        if (order.Type == OrderType.Market && text.Price is not null)
            return new Refusal(RejectReason.InvalidCombination, "type,price");
        if (OrderChecks.Combination(order) is { } excluded)
            return excluded;

        if (ReadQuantity(instrument, text.Quantity!, out var lots) is { } badQuantity)
            return badQuantity;

        var ticks = 0L;
        if (text.Price is not null && ReadPrice(instrument, text.Price, out ticks) is { } badPrice)
            return badPrice;

        order = order with { QuantityLots = lots, PriceTicks = ticks };
        return null;
    }

    private static Refusal? Explain(
        DecimalError error, RejectReason reason, string field, Func<long, string> format, long most) => error switch
        {
            DecimalError.None => null,
            DecimalError.NotADecimal => Refusal.Malformed(field, "A decimal number such as \"150.25\"; no sign, no exponent."),
            DecimalError.TooManyDecimals => new Refusal(reason, field, format(1), "It is not a whole multiple of the limit."),
            DecimalError.TooLarge => new Refusal(reason, field, format(most)),
        };
}
