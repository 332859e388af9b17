namespace QuantumCore.Client;

// What was traded: of everyone, without a key.
public sealed partial class QuantumCoreClient
{
    /// <summary>All symbols: their phase and last price now, and what they traded in the last 24 hours, in the units of now.</summary>
    public async Task<IReadOnlyList<Ticker>> GetTickersAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<TickerList>(Get("tickers"), cancellation)).Tickers;

    /// <summary>A book order by order: the first in line of each side.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="limit">Orders of each side, 1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<BookOrders> GetBookOrdersAsync(string symbol, int limit = 20, CancellationToken cancellation = default) =>
        _calls.SendAsync<BookOrders>(Get($"book/{Uri.EscapeDataString(symbol)}/orders" + Query(("limit", Text(limit)))), cancellation);

    /// <summary>
    /// Follows the books of some symbols order by order until cancelled: every displayed order at first, then everything that happens to one, nothing left
    /// out. Each step hands out the book as it stands then; after a gap or a lost connection it first says that the book is stale, and goes on with a
    /// new snapshot. One who reads slowly gets more changes in a step, and a snapshot when it is too far behind. One reader each.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The exchange refused a symbol, or no first snapshot came within the attempts and the time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first a lost connection is made again for ever.
    /// </exception>
    /// <remarks>Polled where no WebSocket is to be had: <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<OrderByOrderUpdate> WatchOrderByOrderAsync(IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        new OrderByOrderFeed(this, _http, _root, _apiKey, symbols, _options).ReadAsync(cancellation);

    /// <summary>A symbol's last trades, newest first.</summary>
    public async Task<IReadOnlyList<Trade>> GetTradesAsync(
        string symbol, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<TradeList>(
            Get("trades/" + Uri.EscapeDataString(symbol) + Query(("limit", Text(limit)))), cancellation)).Trades;

    /// <summary>What a symbol traded, period by period, oldest first, without a gap from its first trade on, in the units of now.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="period">1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.</param>
    /// <param name="limit">1 to 1500: the newest.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<Candle>> GetCandlesAsync(
        string symbol, string period = "1m", int limit = 500, CancellationToken cancellation = default) =>
        GetCandlesAsync(symbol, period, limit, isRaw: false, cancellation);

    /// <summary>What a symbol traded, period by period, oldest first, without a gap from its first trade on.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="period">1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.</param>
    /// <param name="limit">1 to 1500: the newest.</param>
    /// <param name="isRaw">Prices and quantities as they were traded; otherwise of the units of now, splits since then reckoned in.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<Candle>> GetCandlesAsync(
        string symbol, string period, int limit, bool isRaw, CancellationToken cancellation = default) =>
        GetCandlesAsync(symbol, period, limit, isRaw, before: null, cancellation);

    /// <summary>What a symbol traded, period by period, oldest first, without a gap from its first trade on.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="period">1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w or 1M.</param>
    /// <param name="limit">1 to 1500: the newest of them.</param>
    /// <param name="isRaw">Prices and quantities as they were traded; otherwise of the units of now, splits since then reckoned in.</param>
    /// <param name="before">Those that begin before this time: to read on, the start of the oldest that was read; null: up to now.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Candle>> GetCandlesAsync(
        string symbol, string period, int limit, bool isRaw, DateTimeOffset? before, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return (await _calls.SendAsync<CandleList>(
            Get("candles/" + Uri.EscapeDataString(symbol) + Query(
                ("period", period), ("limit", Text(limit)), ("before", before is { } time ? UtcTime.Text(time) : null), ("adjustment", isRaw ? "raw" : null))),
            cancellation)).Candles;
    }
}
