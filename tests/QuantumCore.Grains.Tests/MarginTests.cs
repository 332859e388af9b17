using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Margin accounts from the order to the ledger: loans, rejections, and transfers.</summary>
public class MarginTests
{
    private const long Trader = MarginMarket.Trader;

    /// <summary>Source: RISK-examples E37.</summary>
    [Fact]
    public async Task E37_a_purchase_beyond_the_cash_is_a_loan_that_a_deposit_pays_back()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, feePpm: 1_000);
        await market.Exchange.Account(Trader).Withdraw(new WithdrawRequest("w", "USD", 600_000, "bank"));
        await market.TradeAsync(Side.Buy, 10_000, 75);
        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal(
            (400_000 - 750_000 - 750, 0, 75), (view.Of("USD").Total, view.Of("USD").Held, view.Of("AAPL").Total));
        Assert.Equal(
            (399_250, 375_000, 187_500),
            ((long)view.Margin!.Equity, (long)view.Margin.Requirement, (long)view.Margin.Maintenance));
        await market.Exchange.Account(Trader).Deposit(new DepositRequest("more", "USD", 700_000));
        Assert.Equal(349_250, await market.CashAsync());
        Assert.Empty(await market.FindingsAsync());
    }

    [Fact]
    public async Task Orders_on_both_sides_need_the_worst_of_them_and_what_is_cancelled_comes_back()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        var buy = await market.PlaceAsync(Trader, Side.Buy, 9_900, 150);
        Assert.Equal(750_000, (long)(await market.MarginAsync()).Requirement);
        Assert.Equal(RejectReason.InsufficientMargin, (await market.PlaceAsync(Trader, Side.Buy, 9_900, 51)).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Buy, 9_900, 50)).Reason);
        await market.Exchange.Book("AAPL").CloseById(Trader, buy.OrderId);
        await market.Exchange.Account(Trader).CatchUp();
        Assert.Equal(250_000, (long)(await market.MarginAsync()).Requirement);
        Assert.Empty(await market.FindingsAsync());
    }

    [Fact]
    public async Task Sale_of_deposited_units_has_no_unrealised_gain_and_its_proceeds_can_be_withdrawn()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.Exchange.Account(Trader).Deposit(new DepositRequest("units", "AAPL", 101));
        await market.MarkAsync("AAPL", 10_000);
        await market.TradeAsync(Side.Sell, 10_000, 100);
        await market.MarkAsync("AAPL", 5_000);
        Assert.Equal(2_000_000, (long)(await market.MarginAsync()).Withdrawable);
        Assert.Equal(
            RejectReason.None,
            (await market.Exchange.Account(Trader).Withdraw(new("w", "USD", 2_000_000, "bank"))).Reason);
    }

    [Fact]
    public async Task Dividend_and_margin_in_different_currencies_exclude_each_other()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.Catalog.List(
            EncodedInstrument.From(
                Listed.Share("AAPL.E") with { Base = new Asset("AAPL", 0), Quote = new Asset("EUR", 2) }));
        var dividend = new CorporateActionRequest(
            "div", CorporateActionKind.CashDividend, "AAPL.E", 0, 0, 400_000_000_000, "desk", "");
        Assert.Equal("symbol", (await market.Catalog.AnnounceAction(dividend))?.Field);
        Assert.Null(await market.Catalog.AnnounceAction(dividend with { Symbol = "AAPL" }));

        // Without margin terms it pays in its quote asset, and cannot be paid in another one before that is done.
        await market.Catalog.List(EncodedInstrument.From(Listed.Share("NEW")));
        await market.Catalog.List(
            EncodedInstrument.From(
                Listed.Share("NEW.E") with { Base = new Asset("NEW", 0), Quote = new Asset("EUR", 2) }));
        Assert.Null(await market.Catalog.AnnounceAction(dividend with { Id = "new", Symbol = "NEW.E" }));
        var terms = EncodedMarginTerms.From(new MarginTerms { Long = MarginTable.Flat(500_000, 250_000) });
        Assert.Contains(
            "EUR", await market.Catalog.SetMarginTerms(new("NEW", terms, "desk", "")), StringComparison.Ordinal);
        Assert.Null(await market.Catalog.SetMarginTerms(new("NEW.E", terms, "desk", "")));
    }

    [Fact]
    public async Task Short_is_sold_what_was_located_and_nothing_else()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        Assert.Equal(RejectReason.NoLocate, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 1)).Reason);
        Assert.Equal(
            RejectReason.ShortNotAllowed, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 1, "MSFT")).Reason);
        Assert.Equal(
            "there is not as much to lend", await market.Catalog.SetLocate(new("AAPL", Trader, 1_001, "desk", "")));
        Assert.Null(await market.Catalog.SetLocate(new("AAPL", Trader, 100, "desk", "")));
        Assert.Equal(
            "there is not as much to lend",
            await market.Catalog.SetLocate(new("AAPL", MarginMarket.Other, 901, "desk", "")));
        await market.MarkAsync("AAPL", 10_000);
        Assert.Equal(RejectReason.NoLocate, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 101)).Reason);
        await market.TradeAsync(Side.Sell, 10_000, 100);
        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal((2_000_000, -100), (view.Of("USD").Total, view.Of("AAPL").Total));
        Assert.Equal(
            (1_000_000, 500_000, 300_000),
            ((long)view.Margin!.Equity, (long)view.Margin.Requirement, (long)view.Margin.Maintenance));
        await market.TradeAsync(Side.Buy, 9_000, 100);
        Assert.Equal(1_100_000, await market.CashAsync());
        Assert.Empty(await market.FindingsAsync());
    }

    [Fact]
    public async Task Unrealised_gains_margin_and_loans_can_not_be_withdrawn()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 50);
        Assert.Equal(500_000, (long)(await market.MarginAsync()).Withdrawable);
        await market.MarkAsync("AAPL", 20_000);
        var (account, margin) = (market.Exchange.Account(Trader), await market.MarginAsync());
        Assert.Equal(
            (1_500_000, 500_000, 500_000), ((long)margin.Equity, (long)margin.Requirement, (long)margin.Withdrawable));
        Assert.Equal(
            RejectReason.InsufficientFunds,
            (await account.Withdraw(new WithdrawRequest("w1", "USD", 500_001, "bank"))).Reason);
        Assert.Equal(
            RejectReason.None, (await account.Withdraw(new WithdrawRequest("w2", "USD", 500_000, "bank"))).Reason);
        await market.TradeAsync(Side.Buy, 20_000, 10);
        await market.MarkAsync("AAPL", 20_000);
        Assert.Equal(
            RejectReason.InsufficientFunds,
            (await account.Withdraw(new WithdrawRequest("w3", "USD", 1, "bank"))).Reason);

        // Of 60 shares at 200.00 a sixth is borrowed, 5,000.00 are unrealised gains and 6,000.00 are margin: nothing is
        // left.
        Assert.Equal(
            RejectReason.InsufficientMargin,
            (await account.Transfer(new TransferRequest("t1", MarginMarket.Other, "AAPL", 1))).Reason);
    }

    [Fact]
    public async Task Replacement_of_an_order_that_uses_all_margin_needs_it_once()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        var order = await market.PlaceAsync(Trader, Side.Buy, 9_000, 200);
        Assert.Equal(RejectReason.None, order.Reason);
        Assert.Equal(RejectReason.None, await AmendAsync(9_100, 200));
        Assert.Equal(RejectReason.InsufficientMargin, await AmendAsync(9_200, 201));

        async Task<RejectReason> AmendAsync(long price, long lots) => (await market.Exchange.Account(Trader).Amend(
            new AmendRequest(
                "AAPL", order.OrderId, $"by-{lots}", price, lots, new SeenSequence("AAPL", order.Sequence)))).Reason;
    }

    [Fact]
    public async Task Without_a_fresh_mark_price_nothing_that_adds_risk_is_taken()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 50);
        market.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(RejectReason.MarkStale, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 1)).Reason);
        Assert.True((await market.MarginAsync()).IsStale);
        Assert.Equal(
            RejectReason.MarkStale,
            (await market.Exchange.Account(Trader).Withdraw(new WithdrawRequest("w", "USD", 1, "bank"))).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 50)).Reason);
        Assert.Equal(RejectReason.NoLocate, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 1)).Reason);
        await market.MarkAsync("AAPL", 10_000);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 1)).Reason);
    }

    [Fact]
    public async Task A_kind_changes_while_there_is_nothing_but_the_currency()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        var account = market.Exchange.Account(Trader);
        Assert.Equal(RejectReason.NotPermitted, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 1, "XYZ")).Reason);
        await market.TradeAsync(Side.Buy, 10_000, 1);
        Assert.Contains(
            "nothing but its currency", await account.SetKind(new("", "desk", "")), StringComparison.Ordinal);
        await market.TradeAsync(Side.Sell, 10_000, 1);
        Assert.Null(await account.SetKind(new("", "desk", "")));
        Assert.Null((await market.Exchange.ViewAsync(Trader)).Margin);
        Assert.Equal(RejectReason.InsufficientFunds, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 101)).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 1, "XYZ")).Reason);
        Assert.Contains(
            "nothing but its currency", await account.SetKind(new("USD", "desk", "")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_margin_account_comes_back_with_its_orders_and_its_marks(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var dead = await MarginMarket.OpenAsync(disk, feePpm: 1_000);
        await dead.TradeAsync(Side.Buy, 10_000, 120);
        var half = await dead.PlaceAsync(Trader, Side.Sell, 10_100, 100);
        await dead.PlaceAsync(MarginMarket.Maker, Side.Buy, 10_100, 33);
        await dead.Exchange.ViewAsync(Trader, half);
        await dead.Exchange.Account(Trader).CatchUp();

        // The silo may have made a mark price from these trades already.
        await dead.MarkAsync("AAPL", 10_000);
        var before = await dead.MarginAsync();
        if (bySnapshot)
        {
            await dead.Exchange.Cluster.DeactivateAsync(dead.Exchange.Account(Trader));
        }

        await using var alive = await dead.StartAgainAsync();
        await alive.MarkAsync("AAPL", 10_000);
        Assert.Equal(before with { Positions = [] }, await alive.MarginAsync() with { Positions = [] });
        Assert.Empty(await alive.FindingsAsync());
    }

    /// <summary>
    /// Interest of a month: 365 days of a loan of 1,000.00 at 3.6 % a year of 360 days are 10 cents a day.
    /// </summary>
    [Fact]
    public async Task Interest_accrues_each_day_once_and_is_charged_on_the_first()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, new MarginPolicy { LoanPpm = 36_000 });
        await market.TradeAsync(Side.Buy, 10_000, 110);
        Assert.Equal(-100_000, await market.CashAsync());
        var first = market.Time.GetUtcNow().UtcDateTime.Date;
        var next = new DateTime(first.Year, first.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
        await market.RoundAsync();
        for (var day = first.AddDays(1); day <= next; day = day.AddDays(1))
        {
            market.Time.Advance(day.AddSeconds(5) - market.Time.GetUtcNow().UtcDateTime);
            await market.MarkAsync("AAPL", 10_000);
            await market.RoundAsync();
            await market.RoundAsync();
        }

        var days = (next - first).Days;
        Assert.Equal(-100_000 - (10 * days), await market.CashAsync());
        Assert.Empty(await market.FindingsAsync());
        var balances = await market.Exchange.Ledger.TrialBalance();
        Assert.Equal(10 * days, (long)balances.Single(row => row.Asset == "USD" && row.Holder == "interest").Total);
    }
}
