namespace QuantumCore.Client;

// Public market data, available without a key.
public sealed partial class QuantumCoreClient
{
    /// <summary>
    /// Returns the ticker of every symbol: phase, last price and trading of the last 24 hours, adjusted for splits.
    /// </summary>
    public async Task<IReadOnlyList<Ticker>> GetTickersAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<TickerList>(Get("tickers"), cancellation)).Tickers;

    /// <summary>Returns the first orders of each side of a book (market-by-order).</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="limit">Orders of each side, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<BookOrders> GetBookOrdersAsync(
        string symbol, int limit = 20, CancellationToken cancellation = default) =>
        _calls.SendAsync<BookOrders>(
            Get($"book/{Uri.EscapeDataString(symbol)}/orders" + Query(("limit", Text(limit)))), cancellation);

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
    public IAsyncEnumerable<OrderByOrderUpdate> WatchOrderByOrderAsync(
        IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        new OrderByOrderFeed(this, _http, _root, _apiKey, symbols, _options).ReadAsync(cancellation);

    /// <summary>Returns a symbol's latest trades, newest first.</summary>
    public async Task<IReadOnlyList<Trade>> GetTradesAsync(
        string symbol, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<TradeList>(
            Get("trades/" + Uri.EscapeDataString(symbol) + Query(("limit", Text(limit)))), cancellation)).Trades;

    /// <summary>
    /// Returns a symbol's candles, oldest first, without gaps from its first trade on, adjusted for splits.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="period">1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.</param>
    /// <param name="limit">Number of candles, 1 to 1500: the newest.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<Candle>> GetCandlesAsync(
        string symbol, string period = "1m", int limit = 500, CancellationToken cancellation = default) =>
        GetCandlesAsync(symbol, period, limit, isRaw: false, cancellation);

    /// <summary>Returns a symbol's candles, oldest first, without gaps from its first trade on.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="period">1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.</param>
    /// <param name="limit">Number of candles, 1 to 1500: the newest.</param>
    /// <param name="isRaw">True for prices and quantities as traded; false to adjust them for later splits.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<Candle>> GetCandlesAsync(
        string symbol, string period, int limit, bool isRaw, CancellationToken cancellation = default) =>
        GetCandlesAsync(symbol, period, limit, isRaw, before: null, cancellation);

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
        string symbol, string period, int limit, bool isRaw, DateTimeOffset? before,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return (await _calls.SendAsync<CandleList>(
            Get("candles/" + Uri.EscapeDataString(symbol) + Query(
                ("period", period), ("limit", Text(limit)),
                ("before", before is { } time ? CalendarTimeText.Text(time) : null),
                ("adjustment", isRaw ? "raw" : null))),
            cancellation)).Candles;
    }
}
