namespace QuantumCore.Clearing;

/// <summary>
/// Business days of a settlement venue: all days but Saturdays, Sundays and its holidays. Days are UTC days, numbered
/// from 1970-01-01, which is 0.
/// </summary>
/// <param name="holidays">Holidays, in UTC days since 1970; weekends need not be included.</param>
public sealed class BusinessCalendar(IEnumerable<long> holidays)
{
    /// <summary>A calendar with weekends only.</summary>
    public static readonly BusinessCalendar WithoutHolidays = new([]);

    private readonly HashSet<long> _holidays = [.. holidays];

    /// <summary>Returns true for a business day.</summary>
    public bool IsOpen(long day) => !_holidays.Contains(day) && (day + 4) % 7 is not (0 or 6);

    /// <summary>Returns the n-th business day after a day, or the day itself for 0.</summary>
    /// <param name="day">The day of a trade; it need not be a business day.</param>
    /// <param name="days">Number of business days, 0 or more.</param>
    public long After(long day, int days)
    {
        for (; days > 0; days--)
        {
            day = OnOrAfter(day + 1);
        }

        return day;
    }

    /// <summary>Returns the number of business days between two days, both excluded.</summary>
    public int Between(long after, long before)
    {
        var days = 0;
        for (var day = OnOrAfter(after + 1); day < before; day = OnOrAfter(day + 1))
        {
            days++;
        }

        return days;
    }

    /// <summary>Returns the last business day before a day.</summary>
    public long Before(long day)
    {
        do
        {
            day--;
        }
        while (!IsOpen(day));
        return day;
    }

    /// <summary>Returns the first business day on or after a day.</summary>
    public long OnOrAfter(long day)
    {
        while (!IsOpen(day))
        {
            day++;
        }

        return day;
    }
}
