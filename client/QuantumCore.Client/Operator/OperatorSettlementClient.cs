namespace QuantumCore.Client;

/// <summary>Settlement venues: holidays, batches and buy-ins.</summary>
public sealed class OperatorSettlementClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorSettlementClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns every settlement venue with its holidays and newest batches.</summary>
    public async Task<IReadOnlyList<SettlementVenue>> GetVenuesAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<SettlementVenues>("admin/settlement", cancellation)).Venues;

    /// <summary>Replaces all holidays of a settlement venue from the day after tomorrow on.</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="holidays">Holidays; days before the day after tomorrow stay unchanged.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<SettlementVenue>> SetHolidaysAsync(
        string venue, IEnumerable<DateOnly> holidays, string? why = null, CancellationToken cancellation = default)
    {
        var body = new HolidaysBody
        {
            Holidays = [.. holidays.Select(Requests.Text)],
            Why = why,
        };
        return (await _calls.PostAsync<SettlementVenues>(CallPath.Venue(venue, "holidays"), body, cancellation)).Venues;
    }

    /// <summary>Sets the number of business days before a fail may be bought in.</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="days">Business days, 0 to 100.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<SettlementVenue>> SetBuyInDaysAsync(
        string venue, int days, string? why = null, CancellationToken cancellation = default) =>
        (await _calls.PostAsync<SettlementVenues>(
            CallPath.Venue(venue, "buy-in-days"), new BuyInDaysBody { Days = days, Why = why }, cancellation)).Venues;

    /// <summary>Buys in at market, at the account's cost, units that an account fails to deliver.</summary>
    /// <param name="venue">The venue.</param>
    /// <param name="id">Name of the order. Repeating it returns the same buy-in and order.</param>
    /// <param name="account">Failing account, <c>ACC-n</c>.</param>
    /// <param name="symbol">Instrument that was not delivered.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Order> BuyInAsync(
        string venue, string id, string account, string symbol, string? why = null,
        CancellationToken cancellation = default) =>
        _calls.PostAsync<Order>(
            CallPath.Venue(venue, "buy-ins"),
            new BuyInBody { Id = id, Account = account, Symbol = symbol, Why = why },
            cancellation);
}
