using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>Error of a decimal number on the wire.</summary>
public enum DecimalError : byte
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Not digits with at most one point: signs, exponents, spaces, NaN, empty text.</summary>
    NotADecimal = 1,

    /// <summary>Too many decimal places.</summary>
    TooManyDecimals = 2,

    /// <summary>Larger than a 64-bit integer at this scale.</summary>
    TooLarge = 3,
}

/// <summary>Converts decimal text to scaled integers and back, without floating point.</summary>
public static class DecimalText
{
    /// <summary>Maximum number of decimal places of any asset or instrument.</summary>
    public const int MaxDecimals = 18;

    private static readonly long[] s_powersOfTen =
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000,
    ];

    /// <summary>
    /// Reads a non-negative decimal such as <c>150.25</c> as <c>15025</c> at <paramref name="decimals"/> 2.
    /// </summary>
    /// <remarks>
    /// Trailing zeros beyond the scale are accepted (<c>1.50</c> at scale 1); other digits there are not.
    /// </remarks>
    public static DecimalError TryParse(ReadOnlySpan<char> text, int decimals, out long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, MaxDecimals);
        value = 0;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..];
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || text.Length > 64 ||
            whole.IndexOfAnyExceptInRange('0', '9') >= 0 || fraction.IndexOfAnyExceptInRange('0', '9') >= 0 ||
            (whole.Length > 1 && whole[0] == '0'))
        {
            return DecimalError.NotADecimal;
        }

        fraction = fraction.TrimEnd('0');
        if (fraction.Length > decimals)
        {
            return DecimalError.TooManyDecimals;
        }

        var scaled = 0L;
        for (var i = 0; i < whole.Length + decimals; i++)
        {
            var place = i - whole.Length;
            var digit = place < 0 ? whole[i] - '0' : place < fraction.Length ? fraction[place] - '0' : 0;
            if (scaled > (long.MaxValue - digit) / 10)
            {
                return DecimalError.TooLarge;
            }

            scaled = (scaled * 10) + digit;
        }

        value = scaled;
        return DecimalError.None;
    }

    /// <summary>
    /// Writes <c>15025</c> at scale 2 as <c>150.25</c>: always with all decimal places, the sign in front.
    /// </summary>
    public static string Format(Int128 value, int decimals)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, MaxDecimals);
        var digits = Int128.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = value < 0 ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>Returns ten to the power of <paramref name="exponent"/>, which is 0 to 18.</summary>
    public static long PowerOfTen(int exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exponent, MaxDecimals);
        return s_powersOfTen[exponent];
    }
}
