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
        var low = new long[legs.Length];
        var high = new long[legs.Length];
        var prices = new long[legs.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            low[i] = Math.Max(legs[i].Lowest, maker.Legs[i].Lowest);
            high[i] = Math.Min(legs[i].Highest, maker.Legs[i].Highest);
            if (low[i] > high[i])
            {
                return null;
            }

            prices[i] = Math.Clamp(Reference(legs[i].Book), low[i], high[i]);
        }

        return Balance(legs, -(Int128)maker.Terms.Net, ResidualOf(legs), prices, low, high) ? prices : null;
    }

    /// <summary>Units that the displayed quotes give a strategy within its net price, quote after quote.</summary>
    public static long UnitsInQuotes(Strategy strategy)
    {
        var beyond = new long[strategy.Legs.Length];
        var price = new long[strategy.Legs.Length];
        var lots = new long[strategy.Legs.Length];
        for (var found = 0L; ;)
        {
            Int128 cost = 0;
            var units = strategy.UnitsLeft - found;
            for (var i = 0; i < lots.Length; i++)
            {
                var leg = strategy.Legs[i];
                if (lots[i] == 0 && !TryQuote(in leg, strategy.Owner, beyond[i], out price[i], out lots[i]))
                {
                    return found;
                }

                cost += leg.Sign * leg.Step * price[i];
                units = Math.Min(units, lots[i] / leg.Terms.Lots);
            }

            if (units == 0 || cost > strategy.Terms.Net)
            {
                return found;
            }

            found += units;
            for (var i = 0; i < lots.Length; i++)
            {
                lots[i] -= units * strategy.Legs[i].Terms.Lots;
                beyond[i] = price[i];
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

            if (!TryQuote(in leg, strategy.Owner, 0, out prices[i], out var lots))
            {
                return false;
            }

            cost += leg.Sign * leg.Step * prices[i];
            units = Math.Min(units, lots / leg.Terms.Lots);
        }

        return units > 0 && strategy.IsTrading;
    }

    private static bool TryQuote(in OpenLeg leg, long owner, long beyond, out long price, out long lots) =>
        leg.Book.Core.TryGetQuote(leg.Terms.Side == Side.Buy ? Side.Sell : Side.Buy, owner, beyond, out price, out lots)
        && price >= leg.Lowest && price <= leg.Highest && leg.Book.Core.AllowsTradeAt(price);

    private static long Reference(BookMachine book) => book.Core.LastPriceTicks != 0 ? book.Core.LastPriceTicks
        : book.Core.ReferencePriceTicks != 0 ? book.Core.ReferencePriceTicks
        : book.Instrument!.ReferencePriceTicks;

    /// <summary>The leg that can make up any net price: a tick of it divides a tick of every other leg.</summary>
    private static int ResidualOf(OpenLeg[] legs)
    {
        var least = 0;
        for (var i = 1; i < legs.Length; i++)
        {
            if (legs[i].Step < legs[least].Step)
            {
                least = i;
            }
        }

        return least;
    }

    /// <summary>Moves prices within their bounds until the legs cost what they should.</summary>
    private static bool Balance(OpenLeg[] legs, Int128 cost, int residual, long[] prices, long[] low, long[] high)
    {
        for (var moved = -1; moved < legs.Length; moved++)
        {
            var rest = cost;
            for (var i = 0; i < legs.Length; i++)
            {
                rest -= i == residual ? 0 : legs[i].Sign * legs[i].Step * prices[i];
            }

            var needed = rest / (legs[residual].Sign * legs[residual].Step);
            var within = Int128.Clamp(needed, low[residual], high[residual]);
            if (needed == within)
            {
                prices[residual] = (long)needed;
                return true;
            }

            var next = moved + 1;
            if (next < legs.Length && next != residual)
            {
                // What this leg must pay more, or less, for the residual leg to come back to its bound.
                var excess = (needed - within) * (legs[residual].Sign * legs[residual].Step);
                var ticks = Rounding.DivUp(Int128.Abs(excess), legs[next].Step);
                var more = Int128.IsPositive(excess) == legs[next].Sign > 0;
                prices[next] = (long)Int128.Clamp(prices[next] + (more ? ticks : -ticks), low[next], high[next]);
            }
        }

        return false;
    }
}
