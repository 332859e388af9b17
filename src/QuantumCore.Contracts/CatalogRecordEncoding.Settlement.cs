namespace QuantumCore.Contracts;

/// <summary>Encodes records of settlement calendars.</summary>
public static partial class CatalogRecordEncoding
{
    private static byte[] Encode(HolidaysSet record)
    {
        var to = new RecordWriter(Version, HolidaysKind, record.TimeNanos);
        to.Count(record.FromDay);
        to.Text(record.Request.Venue);
        to.Items(record.Request.Holidays, static (ref to, day) => to.Count(day));

        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static HolidaysSet ReadHolidays(ref RecordReader from)
    {
        var (fromDay, venue) = (from.Count(), from.Text());
        var days = from.Items(static (ref from) => from.Count());
        return new HolidaysSet(
            from.TimeNanos, fromDay, new HolidaysRequest(venue, days, from.Text(), from.Text()));
    }
}
