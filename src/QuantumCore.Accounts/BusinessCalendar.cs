namespace QuantumCore.Accounts;

/// <summary>
/// Business days of a settlement venue: all but Saturdays, Sundays and its holidays. Days are UTC days, numbered from 1970-01-01, which is 0.
/// </summary>
/// <param name="holidays">Numbers of the days that are none, weekends aside.</param>
public sealed class BusinessCalendar(IEnumerable<long> holidays)
{
    /// <summary>Weekends alone.</summary>
    public static readonly BusinessCalendar WithoutHolidays = new([]);

    private readonly HashSet<long> _holidays = [.. holidays];

    /// <summary>Whether it is a business day.</summary>
    public bool IsOpen(long day) => !_holidays.Contains(day) && (day + 4) % 7 is not (0 or 6);

    /// <summary>The n-th business day after a day; the day itself for none.</summary>
    /// <param name="day">The day of a trade; it need not be a business day.</param>
    /// <param name="days">How many, 0 or more.</param>
    public long After(long day, int days)
    {
        for (; days > 0; days--)
        {
            day = OnOrAfter(day + 1);
        }

        return day;
    }

    /// <summary>How many business days lie between two days, neither of them counted.</summary>
    public int Between(long after, long before)
    {
        var days = 0;
        for (var day = OnOrAfter(after + 1); day < before; day = OnOrAfter(day + 1))
        {
            days++;
        }

        return days;
    }

    /// <summary>The last business day before a day.</summary>
    public long Before(long day)
    {
        do
        {
            day--;
        }
        while (!IsOpen(day));
        return day;
    }

    /// <summary>The first business day that is not before a day.</summary>
    public long OnOrAfter(long day)
    {
        while (!IsOpen(day))
        {
            day++;
        }

        return day;
    }
}
