using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>Traded instruments, and random orders of customers.</summary>
internal static class Market
{
    public static readonly string[] Symbols = ["SOLO", "WEST", "EAST"];

    public static Instrument Listing(string symbol) => new()
    {
        Symbol = symbol,
        Group = symbol == "SOLO" ? "" : "PAIR",
        Base = new Asset(symbol, 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        MakerFeePpm = 200,
        TakerFeePpm = 777,
        ReferencePriceTicks = 1_000,
    };

    public static long Price(World world, string symbol) => world.Middle + symbol.Length - 4 + world.Next(-6, 7);

    public static HoldRequest Order(World world, string name)
    {
        var symbol = world.Pick(Symbols);
        var side = AnySide(world);
        var lots = world.Next(1, 12);
        var self = world.Chance(0.2) ? (SelfTradePrevention)world.Next(1, 4) : SelfTradePrevention.None;
        var price = Price(world, symbol);
        return world.Next(20) switch
        {
            < 12 => new(name, symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, lots, self),
            < 14 => new(name, symbol, side, OrderType.Limit, TimeInForce.ImmediateOrCancel, false, price, lots, self),
            < 15 => new(name, symbol, side, OrderType.Limit, TimeInForce.FillOrKill, false, price, lots, self),
            < 16 => new(name, symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, true, price, lots, self),
            < 17 => new(name, symbol, side, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 0, lots, self),
            < 18 =>
                With(new(name, symbol, side, OrderType.StopLimit, TimeInForce.GoodTillCancel, false, price, lots, self),
                new OrderConditions { TriggerTicks = side == Side.Buy ? world.Middle + 9 : world.Middle - 9 }),
            < 19 =>
                With(new(name, symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, lots + 4, self),
                new OrderConditions { DisplayLots = 2 }),
            // Far more than anybody can pay.
            _ =>
                new(name, symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, 1_000_000, self),
        };
    }

    public static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) List(World world, Func<string> name)
    {
        var symbol = world.Pick(Symbols);
        var lots = world.Next(1, 8);
        var target = new HoldRequest(
            name(), symbol, Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, false,
            world.Middle + world.Next(1, 6), lots);
        var stop = With(
            new HoldRequest(
                name(), symbol, Side.Sell, OrderType.StopLimit, TimeInForce.GoodTillCancel, false, world.Middle - 12,
                lots),
            new OrderConditions { TriggerTicks = world.Middle - 8 });
        if (world.Chance(0.5))
            return (OrderListKind.OneCancelsOther, [target, stop]);

        var parent = new HoldRequest(
            name(), symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, Price(world, symbol), lots);
        return (OrderListKind.OneTriggersOneCancelsOther, [parent, target, stop]);
    }

    public static ImmutableArray<HoldRequest> Strategy(World world, Func<string> name)
    {
        var first = AnySide(world);
        var units = world.Next(1, 4);
        var terms = new StrategyTerms(
            world.Next(-20, 40), 0,
            [new StrategyLeg("WEST", first, 1), new StrategyLeg("EAST", first == Side.Buy ? Side.Sell : Side.Buy, 1)]);
        return
        [
            .. terms.Legs.Select((leg, i) => With(
                new HoldRequest(
                    name(), leg.Symbol, leg.Side, OrderType.Leg, TimeInForce.GoodTillCancel, false, 0,
                    units * leg.Lots),
                new OrderConditions { Strategy = terms with { Leg = i } })),
        ];
    }

    private static Side AnySide(World world) => world.Next(2) == 0 ? Side.Buy : Side.Sell;

    private static HoldRequest With(HoldRequest order, OrderConditions conditions) =>
        order with { Conditions = EncodedConditions.From(conditions) };
}
