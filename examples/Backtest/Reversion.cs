using QuantumCore.Client;

namespace QuantumCore.Examples.Backtest;

/// <summary>What a strategy sees when it decides.</summary>
/// <param name="Bid">Best buy level.</param>
/// <param name="Ask">Best sell level.</param>
/// <param name="Position">What it has bought less what it has sold, in the base asset.</param>
public readonly record struct Sight(PriceLevel Bid, PriceLevel Ask, decimal Position)
{
    /// <summary>Half way between both.</summary>
    public decimal Middle => (Bid.Price + Ask.Price) / 2;
}

/// <summary>
/// The strategy under test: sells what is far above its average, buys what is far below, and goes flat when the price is back.
/// It knows no clock and no exchange; the same looks make the same orders. Put your own in its place.
/// </summary>
/// <param name="symbol">The instrument.</param>
/// <param name="window">How many looks the average is of.</param>
/// <param name="entryBasisPoints">How far from it is far.</param>
/// <param name="size">Largest position, either way.</param>
public sealed class Reversion(string symbol, int window, int entryBasisPoints, decimal size)
{
    private readonly Queue<decimal> _seen = new();
    private decimal _sum;

    /// <summary>What to do now: an order that takes at once or expires, or nothing.</summary>
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
            symbol, side, Math.Abs(target - sight.Position), side == OrderSide.Buy ? sight.Ask.Price : sight.Bid.Price) with
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
