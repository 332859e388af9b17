using System.Numerics;
using QuantumCore.Contracts;
using QuantumCore.Grains.Books;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Watches strategies by the records of their books alone: legs trade together or not at all, within the prices their
/// owner named; and none is left that displayed quotes could fill.
/// </summary>
internal sealed class StrategyAuditor(IReadOnlyDictionary<string, BookMachine> books)
{
    /// <summary>What there is to see.</summary>
    public static readonly string[] Kinds =
        ["took quotes at entry", "took quotes while waiting", "met a strategy", "met an order", "killed", "better than its net price"];

    private readonly Dictionary<(long Account, long Number), (Watched Strategy, int Leg)> _legs = [];
    private readonly List<(Watched Strategy, int Leg, BookTurn Turn)> _set = [];

    /// <summary>What was seen.</summary>
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    public bool IsLeg(long account, long number) => _legs.ContainsKey((account, number));

    /// <summary>Adds up the records of one command.</summary>
    public void Check(IReadOnlyList<(string Symbol, BookRecord Record)> together)
    {
        var touched = new HashSet<Watched>();
        foreach (var (symbol, turn) in together.Where(one => one.Record is BookTurn).Select(one => (one.Symbol, (BookTurn)one.Record)))
        {
            Watch(turn);
            foreach (var step in turn.Steps)
            {
                Count(step.Account, step.Number, in step, touched);
                if (step.Kind == StepKind.Fill)
                {
                    Count(step.MakerAccount, step.MakerNumber, in step, touched);
                }
            }

            if (turn.Command.Verb is BookVerb.TakeQuotes or BookVerb.Cross)
            {
                CheckTrade(symbol, turn);
            }
        }

        Assert.Empty(_set);
        foreach (var strategy in touched)
        {
            strategy.RequireWhole();
            _ = strategy.Time == TimeInForce.FillOrKill && strategy.IsOver && strategy.Filled[0] == 0 && Seen.Add("killed");
        }
    }

    /// <summary>What waits is what should.</summary>
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
        if (turn.Command is not { Verb: BookVerb.Enter, Orders: [{ Type: OrderType.Leg } order] }
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

    private void Count(long account, long number, in TurnStep step, HashSet<Watched> touched)
    {
        if (!_legs.TryGetValue((account, number), out var found))
        {
            return;
        }

        touched.Add(found.Strategy);
        if (step.Kind == StepKind.Fill)
        {
            found.Strategy.Filled[found.Leg] += step.QuantityLots;
        }
        else if (step.Kind == StepKind.Ended)
        {
            Assert.False(found.Strategy.Ended[found.Leg]);
            found.Strategy.Ended[found.Leg] = true;
        }
    }

    /// <summary>Records of one trade come one after the other, one of each leg.</summary>
    private void CheckTrade(string symbol, BookTurn turn)
    {
        var command = turn.Command;
        var orderId = command.Verb == BookVerb.Cross ? command.Changes[1].Value : command.Number;
        var (strategy, leg) = _legs[books[symbol].OwnerOf(orderId)];
        Assert.Equal(symbol, strategy.Terms.Legs[leg].Symbol);
        Assert.All(_set, one => Assert.Same(strategy, one.Strategy));
        Assert.DoesNotContain(_set, one => one.Leg == leg);
        RequireFills(strategy, leg, turn);
        _set.Add((strategy, leg, turn));
        if (_set.Count == strategy.Terms.Legs.Length)
        {
            CheckSet(strategy);
            _set.Clear();
        }
    }

    /// <summary>What the command names is what was traded, with others, and within the worst price.</summary>
    private void RequireFills(Watched strategy, int leg, BookTurn turn)
    {
        var command = turn.Command;
        var (price, lots) = (command.Value, command.Changes[0].Value);
        Assert.True(strategy.Allows(leg, price), "a leg beyond its worst price");
        var fills = turn.Steps.Where(step => step.Kind == StepKind.Fill
            && (Is(step.Account, step.Number) || Is(step.MakerAccount, step.MakerNumber))).ToArray();
        Assert.Equal(lots, fills.Sum(fill => fill.QuantityLots));
        Assert.All(fills, fill =>
        {
            Assert.Equal(price, fill.PriceTicks);
            Assert.NotEqual(fill.Account, fill.MakerAccount);
            Assert.False(fill.IsAuction);
        });

        bool Is(long account, long number) =>
            _legs.TryGetValue((account, number), out var found) && found == (strategy, leg);
    }

    private void CheckSet(Watched strategy)
    {
        var units = _set[0].Turn.Command.Changes[0].Value / strategy.Terms.Legs[_set[0].Leg].Lots;
        BigInteger cost = 0;
        foreach (var (_, leg, turn) in _set)
        {
            var lots = turn.Command.Changes[0].Value;
            Assert.Equal(units * strategy.Terms.Legs[leg].Lots, lots);
            cost += strategy.Sign(leg) * new BigInteger(StrategyMarket.InstrumentOf(strategy.Terms.Legs[leg].Symbol).TickLotValue)
                * turn.Command.Value * lots;
        }

        Assert.True(cost <= (BigInteger)strategy.Terms.Net * units, "beyond the net price");
        _ = cost < (BigInteger)strategy.Terms.Net * units && Seen.Add("better than its net price");
        var crosses = _set.Where(one => one.Turn.Command.Verb == BookVerb.Cross).ToArray();
        if (crosses.Length <= 1)
        {
            Seen.Add(crosses.Length == 1 ? "met an order"
                : strategy.IsSettled ? "took quotes while waiting"
                : "took quotes at entry");
            return;
        }

        // Strategy and strategy: the net price is that of the one that waited, and good enough for the other.
        Assert.Equal(_set.Count, crosses.Length);
        Assert.Equal((BigInteger)strategy.Terms.Net * units, cost);
        var takers = crosses.Select(one => _legs[books[strategy.Terms.Legs[one.Leg].Symbol].OwnerOf(one.Turn.Command.Number)]).ToArray();
        var taker = Assert.Single(takers.Select(one => one.Strategy).Distinct());
        Assert.True(-cost <= (BigInteger)taker.Terms.Net * units);
        for (var i = 0; i < takers.Length; i++)
        {
            Assert.True(taker.Allows(takers[i].Leg, crosses[i].Turn.Command.Value));
        }

        Seen.Add("met a strategy");
    }

    private bool IsExecutable(Watched strategy)
    {
        BigInteger cost = 0;
        for (var leg = 0; leg < strategy.Worst.Length; leg++)
        {
            var (symbol, side, ratio) = strategy.Terms.Legs[leg];
            var core = books[symbol].Core;
            var (price, lots) = Tip(core, side == Side.Buy ? Side.Sell : Side.Buy, strategy.Account);
            if (lots < ratio || core.Phase != TradingPhase.Continuous || !strategy.Allows(leg, price) || !IsInBand(core, price))
            {
                return false;
            }

            cost += strategy.Sign(leg) * new BigInteger(StrategyMarket.InstrumentOf(symbol).TickLotValue) * ratio * price;
        }

        return cost <= strategy.Terms.Net;
    }

    /// <summary>What others show at the best price where they show anything.</summary>
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

        /// <summary>Whether the command that entered it is over.</summary>
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

            Assert.False(time == TimeInForce.FillOrKill && units != 0 && Filled[0] != Total[0], "filled in part and killed");
            IsSettled = true;
        }
    }
}
