using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Margin call, stepwise liquidation and recovery. The insurance fund pays a deficit first, then the house.
/// </summary>
public class LiquidationTests
{
    private const long Trader = MarginMarket.Trader;
    private static readonly MarginPolicy s_patient = new() { CallSeconds = 3_600, LiquidationPpm = 500_000 };

    [Fact]
    public async Task An_account_below_its_initial_margin_may_only_reduce()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.MarkAsync("AAPL", 9_000);
        await market.RoundAsync();
        Assert.Equal(MarginState.Restricted, (await market.MarginAsync()).State);
        Assert.Equal(RejectReason.ReduceOnly, (await market.PlaceAsync(Trader, Side.Buy, 9_000, 1)).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Sell, 9_000, 200)).Reason);
        Assert.Equal(RejectReason.ReduceOnly, (await market.PlaceAsync(Trader, Side.Sell, 9_000, 1)).Reason);
        var gone = await market.Exchange.Account(Trader).Withdraw(new WithdrawRequest("w", "USD", 1, "bank"));
        Assert.Equal(RejectReason.InsufficientFunds, gone.Reason);
    }

    [Fact]
    public async Task A_call_cancels_what_adds_risk_and_ends_by_a_deposit()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, s_patient);
        await market.TradeAsync(Side.Buy, 10_000, 190);
        await market.PlaceAsync(Trader, Side.Buy, 6_000, 5);
        await market.PlaceAsync(Trader, Side.Sell, 12_000, 10);
        await market.MarkAsync("AAPL", 6_000);
        await market.RoundAsync();
        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal(MarginState.Called, view.Margin!.State);
        Assert.Equal(Side.Sell, Assert.Single(view.OpenOrders).Side);
        Assert.True(view.Margin.DeadlineNanos > 0);
        await market.Exchange.Account(Trader).Deposit(new DepositRequest("help", "USD", 500_000));
        await market.RoundAsync();
        Assert.Equal(
            (MarginState.Healthy, 0), ((await market.MarginAsync()).State, (await market.MarginAsync()).DeadlineNanos));
    }

    [Fact]
    public async Task A_call_that_is_not_met_is_liquidated_at_its_deadline()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, s_patient);
        await market.TradeAsync(Side.Buy, 10_000, 190);
        await market.MarkAsync("AAPL", 6_000);
        await market.RoundAsync();
        Assert.Equal(MarginState.Called, (await market.MarginAsync()).State);
        market.Time.Advance(TimeSpan.FromHours(1));
        await market.MarkAsync("AAPL", 6_000);
        await market.RoundAsync();
        Assert.Equal(MarginState.Liquidating, (await market.MarginAsync()).State);
    }

    [Theory]
    [InlineData(Side.Buy, 10_000, 6_500)]
    [InlineData(Side.Sell, 10_000, 14_500)]
    public async Task Liquidation_sells_in_steps_until_margin_is_met(Side side, long price, long crash)
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.Catalog.SetLocate(new("AAPL", Trader, 500, "desk", ""));
        await market.MarkAsync("AAPL", price);
        await market.TradeAsync(side, price, 200);
        await market.PlaceAsync(Trader, side, side == Side.Buy ? 5_000 : 20_000, 0 + 1);
        await market.MarkAsync("AAPL", crash);
        var other = side == Side.Buy ? Side.Buy : Side.Sell;
        await market.PlaceAsync(MarginMarket.Maker, other, side == Side.Buy ? crash - 30 : crash + 30, 40);
        await market.PlaceAsync(MarginMarket.Maker, other, side == Side.Buy ? crash - 60 : crash + 60, 500);
        for (var round = 0; round < 30 && (round < 2 || (await market.MarginAsync()).State == MarginState.Liquidating);
            round++)
        {
            await market.RoundAsync();
            await market.MarkAsync("AAPL", crash);
        }

        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal(MarginState.Restricted, view.Margin!.State);
        Assert.InRange(Math.Abs(view.Of("AAPL").Total), 1, 199);
        Assert.True(view.Margin.Equity * 10 >= view.Margin.Maintenance * 11);
        Assert.Empty(view.OpenOrders);
        Assert.Empty(await market.FindingsAsync());
        var fund = await FundAsync(market);
        Assert.True(fund > 0);
        Assert.Equal(fund, (await market.Catalog.Margin()).Funds.Single().Amount);
        Assert.Equal(
            RejectReason.None,
            (await market.Exchange.Account(Trader).Deposit(new DepositRequest("d", "USD", 9_000_000))).Reason);
        await market.RoundAsync();
        Assert.Equal(MarginState.Healthy, (await market.MarginAsync()).State);
    }

    /// <summary>Source: RISK-examples E36, first part: the fund to zero, then the house.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E36_a_deficit_is_paid_by_the_fund_and_then_by_the_house_whatever_dies_in_between(
        bool diesEachRound)
    {
        await using var disk = new Disk();
        var first = await MarginMarket.OpenAsync(disk);
        var fund = await FillFundAsync(first);
        await first.TradeAsync(Side.Buy, 10_000, 200);
        await first.PlaceAsync(Trader, Side.Buy, 3_000, 1);
        await first.MarkAsync("AAPL", 4_000);
        await first.PlaceAsync(MarginMarket.Maker, Side.Buy, 3_960, 500);
        var market = first;
        for (var round = 0; round < 12; round++)
            market = await market.RoundAsync(diesEachRound, 4_000);

        await using var last = market;
        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal((0, 0, MarginState.Healthy), (view.Of("USD").Total, view.Of("AAPL").Total, view.Margin!.State));
        Assert.Empty(view.OpenOrders);
        Assert.Equal(0, (await market.Catalog.Margin()).Funds.Single().Amount);

        // 200 shares bought at 100.00 with 10,000.00 and sold at 39.60: 2,080.00 are missing, and the fund has less.
        var balances = await market.Exchange.Ledger.TrialBalance();
        Assert.InRange(fund, 1, 100_000);
        Assert.Equal(-208_000 + fund, (long)balances.Single(row => row.Asset == "USD" && row.Holder == "house").Total);
        Assert.Equal(0, await FundAsync(market));
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>RISK 7.6: 0.5 % of what was liquidated would be 50.10, and 20.00 are left.</summary>
    [Fact]
    public async Task The_fee_of_a_liquidation_is_never_more_than_there_is()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.MarkAsync("AAPL", 5_010);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 5_010, 500);
        for (var round = 0; round < 5; round++)
        {
            await market.RoundAsync();
            await market.MarkAsync("AAPL", 5_010);
        }

        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal((0L, 0L, MarginState.Healthy), (view.Of("AAPL").Total, view.Of("USD").Total, view.Margin!.State));
        Assert.Equal(2_000, await FundAsync(market));
        var ended = new List<LiquidationStepEnded>();
        await foreach (var record in disk.Journal.ReadAsync(
            $"acct/{Trader}", 1, long.MaxValue, TestContext.Current.CancellationToken))
        {
            if (AccountRecordEncoding.Decode(record.Body.Span) is LiquidationStepEnded step)
            {
                ended.Add(step);
            }
        }

        Assert.Equal((1_002_000L, 2_000L, 0L), (Assert.Single(ended).Value, ended[0].Fee, ended[0].Deficit));
        Assert.DoesNotContain(
            await market.Exchange.Ledger.TrialBalance(), row => row.Holder == "house" && row.Total != 0);
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>RISK 8: 100 borrowed units at 120.00 and 3.6 % a year of 360 days cost 1.20 a day.</summary>
    [Fact]
    public async Task Borrowed_units_bear_a_fee_by_their_mark_price()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.Catalog.SetLocate(new("AAPL", Trader, 500, "desk", ""));
        await AtNoonAsync(market);
        await market.TradeAsync(Side.Sell, 10_000, 100);
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.MarkAsync("AAPL", 12_000);
        await market.RoundAsync();
        var margin = await market.MarginAsync();
        Assert.Equal(
            (120L, 800_000L),
            ((long)margin.Accrued + (2_000_000 - await market.CashAsync()), (long)margin.Equity + 120));
        Assert.Equal(-100, (await market.Exchange.ViewAsync(Trader)).Of("AAPL").Total);
    }

    /// <summary>RISK 3: a purchase is paid, and financed, from its settlement on.</summary>
    [Fact]
    public async Task A_purchase_bears_nothing_before_it_settles()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, new MarginPolicy { LoanPpm = 36_000 });
        var late = Listed.Share("LATE") with
        {
            MakerFeePpm = 0,
            TakerFeePpm = 0,
            SettlementDays = 1,
            SettlementVenue = "MAIN",
        };
        await market.Catalog.List(EncodedInstrument.From(late));
        await market.Exchange.Account(MarginMarket.Maker).Deposit(new DepositRequest("late", "LATE", 1_000));
        await market.Catalog.SetMarginTerms(new(
            "LATE", EncodedMarginTerms.From(new MarginTerms { Long = MarginTable.Flat(500_000, 250_000) }), "desk",
            "test"));
        await market.MarkAsync("LATE", 10_000);
        await AtNoonAsync(market);
        await market.TradeAsync(Side.Buy, 10_000, 150, "LATE");
        Assert.Equal(-500_000, await market.CashAsync());
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.MarkAsync("AAPL", 10_000);
        await market.RoundAsync();
        Assert.Equal((0L, -500_000L), ((long)(await market.MarginAsync()).Accrued, await market.CashAsync()));
    }

    private static async Task AtNoonAsync(MarginMarket market)
    {
        var now = market.Time.GetUtcNow().UtcDateTime;
        market.Time.Advance(now.Date.AddDays(1).AddHours(12) - now);
        await market.MarkAsync("AAPL", 10_000);
        await market.RoundAsync();
    }

    [Fact]
    public async Task A_loan_bears_nothing_for_a_night_before_it_that_nobody_looked_at()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, new MarginPolicy { LoanPpm = 36_000 });
        await market.Exchange.Service<ScheduledWork>().StopAsync(CancellationToken.None);
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.MarkAsync("AAPL", 10_000);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.RoundAsync();
        Assert.Equal(0, (await market.MarginAsync()).Accrued);
    }

    /// <summary>
    /// A loan of 10,000.00 at 3.6 % a year of 360 days costs 1.00 a day, due on the first of a month. An account with
    /// nothing left does not pay it.
    /// </summary>
    [Fact]
    public async Task Interest_that_can_not_be_paid_any_more_is_part_of_the_deficit()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, new MarginPolicy { LoanPpm = 36_000 });
        var now = market.Time.GetUtcNow().UtcDateTime;
        var noon = now.Date.AddDays(now.AddDays(2).Day == 1 ? 2 : 1).AddHours(12);
        market.Time.Advance(noon - now);
        await market.MarkAsync("AAPL", 10_000);
        await market.RoundAsync();
        await market.TradeAsync(Side.Buy, 10_000, 200);
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.MarkAsync("AAPL", 10_000);
        await market.RoundAsync();
        Assert.Equal(100, (await market.MarginAsync()).Accrued);

        await market.MarkAsync("AAPL", 4_000);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 3_960, 500);
        for (var round = 0; round < 12; round++)
        {
            await market.RoundAsync();
            await market.MarkAsync("AAPL", 4_000);
        }

        var margin = await market.MarginAsync();
        Assert.Equal(
            (0, MarginState.Healthy, 0, 0),
            (await market.CashAsync(), margin.State, (long)margin.Equity, (long)margin.Accrued));
        var balances = await market.Exchange.Ledger.TrialBalance();
        Assert.Equal(-208_100, (long)balances.Single(row => row.Asset == "USD" && row.Holder == "house").Total);
        Assert.Equal(100, (long)balances.Single(row => row.Asset == "USD" && row.Holder == "interest").Total);
        Assert.Empty(await market.FindingsAsync());

        // It is complete: nothing more is recorded.
        var records = (await market.Exchange.ViewAsync(Trader)).Sequence;
        await market.RoundAsync();
        Assert.Equal(records, (await market.Exchange.ViewAsync(Trader)).Sequence);
    }

    [Fact]
    public async Task An_order_of_a_liquidation_whose_carrier_died_is_carried_again_and_trades_once()
    {
        await using var disk = new Disk();
        await using var market = await FallenAsync(disk);
        var account = market.Exchange.Account(Trader);
        var work = await account.ReviewMargin();
        Assert.NotNull(work.Order);
        var again = await account.ReviewMargin();
        Assert.Equal(work.Order, again.Order);
        await market.Exchange.SubmitAsync("AAPL", work.Order);
        await market.Exchange.SubmitAsync("AAPL", work.Order);
        await account.CatchUp();
        Assert.Equal(200 - work.Order.QuantityLots, (await market.Exchange.ViewAsync(Trader)).Of("AAPL").Total);
    }

    [Fact]
    public async Task Unreported_fund_claim_survives_in_the_account_snapshot()
    {
        await using var disk = new Disk();
        await using var market = await FallenAsync(disk);
        var account = market.Exchange.Account(Trader);
        await market.Exchange.SubmitAsync("AAPL", (await account.ReviewMargin()).Order!);
        await account.CatchUp();
        var claim = Assert.Single((await account.ReviewMargin()).Claims);
        Assert.True(claim.Fee > 0);

        // It ends with a snapshot, and starts from it.
        await market.Exchange.Cluster.DeactivateAsync(account);
        Assert.Equal(claim, Assert.Single((await account.ReviewMargin()).Claims));
        await market.RoundAsync();
        Assert.DoesNotContain(claim, (await account.ReviewMargin()).Claims);
        Assert.Equal(claim.Fee, (await market.Catalog.Margin()).Funds.Single().Amount);
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>
    /// No order can close less than a lot. Once that is recorded, nothing more is, whatever it is worth.
    /// </summary>
    [Theory]
    [InlineData(1, -5, 25_000)]
    [InlineData(2, -5, 25_000)]
    [InlineData(190, 5, 3_000)]
    [InlineData(0, 1, 1)]
    public async Task Position_below_one_lot_is_not_liquidated_repeatedly(int lots, long rest, long crash)
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await ListInLotsOfTenAsync(market);
        var account = market.Exchange.Account(Trader);
        var (isShort, units) = (rest < 0, lots == 0 ? rest : 5);
        Assert.Equal(RejectReason.None, (await account.Deposit(new DepositRequest("part", "LOT", units))).Reason);
        await market.MarkAsync("LOT", 10_000);
        if (lots > 0)
        {
            await market.TradeAsync(isShort ? Side.Sell : Side.Buy, 10_000, lots, "LOT");
        }

        if ((long)(await market.MarginAsync()).Withdrawable is > 0 and var free)
        {
            Assert.Equal(
                RejectReason.None, (await account.Withdraw(new WithdrawRequest("w", "USD", free, "bank"))).Reason);
        }

        await market.MarkAsync("LOT", crash);
        await market.PlaceAsync(
            MarginMarket.Maker, isShort ? Side.Buy : Side.Sell, isShort ? crash - 100 : crash + 100, 500, "LOT");
        await market.PlaceAsync(
            MarginMarket.Maker, isShort ? Side.Sell : Side.Buy, isShort ? crash + 20 : Math.Max(1, crash - 20), 500,
            "LOT");
        for (var round = 0; round < 20; round++)
        {
            await market.RoundAsync();
            await market.MarkAsync("LOT", crash);
        }

        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal((rest, true), (view.Of("LOT").Total, view.Of("USD").Total >= 0));
        Assert.Equal(
            view.Margin!.Equity >= view.Margin.Requirement ? MarginState.Healthy : MarginState.Restricted,
            view.Margin.State);
        await market.RoundAsync();
        Assert.Equal(view.Sequence, (await market.Exchange.ViewAsync(Trader)).Sequence);
        Assert.Empty(await market.FindingsAsync());
    }

    private static async Task ListInLotsOfTenAsync(MarginMarket market)
    {
        await market.Catalog.List(
            EncodedInstrument.From(
                Listed.Share("LOT") with { MakerFeePpm = 0, TakerFeePpm = 0, LotSize = 10, PriceDecimals = 3 }));
        await market.Exchange.RefreshCatalogsAsync();
        await market.Exchange.Account(MarginMarket.Maker).Deposit(new DepositRequest("lots", "LOT", 100_000));
        var table = MarginTable.Flat(500_000, 300_000);
        var terms = new MarginTerms { Long = table, Short = table, LendableLots = 1_000 };
        await market.Catalog.SetMarginTerms(new("LOT", EncodedMarginTerms.From(terms), "desk", "test"));
        await market.Catalog.SetLocate(new("LOT", Trader, 500, "desk", ""));
        await market.MarkAsync("LOT", 10_000);
    }

    /// <summary>
    /// Liquidates another account partly, and sells the rest at the old price. Its fees fund the insurance fund.
    /// </summary>
    private static async Task<long> FillFundAsync(MarginMarket market)
    {
        const long Other = MarginMarket.Other;
        await market.Exchange.Account(Other).SetKind(new("USD", "desk", ""));
        await market.Exchange.Account(Other).Deposit(new DepositRequest("cash", "USD", 1_000_000));
        await market.TradeAsync(Side.Buy, 10_000, 200, account: Other);
        await market.MarkAsync("AAPL", 6_500);
        var bid = await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 6_450, 500);
        for (var round = 0; round < 12; round++)
        {
            await market.RoundAsync();
            await market.MarkAsync("AAPL", 6_500);
        }

        await market.Exchange.Book("AAPL").CloseById(MarginMarket.Maker, bid.OrderId);
        await market.MarkAsync("AAPL", 10_000);
        await market.TradeAsync(
            Side.Sell, 10_000, (await market.Exchange.ViewAsync(Other)).Of("AAPL").Total, account: Other);
        return await FundAsync(market);
    }

    private static async Task<long> FundAsync(MarginMarket market) =>
        (long)(await market.Exchange.Ledger.TrialBalance()).Single(
            row => row.Asset == "USD" && row.Holder == "insurance").Total;

    /// <summary>
    /// Opens a market: a trader bought 200 at 100.00, the mark is 65.00, and a maker bids for all of it at 64.50.
    /// </summary>
    private static async Task<MarginMarket> FallenAsync(Disk disk)
    {
        var market = await MarginMarket.OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.MarkAsync("AAPL", 6_500);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 6_450, 500);
        return market;
    }
}
