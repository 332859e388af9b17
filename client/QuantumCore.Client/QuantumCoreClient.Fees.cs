namespace QuantumCore.Client;

// Fees: what an account pays, and the schedules.
public sealed partial class QuantumCoreClient
{
    /// <summary>What the account pays for what is paid in each asset that has a schedule.</summary>
    public Task<AccountFees> GetFeesAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountFees>(Get("fees"), cancellation);

    /// <summary>What any account pays (administrator's key).</summary>
    public Task<AccountFees> GetFeesAsync(string account, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountFees>(Get($"admin/accounts/{Uri.EscapeDataString(account)}/fees"), cancellation);
    }

    /// <summary>The schedules of fees (administrator's key).</summary>
    public async Task<IReadOnlyList<FeeSchedule>> GetFeeSchedulesAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FeeSchedules>(Get("admin/fees"), cancellation)).Schedules;

    /// <summary>
    /// Sets the fees of everything that is paid in an asset, for orders accepted from then on (administrator's key).
    /// </summary>
    /// <param name="schedule">The schedule; without tiers the instruments' own fees hold again.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<FeeSchedule>> SetFeesAsync(
        FeeSchedule schedule, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var body = new FeesOrder(schedule.Asset, schedule.Tiers, schedule.MinimumFee, why);
        return (await _calls.SendAsync<FeeSchedules>(Post("admin/fees", body), cancellation)).Schedules;
    }
}
