using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>
/// Backfilled prices from before the first trade, in separate tables. No projection, sum or invariant reads them.
/// </summary>
public sealed class MarketBackfill(HistoryDatabase database)
{
    /// <summary>Returns true if a symbol has a backfill.</summary>
    public async Task<bool> ExistsAsync(string symbol, CancellationToken cancellationToken) =>
        await database.NumberAsync(
            "SELECT 1 FROM backfilled_candle WHERE symbol = @symbol LIMIT 1", [("@symbol", symbol)],
            cancellationToken) is not null;

    /// <summary>
    /// Adds candles and trades from before a symbol's first trade. Existing ones stay. They appear only among candles
    /// and public trades.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="minutes">Candles of one minute, each with trades. Their trade places are not stored.</param>
    /// <param name="trades">Trades, oldest first. They are reported with sequence 0 and their position here.</param>
    /// <param name="cancellationToken">Token that cancels the call, before anything is written.</param>
    public async Task AddAsync(
        string symbol, IReadOnlyList<Candle> minutes, IReadOnlyList<PublicTrade> trades,
        CancellationToken cancellationToken)
    {
        var candles = new RowBuffer(Statements.AddBackfilledCandle);
        foreach (var c in minutes)
        {
            candles.Add(symbol).Add(c.StartNanos / CandleBuckets.MinuteNanos).Add(c.OpenTicks).Add(c.HighTicks)
                .Add(c.LowTicks)
                .Add(c.CloseTicks).Add((long)c.Lots).Add((long)c.Value).Add(c.Trades).Add((long)c.BoughtLots)
                .Add((long)c.BoughtValue);
        }

        var prints = new RowBuffer(Statements.AddBackfilledTrade);
        for (var i = 0; i < trades.Count; i++)
        {
            var trade = trades[i];
            prints.Add(symbol).Add(0).Add(i).Add(trade.PriceTicks).Add(trade.QuantityLots)
                .Add(HistoryWords.Of(trade.TakerSide))
                .Add(trade.TimeNanos);
        }

        await database.WriteAsync(
            async transaction =>
            {
                await transaction.WriteAsync(candles, cancellationToken);
                await transaction.WriteAsync(prints, cancellationToken);
                return true;
            },
            cancellationToken);
    }
}
