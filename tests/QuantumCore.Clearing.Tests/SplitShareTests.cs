using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Conversion of units and their cost in a split.</summary>
public class SplitShareTests
{
    // A whole unit is worth 10.00, in 10^-8 cents.
    private const long Ten = 100_000_000_000;

    [Theory]
    [InlineData(100, 2, 1, 200, 0)]
    [InlineData(101, 3, 2, 151, 500)]
    [InlineData(7, 1, 10, 0, 700)]
    [InlineData(109, 1, 10, 10, 900)]
    [InlineData(1, 1, 3, 0, 333)]
    [InlineData(0, 3, 2, 0, 0)]
    public void Units_are_rounded_down_and_the_fraction_is_paid_rounded_down(
        long units, long numerator, long denominator, long expected, long cash)
    {
        var split = new SplitShare(numerator, denominator, 0, Ten);
        Assert.Equal((expected, cash), (split.UnitsOf(units), split.CashOf(units)));
    }

    [Fact]
    public void More_units_than_a_balance_can_have_are_an_error() =>
        Assert.Throws<OverflowException>(() => new SplitShare(3, 1, 0, Ten).UnitsOf(1L << 62));

    [Fact]
    public void Cost_goes_to_the_new_units_less_the_fraction_that_is_paid()
    {
        // 101 for 1,010.00: of 151.5 new units half a unit is paid with 5.00; it cost 1010.00 / 303 = 3.33.
        var position = new PositionCost(CostMethod.Average);
        position.Fill(101, 10_00, 0);
        position.Split(new SplitShare(3, 2, 0, Ten));
        Assert.Equal((151L, 1_006_67, 1_67), (position.Quantity, position.Cost, position.Realised));
    }

    [Fact]
    public void Lots_keep_their_sequence_and_the_fraction_comes_from_the_oldest()
    {
        // 3 at 10.00, 4 at 20.00, 1 at 30.00, one new for two: 1.5, 3.5, 4 cumulative. No fraction is left over.
        var position = Bought((3, 10_00), (4, 20_00), (1, 30_00));
        position.Split(new SplitShare(1, 2, 0, Ten));
        Assert.Equal((4L, 140_00, 0), (position.Quantity, position.Cost, position.Realised));
        position.Fill(-1, 0, 0);
        Assert.Equal(-30_00, position.Realised);
        position.Fill(-2, 0, 0);
        Assert.Equal(-110_00, position.Realised);

        // 1 at 10.00, 2 at 20.00, one for two: half a unit is left, which is the oldest lot; the other stays.
        position = Bought((1, 10_00), (2, 20_00));
        position.Split(new SplitShare(1, 2, 0, Ten));
        Assert.Equal((1L, 40_00, 5_00 - 10_00), (position.Quantity, position.Cost, position.Realised));

        // A fraction that is larger than the oldest lot takes all of it and a part of the next.
        position = Bought((1, 10_00), (9, 20_00));
        position.Split(new SplitShare(1, 4, 0, Ten));
        Assert.Equal((2L, 160_00, 5_00 - 30_00), (position.Quantity, position.Cost, position.Realised));

        // Too little for one unit: all of it is paid.
        position = Bought((1, 10_00), (2, 20_00));
        position.Split(new SplitShare(1, 10, 0, Ten));
        Assert.Equal((0L, 0, 3_00 - 50_00), (position.Quantity, position.Cost, position.Realised));
    }

    [Fact]
    public void Nothing_is_lost_by_any_split_and_both_methods_agree_in_the_end()
    {
        var random = new Random(20260615);
        for (var i = 0; i < 5_000; i++)
        {
            var (average, fifo) = (new PositionCost(CostMethod.Average), new PositionCost(CostMethod.FirstInFirstOut));
            Int128 paid = 0;
            for (var lot = random.Next(1, 6); lot > 0; lot--)
            {
                var (lots, price) = (random.Next(1, 60), random.Next(1, 3_000));
                average.Fill(lots, price, 0);
                fifo.Fill(lots, price, 0);
                paid += (Int128)lots * price;
            }

            var split = new SplitShare(random.Next(1, 12), random.Next(1, 12), 0, random.NextInt64(1, Ten));
            var before = average.Quantity;
            average.Split(split);
            fifo.Split(split);
            Assert.Equal(split.UnitsOf(before), average.Quantity);
            Assert.Equal(average.Quantity, fifo.Quantity);
            foreach (var position in new[] { average, fifo })
            {
                // Payments equal the remaining cost, or the cost realised against cash.
                Assert.Equal(paid, position.Cost - position.Realised + split.CashOf(before));
                Assert.True(position.Cost >= 0 && (position.Quantity > 0 || position.Cost == 0));
            }

            // When everything is sold, both have the same profit and no cost is left.
            average.Fill(-average.Quantity, 7, 0);
            fifo.Fill(-fifo.Quantity, 7, 0);
            Assert.Equal((average.Realised, (Int128)0), (fifo.Realised, fifo.Cost));
        }
    }

    [Fact]
    public void There_and_back_without_a_fraction_is_as_it_was()
    {
        var position = Bought((6, 10_00), (4, 20_00));
        position.Split(new SplitShare(3, 2, 0, Ten));
        position.Split(new SplitShare(2, 3, 0, Ten));
        position.Fill(-6, 10_00, 0);
        Assert.Equal((4L, 80_00, 0), (position.Quantity, position.Cost, position.Realised));
    }

    [Theory]
    [InlineData(CostMethod.Average)]
    [InlineData(CostMethod.FirstInFirstOut)]
    public void A_short_position_is_split_as_a_long_one_the_other_way_round(CostMethod method)
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var (bought, sold) = (new PositionCost(method), new PositionCost(method));
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var (lots, price) = (random.Next(1, 50), random.Next(1, 90));
                bought.Fill(lots, price, 0);
                sold.Fill(-lots, price, 0);
            }

            var split = new SplitShare(random.Next(1, 12), random.Next(1, 12), 0, random.NextInt64(1, Ten));
            bought.Split(split);
            sold.Split(split);
            bought.Fill(-bought.Quantity / 2, 7, 0);
            sold.Fill(-sold.Quantity / 2, 7, 0);
            Assert.Equal((-bought.Quantity, -bought.Cost, -bought.Realised), (sold.Quantity, sold.Cost, sold.Realised));
        }
    }

    private static PositionCost Bought(params (long Lots, long Price)[] lots)
    {
        var position = new PositionCost(CostMethod.FirstInFirstOut);
        foreach (var (quantity, price) in lots)
        {
            position.Fill(quantity, price, 0);
        }

        return position;
    }
}
