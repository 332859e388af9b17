namespace QuantumCore.Client;

/// <summary>Accounting of the house, and statements of any account.</summary>
public sealed class OperatorLedgerClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorLedgerClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns any account's statement; see <see cref="AccountClient.GetStatementAsync"/>.</summary>
    public Task<AccountStatement> GetStatementAsync(
        string account, DateOnly? from = null, DateOnly? to = null, string? after = null, int limit = 100,
        CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountStatement>(
            CallPath.Account(account, "statement") + AccountClient.Days(from, to, after, limit), cancellation);

    /// <summary>
    /// Returns any account's position and profit in each instrument; see
    /// <see cref="AccountClient.GetPositionsAsync"/>.
    /// </summary>
    public async Task<IReadOnlyList<Position>> GetPositionsAsync(
        string account, CostMethod method = CostMethod.Average, bool feesInCost = false,
        CancellationToken cancellation = default) =>
        (await _calls.GetAsync<PositionList>(
            CallPath.Account(account, "positions") + AccountClient.Costs(method, feesInCost), cancellation)).Positions;

    /// <summary>Returns the current trial balance of each asset: customers, fees and the outside world.</summary>
    public async Task<IReadOnlyList<TrialBalanceRow>> GetTrialBalanceAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<TrialBalanceRows>("admin/ledger/trial-balance", cancellation)).Rows;

    /// <summary>Returns fees by UTC day and symbol, both days inclusive.</summary>
    public async Task<IReadOnlyList<FeeRevenueRow>> GetFeeRevenueAsync(
        DateOnly? from = null, DateOnly? to = null, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<FeeRevenueRows>(
            "admin/ledger/fees" + CallPath.Query(("from", from), ("to", to)), cancellation)).Rows;

    /// <summary>Compares the ledger with itself and with the accounts. Repairs nothing.</summary>
    /// <param name="after"><see cref="ReconciliationReport.Next"/> of the previous report; null to begin.</param>
    /// <param name="limit">Most accounts, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<ReconciliationReport> ReconcileAsync(
        string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
        _calls.GetAsync<ReconciliationReport>(
            "admin/ledger/reconciliation" + CallPath.Query(("after", after), ("limit", limit)), cancellation);
}
