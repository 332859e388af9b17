using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Margin accounts with offsetting positions, from the administrator's settings to the ledger.</summary>
public class MarginGroupTests
{
    private const long Trader = MarginMarket.Trader;
    private static readonly MarginTerms s_terms = new()
    {
        Long = MarginTable.Flat(500_000, 250_000),
        Short = MarginTable.Flat(500_000, 300_000),
        LendableLots = 1_000,
        Group = "TECH",
    };

    /// <summary>
    /// 200 long at 100.00 need all of the 10,000.00. 100 short beside them need nothing more, or are rejected.
    /// </summary>
    [Theory]
    [InlineData(1_000_000, RejectReason.None)]
    [InlineData(999_999, RejectReason.InsufficientMargin)]
    [InlineData(0, RejectReason.InsufficientMargin)]
    public async Task The_other_side_of_a_group_needs_what_the_credit_leaves(int creditPpm, RejectReason reason)
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk, creditPpm);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        Assert.Equal(reason, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 100, "MSFT")).Reason);
        Assert.Equal(1_000_000, (long)(await market.MarginAsync()).Requirement);
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>
    /// Selling both sides again needs no more margin for the orders, and less as they fill: the long side in full
    /// first.
    /// </summary>
    [Fact]
    public async Task Orders_that_close_an_offset_pair_need_nothing()
    {
        await using var disk = new Disk();
        await using var market = await HedgedAsync(disk, 1_000_000);
        Assert.Equal(1_000_000, (long)(await market.MarginAsync()).Requirement);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 200)).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 200, "MSFT")).Reason);
        Assert.Equal(1_000_000, (long)(await market.MarginAsync()).Requirement);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 10_000, 50);
        await market.Exchange.Account(Trader).CatchUp();
        var view = await market.MarginAsync();
        Assert.Equal((1_000_000, 600_000), ((long)view.Requirement, (long)view.Maintenance));
        await market.PlaceAsync(MarginMarket.Maker, Side.Sell, 10_000, 200, "MSFT");
        await market.Exchange.Account(Trader).CatchUp();
        view = await market.MarginAsync();
        Assert.Equal((750_000, 375_000), ((long)view.Requirement, (long)view.Maintenance));
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>200 long and 200 short need 10,000.00 each initially, and 5,000.00 and 6,000.00 to maintain.</summary>
    [Fact]
    public async Task Lower_credit_restricts_and_calls_at_the_next_review_and_a_higher_one_releases()
    {
        await using var disk = new Disk();
        await using var market =
            await HedgedAsync(disk, 1_000_000, new MarginPolicy { CallSeconds = 3_600, LiquidationPpm = 500_000 });
        await market.RoundAsync();
        Assert.Equal(MarginState.Healthy, (await market.MarginAsync()).State);
        await SetCreditAsync(market, 500_000);
        Assert.Equal(RejectReason.ReduceOnly, (await market.PlaceAsync(Trader, Side.Buy, 10_000, 1)).Reason);
        await market.RoundAsync();
        var view = await market.MarginAsync();
        Assert.Equal(
            (MarginState.Restricted, 1_500_000, 850_000), (view.State, (long)view.Requirement, (long)view.Maintenance));
        Assert.Equal(new MarginGroupLine("TECH", 500_000, 500_000, 250_000), Assert.Single(view.Groups));
        await SetCreditAsync(market, 100_000);
        await market.RoundAsync();
        view = await market.MarginAsync();
        Assert.Equal((MarginState.Called, 1_050_000, 50_000), (view.State, (long)view.Maintenance, (long)view.Call));
        await SetCreditAsync(market, 1_000_000);
        await market.RoundAsync();
        Assert.Equal(MarginState.Healthy, (await market.MarginAsync()).State);
        Assert.Empty(await market.FindingsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Groups_and_credits_come_back(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var dead = await HedgedAsync(disk, 750_000);
        Assert.Null(await dead.Catalog.SetMarginGroup(new("OIL", 200_000, "desk", "")));
        Assert.Null(await dead.Catalog.SetMarginGroup(new("OIL", 0, "desk", "gone again")));
        var before = await dead.MarginAsync();
        Assert.Equal(1_250_000, (long)before.Requirement);
        if (bySnapshot)
        {
            await dead.Exchange.Cluster.DeactivateAsync(dead.Exchange.Account(Trader));
        }

        await using var alive = await dead.StartAgainAsync();
        await alive.MarkAsync("AAPL", 10_000);
        var after = await alive.MarginAsync();
        Assert.Equal(
            (before.Requirement, before.Maintenance, before.Equity),
            (after.Requirement, after.Maintenance, after.Equity));
        Assert.Equal(before.Groups.AsEnumerable(), after.Groups);
        var rules = await alive.Catalog.Margin();
        Assert.Equal(new MarginGroupRequest("TECH", 750_000, "desk", "test"), Assert.Single(rules.Groups));
        Assert.Equal(["TECH", "TECH"], rules.Terms.Select(terms => terms.Terms.Decode().Group));
    }

    /// <summary>
    /// AAPL falls to 62.00 while MSFT stays: 2,400.00 are left, the shorts need 6,000.00 and the longs 3,100.00. The
    /// shorts are bought back down to the longs, then the same part of both. Part of the hedge is left, whatever
    /// crashes in between.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_liquidation_takes_from_both_sides_and_keeps_the_rest_of_the_hedge(bool diesEachRound)
    {
        await using var disk = new Disk();
        var market = await HedgedAsync(disk, 1_000_000);
        await market.MarkAsync("AAPL", 6_200);
        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 6_180, 500);
        await market.PlaceAsync(MarginMarket.Maker, Side.Sell, 10_020, 500, "MSFT");
        Assert.True((await market.MarginAsync()).Call > 0);
        for (var round = 0; round < 40 && (round < 2 || (await market.MarginAsync()).State == MarginState.Liquidating);
            round++)
            market = await market.RoundAsync(diesEachRound, 6_200);

        await using var last = market;
        var view = await market.Exchange.ViewAsync(Trader);
        Assert.Equal(MarginState.Restricted, view.Margin!.State);
        Assert.InRange(view.Of("AAPL").Total, 20, 199);
        Assert.InRange(-view.Of("MSFT").Total, 20, 199);
        Assert.True(view.Margin.Equity * 10 >= view.Margin.Maintenance * 11);
        Assert.Empty(await market.FindingsAsync());
    }

    /// <summary>
    /// Groups without a credit change no byte of an account's decisions: another symbol's, one with credit 0, one side
    /// alone.
    /// </summary>
    [Theory]
    [InlineData(0, "TECH", "TECH")]
    [InlineData(1_000_000, "", "TECH")]
    [InlineData(1_000_000, "TECH", "OIL")]
    public void Account_without_offsets_decides_as_without_groups(int creditPpm, string ofAapl, string ofMsft)
    {
        var (alone, grouped) = (Machine(creditPpm, "", ""), Machine(creditPpm, ofAapl, ofMsft));
        var (random, refused) = (new Random(7), 0);
        for (var i = 0; i < 2_000; i++)
        {
            var request = new HoldRequest(
                $"order-{i}", random.Next(2) == 0 ? "AAPL" : "MSFT", random.Next(3) == 0 ? Side.Sell : Side.Buy,
                OrderType.Limit, TimeInForce.GoodTillCancel,
                PostOnly: false, random.NextInt64(9_000, 11_000), random.NextInt64(1, 300));
            var record = alone.Decide(request, 1, Listed.Share(request.Symbol), i);
            Assert.Equal(
                AccountRecordEncoding.Encode(record),
                AccountRecordEncoding.Encode(grouped.Decide(request, 1, Listed.Share(request.Symbol), i)));
            alone.Apply(record);
            grouped.Apply(record);
            refused += record is KeyRefused ? 1 : 0;
        }

        Assert.Equal(alone.Snapshot(), grouped.Snapshot());
        Assert.InRange(refused, 100, 1_990);
    }

    private static AccountMachine Machine(int creditPpm, string ofAapl, string ofMsft)
    {
        var rules = new MarginRulebook(
            [Terms("AAPL", ofAapl), Terms("MSFT", ofMsft)],
            [],
            [new LocateRequest("AAPL", Trader, 500, "", ""), new LocateRequest("MSFT", Trader, 500, "", "")],
            [],
            [new MarginGroupRequest("TECH", creditPpm, "", ""), new MarginGroupRequest("OIL", creditPpm, "", "")],
            []);
        var agreed = new MarginAgreements(rules, Listed.Share);
        var account = new AccountMachine(new AccountId(Trader), Listed.Share, null, () => agreed);
        account.Apply(account.SetKind(new AccountKindRequest("USD", "", ""), new Asset("USD", 2), 0).Record!);
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", 100_000_000), new Asset("USD", 2), 0));
        account.Apply(
            account.TakeMarks(["AAPL", "MSFT"], symbol => new MarkPrice(symbol, 10_000, MarkSource.Index, 1, 0), 0)!);
        return account;

        static MarginTermsRequest Terms(string symbol, string group) =>
            new(symbol, EncodedMarginTerms.From(s_terms with { Group = group }), "", "");
    }

    /// <summary>Opens a market of two shares of a group at 100.00; the trader has 10,000.00.</summary>
    private static async Task<MarginMarket> OpenAsync(Disk disk, int creditPpm, MarginPolicy? policy = null)
    {
        var market = await MarginMarket.OpenAsync(disk, policy);
        foreach (var symbol in (ImmutableArray<string>)["AAPL", "MSFT"])
        {
            Assert.Null(
                await market.Catalog.SetMarginTerms(new(symbol, EncodedMarginTerms.From(s_terms), "desk", "test")));
            Assert.Null(await market.Catalog.SetLocate(new(symbol, Trader, 500, "desk", "")));
        }

        Assert.Null(await market.Catalog.SetMarginGroup(new("TECH", creditPpm, "desk", "test")));
        await market.MarkAsync("MSFT", 10_000);
        return market;
    }

    /// <summary>Opens the same market with the trader 200 long in one share and 200 short in the other.</summary>
    private static async Task<MarginMarket> HedgedAsync(Disk disk, int creditPpm, MarginPolicy? policy = null)
    {
        var market = await OpenAsync(disk, 1_000_000, policy);
        await market.TradeAsync(Side.Buy, 10_000, 200);
        await market.TradeAsync(Side.Sell, 10_000, 200, "MSFT");
        await SetCreditAsync(market, creditPpm);
        return market;
    }

    private static async Task SetCreditAsync(MarginMarket market, int creditPpm)
    {
        Assert.Null(await market.Catalog.SetMarginGroup(new("TECH", creditPpm, "desk", "test")));
        await market.MarkAsync("AAPL", 10_000);
    }
}
