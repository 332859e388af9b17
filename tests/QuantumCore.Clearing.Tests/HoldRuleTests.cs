using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Fees and holds of one order. E numbers are worked examples of the rules for accounts and fees.</summary>
public class HoldRuleTests
{
    private const int Rounds = 100_000;

    [Fact]
    public void E01_Fee_is_cumulative_over_partial_fills()
    {
        var order = Buy();
        var whole = order;
        Assert.Equal([1, 0, 0], new long[] { 333, 333, 334 }.Select(notional => Charge(ref order, notional, 1_000)));
        Assert.Equal(1, Charge(ref whole, 1_000, 1_000));
    }

    [Fact]
    public void E02_A_maker_rebate_comes_out_of_the_same_sum()
    {
        var order = Buy();
        Assert.Equal(16, Charge(ref order, 10_001, 1_500));
        Assert.Equal(-10, Charge(ref order, 20_000, -500));
    }

    [Fact]
    public void E03_Life_of_a_buy_hold()
    {
        var order = Buy();
        Assert.Equal(100_100, Hold(order, 1_000, 100));
        Assert.Equal(40, Charge(ref order, 40 * 995, 1_000));
        Assert.Equal(60_060, Hold(order, 1_000, 60));
        Assert.Equal(24, Charge(ref order, 60 * 1_000, 400));
        Assert.Equal(0, Hold(order, 1_000, 0));
    }

    [Theory]
    [InlineData(1, 1, 1_000, 1)]
    [InlineData(1, 1, 0, 0)]
    [InlineData(999, 1, 1_000, 1)]
    [InlineData(1_000, 1, 1_000, 1)]
    [InlineData(1_001, 1, 1_000, 2)]
    [InlineData(1, 1, 1_000_000, 1)]
    public void A_fee_is_rounded_up_to_the_minor_unit(long notional, int fills, int ppm, long fee) =>
        Assert.Equal(fee, Buy().After((Int128)notional * fills, ppm).Due);

    [Fact]
    public void The_largest_order_at_the_highest_fee_has_an_exact_hold()
    {
        const long Notional = Instrument.NotionalLimit;
        var lots = Notional >> 47;
        Assert.Equal(
            2 * Notional,
            HoldRule.BuyHold(Sample.Share, Instrument.PriceTicksLimit, lots, Buy(Instrument.FeePpmLimit, 0)));
        Assert.Equal(Notional, Buy().After(Notional, Instrument.FeePpmLimit).Due);
    }

    [Fact]
    public void Fees_of_partial_fills_add_up_to_the_fee_of_one_fill()
    {
        var random = new Random(901);
        for (var round = 0; round < Rounds; round++)
        {
            var whole = Sample.Amount(random, Instrument.NotionalLimit);
            var rate = Sample.Rate(random);
            var (order, paid) = (new OrderFees(random.Next(2) == 0 ? Side.Buy : Side.Sell, Sample.Terms(random)), 0L);
            var uncut = order;
            for (var left = whole; left > 0;)
            {
                var part = random.Next(5) == 0 ? left : Sample.Amount(random, left);
                var fee = Charge(ref order, part, rate);
                Assert.True(fee >= 0 && (order.Side == Side.Buy || fee <= part));
                paid += fee;
                left -= part;
            }

            Assert.Equal(Charge(ref uncut, whole, rate), paid);
        }
    }

    [Fact]
    public void A_hold_covers_every_fill_and_what_is_held_after_it()
    {
        var random = new Random(902);
        for (var round = 0; round < Rounds; round++)
        {
            var lots = Sample.Amount(random, Instrument.QuantityLotsLimit);
            var limit = Sample.Amount(random, Math.Min(Instrument.PriceTicksLimit, Instrument.NotionalLimit / lots));
            var order = new OrderFees(Side.Buy, Sample.Terms(random));
            var (maker, taker) = (order.Terms.MakerPpm, order.Terms.TakerPpm);
            var hold = HoldRule.BuyHold(Sample.Share, limit, lots, order);
            while (lots > 0)
            {
                var price = random.Next(2) == 0 ? limit : Sample.Amount(random, limit);
                var filled = random.Next(5) == 0 ? lots : Sample.Amount(random, lots);
                var spent = (price * filled) + Charge(ref order, price * filled, random.Next(2) == 0 ? maker : taker);
                lots -= filled;
                var after = HoldRule.Hold(Sample.Share, limit, lots, order);
                Assert.True(after >= 0);
                Assert.True(
                    spent <= hold - after, $"seed 902, round {round}: {spent} spent, {hold} held, {after} stays");
                hold = after;
            }

            Assert.Equal(0, hold);
        }
    }

    [Fact]
    public void Larger_order_never_holds_less()
    {
        var random = new Random(903);
        for (var round = 0; round < Rounds; round++)
        {
            var lots = Sample.Amount(random, Instrument.QuantityLotsLimit >> 1);
            var limit =
                Sample.Amount(random, Math.Min(Instrument.PriceTicksLimit, Instrument.NotionalLimit / (lots + 1)) - 1);
            var (maker, taker) = (Sample.Rate(random), Math.Min(Sample.Rate(random), Instrument.FeePpmLimit - 1));
            var fees = Buy(maker, taker, random.Next(2) * 1_000)
                .After(Sample.Amount(random, Instrument.NotionalLimit), random.Next(Instrument.FeePpmLimit));
            var dearer = fees with { Terms = fees.Terms with { TakerPpm = taker + 1 } };
            var hold = HoldRule.BuyHold(Sample.Share, limit, lots, fees);
            Assert.True(hold <= HoldRule.BuyHold(Sample.Share, limit, lots + 1, fees));
            Assert.True(hold <= HoldRule.BuyHold(Sample.Share, limit + 1, lots, fees));
            Assert.True(hold <= HoldRule.BuyHold(Sample.Share, limit, lots, dearer));
            Assert.True(fees.Due <= (fees with { Weighted = fees.Weighted + 1 }).Due);
        }
    }

    [Fact]
    public void E05_A_minimum_fee_larger_than_the_first_fill()
    {
        // The example holds 100 of cash until the first fill. Here the minimum is paid from the proceeds: 50, then the
        // rest.
        var sell = new OrderFees(Side.Sell, new FeeTerms(1_000, 1_000, 100));
        Assert.Equal(0, sell.Due);
        Assert.Equal(50, Charge(ref sell, 50, 1_000));
        Assert.Equal(50, Charge(ref sell, 450, 1_000));

        var buy = Buy(1_000, 1_000, 100);
        Assert.Equal(500 + 100, Hold(buy, 50, 10));
        Assert.Equal(100, Charge(ref buy, 50, 1_000));
        Assert.Equal(450, Hold(buy, 50, 9));
        Assert.Equal(0, Charge(ref buy, 450, 1_000));
        Assert.Equal(901, Charge(ref buy, 1_000_000, 1_000));
    }

    [Fact]
    public void Hold_does_not_assume_a_rebate()
    {
        Assert.Equal(1_000_500, Hold(Buy(-200, 500), 1_000, 1_000));
        Assert.Equal(1_000_000, Hold(Buy(-200, -300), 1_000, 1_000));
        Assert.Equal((0, 400), (new FeeTerms(-200, 500).AuctionPpm, new FeeTerms(400, 500).AuctionPpm));
    }

    [Fact]
    public void A_sell_holds_its_units_and_its_fee_comes_out_of_the_proceeds()
    {
        var sell = new OrderFees(Side.Sell, new FeeTerms(400, 1_000_000));
        Assert.Equal(7, HoldRule.Hold(Sample.Share, 1_000, 7, sell));
        Assert.Equal(7_000_000, HoldRule.Hold(Sample.Coin, 1_000, 7, sell));
        Assert.Throws<OverflowException>(() => HoldRule.SellHold(Sample.Coin, long.MaxValue));
    }

    [Fact]
    public void A_finished_order_holds_nothing() => Assert.Equal(0, Hold(Buy().After(123_456, 1_000), 1_000, 0));

    /// <summary>
    /// Maker and taker fees together are never negative, as long as a rebate is at most the taker's fee.
    /// </summary>
    [Fact]
    public void Taker_fees_cover_maker_rebates()
    {
        var random = new Random(904);
        for (var round = 0; round < Rounds; round++)
        {
            var taker = Sample.Rate(random);
            var (takes, rests) = (Buy(-random.Next(taker + 1), taker),
                new OrderFees(Side.Sell, new FeeTerms(-random.Next(taker + 1), taker)));
            for (var fill = 0; fill < 5; fill++)
            {
                var notional = Sample.Amount(random, Instrument.NotionalLimit / 5);
                takes = takes.After(notional, takes.Terms.TakerPpm);
                rests = rests.After(notional, rests.Terms.MakerPpm);
                Assert.True(takes.Due + rests.Due >= 0);
            }
        }
    }

    private static long Hold(OrderFees order, long priceTicks, long lots) =>
        HoldRule.Hold(Sample.Share, priceTicks, lots, order);

    private static OrderFees Buy(int maker = 400, int taker = 1_000, long minimum = 0) =>
        new(Side.Buy, new FeeTerms(maker, taker, minimum));

    /// <summary>Returns the fee of another fill.</summary>
    private static long Charge(ref OrderFees fees, long notional, int ratePpm)
    {
        var before = fees.Due;
        fees = fees.After(notional, ratePpm);
        return fees.Due - before;
    }
}
