using System.Globalization;

namespace QuantumCore.Client;

// Settlement: venues, their holidays and their batches.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns every settlement venue with its holidays and newest batches (administrator's key).</summary>
    public async Task<IReadOnlyList<SettlementVenue>> GetSettlementAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<SettlementVenues>(Get("admin/settlement"), cancellation)).Venues;

    /// <summary>
    /// Replaces all holidays of a settlement venue from the day after tomorrow on (administrator's key).
    /// </summary>
    /// <param name="venue">The venue.</param>
    /// <param name="holidays">Holidays; days before the day after tomorrow stay unchanged.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<SettlementVenue>> SetHolidaysAsync(
        string venue, IEnumerable<DateOnly> holidays, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(venue);
        var body = new HolidaysBody
        {
            Holidays = [.. holidays.Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))],
            Why = why,
        };
        return (await _calls.SendAsync<SettlementVenues>(
            Post($"admin/settlement/{Uri.EscapeDataString(venue)}/holidays", body), cancellation)).Venues;
    }

    /// <summary>
    /// Buys in at market, at the account's cost, units that an account fails to deliver (administrator's key).
    /// </summary>
    /// <param name="venue">The venue.</param>
    /// <param name="id">Name of the order. Repeating it returns the same buy-in and order.</param>
    /// <param name="account">Failing account, <c>ACC-n</c>.</param>
    /// <param name="symbol">Instrument that was not delivered.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Order> BuyInAsync(
        string venue, string id, string account, string symbol, string? why = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(venue);
        return _calls.SendAsync<Order>(
            Post(
                $"admin/settlement/{Uri.EscapeDataString(venue)}/buy-ins",
                new BuyInBody { Id = id, Account = account, Symbol = symbol, Why = why }),
            cancellation);
    }

    /// <summary>Sets the number of business days before a fail may be bought in (administrator's key).</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="days">Business days, 0 to 100.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<SettlementVenue>> SetBuyInDaysAsync(
        string venue, int days, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(venue);
        return (await _calls.SendAsync<SettlementVenues>(
            Post(
                $"admin/settlement/{Uri.EscapeDataString(venue)}/buy-in-days",
                new BuyInDaysBody { Days = days, Why = why }),
            cancellation)).Venues;
    }
}
