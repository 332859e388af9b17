using System.Globalization;

namespace QuantumCore.Gateway.Orders;

/// <summary>Times in wire format: RFC 3339 in UTC, to the nanosecond.</summary>
internal static class WireTime
{
    /// <summary>Required format of a time in words: a text is not this.</summary>
    public const string Rule = "a UTC time such as 2026-01-31T15:30:00Z, with at most 9 decimals of the second, "
        + "of the years 1970 to 2261";

    private const long Billion = 1_000_000_000;

    /// <summary>Reads a time as Unix nanoseconds; null for any other text.</summary>
    public static long? Read(string text) => Api.UtcTime.Read(text)?.UnixNanos;

    /// <summary>Writes Unix nanoseconds with all nine digits.</summary>
    public static bool TryWrite(long nanos, Span<char> text, out int length)
    {
        var seconds = DateTimeOffset.FromUnixTimeSeconds(nanos / Billion);
        return text.TryWrite(
            CultureInfo.InvariantCulture, $"{seconds:s}.{nanos % Billion:D9}Z", out length);
    }
}
