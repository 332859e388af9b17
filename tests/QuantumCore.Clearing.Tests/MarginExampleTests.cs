using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Worked examples of margin, each with the source that its numbers come from.</summary>
public class MarginExampleTests
{
    private static readonly MarginPolicy s_policy = new();

    /// <summary>Source of E15: Interactive Brokers, "Securities Margin Example", days 1 to 3.</summary>
    [Theory]
    [InlineData(250_000, 4_000, 1_000_000, 500_000, 500_000)]
    [InlineData(250_000, 4_500, 1_250_000, 562_500, 687_500)]
    [InlineData(500_000, 4_000, 1_000_000, 1_000_000, 0)]
    public void E15_a_margin_account_from_day_to_day(int ratePpm, long mark, long equity, long requirement, long excess)
    {
        var figures = Of(-1_000_000, Share(MarginTable.Flat(ratePpm, 250_000)), mark, 500);
        Assert.Equal(
            (equity, requirement, excess), ((long)figures.Equity, (long)figures.Requirement, (long)figures.Excess));
    }

    /// <summary>
    /// Sources of E16 and E17: thestockmarketwatch.com, "The Dreaded Margin Call"; SEC, "Margin: Borrowing Money to Pay
    /// for Stocks".
    /// </summary>
    [Theory]
    [InlineData(250_000, -1_500_000, 2_500_000, 625_000, 0)]
    [InlineData(450_000, -1_500_000, 2_500_000, 1_125_000, 125_000)]
    [InlineData(250_000, -800_000, 1_200_000, 300_000, 0)]
    [InlineData(400_000, -800_000, 1_200_000, 480_000, 80_000)]
    public void E16_E17_the_amount_of_a_call(int maintenancePpm, long cash, long mark, long maintenance, long call)
    {
        var figures = Of(cash, Share(MarginTable.Flat(maintenancePpm, maintenancePpm)), mark, 1);
        Assert.Equal((maintenance, call), ((long)figures.Maintenance, (long)figures.Call));
    }

    [Fact]
    public void E16_the_amount_of_a_call_in_shares() =>
        Assert.Equal(277_778, (long)Rounding.DivUp(125_000L * 1_000_000, 450_000));

    /// <summary>Source of E18: Investopedia, minimum margin requirements of a short sale account.</summary>
    [Theory]
    [InlineData(1_000, 500_000, 300_000, false)]
    [InlineData(1_153, 347_000, 345_900, false)]
    [InlineData(1_154, 346_000, 346_200, true)]
    public void E18_a_short_sale_and_the_first_tick_of_a_call(long mark, long equity, long maintenance, bool isCalled)
    {
        var figures = Of(1_500_000, Shorted(MarginTable.Flat(500_000, 300_000)), mark, -1_000);
        Assert.Equal(
            (equity, maintenance, isCalled), ((long)figures.Equity, (long)figures.Maintenance, figures.Call > 0));
    }

    /// <summary>Sources of E19: FINRA 4210(c)(2) and (3), Reg T.</summary>
    [Theory]
    [InlineData(4_000, 500, 1_000_000)]
    [InlineData(200, 10_000, 2_500_000)]
    public void E19_a_short_sale_of_a_cheap_share(long mark, long shares, long initial)
    {
        var of = new MarginInstrument(Sample.Share, new MarginTerms
        {
            Long = MarginTable.Flat(500_000, 250_000),
            Short = MarginTable.Flat(500_000, 300_000, floorPerLot: 500),
            CheapBelowTicks = 500,
            CheapShort = MarginTable.Flat(1_000_000, 1_000_000, floorPerLot: 250),
        });
        Assert.Equal(initial, (long)of.Initial(mark, -shares));
    }

    /// <summary>Source of E20: Binance Futures, tiers of BTCUSDT of 2021-03-18.</summary>
    [Theory]
    [InlineData(123_456_789, 1_456_420)]
    [InlineData(5_000_000, 20_000)]
    [InlineData(5_000_001, 20_001)]
    public void E20_maintenance_by_tiers(long value, long maintenance)
    {
        (long UpTo, int Ppm)[] tiers =
        [
            (50_000, 4_000), (250_000, 5_000), (1_000_000, 10_000), (10_000_000, 25_000), (20_000_000, 50_000),
            (50_000_000, 100_000),
            (100_000_000, 125_000), (200_000_000, 150_000), (300_000_000, 250_000), (long.MaxValue / 100, 500_000),
        ];
        var table = new MarginTable(
            [.. tiers.Select(
                tier => new MarginTier(
                    tier.UpTo == long.MaxValue / 100 ? long.MaxValue : tier.UpTo * 100, tier.Ppm, tier.Ppm))]);
        Assert.Null(table.Check());
        Assert.Equal(maintenance, (long)Share(table).Maintenance(value, 1));
    }

    /// <summary>Source of E21: Paradex, cross margin requirement.</summary>
    [Fact]
    public void E21_open_orders_on_both_sides()
    {
        var position = new MarginPosition(Shorted(MarginTable.Flat(20_000, 10_000)), 90_000, -1, 3, 2, 0, 0, 0);
        Assert.Equal(5_400, (long)position.Requirement);
    }

    /// <summary>Source of E22: rule 5.4.</summary>
    [Fact]
    public void E22_open_orders_that_lose_and_pay()
    {
        var (fees, flat) = (new FeeTerms(1_000, 1_000),
            new MarginPosition(Shorted(MarginTable.Flat(500_000, 250_000)), 10_000, 0, 0, 0, 0, 0, 0));
        var bought = flat.With(Side.Buy, 10_300, 10, new OrderFees(Side.Buy, fees));
        var sold = flat.With(Side.Sell, 9_900, 10, new OrderFees(Side.Sell, fees));
        var both = bought.With(Side.Sell, 9_900, 10, new OrderFees(Side.Sell, fees));
        Assert.Equal(
            (53_103L, 51_099L, 54_202L), ((long)bought.Requirement, (long)sold.Requirement, (long)both.Requirement));
    }

    /// <summary>Source of E23: Crypto Facilities, "Margin netting" (all of the smaller side); rule 7.3.</summary>
    [Theory]
    [InlineData(80_000, 1_000_000, 100_000)]
    [InlineData(80_000, 0, 180_000)]
    [InlineData(80_001, 750_000, 120_001)]
    public void E23_offset_in_a_group(long shorts, int creditPpm, long required)
    {
        var group = new MarginGroup("TECH", creditPpm);
        Assert.Equal(required, (long)group.Required(100_000, shorts));

        // The same of an account: at a rate of the whole value each unit of 1 minor unit needs 1.
        var table = MarginTable.Flat(1_000_000, 1_000_000);
        MarginPosition[] positions =
        [
            new(MarginFloor.Named(0, table, group), 1, 60_000, 0, 0, 0, 0, 0),
            new(MarginFloor.Named(1, table, group), 1, 40_000, 0, 0, 0, 0, 0),
            new(MarginFloor.Named(2, table, group), 1, -shorts, 0, 0, 0, 0, 0),
        ];
        var figures = positions.Aggregate(new MarginFigures(0, 0, 0, 0, 0), (sum, position) => sum.With(position))
            .Relieved(positions);
        Assert.Equal((required, required), ((long)figures.Requirement, (long)figures.Maintenance));
    }

    /// <summary>Source of E24: rule 7.4; the median of three of Binance, Aevo and Lighter.</summary>
    [Theory]
    [InlineData(10_000, 10_000, 10_400, 9_700, 10_000)]
    [InlineData(10_000, 10_000, 10_150, 10_400, 10_150)]
    [InlineData(10_000, 10_000, 0, 10_300, 10_100)]
    [InlineData(0, 10_000, 10_300, 10_100, 10_050)]
    [InlineData(9_000, 10_000, 0, 9_100, 9_050)]
    [InlineData(10_000, 9_000, 0, 0, 10_000)]
    [InlineData(0, 10_000, 0, 0, 0)]
    public void E24_the_mark_price(long index, long before, long middle, long last, long mark) =>
        Assert.Equal(mark, MarkRule.Ticks(index, before, middle, last));

    /// <summary>Source of E25 (b): a post on interest of Interactive Brokers.</summary>
    [Fact]
    public void E25_a_day_of_interest()
    {
        var day = new LoanInterest(0, 360).AfterDay(65_400, 68_200);
        Assert.Equal((12L, 13L), (day.Charge, (long)day.Owed));
        Assert.Equal(65_400L * 68_200 - (12L * 360_000_000), (long)day.AfterCharge().Accrued);
    }

    /// <summary>Source of E26: rule 8; basis 360 as SoFi, Frec and IBKR have it.</summary>
    [Theory]
    [InlineData(true, 4_520, 4_230, 4_520)]
    [InlineData(false, 4_520, 4_249, 4_560)]
    public void E26_three_months_with_carry(bool isPaidIn, long january, long february, long march)
    {
        var (loan, interest, charges) = (1_000_003L, new LoanInterest(0, 360), new List<long>());
        foreach (var days in (int[])[31, 29, 31])
        {
            for (var day = 0; day < days; day++)
            {
                interest = interest.AfterDay(loan, 52_500);
            }

            charges.Add(interest.Charge);
            loan += isPaidIn ? 0 : interest.Charge;
            interest = interest.AfterCharge();
        }

        Assert.Equal([january, february, march], charges);
    }

    /// <summary>
    /// Source of E33: Bybit help, "Auto-Deleveraging (ADL)": entry 7,890.08, leverage 50, tick 0.50. The contract is
    /// inverse. The same number is where a long of 51 coins, 50 of them borrowed, has nothing left: 7,890.08 * 50 / 51
    /// = 7,735.3725, rounded up to the tick.
    /// </summary>
    [Fact]
    public void E33_the_bankruptcy_price_of_a_long_is_rounded_up()
    {
        var coin = new MarginInstrument(
            Sample.Share with { TickSize = 50 }, new MarginTerms { Long = MarginTable.Flat(20_000, 10_000) });
        var position = new MarginPosition(coin, 15_780, 51, 0, 0, 0, 0, 0);
        Assert.Equal(15_471L, (long)Liquidation.BankruptcyTicks(position, -789_008 * 50, s_policy with { FeePpm = 0 }));
        Assert.Equal(7_735_50L, 15_471 * coin.TickLotValue);
    }

    /// <summary>Source of E34: rule 7.6.</summary>
    [Theory]
    [InlineData(100, -800_000, 0, 8_000)]
    [InlineData(100, -800_000, 5_000, 8_041)]
    [InlineData(-1_000, 1_500_000, 5_000, 1_492)]
    public void E34_the_price_at_which_nothing_is_left(long shares, long cash, int feePpm, long ticks)
    {
        var position = new MarginPosition(Shorted(MarginTable.Flat(500_000, 250_000)), 1, shares, 0, 0, 0, 0, 0);
        Assert.Equal(ticks, (long)Liquidation.BankruptcyTicks(position, cash, s_policy with { FeePpm = feePpm }));
    }

    /// <summary>Source of E35: rule 7.6.</summary>
    [Fact]
    public void E35_how_much_is_sold()
    {
        var position = new MarginPosition(Share(MarginTable.Flat(500_000, 250_000)), 5_000, 100, 0, 0, 0, 0, 0);
        var figures = new MarginFigures(-400_000, 0, 0, 0, 0).With(position);
        Assert.Equal((100_000L, 125_000L), ((long)figures.Equity, (long)figures.Maintenance));
        var price = Liquidation.PriceTicks(Sample.Share, 5_000, Side.Sell, 1);
        Assert.Equal((4_950L, 29L), (price, Liquidation.Lots(figures, position, price, s_policy)));
    }

    internal static MarginInstrument Share(MarginTable longs) => new(Sample.Share, new MarginTerms { Long = longs });

    internal static MarginInstrument Shorted(MarginTable both) =>
        new(Sample.Share, new MarginTerms { Long = both, Short = both });

    private static MarginFigures Of(long cash, MarginInstrument of, long mark, long units) =>
        new MarginFigures(cash, 0, 0, 0, 0).With(new MarginPosition(of, mark, units, 0, 0, 0, 0, 0));
}
