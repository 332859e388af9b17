namespace QuantumCore.Instruments;

/// <summary>Converts prices and quantities of an instrument between wire decimals and ticks or lots.</summary>
public static class WireUnits
{
    /// <summary>
    /// Reads a price as ticks. A price between two ticks is <see cref="DecimalError.TooManyDecimals"/>.
    /// </summary>
    public static DecimalError TryParsePrice(this Instrument instrument, ReadOnlySpan<char> text, out long ticks) =>
        TryParseSteps(text, instrument.PriceDecimals, instrument.TickSize, out ticks);

    /// <summary>Reads a quantity as lots. A part of a lot is <see cref="DecimalError.TooManyDecimals"/>.</summary>
    public static DecimalError TryParseQuantity(this Instrument instrument, ReadOnlySpan<char> text, out long lots) =>
        TryParseSteps(text, instrument.QuantityDecimals, instrument.LotSize, out lots);

    /// <summary>Writes a price in ticks as a decimal.</summary>
    public static string FormatPrice(this Instrument instrument, long ticks) =>
        DecimalText.Format((Int128)ticks * instrument.TickSize, instrument.PriceDecimals);

    /// <summary>Writes a quantity in lots as a decimal.</summary>
    public static string FormatQuantity(this Instrument instrument, long lots) =>
        DecimalText.Format((Int128)lots * instrument.LotSize, instrument.QuantityDecimals);

    private static DecimalError TryParseSteps(ReadOnlySpan<char> text, int decimals, long step, out long steps)
    {
        steps = 0;
        var error = DecimalText.TryParse(text, decimals, out var units);
        if (error != DecimalError.None)
        {
            return error;
        }

        if (units % step != 0)
        {
            return DecimalError.TooManyDecimals;
        }

        steps = units / step;
        return DecimalError.None;
    }
}
