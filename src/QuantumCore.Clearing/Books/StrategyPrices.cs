using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Units of a multi-leg order that displayed quotes give at once.</summary>
/// <param name="Cost">Cost of one unit for its owner, in minor units of the quote asset; negative if received.</param>
/// <param name="Units">Number of units.</param>
/// <param name="Prices">Price of each leg, in ticks.</param>
internal readonly record struct QuotedPrices(Int128 Cost, long Units, long[] Prices);

/// <summary>Offer of a waiting multi-leg order, with the quotes of its other legs, in the book of one leg.</summary>
/// <param name="Strategy">The multi-leg order.</param>
/// <param name="PriceTicks">Price in that book, in ticks.</param>
/// <param name="Units">Number of units.</param>
/// <param name="Prices">Price of each leg, in ticks; 0 for that leg.</param>
internal readonly record struct ImpliedOffer(Strategy Strategy, long PriceTicks, long Units, long[] Prices);

/// <summary>Arithmetic of multi-leg orders: costs of legs, and leg prices that make up a net price.</summary>
internal static class StrategyPrices
{
    /// <summary>
    /// Maximum number of prices tried for the legs of two multi-leg orders. Two legs need one; more need few, unless
    /// they leave each other hardly any room.
    /// </summary>
    private const int BalanceTries = 1_000;

    /// <summary>
    /// Returns what the best displayed quotes of others give a multi-leg order. Returns null if a leg has no quote
    /// within its worst price, or less than a unit (RULES 16.2).
    /// </summary>
    public static QuotedPrices? FromQuotes(Strategy strategy, long units)
    {
        var prices = new long[strategy.Legs.Length];
        return Quotes(strategy, except: -1, prices, ref units, out var cost)
            ? new QuotedPrices(cost, units, prices)
            : null;
    }

    /// <summary>
    /// Returns a multi-leg order's offer to an order in the book of one of its legs. The price is the best for that
    /// order that the net price allows. Returns null if there is none (RULES 16.3).
    /// </summary>
    public static ImpliedOffer? OfferIn(Strategy strategy, BookMachine book, Side side, long lots)
    {
        var own = Array.FindIndex(strategy.Legs, leg => leg.Book == book && leg.Terms.Side != side);
        if (own < 0)
        {
            return null;
        }

        var leg = strategy.Legs[own];
        var units = Math.Min(strategy.UnitsLeft, lots / leg.Terms.Lots);
        var prices = new long[strategy.Legs.Length];
        if (!Quotes(strategy, own, prices, ref units, out var others))
        {
            return null;
        }

        // It pays the others and, with a sell, gets this price: others - step * price <= net.
        var price = leg.Terms.Side == Side.Sell
            ? Int128.Max(Rounding.DivUp(others - strategy.Terms.Net, leg.Step), leg.Lowest)
            : Int128.Min(Rounding.DivDown(strategy.Terms.Net - others, leg.Step), leg.Highest);
        return price >= leg.Lowest && price <= leg.Highest
            ? new ImpliedOffer(strategy, (long)price, units, prices)
            : null;
    }

    /// <summary>
    /// Returns leg prices at which two opposite multi-leg orders trade at the net price of the earlier one. They are
    /// last prices as far as possible; one leg makes up the rest (RULES 16.4). Returns null if no prices suit both.
    /// </summary>
    public static long[]? Between(Strategy taker, Strategy maker)
    {
        var legs = taker.Legs;
        var ranges = new PriceRange[legs.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            var instrument = legs[i].Book.Instrument!;
            ranges[i] = new PriceRange(
                Math.Max(Math.Max(legs[i].Lowest, maker.Legs[i].Lowest), instrument.MinPriceTicks),
                Math.Min(Math.Min(legs[i].Highest, maker.Legs[i].Highest), instrument.MaxPriceTicks),
                Reference(legs[i].Book));
            if (ranges[i].Low > ranges[i].High)
            {
                return null;
            }
        }

        // A tick of the last leg divides a tick of every other leg, so it can make up what the others leave.
        int[] sequence =
            [.. Enumerable.Range(0, legs.Length).OrderByDescending(i => legs[i].Step).ThenByDescending(i => i)];
        var prices = new long[legs.Length];
        var tries = BalanceTries;
        return Balance(legs, -(Int128)maker.Terms.Net, sequence, ranges, prices, ref tries) ? prices : null;
    }

    /// <summary>Returns the units that successive quotes give a multi-leg order within its net price.</summary>
    public static long UnitsInQuotes(Strategy strategy)
    {
        var quotes = Array.ConvertAll(strategy.Legs, leg => leg.Book.Core.QuotesOf(Contra(leg.Terms.Side), leg.Party));
        for (var found = 0L; ;)
        {
            Int128 cost = 0;
            var units = strategy.UnitsLeft - found;
            for (var i = 0; i < quotes.Length && units > 0; i++)
            {
                var leg = strategy.Legs[i];
                var price = quotes[i].PriceTicks;
                cost += leg.Sign * leg.Step * price;
                units = Allows(in leg, price) ? Math.Min(units, quotes[i].Lots / leg.Terms.Lots) : 0;
            }

            if (units == 0 || cost > strategy.Terms.Net)
            {
                return found;
            }

            found += units;
            for (var i = 0; i < quotes.Length; i++)
            {
                quotes[i].Take(units * strategy.Legs[i].Terms.Lots);
            }
        }
    }

    private static bool Quotes(Strategy strategy, int except, long[] prices, ref long units, out Int128 cost)
    {
        cost = 0;
        for (var i = 0; i < prices.Length && units > 0; i++)
        {
            var leg = strategy.Legs[i];
            if (i == except)
            {
                continue;
            }

            if (!TryQuote(in leg, out prices[i], out var lots))
            {
                return false;
            }

            cost += leg.Sign * leg.Step * prices[i];
            units = Math.Min(units, lots / leg.Terms.Lots);
        }

        return units > 0 && strategy.IsTrading;
    }

    private static Side Contra(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static bool TryQuote(in OpenLeg leg, out long price, out long lots) =>
        leg.Book.Core.TryGetQuote(Contra(leg.Terms.Side), leg.Party, out price, out lots) && Allows(in leg, price);

    private static bool Allows(in OpenLeg leg, long price) =>
        price >= leg.Lowest && price <= leg.Highest;

    private static long Reference(BookMachine book) => book.Core.LastPriceTicks != 0 ? book.Core.LastPriceTicks
        : book.Core.ReferencePriceTicks != 0 ? book.Core.ReferencePriceTicks
        : book.Instrument!.ReferencePriceTicks;

    /// <summary>
    /// Finds a price for each leg of a sequence with the given total cost, as near to the last prices as the following
    /// legs allow.
    /// </summary>
    private static bool Balance(
        OpenLeg[] legs, Int128 cost, ReadOnlySpan<int> sequence, PriceRange[] ranges, long[] prices, ref int tries)
    {
        if (sequence.IsEmpty)
        {
            return cost == 0;
        }

        var (leg, range) = (legs[sequence[0]], ranges[sequence[0]]);
        Int128 least = 0, most = 0;
        foreach (var other in sequence[1..])
        {
            var (atLow, atHigh) = (legs[other].Sign * legs[other].Step * ranges[other].Low,
                legs[other].Sign * legs[other].Step * ranges[other].High);
            least += Int128.Min(atLow, atHigh);
            most += Int128.Max(atLow, atHigh);
        }

        // The others can cost from least to most: this leg's cost must leave them that much.
        var (from, to) = leg.Sign > 0 ? (cost - most, cost - least) : (least - cost, most - cost);
        var low = Int128.Max(Rounding.DivUp(from, leg.Step), range.Low);
        var high = Int128.Min(Rounding.DivDown(to, leg.Step), range.High);
        if (low > high)
        {
            return false;
        }

        var near = Int128.Clamp(range.Near, low, high);
        for (Int128 distance = 0; (near - distance >= low || near + distance <= high) && tries > 0; distance++)
        {
            foreach (var price in distance == 0 ? (ReadOnlySpan<Int128>)[near] : [near - distance, near + distance])
            {
                tries--;
                prices[sequence[0]] = (long)price;
                if (price >= low && price <= high
                    && Balance(legs, cost - (leg.Sign * leg.Step * price), sequence[1..], ranges, prices, ref tries))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Prices that both sides of a leg allow.</summary>
    private readonly record struct PriceRange(long Low, long High, long Near);
}
