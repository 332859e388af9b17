using QuantumCore.Client;

namespace QuantumCore.Examples.Backtest;

/// <summary>
/// A whole exchange, through the SDK: its simulated market is paused, begun anew with a seed, and stepped from the
/// admin port. Orders, fees and balances are the real ones. Nobody else may trade the symbol meanwhile.
/// </summary>
internal sealed class SteppedExchange : ISteppedMarket
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(2);

    private readonly QuantumCoreClient _trader;
    private readonly QuantumCoreClient _clock;
    private readonly string _symbol;

    private SteppedExchange(QuantumCoreClient trader, QuantumCoreClient clock, string symbol) =>
        (_trader, _clock, _symbol) = (trader, clock, symbol);

    /// <summary>Pauses the market and begins it anew.</summary>
    public static async Task<SteppedExchange> BeginAsync(
        QuantumCoreClient trader, QuantumCoreClient clock, string symbol, long seed, CancellationToken stop)
    {
        await clock.Simulation.ChangeMarketAsync(new MarketChange(Paused: true, Seed: seed), stop);
        var exchange = new SteppedExchange(trader, clock, symbol);
        await exchange.IdleAsync(stop);
        return exchange;
    }

    /// <inheritdoc/>
    public async Task<(PriceLevel Bid, PriceLevel Ask)?> StepAsync(int steps, CancellationToken stop)
    {
        await _clock.Simulation.ChangeMarketAsync(new MarketChange(Steps: steps), stop);
        await IdleAsync(stop);
        var book = await BookAsync((await _trader.Market.GetStateAsync(_symbol, stop)).Sequence, stop);
        return book is { Bids: [var bid, ..], Asks: [var ask, ..] } ? (bid, ask) : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OrderFill>> TakeAsync(PlaceOrder order, CancellationToken stop)
    {
        var taken = await _trader.Orders.PlaceAsync(order, stop);

        // The participants look at the public book: the next step is not to begin before that shows this order.
        await BookAsync(taken.Sequence, stop);
        return taken.Fills;
    }

    private async Task<BookSnapshot> BookAsync(long sequence, CancellationToken stop)
    {
        while (true)
        {
            var book = await _trader.Market.GetBookAsync(_symbol, depth: 1, stop);
            if (book.Sequence >= sequence)
                return book;

            await Task.Delay(s_look, stop);
        }
    }

    private async Task IdleAsync(CancellationToken stop)
    {
        while (!(await _clock.Simulation.GetAsync(stop)).Market.Idle)
            await Task.Delay(s_look, stop);
    }
}
