using System.Globalization;

namespace QuantumCore.Gateway.Fix;

/// <summary>UTC time stamps: to the second, or to a fraction of it.</summary>
internal static class FixTime
{
    /// <summary>A time, with its milliseconds.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>The time of a text, or null when it is none.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParseExact(
            text, "yyyyMMdd-HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
