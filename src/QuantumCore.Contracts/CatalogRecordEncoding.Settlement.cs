using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>Encodes records of settlement calendars.</summary>
public static partial class CatalogRecordEncoding
{
    private static byte[] Encode(HolidaysSet record)
    {
        var to = new RecordWriter(Version, HolidaysKind, record.TimeNanos);
        to.Count(record.FromDay);
        to.Text(record.Request.Venue);
        to.Count(record.Request.Holidays.Length);
        foreach (var day in record.Request.Holidays)
        {
            to.Count(day);
        }

        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static HolidaysSet ReadHolidays(ref RecordReader from)
    {
        var (fromDay, venue) = (from.Count(), from.Text());
        var days = ImmutableArray.CreateBuilder<long>(from.ItemCount());
        for (var i = days.Capacity; i > 0; i--)
        {
            days.Add(from.Count());
        }

        return new HolidaysSet(
            from.TimeNanos, fromDay, new HolidaysRequest(venue, days.MoveToImmutable(), from.Text(), from.Text()));
    }
}
