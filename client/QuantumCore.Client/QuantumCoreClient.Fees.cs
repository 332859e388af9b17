namespace QuantumCore.Client;

// Fees: an account's rates and the fee schedules.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns the account's fee rates in each quote asset that has a fee schedule.</summary>
    public Task<AccountFees> GetFeesAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountFees>(Get("fees"), cancellation);

    /// <summary>Returns the fee rates of any account (administrator's key).</summary>
    public Task<AccountFees> GetFeesAsync(string account, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountFees>(Get($"admin/accounts/{Uri.EscapeDataString(account)}/fees"), cancellation);
    }

    /// <summary>Returns the fee schedules (administrator's key).</summary>
    public async Task<IReadOnlyList<FeeSchedule>> GetFeeSchedulesAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FeeSchedules>(Get("admin/fees"), cancellation)).Schedules;

    /// <summary>
    /// Sets the fee schedule of a quote asset (administrator's key). It applies to orders accepted from then on.
    /// </summary>
    /// <param name="schedule">The schedule. Without tiers, the instruments' own fees apply again.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<FeeSchedule>> SetFeesAsync(
        FeeSchedule schedule, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return (await _calls.SendAsync<FeeSchedules>(
            Post("admin/fees", Requests.Of(schedule, why)), cancellation)).Schedules;
    }
}
