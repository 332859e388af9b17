using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>
/// Candle starts in UTC, in whole minutes since 1970. Weeks start on Monday, months on their first day.
/// </summary>
internal static class CandleBuckets
{
    public const long MinuteNanos = 60_000_000_000;

    private const long Day = 1_440;
    private const long Week = 7 * Day;

    // 1970 began on a Thursday.
    private const long FirstMonday = 4 * Day;

    /// <summary>Returns the start of the candle that contains a minute.</summary>
    public static long Start(CandlePeriod period, long minute) => period switch
    {
        CandlePeriod.Month => MonthStart(Months(minute)),
        CandlePeriod.Week => FirstMonday + (FloorDivide(minute - FirstMonday, Week) * Week),
        _ => FloorDivide(minute, (long)period) * (long)period,
    };

    /// <summary>Returns the start of the candle a number of candles later; earlier if negative.</summary>
    public static long Move(CandlePeriod period, long start, int candles) => period == CandlePeriod.Month
        ? MonthStart(Months(start) + candles)
        : start + (candles * (long)period);

    private static long FloorDivide(long value, long divisor) =>
        (value - ((value % divisor) + divisor) % divisor) / divisor;

    private static int Months(long minute)
    {
        var date = DateTime.UnixEpoch.AddMinutes(minute);
        return (date.Year * 12) + date.Month - 1;
    }

    private static long MonthStart(int months)
    {
        var month = Math.Max(months, 1970 * 12);
        return (long)(new DateTime(month / 12, (month % 12) + 1, 1, 0, 0, 0, DateTimeKind.Utc)
            - DateTime.UnixEpoch).Ticks
            / TimeSpan.TicksPerMinute;
    }
}
