using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

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
            ? OrderChecks.Quantity(instrument, 0, field)
            : Explain(error, RejectReason.InvalidQuantity, field, instrument.FormatQuantity, instrument.MaxQuantityLots);
        _quantity ??= refusal;
        return refusal is null ? lots : 1;
    }

    /// <summary>Reads a price in ticks, from 1; null if absent.</summary>
    public long? Price(string field, string? text)
    {
        var ticks = Difference(field, text);
        if (ticks != 0)
            return ticks;

        _price ??= OrderChecks.Price(instrument, 0, field);
        return 1;
    }

    /// <summary>Reads a price difference in ticks, from 0; null if absent.</summary>
    public long? Difference(string field, string? text)
    {
        if (text is null)
            return null;

        var error = instrument.TryParsePrice(text, out var ticks);
        var refusal = Explain(error, RejectReason.InvalidPrice, field, instrument.FormatPrice, instrument.MaxPriceTicks);
        _price ??= refusal;
        return refusal is null ? ticks : 1;
    }

    /// <summary>Reads a distance in basis points, from 0; null if absent.</summary>
    public int? BasisPoints(string field, string? text)
    {
        if (text is null)
            return null;

        var refusal = WholeNumber(field, text, OrderConditions.BasisPointsLimit, out var points, RejectReason.InvalidPrice);
        _price ??= refusal;
        return refusal is null ? (int)points : 1;
    }

    /// <summary>Reads an amount of the quote asset in ticks times lots, rounded down; null if absent.</summary>
    public long? Amount(string field, string? text)
    {
        if (text is null)
            return null;

        var error = DecimalText.TryParse(text, instrument.Quote.Decimals, out var minorUnits);
        string Format(long units) => DecimalText.Format(units, instrument.Quote.Decimals);
        var refusal = Explain(error, RejectReason.InvalidQuantity, field, Format, instrument.MaxNotional);
        _quantity ??= refusal;
        return refusal is null ? (long)Rounding.DivDown(minorUnits, instrument.TickLotValue) : 1;
    }

    /// <summary>Reads the quantity of a leg per unit of a strategy, in lots, from 1.</summary>
    public long Ratio(string field, string text)
    {
        var error = instrument.TryParseQuantity(text, out var lots);
        var refusal = error == DecimalError.None && lots is 0 or > Instrument.QuantityLotsLimit
            ? new Refusal(
                RejectReason.InvalidQuantity, field, instrument.FormatQuantity(lots == 0 ? 1 : Instrument.QuantityLotsLimit))
            : Explain(error, RejectReason.InvalidQuantity, field, instrument.FormatQuantity, Instrument.QuantityLotsLimit);
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

        string Format(long limit) => DecimalText.Format(
            isNegative && error == DecimalError.TooLarge ? -limit : limit, instrument.Quote.Decimals);
        var refusal = error == DecimalError.NotADecimal
            ? Refusal.Malformed(field, "The value must be a decimal number such as \"2.00\" or \"-2.00\", without plus and exponent.")
            : Explain(error, RejectReason.InvalidPrice, field, Format, StrategyTerms.NetLimit);
        _price ??= refusal;
        return refusal is not null ? 0 : isNegative ? -units : units;
    }

    /// <summary>Reads an integer; returns null if it is valid.</summary>
    public static Refusal? WholeNumber(
        string field, string? text, long most, out long number, RejectReason tooLarge = RejectReason.BadRequest)
    {
        var error = DecimalText.TryParse(text, 0, out number);
        if (error == DecimalError.TooLarge || (error == DecimalError.None && number > most))
            return new Refusal(tooLarge, field, most.ToString());

        return error != DecimalError.None || text!.Contains('.', StringComparison.Ordinal)
            ? Refusal.Malformed(field, "The value must be a whole number, without sign, point and exponent.")
            : null;
    }

    private static Refusal? Explain(
        DecimalError error, RejectReason reason, string field, Func<long, string> format, long most) => error switch
        {
            DecimalError.None => null,
            DecimalError.NotADecimal => Refusal.Malformed(field, "The value must be a decimal number such as \"150.25\", without sign and exponent."),
            DecimalError.TooManyDecimals => new Refusal(reason, field, format(1), "It is not a whole multiple of the limit."),
            DecimalError.TooLarge => new Refusal(reason, field, format(most)),
        };
}
