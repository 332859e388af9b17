using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Reads the numbers of a request in an instrument's units. Keeps the first error, quantities before prices. A number
/// that cannot be read counts as 1 until the request is rejected.
/// </summary>
internal sealed class NumberReading(Instrument instrument)
{
    private Refusal? _quantity;
    private Refusal? _price;

    /// <summary>First error; null if there is none.</summary>
    public Refusal? Wrong => _quantity ?? _price;

    /// <summary>Reads a quantity in lots, from 1; null if absent.</summary>
    public long? Lots(string field, string? text)
    {
        if (text is null)
            return null;

        var error = instrument.TryParseQuantity(text, out var lots);
        var refusal = error == DecimalError.None && lots == 0
            ? OrderChecks.Quantity(instrument, 0, field, text)
            : Explain(
                error, RejectReason.InvalidQuantity, field, text, Scale(field, ValueScale.OfQuantity(instrument)));
        _quantity ??= refusal;
        return refusal is null ? lots : 1;
    }

    /// <summary>Reads a price in ticks, from 1; null if absent.</summary>
    public long? Price(string field, string? text)
    {
        var ticks = Difference(field, text);
        if (ticks != 0)
            return ticks;

        _price ??= OrderChecks.Price(instrument, 0, field, text);
        return 1;
    }

    /// <summary>Reads a price difference in ticks, from 0; null if absent.</summary>
    public long? Difference(string field, string? text)
    {
        if (text is null)
            return null;

        var error = instrument.TryParsePrice(text, out var ticks);
        var refusal = Explain(
            error, RejectReason.InvalidPrice, field, text, Scale(field, ValueScale.OfPrice(instrument)));
        _price ??= refusal;
        return refusal is null ? ticks : 1;
    }

    /// <summary>Reads a distance in basis points, from 0; null if absent.</summary>
    public int? BasisPoints(string field, string? text)
    {
        if (text is null)
            return null;

        var refusal =
            WholeNumber(field, text, OrderConditions.BasisPointsLimit, out var points, RejectReason.InvalidPrice);
        _price ??= refusal;
        return refusal is null ? (int)points : 1;
    }

    /// <summary>Reads an amount of the quote asset in ticks times lots, rounded down; null if absent.</summary>
    public long? Amount(string field, string? text)
    {
        if (text is null)
            return null;

        var error = DecimalText.TryParse(text, instrument.Quote.Decimals, out var minorUnits);
        var scale = ValueScale.OfAmount(
            instrument.Quote, Math.Max(instrument.MinNotional, instrument.TickLotValue), instrument.MaxNotional);
        var refusal = Explain(error, RejectReason.InvalidQuantity, field, text, scale);
        _quantity ??= refusal;
        return refusal is null ? (long)Rounding.DivDown(minorUnits, instrument.TickLotValue) : 1;
    }

    /// <summary>Reads the quantity of a leg per unit of a strategy, in lots, from 1.</summary>
    public long Ratio(string field, string text)
    {
        var error = instrument.TryParseQuantity(text, out var lots);
        var scale = ValueScale.OfQuantity(instrument) with { Least = 1, Most = Instrument.QuantityLotsLimit };
        var refusal = error == DecimalError.None
            ? OrderChecks.Outside(RejectReason.InvalidQuantity, field, text, lots, scale)
            : Explain(error, RejectReason.InvalidQuantity, field, text, scale);
        _quantity ??= refusal;
        return refusal is null ? lots : 1;
    }

    /// <summary>Reads a signed amount of the quote asset, in its minor units.</summary>
    public long Net(string field, string text)
    {
        var isNegative = text.StartsWith('-');
        var error = DecimalText.TryParse(text.AsSpan(isNegative ? 1 : 0), instrument.Quote.Decimals, out var units);
        if (error == DecimalError.None && units > StrategyTerms.NetLimit)
            error = DecimalError.TooLarge;

        // Below the range, its lower end is the limit.
        var scale = ValueScale.OfAmount(instrument.Quote, -StrategyTerms.NetLimit, StrategyTerms.NetLimit);
        var refusal = error switch
        {
            DecimalError.NotADecimal =>
                Refusal.Not(field, text, "a decimal number such as 2.00 or -2.00, without plus and exponent"),
            DecimalError.TooLarge when isNegative => new Refusal(
                RejectReason.InvalidPrice, field, scale.Format(scale.Least),
                RefusalText.NotOnScale(field, text, error, scale)),
            _ => Explain(error, RejectReason.InvalidPrice, field, text, scale),
        };
        _price ??= refusal;
        return refusal is not null ? 0 : isNegative ? -units : units;
    }

    /// <summary>Reads an integer; returns null if it is valid.</summary>
    public static Refusal? WholeNumber(
        string field, string? text, long most, out long number, RejectReason tooLarge = RejectReason.BadRequest)
    {
        var error = DecimalText.TryParse(text, 0, out number);
        if (error == DecimalError.TooLarge || (error == DecimalError.None && number > most))
            return new Refusal(tooLarge, field, most.ToString(), RefusalText.NotInRange(field, text, 0, most));

        return error != DecimalError.None || text!.Contains('.', StringComparison.Ordinal)
            ? Refusal.Malformed(field, RefusalText.NotInRange(field, text, 0, most))
            : null;
    }

    // The minimum of an order does not hold for its parts, nor the minimum price for a distance.
    private static ValueScale Scale(string field, ValueScale scale) => field switch
    {
        "limitOffset" or "pegOffset" or "protection" => scale with { Least = 0 },
        "displayQuantity" or "minQuantity" or "expectedRemaining" or "trailingDistance" => scale with { Least = 1 },
        _ => scale,
    };

    private static Refusal? Explain(
        DecimalError error, RejectReason reason, string field, string text, ValueScale scale) => error switch
        {
            DecimalError.None => null,
            DecimalError.NotADecimal => Refusal.Malformed(field, RefusalText.NotOnScale(field, text, error, scale)),
            DecimalError.TooManyDecimals =>
                new Refusal(reason, field, scale.Format(1), RefusalText.NotOnScale(field, text, error, scale)),
            DecimalError.TooLarge =>
                new Refusal(reason, field, scale.Format(scale.Most), RefusalText.NotOnScale(field, text, error, scale)),
        };
}
