using System.Numerics;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Audits strategies by the records of their books alone. Legs trade together or not at all, within their owner's
/// prices, and none is left that displayed quotes could fill.
/// </summary>
internal sealed class StrategyAuditor(IReadOnlyDictionary<string, BookMachine> books)
{
    /// <summary>Kinds of events to observe.</summary>
    public static readonly string[] Kinds =
        [
            "took quotes at entry", "took quotes while waiting", "met a strategy", "met an order", "killed",
            "better than its net price"];

    private readonly Dictionary<(long Account, long Number), (Watched Strategy, int Leg)> _legs = [];
    private readonly Dictionary<(Watched Strategy, int Leg), List<LegTrade>> _trades = [];

    /// <summary>Kinds observed so far.</summary>
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    public bool IsLeg(long account, long number) => _legs.ContainsKey((account, number));

    /// <summary>Adds the records of one command.</summary>
    public void Check(IReadOnlyList<(string Symbol, BookRecord Record)> together)
    {
        var touched = new HashSet<Watched>();
        foreach (var (symbol, turn) in together.Where(one => one.Record is BookTurn)
            .Select(one => (one.Symbol, (BookTurn)one.Record)))
        {
            Watch(turn);
            foreach (var step in turn.Steps)
            {
                switch (step)
                {
                    case TradeMade { Trade: var trade }:
                        Count(trade.Taker.Account, trade.Taker.Number, step, touched);
                        Count(trade.Maker.Account, trade.Maker.Number, step, touched);
                        break;
                    case OrderStep order:
                        Count(order.Account, order.Number, step, touched);
                        break;
                    case MatchPrevented prevented:
                        Count(prevented.Taker.Account, prevented.Taker.Number, step, touched);
                        break;
                }
            }

            if (turn.Command is ActOnLegs)
            {
                NoteTrades(symbol, turn);
            }
        }

        foreach (var strategy in _trades.Keys.Select(key => key.Strategy).Distinct().ToArray())
        {
            CheckSets(strategy);
        }

        _trades.Clear();
        foreach (var strategy in touched)
        {
            strategy.RequireWhole();
            _ = strategy.Time == TimeInForce.FillOrKill && strategy.IsOver && strategy.Filled[0] == 0
                && Seen.Add("killed");
        }
    }

    /// <summary>Checks that exactly the expected strategies wait.</summary>
    public void CheckOpen(IReadOnlyList<Strategy> open)
    {
        var waiting = _legs.Values.Select(leg => leg.Strategy).Distinct().Where(strategy => !strategy.IsOver).ToArray();
        Assert.Equal(waiting.Length, open.Count);
        foreach (var strategy in waiting)
        {
            Assert.False(strategy.Time is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill);
            Assert.False(IsExecutable(strategy), $"A strategy of {strategy.Account} waits and need not.");
        }

        foreach (var done in _legs.Where(pair => pair.Value.Strategy.IsOver).Select(pair => pair.Key).ToArray())
        {
            _legs.Remove(done);
        }
    }

    private void Watch(BookTurn turn)
    {
        if (turn.Command is not ActOnLegs { Order: { Type: OrderType.Leg } order }
            || order.Conditions.Decode()?.Strategy is not { } terms)
        {
            return;
        }

        var first = order.Number - terms.Leg;
        var strategy = terms.Leg == 0
            ? new Watched(order.Account, order.TimeInForce, terms)
            : _legs[(order.Account, first)].Strategy;
        strategy.Worst[terms.Leg] = order.PriceTicks;
        strategy.Total[terms.Leg] = order.QuantityLots;
        _legs.Add((order.Account, order.Number), (strategy, terms.Leg));
    }

    private void Count(long account, long number, TurnStep step, HashSet<Watched> touched)
    {
        if (!_legs.TryGetValue((account, number), out var found))
        {
            return;
        }

        touched.Add(found.Strategy);
        if (step is TradeMade made)
        {
            found.Strategy.Filled[found.Leg] += made.Trade.QuantityLots;
        }
        else if (step is OrderEnded)
        {
            Assert.False(found.Strategy.Ended[found.Leg]);
            found.Strategy.Ended[found.Leg] = true;
        }
    }

    /// <summary>
    /// Checks that a record's trades of each leg match its fills, with others, and within the worst price.
    /// </summary>
    private void NoteTrades(string symbol, BookTurn turn)
    {
        var here = new Dictionary<(Watched Strategy, int Leg), List<LegTrade>>();
        foreach (var act in ((ActOnLegs)turn.Command).Acts)
        {
            if (act is TakeQuotesAct take)
            {
                Note(take.OrderId, new LegTrade(take.PriceTicks, take.Lots, LegRole.Quotes));
            }
            else if (act is CrossAct(var taker, var maker, var price, var lots))
            {
                var met = _legs.ContainsKey(books[symbol].OwnerOf(taker)) ? LegRole.Maker : LegRole.MakerOfOrder;
                Note(maker, new LegTrade(price, lots, met));
                Note(taker, new LegTrade(price, lots, LegRole.Taker));
            }
        }

        foreach (var ((strategy, leg), trades) in here)
        {
            Assert.Equal(symbol, strategy.Terms.Legs[leg].Symbol);
            Assert.All(trades, trade => Assert.True(strategy.Allows(leg, trade.Price), "a leg beyond its worst price"));
            RequireFills((strategy, leg), trades, turn);
            _trades.Add((strategy, leg), trades);
        }

        void Note(long orderId, LegTrade trade)
        {
            if (_legs.TryGetValue(books[symbol].OwnerOf(orderId), out var leg))
            {
                here.TryAdd(leg, []);
                here[leg].Add(trade);
            }
        }
    }

    private void RequireFills((Watched Strategy, int Leg) leg, List<LegTrade> trades, BookTurn turn)
    {
        var fills = turn.Trades().Where(trade => Is(trade.Taker) || Is(trade.Maker)).ToArray();
        Assert.All(fills, fill => Assert.NotEqual(fill.Taker.Account, fill.Maker.Account));
        Assert.DoesNotContain(fills, fill => fill.IsAuction);
        Assert.Equal(
            trades.GroupBy(trade => trade.Price).OrderBy(one => one.Key)
                .Select(one => (one.Key, one.Sum(trade => trade.Lots))),
            fills.GroupBy(fill => fill.PriceTicks).OrderBy(one => one.Key)
                .Select(one => (one.Key, one.Sum(fill => fill.QuantityLots))));

        bool Is(TradeSide side) => _legs.TryGetValue((side.Account, side.Number), out var found) && found == leg;
    }

    /// <summary>
    /// Checks the sets of trades: the first trades of all legs belong together, then the second ones, and so on.
    /// </summary>
    private void CheckSets(Watched strategy)
    {
        var legs = Enumerable.Range(0, strategy.Worst.Length)
            .Select(leg => _trades.GetValueOrDefault((strategy, leg), [])).ToArray();
        Assert.All(legs, trades => Assert.Equal(legs[0].Count, trades.Count));
        for (var i = 0; i < legs[0].Count; i++)
        {
            CheckSet(strategy, [.. legs.Select(trades => trades[i])]);
        }
    }

    private void CheckSet(Watched strategy, LegTrade[] set)
    {
        var units = set[0].Lots / strategy.Terms.Legs[0].Lots;
        BigInteger cost = 0;
        for (var leg = 0; leg < set.Length; leg++)
        {
            Assert.Equal(units * strategy.Terms.Legs[leg].Lots, set[leg].Lots);
            cost += strategy.Sign(leg) * new BigInteger(
                StrategyMarket.InstrumentOf(strategy.Terms.Legs[leg].Symbol).TickLotValue)
                * set[leg].Price * set[leg].Lots;
        }

        Assert.True(cost <= (BigInteger)strategy.Terms.Net * units, "beyond the net price");
        _ = cost < (BigInteger)strategy.Terms.Net * units && Seen.Add("better than its net price");
        if (set[0].Role is LegRole.Maker or LegRole.Taker)
        {
            // Strategy with strategy: the net price is the waiting one's, and good enough for the other.
            Assert.All(set, trade => Assert.Equal(set[0].Role, trade.Role));
            Assert.True(set[0].Role == LegRole.Taker || cost == (BigInteger)strategy.Terms.Net * units);
            Seen.Add("met a strategy");
            return;
        }

        var orders = set.Count(trade => trade.Role == LegRole.MakerOfOrder);
        Assert.All(set, trade => Assert.True(trade.Role is LegRole.Quotes or LegRole.MakerOfOrder));
        Assert.InRange(orders, 0, 1);
        Seen.Add(
            orders == 1 ? "met an order" : strategy.IsSettled ? "took quotes while waiting" : "took quotes at entry");
    }

    private bool IsExecutable(Watched strategy)
    {
        BigInteger cost = 0;
        for (var leg = 0; leg < strategy.Worst.Length; leg++)
        {
            var (symbol, side, ratio) = strategy.Terms.Legs[leg];
            var core = books[symbol].Core;
            var (price, lots) = Tip(core, side == Side.Buy ? Side.Sell : Side.Buy, strategy.Account);
            if (lots < ratio || core.Phase != TradingPhase.Continuous || !strategy.Allows(leg, price)
                || !IsInBand(core, price))
            {
                return false;
            }

            cost += strategy.Sign(leg) * new BigInteger(
                StrategyMarket.InstrumentOf(symbol).TickLotValue) * ratio * price;
        }

        return cost <= strategy.Terms.Net;
    }

    /// <summary>Returns the best displayed price of others and its lots.</summary>
    private static (long Price, long Lots) Tip(OrderBook core, Side side, long except)
    {
        (long Price, long Lots) tip = default;
        foreach (var order in core.Orders(side))
        {
            if (!order.IsDisplayed || order.Owner == except)
            {
                continue;
            }

            if (tip.Lots > 0 && order.PriceTicks != tip.Price)
            {
                break;
            }

            tip = (order.PriceTicks, tip.Lots + order.ShownLots);
        }

        return tip;
    }

    private static bool IsInBand(OrderBook core, long price)
    {
        var reference = core.LastPriceTicks != 0 ? core.LastPriceTicks : core.ReferencePriceTicks;
        return core.Rules.DynamicBandBasisPoints is not { } points || reference == 0
            || (price * 10_000 >= reference * (10_000 - points) && price * 10_000 <= reference * (10_000 + points));
    }

    private enum LegRole
    {
        Quotes,
        Maker,
        MakerOfOrder,
        Taker,
    }

    private readonly record struct LegTrade(long Price, long Lots, LegRole Role);

    private sealed class Watched(long account, TimeInForce time, StrategyTerms terms)
    {
        public long Account => account;

        public TimeInForce Time => time;

        public StrategyTerms Terms => terms;

        public long[] Worst { get; } = new long[terms.Legs.Length];

        public long[] Total { get; } = new long[terms.Legs.Length];

        public long[] Filled { get; } = new long[terms.Legs.Length];

        public bool[] Ended { get; } = new bool[terms.Legs.Length];

        public bool IsOver => Ended[0] || Filled[0] == Total[0];

        /// <summary>True if the command that entered it has ended.</summary>
        public bool IsSettled { get; private set; }

        public int Sign(int leg) => terms.Legs[leg].Side == Side.Buy ? 1 : -1;

        public bool Allows(int leg, long price) =>
            terms.Legs[leg].Side == Side.Buy ? price <= Worst[leg] : price >= Worst[leg];

        public void RequireWhole()
        {
            var units = Filled[0] / terms.Legs[0].Lots;
            for (var leg = 0; leg < Filled.Length; leg++)
            {
                Assert.Equal(units * terms.Legs[leg].Lots, Filled[leg]);
                Assert.Equal(Ended[0], Ended[leg]);
                Assert.False(Ended[leg] && Filled[leg] == Total[leg]);
            }

            Assert.False(
                time == TimeInForce.FillOrKill && units != 0 && Filled[0] != Total[0], "filled in part and killed");
            IsSettled = true;
        }
    }
}
