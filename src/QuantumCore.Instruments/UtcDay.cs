using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>Days of the exchange: those of UTC, numbered from 1970-01-01, which is 0. Written as in 2026-12-25 (ISO 8601).</summary>
public static class UtcDay
{
    /// <summary>How long one is, nanoseconds.</summary>
    public const long Nanos = 86_400_000_000_000;

    private const string Format = "yyyy-MM-dd";

    // A day whose time in nanoseconds would be no long is none of ours.
    private const int LastYear = 2199;

    private static readonly DateOnly s_first = new(1970, 1, 1);

    /// <summary>The day of a time; midnight belongs to the new one.</summary>
    /// <param name="timeNanos">Unix nanoseconds.</param>
    public static long Of(long timeNanos) => timeNanos / Nanos;

    /// <summary>When a day begins, Unix nanoseconds.</summary>
    public static long StartOf(long day) => day * Nanos;

    /// <summary>The date of a day.</summary>
    public static DateOnly DateOf(long day) => s_first.AddDays((int)day);

    /// <summary>A day as it is written.</summary>
    public static string Text(long day) => DateOf(day).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads a day from 1970-01-01 to 2199-12-31; false for anything else.</summary>
    public static bool TryParse(string? text, out long day)
    {
        var isDate = DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            && date >= s_first && date.Year <= LastYear;
        day = isDate ? date.DayNumber - s_first.DayNumber : 0;
        return isDate;
    }
}
