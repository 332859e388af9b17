using System.Globalization;

namespace QuantumCore.Client;

// The ledger: account statements, positions and house-wide accounting reports.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns the account's statement over UTC days, both inclusive, with one page of its lines.</summary>
    /// <param name="from">First day; null is today.</param>
    /// <param name="to">Last day; null is today, or the first day if that is later.</param>
    /// <param name="after"><see cref="AccountStatement.Next"/> of the previous page; null for the first page.</param>
    /// <param name="limit">Most lines, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<AccountStatement> GetStatementAsync(
        DateOnly? from = null, DateOnly? to = null, string? after = null, int limit = 100,
        CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountStatement>(Get("account/statement" + Page(from, to, after, limit)), cancellation);

    /// <summary>Returns any account's statement (administrator's key); see <see cref="GetStatementAsync"/>.</summary>
    public Task<AccountStatement> GetStatementOfAsync(
        string account, DateOnly? from = null, DateOnly? to = null, string? after = null, int limit = 100,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountStatement>(
            Get($"admin/accounts/{Uri.EscapeDataString(account)}/statement" + Page(from, to, after, limit)),
            cancellation);
    }

    /// <summary>Returns the account's position and profit in each instrument.</summary>
    /// <param name="method">Cost method: which units leave first.</param>
    /// <param name="feesInCost">True to include fees in cost and proceeds, as for tax; false to report them
    /// separately.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<Position>> GetPositionsAsync(
        CostMethod method = CostMethod.Average, bool feesInCost = false, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<PositionList>(
            Get("account/positions" + Costs(method, feesInCost)), cancellation)).Positions;

    /// <summary>
    /// Returns any account's position and profit in each instrument (administrator's key); see
    /// <see cref="GetPositionsAsync"/>.
    /// </summary>
    public async Task<IReadOnlyList<Position>> GetPositionsOfAsync(
        string account, CostMethod method = CostMethod.Average, bool feesInCost = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return (await _calls.SendAsync<PositionList>(
            Get($"admin/accounts/{Uri.EscapeDataString(account)}/positions" + Costs(method, feesInCost)),
            cancellation)).Positions;
    }

    /// <summary>
    /// Returns the current trial balance of each asset: customers, fees and the outside world (administrator's key).
    /// </summary>
    public async Task<IReadOnlyList<TrialBalanceRow>> GetTrialBalanceAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<TrialBalanceRows>(Get("admin/ledger/trial-balance"), cancellation)).Rows;

    /// <summary>Returns fees by UTC day and symbol, both days inclusive (administrator's key).</summary>
    public async Task<IReadOnlyList<FeeRevenueRow>> GetFeeRevenueAsync(
        DateOnly? from = null, DateOnly? to = null, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FeeRevenueRows>(
            Get("admin/ledger/fees" + Query(("from", Text(from)), ("to", Text(to)))), cancellation)).Rows;

    /// <summary>Compares the ledger with itself and with the accounts (administrator's key). Repairs nothing.</summary>
    /// <param name="after"><see cref="ReconciliationReport.Next"/> of the previous report; null to begin.</param>
    /// <param name="limit">Most accounts, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<ReconciliationReport> ReconcileAsync(
        string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
        _calls.SendAsync<ReconciliationReport>(
            Get("admin/ledger/reconciliation" + Query(("after", after), ("limit", Text(limit)))), cancellation);

    private static string Costs(CostMethod method, bool feesInCost) =>
        Query(("cost", method == CostMethod.Fifo ? "fifo" : "average"), ("fees", feesInCost ? "inCost" : "beside"));

    private static string Page(DateOnly? from, DateOnly? to, string? after, int limit) =>
        Query(("from", Text(from)), ("to", Text(to)), ("after", after), ("limit", Text(limit)));

    private static string? Text(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
