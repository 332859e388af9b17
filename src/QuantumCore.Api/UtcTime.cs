using System.Globalization;
using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>
/// A time in UTC to the nanosecond, of the years 1970 to 2261. It converts to and from a calendar time.
/// </summary>
/// <param name="UnixNanos">Nanoseconds since 1970.</param>
[JsonConverter(typeof(UtcTimeText))]
public readonly record struct UtcTime(long UnixNanos) : IComparable<UtcTime>, IFormattable
{
    private const long Billion = 1_000_000_000;
    private const int NanosPerTick = 100;

    /// <summary>Returns the time as a calendar time, truncated to 100 ns.</summary>
    public DateTimeOffset ToDateTimeOffset() =>
        DateTimeOffset.UnixEpoch.AddTicks(Math.DivRem(UnixNanos, NanosPerTick).Quotient);

    /// <summary>Calendar time in UTC, truncated to 100 ns.</summary>
    public DateTime UtcDateTime => ToDateTimeOffset().UtcDateTime;

    /// <summary>Returns a calendar time as a time in UTC.</summary>
    public static UtcTime FromDateTimeOffset(DateTimeOffset time) =>
        new((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * NanosPerTick);

    /// <summary>Converts to a calendar time, truncated to 100 ns.</summary>
    public static implicit operator DateTimeOffset(UtcTime time) => time.ToDateTimeOffset();

    /// <summary>Converts from a calendar time of the years 1970 to 2261.</summary>
    public static explicit operator UtcTime(DateTimeOffset time) => FromDateTimeOffset(time);

    /// <summary>Returns a later time.</summary>
    public static UtcTime operator +(UtcTime time, TimeSpan span) => time.Add(span);

    /// <summary>Returns an earlier time.</summary>
    public static UtcTime operator -(UtcTime time, TimeSpan span) => time.Add(-span);

    /// <summary>Returns the time after a span.</summary>
    public UtcTime Add(TimeSpan span) => new(checked(UnixNanos + (span.Ticks * NanosPerTick)));

    /// <summary>Calendar time in the local time zone, truncated to 100 ns.</summary>
    public DateTime LocalDateTime => ToDateTimeOffset().LocalDateTime;

    /// <summary>Returns the calendar time in the local time zone, truncated to 100 ns.</summary>
    public DateTimeOffset ToLocalTime() => ToDateTimeOffset().ToLocalTime();

    /// <summary>True if the left time is earlier.</summary>
    public static bool operator <(UtcTime left, UtcTime right) => left.UnixNanos < right.UnixNanos;

    /// <summary>True if the left time is later.</summary>
    public static bool operator >(UtcTime left, UtcTime right) => left.UnixNanos > right.UnixNanos;

    /// <summary>True if the left time is not later.</summary>
    public static bool operator <=(UtcTime left, UtcTime right) => left.UnixNanos <= right.UnixNanos;

    /// <summary>True if the left time is not earlier.</summary>
    public static bool operator >=(UtcTime left, UtcTime right) => left.UnixNanos >= right.UnixNanos;

    /// <summary>Returns the time between two times, truncated to 100 ns.</summary>
    public static TimeSpan operator -(UtcTime left, UtcTime right) => left.Subtract(right);

    /// <summary>Returns the time since an earlier time, truncated to 100 ns.</summary>
    public TimeSpan Subtract(UtcTime earlier) => new((UnixNanos - earlier.UnixNanos) / NanosPerTick);

    /// <summary>Milliseconds since 1970.</summary>
    public long ToUnixTimeMilliseconds() => ToDateTimeOffset().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public int CompareTo(UtcTime other) => UnixNanos.CompareTo(other.UnixNanos);

    /// <summary>Returns the time as on the wire: <c>2026-01-01T00:00:00.000000001Z</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{ToDateTimeOffset():yyyy-MM-ddTHH:mm:ss}.{UnixNanos % Billion:D9}Z");

    /// <summary>Formats the time as a calendar time.</summary>
    public string ToString(string format) => ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Formats the time as a calendar time; without a format as on the wire.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        string.IsNullOrEmpty(format) ? ToString() : ToDateTimeOffset().ToString(format, formatProvider);

    /// <summary>Reads a time in UTC with at most nine decimals of the second; null for any other text.</summary>
    internal static UtcTime? Read(string text)
    {
        const int WholeSeconds = 19;
        if (text.Length <= WholeSeconds || text[^1] != 'Z' || !DateTimeOffset.TryParseExact(
            text.AsSpan(0, WholeSeconds), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time))
        {
            return null;
        }

        return time.Year is >= 1970 and <= 2261
            && ReadFraction(text.AsSpan(WholeSeconds, text.Length - WholeSeconds - 1)) is { } nanos
            ? new UtcTime((time.ToUnixTimeSeconds() * Billion) + nanos)
            : null;
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
