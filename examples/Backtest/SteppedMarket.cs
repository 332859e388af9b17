using QuantumCore.Client;

namespace QuantumCore.Examples.Backtest;

/// <summary>
/// A market whose clock stands still until it is stepped: prices do not change while a strategy decides.
/// </summary>
internal interface ISteppedMarket
{
    /// <summary>
    /// Advances the clock by steps of a tenth of a second; returns the best levels then, null while a side is empty.
    /// </summary>
    Task<(PriceLevel Bid, PriceLevel Ask)?> StepAsync(int steps, CancellationToken stop);

    /// <summary>Carries out an order that does not rest, and returns its fills.</summary>
    Task<IReadOnlyList<OrderFill>> TakeAsync(PlaceOrder order, CancellationToken stop);
}

/// <summary>The run: look, decide, trade, value, and again.</summary>
internal static class Run
{
    /// <summary>Runs a strategy over a market.</summary>
    /// <param name="market">Market to run on.</param>
    /// <param name="strategy">Strategy that decides.</param>
    /// <param name="decisions">Number of decisions.</param>
    /// <param name="stepsBetween">Steps of the clock from one decision to the next.</param>
    /// <param name="stop">Stops the run.</param>
    public static async Task<Performance> OverAsync(
        ISteppedMarket market, Reversion strategy, int decisions, int stepsBetween, CancellationToken stop)
    {
        var performance = new Performance();
        for (var i = 0; i < decisions; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (await market.StepAsync(stepsBetween, stop) is not var (bid, ask))
                continue;

            var sight = new Sight(bid, ask, performance.Position);
            if (strategy.Decide(in sight) is { } order)
                performance.Book(order.Side, await market.TakeAsync(order, stop));
            performance.Mark(sight.Middle);
        }

        return performance;
    }
}
