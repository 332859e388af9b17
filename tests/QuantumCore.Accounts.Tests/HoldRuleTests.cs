using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Accounts.Tests;

/// <summary>Fees and holds of one order. E numbers are worked examples of the rules for accounts and fees.</summary>
public class HoldRuleTests
{
    private const int Rounds = 100_000;

    [Fact]
    public void E01_Fee_is_cumulative_over_partial_fills()
    {
        var order = new OrderFees();
        Assert.Equal([1, 0, 0], new long[] { 333, 333, 334 }.Select(notional => order.Charge(notional, 1_000)));
        Assert.Equal(1, new OrderFees().Charge(1_000, 1_000));
    }

    [Fact]
    public void E02_A_maker_rebate_comes_out_of_the_same_sum()
    {
        var order = new OrderFees();
        Assert.Equal(16, order.Charge(10_001, 1_500));
        Assert.Equal(-10, order.Charge(20_000, -500));
    }

    [Fact]
    public void E03_Life_of_a_buy_hold()
    {
        var order = new OrderFees();
        Assert.Equal(100_100, Hold(order, 1_000, 100));
        Assert.Equal(40, order.Charge(40 * 995, 1_000));
        Assert.Equal(60_060, Hold(order, 1_000, 60));
        Assert.Equal(24, order.Charge(60 * 1_000, 400));
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
        Assert.Equal(fee, HoldRule.Fee((Int128)notional * fills * ppm));

    [Fact]
    public void The_largest_order_at_the_highest_fee_has_an_exact_hold()
    {
        const long Notional = Instrument.NotionalLimit;
        var lots = Notional >> 47;
        Assert.Equal(
            2 * Notional,
            HoldRule.BuyHold(Sample.Share, Instrument.PriceTicksLimit, lots, 0, Instrument.FeePpmLimit, 0));
        Assert.Equal(Notional, HoldRule.Fee((Int128)Notional * Instrument.FeePpmLimit));
    }

    [Fact]
    public void However_an_order_is_cut_its_parts_pay_what_the_whole_pays()
    {
        var random = new Random(901);
        for (var round = 0; round < Rounds; round++)
        {
            var whole = Sample.Amount(random, Instrument.NotionalLimit);
            var rate = Sample.Rate(random);
            var (order, paid) = (new OrderFees(), 0L);
            for (var left = whole; left > 0;)
            {
                var part = random.Next(5) == 0 ? left : Sample.Amount(random, left);
                var fee = order.Charge(part, rate);
                Assert.True(fee >= 0);
                paid += fee;
                left -= part;
            }

            Assert.Equal(new OrderFees().Charge(whole, rate), paid);
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
            var (maker, taker) = (Sample.Rate(random), Sample.Rate(random));
            var order = new OrderFees();
            var hold = HoldRule.BuyHold(Sample.Share, limit, lots, order.Weighted, maker, taker);
            while (lots > 0)
            {
                var price = random.Next(2) == 0 ? limit : Sample.Amount(random, limit);
                var filled = random.Next(5) == 0 ? lots : Sample.Amount(random, lots);
                var spent = (price * filled) + order.Charge(price * filled, random.Next(2) == 0 ? maker : taker);
                lots -= filled;
                var after = HoldRule.Hold(Sample.Share, Side.Buy, limit, lots, order.Weighted, maker, taker);
                Assert.True(after >= 0);
                Assert.True(spent <= hold - after, $"seed 902, round {round}: {spent} spent, {hold} held, {after} stays");
                hold = after;
            }

            Assert.Equal(0, hold);
        }
    }

    [Fact]
    public void More_of_anything_never_holds_less()
    {
        var random = new Random(903);
        for (var round = 0; round < Rounds; round++)
        {
            var lots = Sample.Amount(random, Instrument.QuantityLotsLimit >> 1);
            var limit = Sample.Amount(random, Math.Min(Instrument.PriceTicksLimit, Instrument.NotionalLimit / (lots + 1)) - 1);
            var (maker, taker) = (Sample.Rate(random), Math.Min(Sample.Rate(random), Instrument.FeePpmLimit - 1));
            var weighted = (Int128)Sample.Amount(random, Instrument.NotionalLimit) * random.Next(Instrument.FeePpmLimit);
            var hold = HoldRule.BuyHold(Sample.Share, limit, lots, weighted, maker, taker);
            Assert.True(hold <= HoldRule.BuyHold(Sample.Share, limit, lots + 1, weighted, maker, taker));
            Assert.True(hold <= HoldRule.BuyHold(Sample.Share, limit + 1, lots, weighted, maker, taker));
            Assert.True(hold <= HoldRule.BuyHold(Sample.Share, limit, lots, weighted, maker, taker + 1));
            Assert.True(HoldRule.Fee(weighted) <= HoldRule.Fee(weighted + 1));
        }
    }

    [Fact]
    public void A_sell_holds_its_units_and_its_fee_comes_out_of_the_proceeds()
    {
        Assert.Equal(7, HoldRule.Hold(Sample.Share, Side.Sell, 1_000, 7, 0, 400, 1_000_000));
        Assert.Equal(7_000_000, HoldRule.Hold(Sample.Coin, Side.Sell, 1_000, 7, 0, 400, 1_000));
        Assert.Throws<OverflowException>(() => HoldRule.SellHold(Sample.Coin, long.MaxValue));
    }

    [Fact]
    public void A_finished_order_holds_nothing() =>
        Assert.Equal(0, HoldRule.Hold(Sample.Share, Side.Buy, 1_000, 0, 123_456_789, 400, 1_000));

    private static long Hold(OrderFees order, long priceTicks, long lots) =>
        HoldRule.Hold(Sample.Share, Side.Buy, priceTicks, lots, order.Weighted, 400, 1_000);

    /// <summary>What an order has paid for, as a book counts it.</summary>
    private sealed class OrderFees
    {
        public Int128 Weighted { get; private set; }

        /// <summary>Fee of one more fill.</summary>
        public long Charge(long notional, int ratePpm)
        {
            var before = HoldRule.Fee(Weighted);
            Weighted += (Int128)notional * ratePpm;
            return HoldRule.Fee(Weighted) - before;
        }
    }
}
