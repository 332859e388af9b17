namespace QuantumCore.Client;

// Trading operations. All need an administrator's key.
public sealed partial class QuantumCoreClient
{
    /// <summary>
    /// Moves a symbol to another trading phase. Not retried after a lost response: check <see cref="GetStateAsync"/>.
    /// </summary>
    public Task<SymbolState> SetPhaseAsync(
        string symbol, TradingPhase phase, CancellationToken cancellation = default) =>
        SetPhaseAsync(symbol, phase, new PhaseTerms(), cancellation);

    /// <summary>
    /// Moves a symbol to another trading phase and schedules the next one. Not retried after a lost response: check
    /// <see cref="GetStateAsync"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A duration is not a whole number of seconds.</exception>
    public Task<SymbolState> SetPhaseAsync(
        string symbol, TradingPhase phase, PhaseTerms terms, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        // Truncating a fraction would end the phase earlier than requested.
        if (!IsOfSeconds(terms.For) || !IsOfSeconds(terms.ThenFor))
            throw new ArgumentException("For and ThenFor are whole seconds.", nameof(terms));

        var request = new PhaseBody
        {
            Phase = EnumWords<TradingPhase>.Text(phase),
            Reason = Requests.Word(terms.Reason),
            ForSeconds = Requests.Text((long?)terms.For?.TotalSeconds),
            Then = Requests.Word(terms.Then),
            ThenForSeconds = Requests.Text((long?)terms.ThenFor?.TotalSeconds),
            Why = terms.Why,
        };
        return _calls.SendAsync<SymbolState>(
            OfSymbol(symbol, "phase", request) with { Repeatable = false }, cancellation);

        static bool IsOfSeconds(TimeSpan? time) =>
            time is not { } length || length.Ticks % TimeSpan.TicksPerSecond == 0;
    }

    /// <summary>Sets a symbol's mark price.</summary>
    public Task<SymbolState> SetMarkAsync(string symbol, decimal price, CancellationToken cancellation = default) =>
        _calls.SendAsync<SymbolState>(
            OfSymbol(symbol, "mark", new PriceBody { Price = Requests.Text(price) }), cancellation);

    /// <summary>Sets the reference price of a symbol's static band.</summary>
    public Task<SymbolState> SetReferenceAsync(
        string symbol, decimal price, CancellationToken cancellation = default) =>
        SetReferenceAsync(symbol, price, why: null, cancellation);

    /// <summary>Sets the reference price of a symbol's static band.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="price">The price.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<SymbolState> SetReferenceAsync(
        string symbol, decimal price, string? why, CancellationToken cancellation = default) =>
        _calls.SendAsync<SymbolState>(
            OfSymbol(symbol, "reference", new PriceBody { Price = Requests.Text(price), Why = why }), cancellation);

    /// <summary>Changes a symbol's bands, protection and collar.</summary>
    public Task<SymbolState> SetRulesAsync(string symbol, BookRules rules, CancellationToken cancellation = default) =>
        SetRulesAsync(symbol, rules, why: null, cancellation);

    /// <summary>Changes a symbol's bands, protection and collar.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="rules">Rules to change.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<SymbolState> SetRulesAsync(
        string symbol, BookRules rules, string? why, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return _calls.SendAsync<SymbolState>(OfSymbol(symbol, "rules", Requests.Of(rules, why)), cancellation);
    }

    /// <summary>
    /// Busts a trade: the buyer returns the units, the seller the money, and both get their fees back. Their orders
    /// stay as they were. An account that no longer has what it must return is frozen, and its orders are cancelled,
    /// until it does.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="tradeId">Trade id, see <see cref="AccountFill.TradeId"/>.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<TradeChange> BustAsync(
        string symbol, string tradeId, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<TradeChange>(
            OfSymbol(symbol, "bust", new TradeBody { Trade = tradeId, Why = why }) with { Repeatable = false },
            cancellation);

    /// <summary>Corrects a trade's price: both sides settle the difference, and fees follow the new price.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="tradeId">Trade id, see <see cref="AccountFill.TradeId"/>.</param>
    /// <param name="price">Corrected price, in the quote asset.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<TradeChange> CorrectAsync(
        string symbol, string tradeId, decimal price, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<TradeChange>(
            OfSymbol(symbol, "correct", new TradeBody { Trade = tradeId, Price = Requests.Text(price), Why = why }),
            cancellation);

    /// <summary>Freezes an account: no new orders, transfers or withdrawals. Its open orders stay.</summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<FreezeReceipt> FreezeAsync(
        string account, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<FreezeReceipt>(OfFrozen(account, "freeze", why), cancellation);

    /// <summary>Unfreezes an account.</summary>
    public Task<FreezeReceipt> UnfreezeAsync(
        string account, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<FreezeReceipt>(OfFrozen(account, "unfreeze", why), cancellation);

    /// <summary>
    /// Kill switch: cancels an account's orders and blocks new ones, in one symbol or in all. Blocking all symbols also
    /// freezes the account.
    /// </summary>
    public Task<BlockReceipt> BlockAsync(
        string account, string? symbol = null, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<BlockReceipt>(OfAccount(account, "block", symbol, why), cancellation);

    /// <summary>Unblocks an account, in one symbol or in all.</summary>
    public Task<BlockReceipt> UnblockAsync(
        string account, string? symbol = null, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<BlockReceipt>(OfAccount(account, "unblock", symbol, why), cancellation);

    /// <summary>Blocks every account of an owner: each is frozen, and its orders are cancelled.</summary>
    /// <param name="owner">The owner's name.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<OwnerBlockReceipt> BlockOwnerAsync(
        string owner, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<OwnerBlockReceipt>(OfOwner(owner, "block", why), cancellation);

    /// <summary>Unblocks every account of an owner, in the single symbols too.</summary>
    /// <param name="owner">The owner's name.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<OwnerBlockReceipt> UnblockOwnerAsync(
        string owner, string? why = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<OwnerBlockReceipt>(OfOwner(owner, "unblock", why), cancellation);

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

    /// <summary>
    /// Sends the index to the market-wide circuit breaker, which halts or closes every symbol after a large enough
    /// fall. Not retried after a lost response.
    /// </summary>
    /// <param name="index">Current index, in any whole unit.</param>
    /// <param name="previousClose">Close of the previous day, in the same unit.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<BreakerReport> BreakAsync(long index, long previousClose, CancellationToken cancellation = default) =>
        _calls.SendAsync<BreakerReport>(
            Post("admin/breaker", new BreakerBody { Index = Text(index), PreviousClose = Text(previousClose) }) with
            {
                Repeatable = false,
            },
            cancellation);

    private static ExchangeCall OfSymbol<T>(string symbol, string call, T body) =>
        Post($"admin/symbols/{Uri.EscapeDataString(symbol)}/{call}", body);

    /// <summary>Sets all risk limits of an account in a scope. Null removes a limit. Open orders stay.</summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<AccountLimits> SetLimitsAsync(
        string account, RiskLimits limits, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(limits);
        return _calls.SendAsync<AccountLimits>(
            Post($"admin/accounts/{Uri.EscapeDataString(account)}/limits", Requests.Of(limits, why)), cancellation);
    }

    /// <summary>
    /// Sets all risk limits that every account has in a symbol, in addition to its own. Null removes a limit. Order
    /// rate and duplicates cannot be limited here.
    /// </summary>
    /// <param name="limits">Limits, in the scope of one instrument.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<RiskLimits>> SetEveryonesLimitsAsync(
        RiskLimits limits, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return (await _calls.SendAsync<EveryonesLimits>(
            Post("admin/limits", Requests.Of(limits, why)), cancellation)).Everyones;
    }

    /// <summary>
    /// Returns the risk limits that every account has, for each symbol with limits (administrator's key).
    /// </summary>
    public async Task<IReadOnlyList<RiskLimits>> GetEveryonesLimitsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<EveryonesLimits>(Get("admin/limits"), cancellation)).Everyones;

    /// <summary>
    /// Sets all limits of an owner over its accounts in a scope. Null removes a limit. Open orders, position, daily
    /// volume and daily loss are divided by the shares. Limits of a single order are the same for each account. Order
    /// rate and duplicates cannot be limited here.
    /// </summary>
    /// <param name="owner">The owner's name.</param>
    /// <param name="limits">Limits of all accounts together.</param>
    /// <param name="shares">Accounts and weights; null for all accounts of the owner with equal weights.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<OwnerLimits>> SetOwnerLimitsAsync(
        string owner, RiskLimits limits, IReadOnlyList<OwnerShare>? shares = null, string? why = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(limits);
        var order = Requests.Of(owner, limits, shares, why);
        return (await _calls.SendAsync<OwnersLimits>(Post("admin/owners/limits", order), cancellation)).Owners;
    }

    /// <summary>Returns the limits of owners over their accounts (administrator's key).</summary>
    public async Task<IReadOnlyList<OwnerLimits>> GetOwnerLimitsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<OwnersLimits>(Get("admin/owners/limits"), cancellation)).Owners;

    /// <summary>Returns the risk limits of any account.</summary>
    public Task<AccountLimits> GetLimitsAsync(string account, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountLimits>(
            Get($"admin/accounts/{Uri.EscapeDataString(account)}/limits"), cancellation);
    }

    private static ExchangeCall OfFrozen(string account, string call, string? why)
    {
        ArgumentNullException.ThrowIfNull(account);
        return Post($"admin/accounts/{Uri.EscapeDataString(account)}/{call}", new FreezeBody { Why = why });
    }

    private static ExchangeCall OfAccount(string account, string call, string? symbol, string? why)
    {
        ArgumentNullException.ThrowIfNull(account);
        return Post(
            $"admin/accounts/{Uri.EscapeDataString(account)}/{call}", new BlockBody { Symbol = symbol, Why = why });
    }

    private static ExchangeCall OfOwner(string owner, string call, string? why)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return Post($"admin/owners/{Uri.EscapeDataString(owner)}/{call}", new FreezeBody { Why = why });
    }
}
