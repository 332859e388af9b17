using QuantumCore.Client;

namespace QuantumCore.Examples.Backtest;

/// <summary>Market data for a decision of the strategy.</summary>
/// <param name="Bid">Best buy level.</param>
/// <param name="Ask">Best sell level.</param>
/// <param name="Position">Quantity bought less quantity sold, in the base asset.</param>
public readonly record struct Sight(PriceLevel Bid, PriceLevel Ask, decimal Position)
{
    /// <summary>Price half way between the two.</summary>
    public decimal Middle => (Bid.Price + Ask.Price) / 2;
}

/// <summary>
/// The strategy under test: sells far above its average, buys far below, and goes flat when the price is back. It knows
/// no clock and no exchange; the same market data makes the same orders. Put your own in its place.
/// </summary>
/// <param name="symbol">The instrument.</param>
/// <param name="window">Number of looks in the average.</param>
/// <param name="entryBasisPoints">Distance from the average at which it enters, in basis points.</param>
/// <param name="size">Largest position, long or short.</param>
public sealed class Reversion(string symbol, int window, int entryBasisPoints, decimal size)
{
    private readonly Queue<decimal> _seen = new();
    private decimal _sum;

    /// <summary>Returns the next order, which takes at once or expires; null for none.</summary>
    public PlaceOrder? Decide(in Sight sight)
    {
        var middle = sight.Middle;
        _seen.Enqueue(middle);
        _sum += middle;
        if (_seen.Count <= window)
            return null;

        _sum -= _seen.Dequeue();
        var average = _sum / window;
        var target = Target(middle, average, sight.Position);
        if (target == sight.Position)
            return null;

        var side = target > sight.Position ? OrderSide.Buy : OrderSide.Sell;
        return PlaceOrder.Limit(
            symbol, side, Math.Abs(target - sight.Position),
            side == OrderSide.Buy ? sight.Ask.Price : sight.Bid.Price) with
        {
            TimeInForce = TimeInForce.ImmediateOrCancel,
        };
    }

    private decimal Target(decimal middle, decimal average, decimal position)
    {
        var distance = average * entryBasisPoints / 10_000;
        if (middle > average + distance)
            return -size;
        if (middle < average - distance)
            return size;

        // Back on the other side of the average: what there was to earn is earned.
        return (position > 0 && middle >= average) || (position < 0 && middle <= average) ? 0 : position;
    }
}
