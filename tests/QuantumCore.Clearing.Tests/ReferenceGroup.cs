using System.Numerics;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// RULES 16 implemented literally: plain limit orders and strategies in continuous trading, in lists that are searched
/// linearly. Shares nothing with the product but the names of sides.
/// </summary>
internal sealed class ReferenceGroup(IReadOnlyDictionary<string, long> tickLotValues)
{
    // In arrival sequence.
    private List<Resting> _orders = [];

    // In any sequence.
    private List<Waiting> _waiting = [];
    private List<GroupFill> _fills = [];
    private long _came;

    /// <summary>Returns open lots by account and number.</summary>
    public Dictionary<(long Account, long Number), long> Open()
    {
        var open = _orders.ToDictionary(order => (order.Account, order.Number), order => order.Lots);
        foreach (var strategy in _waiting)
        {
            foreach (var leg in strategy.Legs)
            {
                open.Add((strategy.Account, leg.Number), leg.Ratio * strategy.Units);
            }
        }

        return open;
    }

    /// <summary>Enters an order: its own book first at each price, strategies if they are better.</summary>
    public List<GroupFill> Enter(string symbol, long account, long number, Side side, long price, long lots, bool rests)
    {
        _fills = [];
        while (lots > 0)
        {
            var maker = FirstIn(symbol, side);
            var offer = BestOffer(symbol, account, side, price, lots);
            if (maker is not null && IsWithin(side, price, maker.Price)
                && (offer is null || !IsWithin(side, maker.Price, offer.Price) || offer.Price == maker.Price))
            {
                var traded = Math.Min(lots, maker.Lots);
                _fills.Add(new GroupFill(symbol, account, number, maker.Account, maker.Number, maker.Price, traded));
                TakeOff(maker, traded);
                lots -= traded;
            }
            else if (offer is not null)
            {
                foreach (var leg in offer.Strategy.Legs)
                {
                    if (leg.Symbol == symbol)
                    {
                        _fills.Add(new GroupFill(
                            symbol, account, number, offer.Strategy.Account, leg.Number, offer.Price,
                            offer.Units * leg.Ratio));
                        lots -= offer.Units * leg.Ratio;
                    }
                    else
                    {
                        TakeTip(offer.Strategy, leg, offer.Units);
                    }
                }

                Shrink(offer.Strategy, offer.Units);
            }
            else
            {
                break;
            }
        }

        if (lots > 0 && rests)
        {
            _orders.Add(new Resting(symbol, account, number, side, price, lots));
        }

        LetThoseWhoWaitTrade();
        return _fills;
    }

    /// <summary>Enters a strategy: at each net price opposite strategies first, then quotes.</summary>
    public List<GroupFill> EnterStrategy(
        long account, long number, BigInteger net, long units, TimeInForce time, IReadOnlyList<Leg> legs)
    {
        _fills = [];
        var ordered = legs.Select((leg, i) => new WaitingLeg(leg.Symbol, leg.Side, leg.Lots, leg.Worst, number + i))
            .OrderBy(leg => leg.Symbol, StringComparer.Ordinal).ToArray();
        var taker = new Waiting(account, net, ordered, ++_came) { Units = units };
        if (time == TimeInForce.FillOrKill && !WouldFill(taker))
        {
            return _fills;
        }

        Trade(taker);
        if (taker.Units > 0 && time == TimeInForce.GoodTillCancel)
        {
            _waiting.Add(taker);
        }

        LetThoseWhoWaitTrade();
        return _fills;
    }

    /// <summary>Cancels an order, or a strategy with all of its legs.</summary>
    public List<GroupFill> Cancel(long account, long number)
    {
        _fills = [];
        _orders.RemoveAll(order => order.Account == account && order.Number == number);
        _waiting.RemoveAll(strategy => strategy.Account == account && strategy.Legs.Any(leg => leg.Number == number));
        LetThoseWhoWaitTrade();
        return _fills;
    }

    private static bool IsWithin(Side side, long limit, long price) =>
        side == Side.Buy ? price <= limit : price >= limit;

    private static Side Other(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    /// <summary>Returns the first order that a taker of a side meets: best price, then earliest.</summary>
    private Resting? FirstIn(string symbol, Side taker, long except = -1)
    {
        Resting? first = null;
        foreach (var order in _orders)
        {
            if (order.Symbol == symbol && order.Side == Other(taker) && order.Account != except
                && (first is null || (order.Price != first.Price && IsWithin(taker, first.Price, order.Price))))
            {
                first = order;
            }
        }

        return first;
    }

    /// <summary>Returns the best price of others and the lots they show there.</summary>
    private (long Price, long Lots) Tip(string symbol, Side taker, long except)
    {
        if (FirstIn(symbol, taker, except) is not { } first)
        {
            return default;
        }

        var there = _orders.Where(order =>
            order.Symbol == symbol && order.Side == first.Side && order.Price == first.Price
                && order.Account != except);
        return (first.Price, there.Sum(order => order.Lots));
    }

    private void TakeTip(Waiting strategy, WaitingLeg leg, long units)
    {
        for (var lots = units * leg.Ratio; lots > 0;)
        {
            var maker = FirstIn(leg.Symbol, leg.Side, strategy.Account)!;
            var traded = Math.Min(lots, maker.Lots);
            _fills.Add(new GroupFill(
                leg.Symbol, strategy.Account, leg.Number, maker.Account, maker.Number, maker.Price, traded));
            TakeOff(maker, traded);
            lots -= traded;
        }
    }

    private void TakeOff(Resting order, long lots)
    {
        order.Lots -= lots;
        if (order.Lots == 0)
        {
            _orders.Remove(order);
        }
    }

    private void Shrink(Waiting strategy, long units)
    {
        strategy.Units -= units;
        if (strategy.Units == 0)
        {
            _waiting.Remove(strategy);
        }
    }

    /// <summary>
    /// Returns the cost of a unit at the best prices of all legs but one, and the number of units; 0 units for none.
    /// </summary>
    private (BigInteger Cost, long Units) AtTips(Waiting strategy, string? except = null)
    {
        BigInteger cost = 0;
        var units = strategy.Units;
        foreach (var leg in strategy.Legs.Where(leg => leg.Symbol != except))
        {
            var (price, lots) = Tip(leg.Symbol, leg.Side, strategy.Account);
            if (lots == 0 || !IsWithin(leg.Side, leg.Worst, price))
            {
                return default;
            }

            cost += Value(leg) * price;
            units = Math.Min(units, lots / leg.Ratio);
        }

        return (cost, units);
    }

    /// <summary>Returns the cost that a tick of a leg adds to a unit.</summary>
    private BigInteger Value(WaitingLeg leg) =>
        new BigInteger(tickLotValues[leg.Symbol]) * leg.Ratio * (leg.Side == Side.Buy ? 1 : -1);

    private Offer? BestOffer(string symbol, long account, Side side, long limit, long lots)
    {
        var offers = new List<Offer>();
        foreach (var strategy in _waiting.Where(strategy => strategy.Account != account))
        {
            var leg = strategy.Legs.FirstOrDefault(leg => leg.Symbol == symbol && leg.Side != side);
            if (leg is null)
            {
                continue;
            }

            var (cost, units) = AtTips(strategy, symbol);
            units = Math.Min(units, lots / leg.Ratio);
            if (units > 0 && PriceFor(leg, strategy.Net - cost, side, limit) is { } price)
            {
                offers.Add(new Offer(strategy, price, units));
            }
        }

        // The best price; at that price the highest net price of each kind, then the earliest.
        var best =
            side == Side.Buy ? offers.MinBy(offer => offer.Price)?.Price : offers.MaxBy(offer => offer.Price)?.Price;
        var first = FirstOfTheBest(offers.Where(offer => offer.Price == best).Select(offer => offer.Strategy));
        return offers.Find(offer => offer.Strategy == first);
    }

    /// <summary>
    /// Returns the earliest among the best strategies of each kind; prices compare only within a kind.
    /// </summary>
    private static Waiting? FirstOfTheBest(IEnumerable<Waiting> strategies) => strategies
        .GroupBy(strategy => (strategy.Kind, strategy.Legs[0].Side))
        .Select(kind => kind.OrderByDescending(strategy => strategy.Net).ThenBy(strategy => strategy.Came).First())
        .MinBy(strategy => strategy.Came);

    /// <summary>
    /// Returns the best price for an incoming order at which a leg may trade with a limited rest. Searched tick by
    /// tick, from the order's best price to its limit.
    /// </summary>
    private long? PriceFor(WaitingLeg leg, BigInteger rest, Side side, long limit)
    {
        for (var price = leg.Worst; price >= 1 && IsWithin(side, limit, price); price += side == Side.Buy ? 1 : -1)
        {
            if (Value(leg) * price <= rest)
            {
                return price;
            }
        }

        return null;
    }

    private void LetThoseWhoWaitTrade()
    {
        while (FirstOfTheBest(
            _waiting.Where(
                strategy => AtTips(strategy) is { Units: > 0 } tips && tips.Cost <= strategy.Net)) is { } next)
        {
            while (next.Units > 0 && AtTips(next) is { Units: > 0 } tips && tips.Cost <= next.Net)
            {
                TakeTips(next, tips.Units);
            }
        }
    }

    private void TakeTips(Waiting strategy, long units)
    {
        foreach (var leg in strategy.Legs)
        {
            TakeTip(strategy, leg, units);
        }

        Shrink(strategy, units);
    }

    private void Trade(Waiting taker)
    {
        while (taker.Units > 0)
        {
            var maker = FirstOfTheBest(_waiting.Where(maker => maker.Kind == taker.Kind
                && maker.Legs[0].Side != taker.Legs[0].Side && maker.Account != taker.Account
                && -maker.Net <= taker.Net && HavePrices(taker, maker, 0, -maker.Net)));
            var (cost, units) = AtTips(taker);
            if (maker is not null && (units == 0 || -maker.Net <= cost))
            {
                var traded = Math.Min(taker.Units, maker.Units);
                for (var i = 0; i < taker.Legs.Length; i++)
                {
                    _fills.Add(new GroupFill(
                        taker.Legs[i].Symbol, taker.Account, taker.Legs[i].Number, maker.Account, maker.Legs[i].Number,
                        0,
                        traded * taker.Legs[i].Ratio));
                }

                taker.Units -= traded;
                Shrink(maker, traded);
            }
            else if (units > 0 && cost <= taker.Net)
            {
                TakeTips(taker, units);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>
    /// Returns true if leg prices exist that both allow and that cost the taker this amount. Tries all of them.
    /// </summary>
    private bool HavePrices(Waiting taker, Waiting maker, int leg, BigInteger cost)
    {
        if (leg == taker.Legs.Length)
        {
            return cost.IsZero;
        }

        var (low, high) = taker.Legs[leg].Side == Side.Buy
            ? (maker.Legs[leg].Worst, taker.Legs[leg].Worst)
            : (taker.Legs[leg].Worst, maker.Legs[leg].Worst);
        var value = Value(taker.Legs[leg]);
        if (leg == taker.Legs.Length - 1)
        {
            return cost % value == 0 && cost / value >= low && cost / value <= high;
        }

        for (var price = low; price <= high; price++)
        {
            if (HavePrices(taker, maker, leg + 1, cost - (value * price)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns true if fill or kill would fill, on a copy of everything.</summary>
    private bool WouldFill(Waiting taker)
    {
        var copy = new ReferenceGroup(tickLotValues)
        {
            _orders = [.. _orders.Select(order => order with { })],
            _waiting = [.. _waiting.Select(strategy => strategy with { })],
        };
        var trial = taker with { };
        copy.Trade(trial);
        return trial.Units == 0;
    }

    private sealed record Resting(string Symbol, long Account, long Number, Side Side, long Price, long Open)
    {
        public long Lots { get; set; } = Open;
    }

    private sealed record WaitingLeg(string Symbol, Side Side, long Ratio, long Worst, long Number);

    private sealed record Waiting(long Account, BigInteger Net, WaitingLeg[] Legs, long Came)
    {
        public long Units { get; set; }

        /// <summary>Its legs, in either direction.</summary>
        public string Kind { get; } = string.Join(
            ' ', Legs.Select(leg => $"{leg.Symbol}{(leg.Side == Legs[0].Side ? '+' : '-')}{leg.Ratio}"));
    }

    private sealed record Offer(Waiting Strategy, long Price, long Units);
}
