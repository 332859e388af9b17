using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class TradePostingsTests
{
    private static readonly AccountId s_buyer = new(1001);
    private static readonly AccountId s_seller = new(1002);

    [Fact]
    public void E37_A_trade_moves_cash_units_and_both_fees() => Assert.Equal(
        [
            new Posting(0, s_buyer, "USD", -10_000),
            new Posting(1, s_seller, "USD", 10_000),
            new Posting(2, s_seller, "AAPL", -10),
            new Posting(3, s_buyer, "AAPL", 10),
            new Posting(4, s_buyer, "USD", -10),
            new Posting(5, AccountId.Fees, "USD", 10),
            new Posting(6, s_seller, "USD", -10),
            new Posting(7, AccountId.Fees, "USD", 10),
        ],
        TradePostings.Of(Sample.Share, new TradeMoney(s_buyer, s_seller, 1_000, 10, 10, 10)));

    [Fact]
    public void A_fee_of_nothing_has_no_line() => Assert.Equal(
        [0, 1, 2, 3, 4, 5],
        TradePostings.Of(Sample.Share, new TradeMoney(s_buyer, s_seller, 1_000, 10, 0, 3)).Select(line => line.Leg));

    [Fact]
    public void A_rebate_comes_out_of_the_fee_pot() => Assert.Equal(
        [new Posting(4, s_seller, "USD", 10), new Posting(5, AccountId.Fees, "USD", -10)],
        TradePostings.Of(Sample.Share, new TradeMoney(s_buyer, s_seller, 1_000, 10, 0, -10)).Skip(4));

    [Fact]
    public void A_deposit_comes_from_the_outside_world() => Assert.Equal(
        [new Posting(0, AccountId.World, "USD", -900), new Posting(1, s_buyer, "USD", 900)],
        TradePostings.Of(AccountId.World, s_buyer, "USD", 900));

    [Fact]
    public void Every_entry_sums_to_nothing_in_every_asset()
    {
        var random = new Random(911);
        for (var round = 0; round < 100_000; round++)
        {
            var instrument = random.Next(2) == 0 ? Sample.Share : Sample.Coin;
            var lots = Sample.Amount(random, Math.Min(
                Instrument.QuantityLotsLimit,
                Math.Min(long.MaxValue / instrument.LotUnits, Instrument.NotionalLimit / instrument.TickLotValue)));
            var price = Sample.Amount(random, Math.Min(
                Instrument.PriceTicksLimit, Math.Max(1, Instrument.NotionalLimit / instrument.TickLotValue / lots)));
            var notional = (long)instrument.Notional(price, lots);
            var trade = new TradeMoney(
                s_buyer, random.Next(10) == 0 ? s_buyer : s_seller, price, lots, random.NextInt64(notional + 1),
                random.NextInt64(notional + 1));
            var entry = TradePostings.Of(instrument, trade);
            Assert.All(entry.GroupBy(line => line.Asset), lines => Assert.Equal(0, Sum(lines)));
            Assert.Equal(Enumerable.Range(0, entry.Count), entry.Select(line => line.Leg));
            Assert.DoesNotContain(entry, line => line.Amount == 0);
            Assert.Equal(
                (Int128)trade.BuyerFee + trade.SellerFee, Sum(entry.Where(line => line.Account == AccountId.Fees)));
        }
    }

    [Fact]
    public void The_largest_trade_is_posted_exactly()
    {
        var lots = Instrument.NotionalLimit >> 47;
        var entry = TradePostings.Of(
            Sample.Share,
            new TradeMoney(
                s_buyer, s_seller, Instrument.PriceTicksLimit, lots, Instrument.NotionalLimit,
                Instrument.NotionalLimit));
        Assert.Equal(-Instrument.NotionalLimit, entry[0].Amount);
        Assert.Equal(8, entry.Count);
    }

    private static Int128 Sum(IEnumerable<Posting> lines) =>
        lines.Aggregate(Int128.Zero, (sum, line) => sum + line.Amount);
}
