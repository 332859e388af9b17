using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Calendars of settlement venues.</summary>
public sealed partial class CatalogGrain
{
    private readonly SortedDictionary<string, ImmutableArray<long>> _holidays = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SettlementCalendar>> SettlementCalendars() => AllWhenDurable(Calendars());

    /// <inheritdoc/>
    public async ValueTask<string?> SetHolidays(HolidaysRequest request)
    {
        if (_listed.Values.All(listed => listed.Decode().SettlementVenue != request.Venue))
        {
            return "no instrument settles at this venue";
        }

        if (request.Holidays.Length > HolidaysRequest.Most
            || request.Holidays.Any(day => day is < 0 or > HolidaysRequest.LastDay))
        {
            return $"there are at most {HolidaysRequest.Most} holidays, from 1970 to 2199";
        }

        // From the day after tomorrow: silos' clocks may differ, and trades of the new day must find a stable calendar.
        var fromDay = UtcDay.Of(Now) + 2;
        var set = new HolidaysSet(
            Now, fromDay,
            request with { Holidays = [.. request.Holidays.Where(day => day >= fromDay).Order().Distinct()] });
        if (!HolidaysAfter(set).SequenceEqual(_holidays.GetValueOrDefault(request.Venue, [])))
        {
            Record(set);
        }

        await InForceAsync();
        return null;
    }

    private ImmutableArray<long> HolidaysAfter(HolidaysSet set) =>
        [
            .. _holidays.GetValueOrDefault(set.Request.Venue, []).Where(day => day < set.FromDay),
            .. set.Request.Holidays];

    private void Apply(HolidaysSet set) => _holidays[set.Request.Venue] = HolidaysAfter(set);

    private IEnumerable<SettlementCalendar> Calendars() =>
        _holidays.Select(of => new SettlementCalendar(of.Key, of.Value));
}
