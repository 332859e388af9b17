namespace QuantumCore.Client;

/// <summary>Calls of the exchange's operators. They need an administrator's key.</summary>
public sealed class OperatorClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorClient(ExchangeCalls calls)
    {
        _calls = calls;
        Accounts = new OperatorAccountsClient(calls);
        CorporateActions = new OperatorCorporateActionsClient(calls);
        Fees = new OperatorFeesClient(calls);
        Keys = new OperatorKeysClient(calls);
        Ledger = new OperatorLedgerClient(calls);
        Limits = new OperatorLimitsClient(calls);
        Margin = new OperatorMarginClient(calls);
        Placement = new OperatorPlacementClient(calls);
        Settlement = new OperatorSettlementClient(calls);
        Trading = new OperatorTradingClient(calls);
        Users = new OperatorUsersClient(calls);
    }

    /// <summary>Money, owners, freezes and blocks of any account.</summary>
    public OperatorAccountsClient Accounts { get; }

    /// <summary>Corporate actions.</summary>
    public OperatorCorporateActionsClient CorporateActions { get; }

    /// <summary>Fee schedules, and the rates of any account.</summary>
    public OperatorFeesClient Fees { get; }

    /// <summary>API keys of any account.</summary>
    public OperatorKeysClient Keys { get; }

    /// <summary>Accounting of the house, and statements of any account.</summary>
    public OperatorLedgerClient Ledger { get; }

    /// <summary>Risk limits of accounts, owners and symbols.</summary>
    public OperatorLimitsClient Limits { get; }

    /// <summary>Margin terms, locates and account kinds.</summary>
    public OperatorMarginClient Margin { get; }

    /// <summary>Placement of books on silos.</summary>
    public OperatorPlacementClient Placement { get; }

    /// <summary>Settlement venues.</summary>
    public OperatorSettlementClient Settlement { get; }

    /// <summary>Listings, trading phases, book rules, and corrections of trades.</summary>
    public OperatorTradingClient Trading { get; }

    /// <summary>Users and their sessions.</summary>
    public OperatorUsersClient Users { get; }

    /// <summary>
    /// Returns silos, journal and the newest warnings and errors (key of a market operator, a risk officer or an
    /// administrator).
    /// </summary>
    public Task<ExchangeSystem> GetSystemAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<ExchangeSystem>("admin/system", cancellation);

    /// <summary>Returns the newest lines of the audit log, newest first.</summary>
    /// <param name="before">Sequence below which lines are returned; null for the newest.</param>
    /// <param name="limit">Most lines, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<AuditLine>> GetAuditAsync(
        long? before = null, int limit = 100, CancellationToken cancellation = default) =>
        LinesAsync("audit", before, limit, cancellation);

    /// <summary>
    /// Returns operator actions on trading and accounts, newest first: phases, rules, trades, blocks, freezes, limits,
    /// money, owners and keys. Catalog changes (users, fees, margin terms, the breaker and the like) are in
    /// <see cref="GetAuditAsync"/>.
    /// </summary>
    /// <param name="before">Sequence below which lines are returned; null for the newest.</param>
    /// <param name="limit">Most lines, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<AuditLine>> GetActionsAsync(
        long? before = null, int limit = 100, CancellationToken cancellation = default) =>
        LinesAsync("actions", before, limit, cancellation);

    private async Task<IReadOnlyList<AuditLine>> LinesAsync(
        string log, long? before, int limit, CancellationToken cancellation) =>
        (await _calls.GetAsync<AuditLines>(
            $"admin/{log}" + CallPath.Query(("limit", limit), ("before", before)), cancellation)).Lines;
}
