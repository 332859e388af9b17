using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>
/// Converts UTC days, numbered from 1970-01-01, which is 0. They are written as 2026-12-25 (ISO 8601).
/// </summary>
public static class UtcDay
{
    /// <summary>Length of a day, nanoseconds.</summary>
    public const long Nanos = 86_400_000_000_000;

    private const string Format = "yyyy-MM-dd";

    // Later days would not fit 64-bit nanoseconds.
    private const int LastYear = 2199;

    private static readonly DateOnly s_first = new(1970, 1, 1);

    /// <summary>Returns the day of a time; midnight belongs to the new day.</summary>
    /// <param name="timeNanos">Unix nanoseconds.</param>
    public static long Of(long timeNanos) => timeNanos / Nanos;

    /// <summary>Returns the start of a day, Unix nanoseconds.</summary>
    public static long StartOf(long day) => day * Nanos;

    /// <summary>Returns the date of a day.</summary>
    public static DateOnly DateOf(long day) => s_first.AddDays((int)day);

    /// <summary>Formats a day.</summary>
    public static string Text(long day) => DateOf(day).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads a day from 1970-01-01 to 2199-12-31; returns false for anything else.</summary>
    public static bool TryParse(string? text, out long day)
    {
        var isDate =
            DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            && date >= s_first && date.Year <= LastYear;
        day = isDate ? date.DayNumber - s_first.DayNumber : 0;
        return isDate;
    }
}
