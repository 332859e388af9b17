using QuantumCore.Contracts;

namespace QuantumCore.History;

// A past that was never traded here. It stands in tables of its own: no projection, no sum and no invariant reads them.
public abstract partial class HistoryStore
{
    /// <summary>Whether a symbol has a back-filled past.</summary>
    public Task<bool> HasBackfillAsync(string symbol, CancellationToken cancellationToken) => ReadAsync(
        "SELECT 1 FROM backfilled_candle WHERE symbol = @symbol LIMIT 1",
        [("@symbol", symbol)],
        static async (reader, token) => await reader.ReadAsync(token),
        cancellationToken);

    /// <summary>
    /// Gives a symbol candles and trades from before its first trade; what is there already stays. They are shown where candles
    /// and public trades are, and nowhere else.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="minutes">Candles of a minute, each with trades; their places of trades are not kept.</param>
    /// <param name="trades">Trades, oldest first; they are told with sequence 0 and their position here.</param>
    /// <param name="cancellationToken">Gives it up, before anything is written.</param>
    public async Task BackfillAsync(
        string symbol, IReadOnlyList<Candle> minutes, IReadOnlyList<PublicTrade> trades, CancellationToken cancellationToken)
    {
        var candles = new RowBuffer(Statements.AddBackfilledCandle);
        foreach (var c in minutes)
        {
            candles.Add(symbol).Add(c.StartNanos / CandleBuckets.MinuteNanos).Add(c.OpenTicks).Add(c.HighTicks).Add(c.LowTicks)
                .Add(c.CloseTicks).Add((long)c.Lots).Add((long)c.Value).Add(c.Trades).Add((long)c.BoughtLots).Add((long)c.BoughtValue);
        }

        var prints = new RowBuffer(Statements.AddBackfilledTrade);
        for (var i = 0; i < trades.Count; i++)
        {
            var trade = trades[i];
            prints.Add(symbol).Add(0).Add(i).Add(trade.PriceTicks).Add(trade.QuantityLots).Add(HistoryWords.Of(trade.TakerSide))
                .Add(trade.TimeNanos);
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            await RunAsync(
                async () =>
                {
                    await using var transaction = await BeginAsync(cancellationToken);
                    await transaction.WriteAsync(candles, cancellationToken);
                    await transaction.WriteAsync(prints, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    return true;
                },
                cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }
}
