namespace QuantumCore.Client;

/// <summary>Public market data, available without a key.</summary>
public sealed class MarketClient
{
    private readonly ExchangeCalls _calls;

    internal MarketClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns all instruments.</summary>
    public async Task<IReadOnlyList<Instrument>> GetInstrumentsAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<InstrumentList>("instruments", cancellation)).Instruments;

    /// <summary>
    /// Returns the ticker of every symbol: phase, last price and trading of the last 24 hours, adjusted for splits.
    /// </summary>
    public async Task<IReadOnlyList<Ticker>> GetTickersAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<TickerList>("tickers", cancellation)).Tickers;

    /// <summary>Returns a symbol's trading phase and prices.</summary>
    public Task<SymbolState> GetStateAsync(string symbol, CancellationToken cancellation = default) =>
        _calls.GetAsync<SymbolState>(CallPath.Of("symbols", symbol, "state"), cancellation);

    /// <summary>Returns a book by price level.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="depth">Levels of each side, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<BookSnapshot> GetBookAsync(string symbol, int depth = 20, CancellationToken cancellation = default) =>
        _calls.GetAsync<BookSnapshot>(CallPath.Of("book", symbol) + CallPath.Query(("depth", depth)), cancellation);

    /// <summary>Returns the first orders of each side of a book (market-by-order).</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="limit">Orders of each side, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<BookOrders> GetBookOrdersAsync(
        string symbol, int limit = 20, CancellationToken cancellation = default) =>
        _calls.GetAsync<BookOrders>(
            CallPath.Of("book", symbol, "orders") + CallPath.Query(("limit", limit)), cancellation);

    /// <summary>Returns a symbol's latest trades, newest first.</summary>
    public async Task<IReadOnlyList<Trade>> GetTradesAsync(
        string symbol, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<TradeList>(
            CallPath.Of("trades", symbol) + CallPath.Query(("limit", limit)), cancellation)).Trades;

    /// <summary>Returns a symbol's candles, oldest first, without gaps from its first trade on.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="period">1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.</param>
    /// <param name="limit">Number of candles, 1 to 1500: the newest before <paramref name="before"/>.</param>
    /// <param name="isRaw">True for prices and quantities as traded; false to adjust them for later splits.</param>
    /// <param name="before">
    /// Time before which candles begin; null for now. To page back, pass the start of the oldest candle read.
    /// </param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<Candle>> GetCandlesAsync(
        string symbol, string period = "1m", int limit = 500, bool isRaw = false, DateTimeOffset? before = null,
        CancellationToken cancellation = default) =>
        (await _calls.GetAsync<CandleList>(
            CallPath.Of("candles", symbol) + CallPath.Query(
                ("period", period), ("limit", limit),
                ("before", before is { } time ? CalendarTimeText.Text(time) : null),
                ("adjustment", isRaw ? "raw" : null)),
            cancellation)).Candles;

    /// <summary>
    /// Follows the books of some symbols until cancelled. Each step returns the current book. After a gap or a lost
    /// connection, a step first marks the book stale, then a new snapshot follows. A step also carries the trades since
    /// the step before, and earlier trades that were voided or corrected. Each enumerable supports one reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The exchange rejected a symbol, or no first snapshot arrived within the attempts and time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first snapshot, lost connections are retried without limit.
    /// </exception>
    /// <remarks>Falls back to polling where WebSockets are unavailable: see <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<BookUpdate> WatchBooksAsync(
        IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        new BookFeed(_calls, symbols).ReadAsync(cancellation);

    /// <summary>
    /// Follows market-by-order books of some symbols until cancelled: first every displayed order, then every change of
    /// one. Each step returns the current book. After a gap or a lost connection, a step first marks the book stale,
    /// then a new snapshot follows. A slow reader gets more changes in a step, and a snapshot when it is too far
    /// behind. Each enumerable supports one reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The exchange rejected a symbol, or no first snapshot arrived within the attempts and time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first snapshot, lost connections are retried without limit.
    /// </exception>
    /// <remarks>Falls back to polling where WebSockets are unavailable: see <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<OrderByOrderUpdate> WatchBookOrdersAsync(
        IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        new OrderByOrderFeed(_calls, symbols).ReadAsync(cancellation);
}
