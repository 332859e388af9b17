using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Units of a strategy that displayed quotes give at once.</summary>
/// <param name="Cost">What its owner pays for one unit, in minor units of the quote asset; negative: receives.</param>
/// <param name="Units">How many.</param>
/// <param name="Prices">Price of each leg, in ticks.</param>
internal readonly record struct QuotedPrices(Int128 Cost, long Units, long[] Prices);

/// <summary>What a waiting strategy, with the quotes of its other legs, offers in the book of one leg.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="PriceTicks">The price in that book.</param>
/// <param name="Units">How many.</param>
/// <param name="Prices">Price of each leg, in ticks; of that leg 0.</param>
internal readonly record struct ImpliedOffer(Strategy Strategy, long PriceTicks, long Units, long[] Prices);

/// <summary>The arithmetic of strategies: what legs cost, and which leg prices make up a net price.</summary>
internal static class StrategyPrices
{
    /// <summary>
    /// Most prices tried to find those of the legs of two strategies: two legs need one, more need few unless they leave
    /// each other hardly any room.
    /// </summary>
    private const int BalanceTries = 1_000;

    /// <summary>
    /// What the best displayed quotes of others give a strategy; null when one leg has none within its worst price, or
    /// less than a unit (RULES 16.2).
    /// </summary>
    public static QuotedPrices? FromQuotes(Strategy strategy, long units)
    {
        var prices = new long[strategy.Legs.Length];
        return Quotes(strategy, except: -1, prices, ref units, out var cost) ? new QuotedPrices(cost, units, prices) : null;
    }

    /// <summary>
    /// What a strategy offers in the book of one of its legs to an order of a side, at the best price for that order
    /// that its net price allows; null when nothing (RULES 16.3).
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
        return price >= leg.Lowest && price <= leg.Highest ? new ImpliedOffer(strategy, (long)price, units, prices) : null;
    }

    /// <summary>
    /// Leg prices at which two strategies, one the other way round, trade at the net price of the one that was first:
    /// last prices as far as that goes, the rest made up by one leg (RULES 16.4). Null: there are none that both allow.
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

        // A tick of the last one divides a tick of every other leg: it can make up what the others leave.
        int[] sequence = [.. Enumerable.Range(0, legs.Length).OrderByDescending(i => legs[i].Step).ThenByDescending(i => i)];
        var prices = new long[legs.Length];
        var tries = BalanceTries;
        return Balance(legs, -(Int128)maker.Terms.Net, sequence, ranges, prices, ref tries) ? prices : null;
    }

    /// <summary>Units that quotes give a strategy within its net price, one after the other.</summary>
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
    /// Finds a price for each leg of a sequence so that they cost what they should: as near to the last prices as the
    /// legs that follow allow.
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
            var (atLow, atHigh) = (legs[other].Sign * legs[other].Step * ranges[other].Low, legs[other].Sign * legs[other].Step * ranges[other].High);
            least += Int128.Min(atLow, atHigh);
            most += Int128.Max(atLow, atHigh);
        }

        // The others can cost from least to most: what it costs itself must leave them as much.
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
