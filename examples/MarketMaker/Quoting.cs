using QuantumCore.Client;

namespace QuantumCore.Examples.MarketMaker;

/// <summary>Quoting terms of the maker.</summary>
/// <param name="Size">Quantity of a quote.</param>
/// <param name="Limit">Maximum inventory, long or short, relative to the initial one.</param>
/// <param name="HalfSpread">Distance of each quote from the fair price, as a difference of prices.</param>
/// <param name="Skew">
/// Shift of both quotes at full inventory, as a difference of prices: down if long, up if short.
/// </param>
public sealed record Terms(decimal Size, decimal Limit, decimal HalfSpread, decimal Skew);

/// <summary>A quote on one side.</summary>
/// <param name="Price">Price, a whole number of ticks.</param>
/// <param name="Quantity">Quantity, a whole number of lots.</param>
public sealed record Quote(decimal Price, decimal Quantity);

/// <summary>Quote calculation: a pure function of the price, the inventory and the terms.</summary>
public static class Quoting
{
    /// <summary>
    /// Returns quotes on both sides of a price that the inventory shifts away from the side that would increase it. A
    /// full side has no quote.
    /// </summary>
    public static (Quote? Bid, Quote? Ask) For(decimal fair, decimal inventory, Terms terms, Instrument instrument)
    {
        var centre = fair - (inventory / terms.Limit * terms.Skew);
        var tick = instrument.TickSize;
        var bid = Math.Floor((centre - terms.HalfSpread) / tick) * tick;
        var ask = Math.Ceiling((centre + terms.HalfSpread) / tick) * tick;
        return (Side(bid, terms.Limit - inventory), Side(ask, terms.Limit + inventory));

        Quote? Side(decimal price, decimal room)
        {
            var quantity = Math.Floor(Math.Min(terms.Size, room) / instrument.LotSize) * instrument.LotSize;
            return quantity > 0 && price > 0 ? new Quote(price, quantity) : null;
        }
    }

    /// <summary>
    /// Returns the middle of the best prices that others show; null if one side is empty or has only own orders.
    /// </summary>
    public static decimal? MiddleOfOthers(
        LocalBook book, IReadOnlyCollection<(OrderSide Side, decimal Price, decimal Quantity)> own)
    {
        return Best(book.Bids, OrderSide.Buy) is { } bid && Best(book.Asks, OrderSide.Sell) is { } ask
            ? (bid + ask) / 2
            : null;

        decimal? Best(IEnumerable<PriceLevel> levels, OrderSide side) => levels
            .Where(
                level => level.Quantity > own.Where(mine => mine.Side == side && mine.Price == level.Price)
                    .Sum(static mine => mine.Quantity))
            .Select(static level => (decimal?)level.Price).FirstOrDefault();
    }
}
