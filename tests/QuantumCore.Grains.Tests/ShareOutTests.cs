using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Deficits paid by others: accounts that gained on the day, once each, whatever crashes in between. Isolated accounts
/// risk nothing beyond one symbol.
/// </summary>
public class ShareOutTests
{
    private const long Trader = MarginMarket.Trader;
    private const long Other = MarginMarket.Other;

    /// <summary>
    /// Deficit of 200 shares bought at 100.00 with 10,000.00 and sold at 39.60. Source: RISK-examples E36, the rest of
    /// a deficit beyond fund and skin.
    /// </summary>
    private const long Deficit = 208_000;

    private static readonly MarginPolicy s_sharing = new() { SharesOut = true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E36_winners_of_the_day_pay_the_deficit_beyond_the_fund_once_despite_crashes(
        bool diesEachRound)
    {
        await using var disk = new Disk();
        var market = await OpenAsync(disk, s_sharing);
        var before = await market.CashAsync(Other);
        await using var last = market = await CrashAsync(market, diesEachRound);
        Assert.Equal((0L, 0L), (await market.CashAsync(), await HouseAsync(market)));
        Assert.Equal(before - Deficit, await market.CashAsync(Other));
        Assert.Empty((await market.Catalog.Margin()).Deficits);
        Assert.Empty(await market.FindingsAsync());

        // It appears in the payer's statement.
        var statement = await market.Exchange.Ledger.Statement(Other, 0, long.MaxValue, null, 100, []);
        Assert.Contains(statement.Entries, entry => entry.Cause == "deficit" && entry.Amount == -Deficit);
    }

    [Fact]
    public async Task The_house_pays_its_part_first()
    {
        await using var disk = new Disk();
        var market = await OpenAsync(disk, s_sharing with { Skin = 150_000 });
        var before = await market.CashAsync(Other);
        await using var last = market = await CrashAsync(market, diesEachRound: false);
        Assert.Equal(-150_000, await HouseAsync(market));
        Assert.Equal(before - Deficit + 150_000, await market.CashAsync(Other));
    }

    [Fact]
    public async Task Without_sharing_the_house_pays_all_of_it()
    {
        await using var disk = new Disk();
        await using var market = await CrashAsync(await OpenAsync(disk, new MarginPolicy()), diesEachRound: false);
        Assert.Equal(-Deficit, await HouseAsync(market));
    }

    [Fact]
    public async Task Another_account_of_the_same_owner_pays_before_a_stranger_does()
    {
        const long Own = 1_003;
        await using var disk = new Disk();
        var market = await OpenAsync(disk, s_sharing);
        await ShortAsync(market, Own, 20);
        await market.Catalog.SetOwner(new OwnedAccount(Trader, "lea"));
        await market.Catalog.SetOwner(new OwnedAccount(Own, "lea"));
        var (own, stranger) = (await market.CashAsync(Own), await market.CashAsync(Other));
        await using var last = market = await CrashAsync(market, diesEachRound: false);

        // 20 shares sold at 100.00 and marked at 40.00.
        Assert.Equal(own - 120_000, await market.CashAsync(Own));
        Assert.Equal(stranger - Deficit + 120_000, await market.CashAsync(Other));
        Assert.Equal(0, await HouseAsync(market));
    }

    [Fact]
    public async Task A_share_is_taken_once_and_never_more_than_there_is()
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk, s_sharing);
        var account = market.Exchange.Account(Other);
        var before = await market.CashAsync(Other);
        var share = new DeficitShareRequest(Trader, 17, "USD", 300);
        await account.PayShare(share);
        await account.PayShare(share);
        await market.Exchange.Cluster.DeactivateAsync(account);
        await account.PayShare(share with { Amount = 500 });
        Assert.Equal(before - 300, await market.CashAsync(Other));

        var equity = (long)(await market.MarginAsync(Other)).Equity;
        await account.PayShare(share with { Sequence = 18, Amount = equity + 5_000 });
        Assert.Equal(0, (long)(await market.MarginAsync(Other)).Equity);
        await account.PayShare(share with { Sequence = 19 });
        Assert.Equal(0, (long)(await market.MarginAsync(Other)).Equity);

        // A cash account pays from its available balance.
        var maker = await market.CashAsync(MarginMarket.Maker);
        await market.Exchange.Account(MarginMarket.Maker).PayShare(share);
        Assert.Equal(maker - 300, await market.CashAsync(MarginMarket.Maker));
    }

    [Fact]
    public async Task A_silo_that_has_no_mark_price_yet_shares_nothing_out()
    {
        await using var disk = new Disk();
        var dead = await OpenAsync(disk, s_sharing);
        await dead.Exchange.Service<ScheduledWork>().StopAsync(CancellationToken.None);
        var before = await dead.CashAsync(Other);
        await dead.TradeAsync(Side.Buy, 10_000, 200);
        await dead.MarkAsync("AAPL", 4_000);
        await dead.PlaceAsync(MarginMarket.Maker, Side.Buy, 3_960, 500);
        for (var round = 0; round < 14; round++)
        {
            await dead.ReviewAsync();
            await dead.MarkAsync("AAPL", 4_000);
        }

        Assert.True(Assert.Single((await dead.Catalog.Margin()).Deficits).Shares.IsDefault);
        await dead.Exchange.CrashAsync();

        // A minute without a trade or an index.
        dead.Time.Advance(TimeSpan.FromSeconds(61));
        await using var alive = await dead.StartAgainAsync();
        await dead.DisposeAsync();
        await alive.Exchange.RefreshCatalogsAsync();
        await alive.RoundAsync();
        Assert.True(Assert.Single((await alive.Catalog.Margin()).Deficits).Shares.IsDefault);
        await alive.MarkAsync("AAPL", 4_000);
        await alive.RoundAsync();
        Assert.Equal((before - Deficit, 0L), (await alive.CashAsync(Other), await HouseAsync(alive)));
        Assert.Empty((await alive.Catalog.Margin()).Deficits);
    }

    [Fact]
    public async Task All_deficits_of_a_day_together_take_no_more_than_what_was_gained_on_it()
    {
        await using var disk = new Disk();
        var dead = await OpenAsync(disk, s_sharing);
        Assert.Equal(300, await SharedAsync(dead, 1, 300));
        await dead.Exchange.CrashAsync();
        await using var alive = await dead.StartAgainAsync();
        await dead.DisposeAsync();
        Assert.Equal(200, await SharedAsync(alive, 2, 300));
        Assert.Equal(0, await SharedAsync(alive, 3, 300));
        alive.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(300, await SharedAsync(alive, 4, 300));

        static async Task<long> SharedAsync(MarginMarket market, long sequence, long deficit)
        {
            await market.Exchange.Service<ScheduledWork>().StopAsync(CancellationToken.None);
            await market.Catalog.Insure(new LiquidationClaim(Trader, sequence, "USD", 0, deficit));
            var day = new DeficitDay(
                Trader, sequence, [new(Trader, "AAPL", -1_000), new(Other, "AAPL", 500)], [new(Other, 1_000_000)]);
            return (await market.Catalog.ShareDeficit(day)).Sum(share => share.Amount);
        }
    }

    [Fact]
    public async Task Units_that_were_paid_in_and_sold_are_no_gain()
    {
        const long Own = 1_005;
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk, s_sharing);
        var now = market.Time.GetUtcNow();
        market.Time.Advance(now.Date.AddDays(1) - now.UtcDateTime + TimeSpan.FromHours(1));
        await market.Exchange.Account(Own).SetKind(new("USD", "desk", ""));
        await market.Exchange.Account(Own).Deposit(new DepositRequest("shares", "AAPL", 100));
        await market.MarkAsync("AAPL", 10_000);
        await market.TradeAsync(Side.Sell, 10_000, 60, account: Own);
        await market.Exchange.Ledger.CatchUp();

        // Remaining units are worth less, and sold ones were worth as much; only the short account has gained.
        var gains = await disk.History.Margin.DayGainsAsync(
            Listed.Share("AAPL"), UtcDay.Of(market.Time.UnixNanos()), 4_000, CancellationToken.None);
        Assert.Equal([new DayGain(Other, "AAPL", 100 * 6_000), new DayGain(Own, "AAPL", -40 * 6_000)], gains);
    }

    [Fact]
    public async Task Gain_of_an_earlier_day_does_not_count()
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk, s_sharing);
        await market.MarkAsync("AAPL", 7_000);
        await market.TradeAsync(Side.Buy, 7_000, 1, account: MarginMarket.Maker);
        var now = market.Time.GetUtcNow();
        market.Time.Advance(now.Date.AddDays(1) - now.UtcDateTime + TimeSpan.FromHours(1));
        await market.MarkAsync("AAPL", 4_000);
        await market.Exchange.Ledger.CatchUp();
        var day = UtcDay.Of(market.Time.UnixNanos());
        var gains = await disk.History.Margin.DayGainsAsync(Listed.Share("AAPL"), day, 4_000, CancellationToken.None);
        Assert.Equal(new DayGain(Other, "AAPL", 100 * 3_000), Assert.Single(gains));

        // Half of it is bought back at 50.00, for a fee of 2.00.
        await market.TradeAsync(Side.Buy, 5_000, 50, account: Other);
        await market.Exchange.Ledger.CatchUp();
        gains = await disk.History.Margin.DayGainsAsync(Listed.Share("AAPL"), day, 4_000, CancellationToken.None);
        Assert.Equal(new DayGain(Other, "AAPL", (50 * 3_000) + (50 * 2_000)), Assert.Single(gains));
    }

    [Fact]
    public async Task An_isolated_account_trades_its_symbol_alone_and_loses_nothing_of_another_account()
    {
        const long Pocket = 1_004;
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk, new MarginPolicy());
        var account = market.Exchange.Account(Pocket);
        Assert.Contains(
            "not traded on margin", await account.SetKind(new("USD", "desk", "", "XYZ")), StringComparison.Ordinal);
        Assert.Null(await account.SetKind(new("USD", "desk", "", "AAPL")));
        Assert.Null(await account.SetKind(new("USD", "desk", "", "AAPL")));
        Assert.Contains(
            "margin account of USD for AAPL", await account.SetKind(new("USD", "desk", "")), StringComparison.Ordinal);
        await account.Deposit(new DepositRequest("cash", "USD", 500_000));
        await market.PlaceAsync(MarginMarket.Maker, Side.Sell, 10_000, 100);
        Assert.Equal(RejectReason.NotPermitted, (await market.PlaceAsync(Pocket, Side.Buy, 10_000, 1, "MSFT")).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Pocket, Side.Buy, 10_000, 100)).Reason);

        // It is one after a snapshot, too, and after a fold of everything.
        await market.Exchange.Cluster.DeactivateAsync(account);
        Assert.Equal("AAPL", (await market.MarginAsync(Pocket)).Symbol);
        Assert.Equal(RejectReason.NotPermitted, (await market.PlaceAsync(Pocket, Side.Buy, 10_000, 1, "MSFT")).Reason);

        // The fund and the house pay losses beyond it; the owner's other account is not touched.
        await market.Catalog.SetOwner(new OwnedAccount(Pocket, "lea"));
        await market.Catalog.SetOwner(new OwnedAccount(Trader, "lea"));
        await market.MarkAsync("AAPL", 4_000);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 3_960, 500);
        for (var round = 0; round < 12; round++)
        {
            await market.RoundAsync();
            await market.MarkAsync("AAPL", 4_000);
        }

        Assert.Equal(0, await market.CashAsync(Pocket));
        Assert.Equal(500_000 - (100 * (10_000 - 3_960)), await HouseAsync(market));
        Assert.Equal(1_000_000, await market.CashAsync());
        Assert.Empty(await market.FindingsAsync());
    }

    [Fact]
    public async Task Owed_dividend_reduces_the_gain_of_the_day()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk, s_sharing);
        await ShortAsync(market, Other, 36);
        var begun = (await market.MarginAsync(Other)).Equity;

        // 50.00 a share, and the price falls by 60.00.
        Assert.Null(
            await market.Catalog.AnnounceAction(
                new("div", CorporateActionKind.CashDividend, "AAPL", 0, 0, 500_000_000_000, "desk", "")));
        for (var round = 0; round < 4; round++)
        {
            market.Time.Advance(CorporateActionRounds.CutRest + TimeSpan.FromSeconds(1));
            await market.Exchange.RefreshCatalogsAsync();
            await market.Exchange.Ledger.CatchUp();
            await market.Exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
        }

        Assert.Equal(CorporateActionState.Paid, Assert.Single(await market.Catalog.CorporateActions()).State);
        await market.MarkAsync("AAPL", 10_000);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.MarkAsync("AAPL", 4_000);
        var gained = (await market.MarginAsync(Other)).Equity - begun;
        Assert.Equal(36 * (6_000 - 5_000), gained);
        var before = await market.CashAsync(Other);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 3_960, 500);
        for (var round = 0; round < 14; round++)
            await market.RoundAsync(false, 4_000);
        Assert.Equal(gained, before - await market.CashAsync(Other));
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>Opens a market with another margin account that is short of 100 at 100.00.</summary>
    private static async Task<MarginMarket> OpenAsync(Disk disk, MarginPolicy policy)
    {
        var market = await MarginMarket.OpenAsync(disk, policy);
        await ShortAsync(market, Other, 100);
        return market;
    }

    private static async Task ShortAsync(MarginMarket market, long account, long lots)
    {
        await market.Exchange.Account(account).SetKind(new("USD", "desk", ""));
        await market.Exchange.Account(account).Deposit(new DepositRequest("cash", "USD", 1_000_000));
        await market.Catalog.SetLocate(new("AAPL", account, lots, "desk", ""));
        await market.MarkAsync("AAPL", 10_000);
        await market.TradeAsync(Side.Sell, 10_000, lots, account: account);
    }

    /// <summary>Lets the trader buy with all his cash, and the price fall until 2,080.00 are missing.</summary>
    private static async Task<MarginMarket> CrashAsync(MarginMarket market, bool diesEachRound)
    {
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.MarkAsync("AAPL", 4_000);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 3_960, 500);
        for (var round = 0; round < 14; round++)
            market = await market.RoundAsync(diesEachRound, 4_000);
        Assert.Equal(MarginState.Healthy, (await market.MarginAsync()).State);
        return market;
    }

    private static async Task<long> HouseAsync(MarginMarket market) =>
        (long)(await market.Exchange.Ledger.TrialBalance()).Where(row => row.Asset == "USD" && row.Holder == "house")
            .Select(row => row.Total).SingleOrDefault();
}
