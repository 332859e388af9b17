using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Cost and profit of positions: published examples by name (E numbers are those of the rules for accounts), and
/// invariants.
/// </summary>
public class PositionCostTests
{
    [Fact]
    public void E06_Fifo_lots_against_average()
    {
        // accountinginsights.org, "FIFO vs. LIFO for Stocks".
        (long, long, long)[] fills = [(100, 50_00, 0), (100, 60_00, 0), (-100, 70_00, 0)];
        var (fifo, average) = (After(CostMethod.FirstInFirstOut, fills), After(CostMethod.Average, fills));

        Assert.Equal((2_000_00, 6_000_00, 100L), (fifo.Realised, fifo.Cost, fifo.Quantity));
        Assert.Equal((1_500_00, 5_500_00, 100L), (average.Realised, average.Cost, average.Quantity));
    }

    [Fact]
    public void E07_Fifo_when_no_lot_is_named()
    {
        // J.K. Lasser, Your Income Tax 2013, 30.2.
        Assert.Equal(
            1_300_00,
            After(
                CostMethod.FirstInFirstOut, (100, 77_00, 0), (200, 84_00, 0), (100, 105_00, 0),
                (-100, 90_00, 0)).Realised);
    }

    [Fact]
    public void E08_Fifo_across_lots_uses_a_part_of_the_second()
    {
        // Lots of 1,000 at 24, 500 at 18, 750 at 36; 1,200 sold at 38.
        var position =
            After(CostMethod.FirstInFirstOut, (1_000, 24_00, 0), (500, 18_00, 0), (750, 36_00, 0), (-1_200, 38_00, 0));

        Assert.Equal((18_000_00, 5_400_00 + 27_000_00, 1_050L), (position.Realised, position.Cost, position.Quantity));
        // The remaining 300 of the second lot leave next.
        position.Fill(-300, 38_00, 0);
        Assert.Equal((18_000_00 + 6_000_00, 27_000_00), (position.Realised, position.Cost));
    }

    [Fact]
    public void E09_Average_cost_with_fees_in_it()
    {
        // moomoo help, "Profit & Loss", example 1.
        var position = new PositionCost(CostMethod.Average, feesInCost: true);
        position.Fill(200, 200_00, 10_00);
        Assert.Equal((40_010_00, 990_00), (position.Cost, position.Unrealised(205_00)));

        position.Fill(-100, 210_00, 10_00);
        Assert.Equal((985_00, 1_495_00), (position.Realised, position.Unrealised(215_00)));
    }

    [Fact]
    public void E10_Fees_inside_or_beside_leave_the_same_net()
    {
        // The Motley Fool, "Specific Identification vs. FIFO".
        (long, long, long)[] fills = [(1_000, 15_00, 25_00), (-1_000, 21_00, 25_00)];
        var (beside, inside) = (After(CostMethod.Average, fills),
            new PositionCost(CostMethod.Average, feesInCost: true));
        foreach (var (lots, price, fee) in fills)
            inside.Fill(lots, price, fee);

        Assert.Equal((6_000_00, 50_00), (beside.Realised, beside.Fees));
        Assert.Equal(5_950_00, inside.Realised);
        Assert.Equal(inside.Realised, beside.Realised - beside.Fees);
    }

    [Fact]
    public void E11_The_same_sale_by_two_methods()
    {
        // gnucash-devel, February 2006.
        (long, long, long)[] fills = [(100, 10_00, 0), (100, 11_00, 0), (-100, 12_00, 0)];
        Assert.Equal(150_00, After(CostMethod.Average, fills).Realised);
        Assert.Equal(200_00, After(CostMethod.FirstInFirstOut, fills).Realised);
    }

    [Fact]
    public void E12_Interleaved_sides_in_minor_units_of_a_hundred_millionth()
    {
        // NautilusTrader, test_position_realized_pnl_with_interleaved_order_sides, which books fees into the profit.
        var position = new PositionCost(CostMethod.Average);
        var net = new List<Int128>();
        foreach (var (lots, price, fee) in new[]
        {
            (12L, 10_000L, 120_000L), (17, 9_999, 169_983), (-9, 10_001, 90_009), (3, 10_003, 30_009),
            (-4, 10_005, 40_020),
        })
        {
            position.Fill(lots, price * 100_000_000, fee * 100_000);
            net.Add(position.Realised - position.Fees);
        }

        Assert.Equal([-120_00000000, -289_98300000, -365_71613793, -395_72513793, -415_27137481], net);
        Assert.Equal(19, position.Quantity);
    }

    [Theory]
    [InlineData(CostMethod.Average)]
    [InlineData(CostMethod.FirstInFirstOut)]
    public void E13_Through_zero_and_back(CostMethod method)
    {
        var position = After(method, (10, 1_000, 0), (-25, 1_100, 0));
        Assert.Equal((-15L, -16_500, 1_000), (position.Quantity, position.Cost, position.Realised));

        position.Fill(20, 1_050, 0);
        Assert.Equal((5L, 5_250, 1_750), (position.Quantity, position.Cost, position.Realised));
    }

    [Fact]
    public void E14_Cost_of_a_sale_is_rounded_to_even_and_the_last_unit_takes_the_rest()
    {
        // 401 for 4.
        var position = After(CostMethod.Average, (3, 100, 0), (1, 101, 0));
        var realised = new List<Int128>();
        foreach (var lots in (long[])[-1, -1, -2])
        {
            position.Fill(lots, 110, 0);
            realised.Add(position.Realised);
        }

        Assert.Equal([10, 20, 39], realised);
        Assert.Equal((0L, 0), (position.Quantity, position.Cost));
    }

    [Fact]
    public void A_fee_of_a_trade_through_zero_is_split_between_the_two()
    {
        var position = new PositionCost(CostMethod.Average, feesInCost: true);
        position.Fill(2, 100, 0);
        position.Fill(-3, 110, 10);

        // 6 of the 10 belong to the 2 that were closed.
        Assert.Equal((20 - 6, -110 + 4), (position.Realised, position.Cost));
    }

    [Theory]
    [InlineData(CostMethod.Average, false)]
    [InlineData(CostMethod.Average, true)]
    [InlineData(CostMethod.FirstInFirstOut, false)]
    [InlineData(CostMethod.FirstInFirstOut, true)]
    public void Profit_equals_the_change_in_equity_to_the_last_minor_unit(
        CostMethod method, bool feesInCost)
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var position = new PositionCost(method, feesInCost);
            Int128 cash = 0;
            long quantity = 0;
            for (var i = 0; i < 400; i++)
            {
                var lots = random.NextInt64(1, 1_000) * (random.Next(2) == 0 ? 1 : -1);
                var (value, fee) = (random.NextInt64(1, 1_000_000), random.NextInt64(-50, 500));
                position.Fill(lots, value, fee);
                cash -= ((Int128)lots * value) + fee;
                quantity += lots;
                var mark = random.NextInt64(1, 1_000_000);
                var net = position.Realised + position.Unrealised(mark) - (feesInCost ? 0 : position.Fees);

                Assert.Equal(quantity, position.Quantity);
                Assert.Equal(cash + ((Int128)quantity * mark), net);
                Assert.True(quantity != 0 || position.Cost == 0);
                Assert.True(feesInCost || long.Sign(quantity) == Int128.Sign(position.Cost));
            }
        }
    }

    [Fact]
    public void Half_is_rounded_to_even()
    {
        (int, int, int)[] table = [
            (5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (-1, 2, 0), (1, 2, 0), (3, 2, 2), (10, 4, 2), (11, 4, 3),
            (-11, 4, -3), (9, 3, 3)];
        Assert.All(table, line => Assert.Equal(line.Item3, Rounding.DivHalfEven(line.Item1, line.Item2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rounding.DivHalfEven(1, 0));
    }

    private static PositionCost After(CostMethod method, params (long Lots, long Price, long Fee)[] fills)
    {
        var position = new PositionCost(method);
        foreach (var (lots, price, fee) in fills)
            position.Fill(lots, price, fee);

        return position;
    }
}
