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

    /// <summary>Buys at the market, at its cost, what an account fails to deliver (administrator's key).</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="id">The name of the order; the same one again is the same buy-in, and the same order.</param>
    /// <param name="account">Who fails.</param>
    /// <param name="symbol">In what.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Order> BuyInAsync(
        string venue, string id, string account, string symbol, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(venue);
        return _calls.SendAsync<Order>(Post($"admin/settlement/{Uri.EscapeDataString(venue)}/buy-ins", new BuyInOrder(id, account, symbol, why)), cancellation);
    }

    /// <summary>Sets the business days that end before a fail may be bought in (administrator's key).</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="days">0 to 100.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<SettlementVenue>> SetBuyInDaysAsync(
        string venue, int days, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(venue);
        return (await _calls.SendAsync<SettlementVenues>(
            Post($"admin/settlement/{Uri.EscapeDataString(venue)}/buy-in-days", new BuyInDaysOrder(days, why)), cancellation)).Venues;
    }
}
