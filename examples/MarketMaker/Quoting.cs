using QuantumCore.Client;

namespace QuantumCore.Examples.MarketMaker;

/// <summary>How the maker quotes.</summary>
/// <param name="Size">Quantity of a quote.</param>
/// <param name="Limit">Most that it is willing to be long, or short, of what it began with.</param>
/// <param name="HalfSpread">Distance of each quote from the price it believes in, a difference of prices.</param>
/// <param name="Skew">How far a full inventory draws both quotes, a difference of prices: down when long, up when short.</param>
public sealed record Terms(decimal Size, decimal Limit, decimal HalfSpread, decimal Skew);

/// <summary>One side of a quote.</summary>
/// <param name="Price">A whole number of ticks.</param>
/// <param name="Quantity">A whole number of lots.</param>
public sealed record Quote(decimal Price, decimal Quantity);

/// <summary>What to quote: a pure function of the price, the inventory and the terms.</summary>
public static class Quoting
{
    /// <summary>
    /// Both sides around a price that the inventory draws away from the side that would make it larger; none on a side that is
    /// full.
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

    /// <summary>The middle between the best prices that others show; null when one side is ours alone, or empty.</summary>
    public static decimal? MiddleOfOthers(LocalBook book, IReadOnlyCollection<(OrderSide Side, decimal Price, decimal Quantity)> own)
    {
        return Best(book.Bids, OrderSide.Buy) is { } bid && Best(book.Asks, OrderSide.Sell) is { } ask ? (bid + ask) / 2 : null;

        decimal? Best(IEnumerable<PriceLevel> levels, OrderSide side) => levels
            .Where(level => level.Quantity > own.Where(mine => mine.Side == side && mine.Price == level.Price).Sum(static mine => mine.Quantity))
            .Select(static level => (decimal?)level.Price).FirstOrDefault();
    }
}
