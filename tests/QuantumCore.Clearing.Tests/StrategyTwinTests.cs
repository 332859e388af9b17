using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Compares the product with a model too simple to be wrong: counterparties, quantities, prices and remainders after
/// each command.
/// </summary>
public class StrategyTwinTests
{
    private static readonly Dictionary<string, long> s_values = new(StringComparer.Ordinal)
    {
        ["A"] = 1,
        ["B"] = 5,
        ["C"] = 10,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Strategies_trade_as_the_rules_read(int seed) => Compare(seed, 5_000);

    [Theory]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(203)]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(206)]
    public void Strategies_trade_as_the_rules_read_over_many_days(int seed) => Compare(seed, 50_000);

    private static void Compare(int seed, int commands)
    {
        var random = new Random(seed);
        var product = new BookGroup();
        var model = new ReferenceGroup(s_values);
        var crossed = 0;
        for (var i = 0; i < commands; i++)
        {
            var fills = Command(random, product, model);
            crossed += fills.Count(fill => fill.Price == 0);
            Assert.Equal(InBooks(fills), InBooks(product.Fills()));
            var open = model.Open();
            Assert.Equal(open.Count, product.Books.Values.Sum(book => book.Core.OpenOrders));
            foreach (var ((account, number), lots) in open)
            {
                // A number is used in one book only.
                Assert.Equal(lots, product.Books.Keys.Sum(symbol => product.LeavesOf(symbol, account, number)));
            }

            product.CheckOpen();
        }

        Assert.InRange(crossed, commands / 100, commands);
    }

    /// <summary>Returns fills by book: there is a sequence only within a book.</summary>
    private static GroupFill[] InBooks(IEnumerable<GroupFill> fills) =>
        [.. fills.OrderBy(fill => fill.Symbol, StringComparer.Ordinal)];

    private static List<GroupFill> Command(Random random, BookGroup product, ReferenceGroup model)
    {
        var open = model.Open();
        var chance = random.Next(100);
        if (open.Count > 0 && (chance < 20 || open.Count > 90))
        {
            return Cancel(product, model, open.Keys.ElementAt(random.Next(open.Count)));
        }

        return chance < 70 ? Enter(random, product, model) : EnterStrategy(random, product, model);
    }

    private static List<GroupFill> Cancel(BookGroup product, ReferenceGroup model, (long Account, long Number) order)
    {
        var symbol = product.Books.Keys.Single(symbol => product.LeavesOf(symbol, order.Account, order.Number) > 0);
        product.Cancel(symbol, order.Account, order.Number);
        return model.Cancel(order.Account, order.Number);
    }

    private static List<GroupFill> Enter(Random random, BookGroup product, ReferenceGroup model)
    {
        var symbol = ((string[])["A", "B", "C"])[random.Next(3)];
        var account = 1000 + random.Next(4);
        var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
        var center = StrategyMarket.InstrumentOf(symbol).ReferencePriceTicks;
        var price = center + random.NextInt64(-center / 12, (center / 12) + 1);
        var lots = random.NextInt64(1, 10);
        var rests = random.Next(4) > 0;
        var number = product.Enter(
            symbol, account, side, price, lots, rests ? TimeInForce.GoodTillCancel : TimeInForce.ImmediateOrCancel);
        return model.Enter(symbol, account, number, side, price, lots, rests);
    }

    private static List<GroupFill> EnterStrategy(Random random, BookGroup product, ReferenceGroup model)
    {
        var legs = AnyLegs(random);
        var values = Array.ConvertAll(legs, leg => s_values[leg.Symbol] * leg.Lots);
        var step = values.Min();
        var fair = legs.Select((leg, i) =>
            (leg.Side == Side.Buy ? 1 : -1) * values[i] * StrategyMarket.InstrumentOf(leg.Symbol).ReferencePriceTicks)
            .Sum();
        if (Array.Exists(values, value => value % step != 0))
        {
            // No leg could make up a net price: accounts refuse it.
            return EnterStrategy(random, product, model);
        }

        var net = (fair / step * step) + (step * random.Next(-40 / (int)step, (40 / (int)step) + 1));
        var time = random.Next(6) switch
        {
            0 => TimeInForce.ImmediateOrCancel,
            1 => TimeInForce.FillOrKill,
            _ => TimeInForce.GoodTillCancel,
        };
        var account = 1000 + random.Next(4);
        var units = random.Next(1, 6);
        var number = product.EnterStrategy(account, net, units, time, legs);
        return model.EnterStrategy(account, number, net, units, time, legs);
    }

    private static Leg[] AnyLegs(Random random)
    {
        string[] symbols = ["A", "B", "C"];
        random.Shuffle(symbols);
        // Few kinds, so that many meet.
        var ratios = random.Next(3) == 0 ? 3 : 1;
        var flip = random.Next(2) == 0;
        return [.. symbols.Take(random.Next(2, 4)).Select(symbol =>
        {
            var side = symbol == "B" != flip ? Side.Buy : Side.Sell;
            var center = StrategyMarket.InstrumentOf(symbol).ReferencePriceTicks;
            var worst = center + ((side == Side.Buy ? 1 : -1) * random.NextInt64(-2, center / 10));
            return new Leg(symbol, side, random.Next(1, ratios + 1), worst);
        })];
    }
}
