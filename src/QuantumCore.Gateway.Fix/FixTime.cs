using System.Globalization;

namespace QuantumCore.Gateway.Fix;

/// <summary>UTC timestamps, to the second or to a fraction of it.</summary>
internal static class FixTime
{
    private const int LongestRead = 25;
    private const int LongestText = 30;

    /// <summary>Formats a time with milliseconds.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Parses a time; null if the text is none.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        // Nanoseconds and picoseconds are truncated to the precision of this type.
        if (text is { Length: > LongestRead and <= LongestText }
            && text.AsSpan(LongestRead).IndexOfAnyExceptInRange('0', '9') < 0)
            text = text[..LongestRead];
        return DateTimeOffset.TryParseExact(
            text, "yyyyMMdd-HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out var time)
            ? time
            : null;
    }
}
