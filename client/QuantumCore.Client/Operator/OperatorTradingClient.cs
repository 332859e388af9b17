namespace QuantumCore.Client;

/// <summary>Listings, trading phases, book rules, and corrections of trades.</summary>
public sealed class OperatorTradingClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorTradingClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Lists an instrument.</summary>
    public Task<Instrument> ListInstrumentAsync(Instrument instrument, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Instrument>("admin/instruments", instrument, cancellation);

    /// <summary>
    /// Moves a symbol to another trading phase, and can schedule the next one. Not retried after a lost response: check
    /// <see cref="MarketClient.GetStateAsync"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A duration is not a whole number of seconds.</exception>
    public Task<SymbolState> SetPhaseAsync(
        string symbol, TradingPhase phase, PhaseTerms? terms = null, CancellationToken cancellation = default)
    {
        terms ??= new PhaseTerms();

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
        return _calls.PostOnceAsync<SymbolState>(CallPath.Symbol(symbol, "phase"), request, cancellation);

        static bool IsOfSeconds(TimeSpan? time) =>
            time is not { } length || length.Ticks % TimeSpan.TicksPerSecond == 0;
    }

    /// <summary>Sets a symbol's mark price.</summary>
    public Task<SymbolState> SetMarkPriceAsync(
        string symbol, decimal price, CancellationToken cancellation = default) =>
        _calls.PostAsync<SymbolState>(
            CallPath.Symbol(symbol, "mark"), new PriceBody { Price = Requests.Text(price) }, cancellation);

    /// <summary>Sets the reference price of a symbol's static band.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="price">The price.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<SymbolState> SetReferencePriceAsync(
        string symbol, decimal price, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<SymbolState>(
            CallPath.Symbol(symbol, "reference"),
            new PriceBody { Price = Requests.Text(price), Why = why },
            cancellation);

    /// <summary>Changes a symbol's bands, protection and collar.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="rules">Rules to change.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<SymbolState> SetRulesAsync(
        string symbol, BookRules rules, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return _calls.PostAsync<SymbolState>(CallPath.Symbol(symbol, "rules"), Requests.Of(rules, why), cancellation);
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
    public Task<TradeChange> BustTradeAsync(
        string symbol, string tradeId, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<TradeChange>(
            CallPath.Symbol(symbol, "bust"), new TradeBody { Trade = tradeId, Why = why }, cancellation);

    /// <summary>Corrects a trade's price: both sides settle the difference, and fees follow the new price.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="tradeId">Trade id, see <see cref="AccountFill.TradeId"/>.</param>
    /// <param name="price">Corrected price, in the quote asset.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<TradeChange> CorrectTradeAsync(
        string symbol, string tradeId, decimal price, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<TradeChange>(
            CallPath.Symbol(symbol, "correct"),
            new TradeBody { Trade = tradeId, Price = Requests.Text(price), Why = why },
            cancellation);

    /// <summary>
    /// Sends the index to the market-wide circuit breaker, which halts or closes every symbol after a large enough
    /// fall. Not retried after a lost response.
    /// </summary>
    /// <param name="index">Current index, in any whole unit.</param>
    /// <param name="previousClose">Close of the previous day, in the same unit.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<BreakerReport> ReportIndexAsync(
        long index, long previousClose, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<BreakerReport>(
            "admin/breaker",
            new BreakerBody { Index = Requests.Text(index), PreviousClose = Requests.Text(previousClose) },
            cancellation);
}
