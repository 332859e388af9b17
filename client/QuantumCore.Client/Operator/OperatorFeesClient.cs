namespace QuantumCore.Client;

/// <summary>Fee schedules, and the rates of any account.</summary>
public sealed class OperatorFeesClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorFeesClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the fee rates of any account.</summary>
    public Task<AccountFees> GetAsync(string account, CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountFees>(CallPath.Account(account, "fees"), cancellation);

    /// <summary>Returns the fee schedules.</summary>
    public async Task<IReadOnlyList<FeeSchedule>> GetSchedulesAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<FeeSchedules>("admin/fees", cancellation)).Schedules;

    /// <summary>Sets the fee schedule of a quote asset. It applies to orders accepted from then on.</summary>
    /// <param name="schedule">The schedule. Without tiers, the instruments' own fees apply again.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<FeeSchedule>> SetScheduleAsync(
        FeeSchedule schedule, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return (await _calls.PostAsync<FeeSchedules>("admin/fees", Requests.Of(schedule, why), cancellation)).Schedules;
    }
}
