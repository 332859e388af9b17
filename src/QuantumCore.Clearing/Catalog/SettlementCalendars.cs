using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Holidays of settlement venues.</summary>
internal sealed class SettlementCalendars(InstrumentListings listings)
{
    private readonly SortedDictionary<string, ImmutableArray<long>> _holidays = new(StringComparer.Ordinal);

    /// <summary>The calendars, sorted by venue.</summary>
    public IEnumerable<SettlementCalendar> All => _holidays.Select(of => new SettlementCalendar(of.Key, of.Value));

    /// <summary>Sets the holidays of a venue from the day after tomorrow on.</summary>
    public CatalogChange Set(HolidaysRequest request, long now)
    {
        if (listings.All.All(listed => listed.SettlementVenue != request.Venue))
        {
            return CatalogChange.Refuse("no instrument settles at this venue");
        }

        if (request.Holidays.Length > HolidaysRequest.Most
            || request.Holidays.Any(day => day is < 0 or > HolidaysRequest.LastDay))
        {
            return CatalogChange.Refuse($"there are at most {HolidaysRequest.Most} holidays, from 1970 to 2199");
        }

        // From the day after tomorrow: silos' clocks may differ, and trades of the new day must find a stable calendar.
        var fromDay = UtcDay.Of(now) + 2;
        var set = new HolidaysSet(
            now, fromDay,
            request with { Holidays = [.. request.Holidays.Where(day => day >= fromDay).Order().Distinct()] });
        return CatalogChange.Unless(
            After(set).SequenceEqual(_holidays.GetValueOrDefault(request.Venue, [])), set);
    }

    /// <summary>Applies a record.</summary>
    public void Apply(HolidaysSet set) => _holidays[set.Request.Venue] = After(set);

    private ImmutableArray<long> After(HolidaysSet set) =>
        [
            .. _holidays.GetValueOrDefault(set.Request.Venue, []).Where(day => day < set.FromDay),
            .. set.Request.Holidays];
}
