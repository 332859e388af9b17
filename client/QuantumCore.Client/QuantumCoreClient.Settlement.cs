using System.Globalization;

namespace QuantumCore.Client;

// Settlement: venues, their holidays and their batches.
public sealed partial class QuantumCoreClient
{
    /// <summary>Every settlement venue with its holidays and newest batches (administrator's key).</summary>
    public async Task<IReadOnlyList<SettlementVenue>> GetSettlementAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<SettlementVenues>(Get("admin/settlement"), cancellation)).Venues;

    /// <summary>Sets all holidays of a settlement venue from the day after tomorrow on (administrator's key).</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="holidays">The days; nearer ones stay as they are.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<SettlementVenue>> SetHolidaysAsync(
        string venue, IEnumerable<DateOnly> holidays, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(venue);
        var body = new HolidaysOrder([.. holidays.Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))], why);
        return (await _calls.SendAsync<SettlementVenues>(
            Post($"admin/settlement/{Uri.EscapeDataString(venue)}/holidays", body), cancellation)).Venues;
    }
}
