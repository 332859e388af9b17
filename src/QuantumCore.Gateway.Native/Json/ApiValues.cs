using System.Globalization;
using System.Text.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Values of the API's types: scaled integers as decimals with all their digits, accounts, words.</summary>
internal static class ApiValues
{
    /// <summary>
    /// Returns a scaled integer as a decimal, with all its decimals. It never calculates: the decimal is for display. A
    /// decimal has 96 bits. No balance comes near, but the value of a position at an absurd mark price may. It loses
    /// its last decimals, and beyond the largest decimal it is that.
    /// </summary>
    public static decimal Decimal(Int128 units, int decimals)
    {
        var size = (UInt128)Int128.Abs(units);
        for (; size >> 96 != 0 && decimals > 0; decimals--)
            size /= 10;
        if (size >> 96 != 0)
            return units < 0 ? decimal.MinValue : decimal.MaxValue;

        return new decimal(
            unchecked((int)(uint)(size & uint.MaxValue)),
            unchecked((int)(uint)((size >> 32) & uint.MaxValue)),
            unchecked((int)(uint)(size >> 64)),
            units < 0,
            (byte)decimals);
    }

    /// <summary>Returns a price in ticks as a decimal.</summary>
    public static decimal PriceOf(this Instrument instrument, Int128 ticks) =>
        Decimal(ticks * instrument.TickSize, instrument.PriceDecimals);

    /// <summary>Returns a price in ticks as a decimal; null for 0.</summary>
    public static decimal? PriceOrNull(this Instrument instrument, Int128 ticks) =>
        ticks == 0 ? null : instrument.PriceOf(ticks);

    /// <summary>Returns a quantity in lots as a decimal.</summary>
    public static decimal QuantityOf(this Instrument instrument, Int128 lots) =>
        Decimal(lots * instrument.LotSize, instrument.QuantityDecimals);

    /// <summary>Returns an amount in minor units as a decimal.</summary>
    public static decimal AmountOf(this Asset asset, Int128 minorUnits) => Decimal(minorUnits, asset.Decimals);

    /// <summary>Returns the name of an account.</summary>
    public static string Account(long account) => new AccountId(account).ToString();

    /// <summary>Returns the name of an account; null for 0.</summary>
    public static string? AccountOrNull(long account) => account == 0 ? null : Account(account);

    /// <summary>Returns the id of a trade or a prevented match.</summary>
    public static string Place(long sequence, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{sequence}-{index}");

    /// <summary>Returns the word of a state as a value of the API.</summary>
    public static T Word<T>(string word)
        where T : struct, Enum => EnumWords<T>.Of(word);

    /// <summary>Writes a value of the API as a member.</summary>
    public static void WriteMember<T>(this Utf8JsonWriter to, ReadOnlySpan<byte> name, T value)
    {
        to.WritePropertyName(name);
        Api.ApiJson.Write(to, value);
    }
}
