using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// The ledger over HTTP: statements, trial balance, fees, reconciliation. Fees are 200 millionths for the maker and 777
/// for the taker. Expected balances are computed by hand.
/// </summary>
public class LedgerOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_says_where_every_unit_came_from_and_closes_exactly()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var before = await exchange.Alice.Account.GetAsync(Cancellation);
        await exchange.BobAsync(Sell(100m, 150m));
        await exchange.AliceAsync(Buy(100m, 150m));
        await exchange.AliceAsync(Buy(10m, 140m));

        var statement = await exchange.Alice.Account.GetStatementAsync(cancellation: Cancellation);

        var dollars = statement.Assets.Single(asset => asset.Asset == "USD");
        var total = before.Balances.Single(balance => balance.Asset == "USD").Total;
        Assert.Equal(0m, dollars.Opening);
        // 100 × 150.00, and 777 millionths of it, rounded up.
        Assert.Equal(total - 15_000m - 11.66m, dollars.Closing);
        Assert.Equal(
            [
                new CauseTotal("deposit", 1, total, 0m), new CauseTotal("fee", 1, 0m, 11.66m),
                new CauseTotal("trade", 1, 0m, 15_000m)],
            dollars.Causes);
        // 10 × 140.00 and the fee it may cost.
        Assert.Equal(1_401.09m, dollars.Held);
        Assert.All(statement.Assets, asset => Assert.Equal(
            asset.Closing, asset.Opening + asset.Causes.Sum(cause => cause.In - cause.Out)));
        var trade = statement.Entries.Where(entry => entry.Cause == "trade").ToArray();
        Assert.Equal([("USD", -15_000m), ("AAPL", 100m)], trade.Select(entry => (entry.Asset, entry.Amount)));
        Assert.All(trade, entry => Assert.Equal("AAPL", entry.Symbol));
        Assert.Equal(
            (await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation)).Single().TradeId, trade[0].TradeId);
    }

    [Fact]
    public async Task Pages_of_a_statement_give_every_line_once()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await exchange.BobAsync(Sell(1m, 150m));
            await exchange.AliceAsync(Buy(1m, 150m));
        }

        var whole = await exchange.Alice.Account.GetStatementAsync(limit: 1000, cancellation: Cancellation);
        Assert.Null(whole.Next);
        var paged = new List<StatementEntry>();
        string? next = null;
        do
        {
            var page = await exchange.Alice.Account.GetStatementAsync(
                after: next, limit: 4, cancellation: Cancellation);
            paged.AddRange(page.Entries);
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(whole.Entries, paged);
        // A trade is three lines of the buyer: dollars, shares, fee.
        Assert.Equal(15, paged.Count(entry => entry.Symbol == "AAPL"));
    }

    [Fact]
    public async Task Statement_before_the_first_day_is_zero_and_after_the_last_closes_as_it_opens()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var today = DateOnly.FromDateTime(
            (await exchange.Alice.Account.GetStatementAsync(cancellation: Cancellation)).Entries[0].Time.UtcDateTime);

        var yesterday =
            await exchange.Alice.Account.GetStatementAsync(
                today.AddDays(-2), today.AddDays(-1), cancellation: Cancellation);
        var tomorrow =
            await exchange.Alice.Account.GetStatementAsync(
                today.AddDays(1), today.AddDays(1), cancellation: Cancellation);

        Assert.All(
            yesterday.Assets, asset => Assert.Equal((0m, 0m, 0), (asset.Opening, asset.Closing, asset.Causes.Count)));
        Assert.All(tomorrow.Assets, asset => Assert.True(asset.Opening == asset.Closing && asset.Opening > 0));
        Assert.Empty(yesterday.Entries);
        Assert.Empty(tomorrow.Entries);
    }

    [Fact]
    public async Task Trading_with_oneself_is_told_once()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.AliceAsync(Sell(3m, 150m));
        await exchange.AliceAsync(Buy(3m, 150m));

        var statement = await exchange.Alice.Account.GetStatementAsync(cancellation: Cancellation);

        var dollars = statement.Assets.Single(asset => asset.Asset == "USD");
        Assert.Equal(new CauseTotal("trade", 2, 450m, 450m), dollars.Causes.Single(cause => cause.Cause == "trade"));
        Assert.Equal(dollars.Closing, dollars.Opening + dollars.Causes.Sum(cause => cause.In - cause.Out));
    }

    [Fact]
    public async Task Asset_sums_to_zero_over_all_holders_and_fees_equal_the_charges()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Sell(100m, 150m));
        await exchange.AliceAsync(Buy(100m, 150m));

        var rows = await exchange.Admin.Operator.Ledger.GetTrialBalanceAsync(Cancellation);
        var fees = await exchange.Admin.Operator.Ledger.GetFeeRevenueAsync(cancellation: Cancellation);

        Assert.All(rows.GroupBy(row => row.Asset), asset => Assert.Equal(0m, asset.Sum(row => row.Total)));
        Assert.Equal(14.66m, rows.Single(row => row is { Asset: "USD", Holder: "fees" }).Total);
        var (day, row) = (DateOnly.FromDateTime(
            (await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation))[0].Time.UtcDateTime),
            fees.Single());
        Assert.Equal(new FeeRevenueRow(day, "AAPL", "USD", 1, 3.00m, 11.66m), row);
    }

    [Fact]
    public async Task Ledger_and_accounts_agree_and_a_ledger_that_was_changed_is_told()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Sell(100m, 150m));
        await exchange.AliceAsync(Buy(40m, 150m));

        var good = await exchange.Admin.Operator.Ledger.ReconcileAsync(cancellation: Cancellation);
        Assert.Empty(good.Findings);
        Assert.Equal((2, 0, null), (good.Compared, good.Moving, good.Next));

        await exchange.ChangeHistoryAsync(
            $"UPDATE balance SET total = total + 7 WHERE account = {AliceAccount} AND asset = 'USD'");
        var bad = await exchange.Admin.Operator.Ledger.ReconcileAsync(cancellation: Cancellation);

        Assert.Equal(
            ["balance in the ledger and in the account", "over all holders an asset is nothing"],
            bad.Findings.Select(finding => finding.Check).Order(StringComparer.Ordinal));
        var finding = bad.Findings.Single(finding => finding.Account is not null);
        Assert.Equal(7, long.Parse(finding.LedgerMinorUnits) - long.Parse(finding.OtherMinorUnits));
    }

    [Fact]
    public async Task Hold_in_the_ledger_alone_is_reported()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.AliceAsync(Buy(10m, 140m));
        Assert.Empty((await exchange.Admin.Operator.Ledger.ReconcileAsync(cancellation: Cancellation)).Findings);

        await exchange.ChangeHistoryAsync(
            $"UPDATE balance SET reserved = reserved + 1 WHERE account = {AliceAccount} AND asset = 'USD'");

        Assert.Equal(
            ["held in the ledger and in the account", "what is held is the sum of open holds"],
            (await exchange.Admin.Operator.Ledger.ReconcileAsync(cancellation: Cancellation)).Findings.Select(finding =>
                finding.Check)
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Accounts_are_compared_page_by_page()
    {
        await using var exchange = await ServedExchange.OpenAsync();

        var first = await exchange.Admin.Operator.Ledger.ReconcileAsync(limit: 1, cancellation: Cancellation);
        var second = await exchange.Admin.Operator.Ledger.ReconcileAsync(
            first.Next, limit: 1, cancellation: Cancellation);
        var last = await exchange.Admin.Operator.Ledger.ReconcileAsync(
            second.Next, limit: 1, cancellation: Cancellation);

        Assert.Equal((1, 1, 0), (first.Compared, second.Compared, last.Compared));
        Assert.NotEqual(first.Next, second.Next);
        Assert.Null(last.Next);
    }

    [Fact]
    public async Task Positions_have_cost_and_profit_by_the_method_that_is_asked_for()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        foreach (var (bought, price) in new[] { (100m, 150m), (100m, 160m), (-100m, 170m) })
        {
            await exchange.BobAsync(bought > 0 ? Sell(bought, price) : Buy(-bought, price));
            await exchange.AliceAsync(bought > 0 ? Buy(bought, price) : Sell(-bought, price));
        }

        var average = (await exchange.Alice.Account.GetPositionsAsync(cancellation: Cancellation)).Single();
        var fifo = (await exchange.Alice.Account.GetPositionsAsync(
            CostMethod.Fifo, cancellation: Cancellation)).Single();
        var tax = (await exchange.Alice.Account.GetPositionsAsync(
            CostMethod.Fifo, feesInCost: true, Cancellation)).Single();
        var other = (await exchange.Bob.Account.GetPositionsAsync(cancellation: Cancellation)).Single();

        // Taker fees of 777 millionths of 15,000.00, 16,000.00 and 17,000.00, rounded up.
        Assert.Equal(
            new Position("AAPL", "USD", 100m, 15_500m, 155m, 1_500m, 11.66m + 12.44m + 13.21m, 170m, 1_500m), average);
        Assert.Equal((100m, 16_000m, 2_000m, 1_000m), (fifo.Quantity, fifo.Cost, fifo.Realised, fifo.Unrealised));
        Assert.Equal((16_012.44m, 2_000m - 11.66m - 13.21m), (tax.Cost, tax.Realised));
        // Short as much as the other account is long: sold at 150 and 160, bought back at 170.
        Assert.Equal(
            (-100m, -15_500m, 155m, -1_500m, -1_500m),
            (other.Quantity, other.Cost, other.AveragePrice, other.Realised, other.Unrealised));

        // Later trades are added to those folded before.
        await exchange.BobAsync(Buy(100m, 165m));
        await exchange.AliceAsync(Sell(100m, 165m));
        var flat = (await exchange.Alice.Account.GetPositionsAsync(cancellation: Cancellation)).Single();
        Assert.Equal(
            (0m, 0m, null, 2_500m, 0m), (flat.Quantity, flat.Cost, flat.AveragePrice, flat.Realised, flat.Unrealised));
    }

    [Fact]
    public async Task Self_trade_has_both_sides_in_the_position()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.AliceAsync(Sell(3m, 150m));
        await exchange.AliceAsync(Buy(3m, 150m));

        var position = (await exchange.Alice.Account.GetPositionsAsync(cancellation: Cancellation)).Single();

        // 200 and 777 millionths of 450.00, each rounded up.
        Assert.Equal((0m, 0m, 0.09m + 0.35m), (position.Quantity, position.Realised, position.Fees));
    }

    [Theory]
    [InlineData("account/positions?cost=lifo", "cost")]
    [InlineData("account/positions?fees=none", "fees")]
    [InlineData("account/statement?from=2026-13-01", "from")]
    [InlineData("account/statement?from=2026-01-02&to=2026-01-01", "to")]
    [InlineData("account/statement?from=1969-12-31", "from")]
    [InlineData("account/statement?limit=1001", "limit")]
    [InlineData("account/statement?after=1.2.3", "after")]
    [InlineData("account/statement?after=-1.2.3.4.book/AAPL", "after")]
    public async Task Invalid_parameter_is_rejected_with_its_name(string path, string field)
    {
        await using var exchange = await ServedExchange.OpenAsync();

        var (status, problem) = await exchange.GetRawAsync(path, "alice");

        Assert.Equal(400, status);
        Assert.Equal(field, problem);
    }

    [Fact]
    public async Task The_house_is_not_shown_to_customers()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        foreach (var path in (string[])[
            "admin/ledger/trial-balance", "admin/ledger/fees", "admin/ledger/reconciliation",
            $"admin/accounts/ACC-{BobAccount}/statement"])
        {
            Assert.Equal(403, (await exchange.GetRawAsync(path, "alice")).Status);
        }

        var statement = await exchange.Admin.Operator.Ledger.GetStatementAsync(
            $"ACC-{BobAccount}", cancellation: Cancellation);
        Assert.Equal($"ACC-{BobAccount}", statement.Account);
    }

    [Theory]
    [InlineData("x:1", "BadRequest", "Keys that begin with x: are of transfers that arrive.")]
    [InlineData("rent-1", "KeyConflict", "The key is that of another deposit.")]
    public async Task A_deposit_that_can_not_have_its_key_says_why(string key, string code, string why)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Admin.Operator.Accounts.DepositAsync($"ACC-{BobAccount}", "USD", 1m, "rent-1", Cancellation);

        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Accounts.DepositAsync($"ACC-{BobAccount}", "USD", 2m, key, Cancellation));

        Assert.Equal((code, "key", why), (refused.Code, refused.Field, refused.Detail));
    }

    [Fact]
    public async Task An_administrator_sees_the_positions_of_any_account()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Sell(10m, 150m));
        await exchange.AliceAsync(Buy(10m, 150m));

        // Bob knows of his order, but not of its fill yet.
        IReadOnlyList<Position> own = [];
        await Wait.UntilAsync(
            async () =>
                (own = await exchange.Bob.Account.GetPositionsAsync(
                    CostMethod.Fifo, feesInCost: true, Cancellation)).Count
                    > 0);
        var seen = await exchange.Admin.Operator.Ledger.GetPositionsAsync(
            $"ACC-{BobAccount}", CostMethod.Fifo, feesInCost: true, Cancellation);

        Assert.Equal(-10m, Assert.Single(seen).Quantity);
        Assert.Equal(own, seen);
    }
}
