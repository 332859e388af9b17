using System.Globalization;

namespace QuantumCore.Gateway.Wire;

/// <summary>Times in wire format: RFC 3339 in UTC, to the nanosecond.</summary>
internal static class WireTime
{
    /// <summary>Required format of a time in words: a text is not this.</summary>
    public const string Rule = "a UTC time such as 2026-01-31T15:30:00Z, with at most 9 decimals of the second, "
        + "of the years 1970 to 2261";

    private const long Billion = 1_000_000_000;
    private const int LastYear = 2261;

    /// <summary>Reads a time as Unix nanoseconds; null for any other text.</summary>
    public static long? Read(string text)
    {
        const string WholeSeconds = "yyyy-MM-ddTHH:mm:ss";
        var length = WholeSeconds.Length;
        if (text.Length <= length || text[^1] != 'Z' || !DateTimeOffset.TryParseExact(
            text.AsSpan(0, length), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time))
        {
            return null;
        }

        var fraction = text.AsSpan(length, text.Length - length - 1);
        return time.Year is >= 1970 and <= LastYear && ReadFraction(fraction) is { } nanos
            ? (time.ToUnixTimeSeconds() * Billion) + nanos
            : null;
    }

    /// <summary>Writes Unix nanoseconds with all nine digits.</summary>
    public static bool TryWrite(long nanos, Span<char> text, out int length)
    {
        var seconds = DateTimeOffset.FromUnixTimeSeconds(nanos / Billion);
        return text.TryWrite(
            CultureInfo.InvariantCulture, $"{seconds:yyyy-MM-ddTHH:mm:ss}.{nanos % Billion:D9}Z", out length);
    }

    private static long? ReadFraction(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 0;
        if (text[0] != '.' || text.Length is < 2 or > 10 || text[1..].IndexOfAnyExceptInRange('0', '9') >= 0)
            return null;

        var nanos = 0L;
        for (var i = 1; i <= 9; i++)
            nanos = (nanos * 10) + (i < text.Length ? text[i] - '0' : 0);
        return nanos;
    }
}
