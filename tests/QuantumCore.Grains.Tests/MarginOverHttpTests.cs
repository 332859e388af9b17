using QuantumCore.Client;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>Margin over HTTP and the SDK: terms, account kinds, loans, locates and rejections.</summary>
public class MarginOverHttpTests
{
    private const string Account = "ACC-1050";
    private static readonly MarginTerms s_terms = new()
    {
        Symbol = "AAPL",
        Long = new MarginTable([new(500_000, 250_000, 1_000_000m), new(600_000, 300_000)]),
        Short = MarginTable.Flat(500_000, 300_000, 5m),
        CheapBelow = 5m,
        CheapShort = MarginTable.Flat(1_000_000, 1_000_000, 2.50m),
        Lendable = 1_000m,
        BorrowPpm = 30_000,
        ImpactQuantity = 10m,
        StepQuantity = 500m,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_is_opened_on_margin_borrows_and_is_told_how_it_stands()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var trader = await OpenAsync(exchange);
        await exchange.BobAsync(Sell(150m, 100m));
        var bought = await trader.Orders.PlaceAsync(Buy(150m, 100m), Cancellation);
        Assert.Equal(150m, bought.Filled);
        var account = await trader.Account.GetAsync(Cancellation);
        // 15,000.00 and 777 millionths of it, of 10,000.00.
        Assert.Equal(-5_011.66m, account.Balances.Single(balance => balance.Asset == "USD").Total);
        var margin = account.Margin!;
        Assert.Equal((MarginState.Healthy, "USD", false), (margin.State, margin.Currency, margin.IsStale));
        Assert.Equal(
            (9_988.34m, 7_500m, 3_750m, 2_488.34m),
            (margin.Equity, margin.InitialMargin, margin.MaintenanceMargin, margin.Excess));
        var line = Assert.Single(margin.Positions);
        Assert.Equal(("AAPL", 150m, 100m, 4_976.68m), (line.Symbol, line.Quantity, line.MarkPrice, line.BuyingPower));
        // 5,011.66 a hundred and fifty times 33.41 less half a per cent, and one tick up.
        Assert.Equal(33.58m, line.BankruptcyPrice);
        Assert.Equal(
            margin with { Positions = [] },
            (await exchange.Admin.Operator.Margin.GetAccountAsync(
                Account, Cancellation)).Margin! with
            { Positions = [] });

        var refused =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => trader.Orders.PlaceAsync(Buy(60m, 100m), Cancellation));
        Assert.Equal("InsufficientMargin", refused.Code);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => trader.Orders.PlaceAsync(PlaceOrder.Limit("MSFT", OrderSide.Buy, 1m, 100m), Cancellation));
        Assert.Equal("NotPermitted", refused.Code);
        refused =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => trader.Orders.PlaceAsync(Sell(151m, 100m), Cancellation));
        Assert.Equal("NoLocate", refused.Code);
        var rules = await exchange.Admin.Operator.Margin.SetLocateAsync(
            new Locate(Account, "AAPL", 10m), "asked for", Cancellation);
        Assert.Equal(new Locate(Account, "AAPL", 10m), Assert.Single(rules.Locates!));
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetLocateAsync(
                new Locate(Account, "AAPL", 1_001m), null, Cancellation));
        Assert.Equal("quantity", refused.Field);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetAccountKindAsync(Account, null, null, null, Cancellation));
        Assert.Equal("currency", refused.Field);
    }

    [Fact]
    public async Task Terms_and_policies_come_back_as_they_were_set()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var trader = await OpenAsync(exchange);
        var policy = new QuantumCore.Client.MarginPolicy
        {
            Asset = "USD",
            LoanPpm = 52_500,
            CallSeconds = 172_800,
            LiquidationPpm = 700_000,
        };
        await exchange.Admin.Operator.Margin.SetPolicyAsync(policy, "spring", Cancellation);
        var rules = await trader.Account.GetMarginRulesAsync(Cancellation);
        Assert.Equal(policy, Assert.Single(rules.Currencies));
        Assert.Null(rules.Locates);
        var terms = Assert.Single(rules.Instruments);
        Assert.Equal(s_terms.Long.Tiers, terms.Long.Tiers);
        Assert.Equal(s_terms.Short!.Tiers, terms.Short!.Tiers);
        Assert.Equal(
            s_terms with { Long = terms.Long, Short = terms.Short, CheapShort = terms.CheapShort }, terms);
        Assert.Equal((5m, 2.50m), (terms.Short.FloorPerLot, terms.CheapShort!.FloorPerLot));

        var falling = s_terms with { Long = new MarginTable([new(500_000, 250_000, 1m), new(400_000, 300_000)]) };
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetTermsAsync(falling, null, Cancellation));
        Assert.Equal("BadRequest", refused.Code);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => trader.Operator.Margin.GetRulesAsync(Cancellation));
        Assert.Equal("Forbidden", refused.Code);
        Assert.Equal((404, "symbol"), await PostRawAsync(exchange, "admin/margin/instruments/NONE", "{}"));
        Assert.Equal(
            (400, "lendable"), await PostRawAsync(exchange, "admin/margin/instruments/AAPL", """{"lendable":"-1"}"""));
    }

    /// <summary>
    /// Long 100 AAPL and short 80 MSFT at 100.00 need 5,000.00 and 4,000.00 alone; 75 % of the smaller is credited.
    /// </summary>
    [Fact]
    public async Task A_group_and_its_credit_are_set_listed_and_shown_with_what_they_take_off()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var trader = await OpenAsync(exchange);
        var flat = new MarginTerms
        {
            Symbol = "AAPL",
            Long = MarginTable.Flat(500_000, 250_000),
            Short = MarginTable.Flat(500_000, 250_000),
            Lendable = 100m,
            Group = "TECH",
        };
        await exchange.Admin.Operator.Margin.SetTermsAsync(flat, null, Cancellation);
        await exchange.Admin.Operator.Margin.SetTermsAsync(flat with { Symbol = "MSFT" }, null, Cancellation);
        await exchange.Admin.Operator.Margin.SetLocateAsync(new Locate(Account, "MSFT", 80m), null, Cancellation);
        var rules = await exchange.Admin.Operator.Margin.SetGroupAsync(
            new QuantumCore.Client.MarginGroup("TECH", 750_000), "they move together", Cancellation);
        Assert.Equal(new QuantumCore.Client.MarginGroup("TECH", 750_000), Assert.Single(rules.Groups!));
        Assert.All(rules.Instruments, terms => Assert.Equal("TECH", terms.Group));
        Assert.Equal(rules.Groups, (await trader.Account.GetMarginRulesAsync(Cancellation)).Groups);
        var line = (await exchange.Admin.Operator.GetAuditAsync(limit: 1, cancellation: Cancellation)).Single();
        Assert.Equal(
            ("marginGroupSet", "TECH", "750000 ppm they move together"), (line.What, line.Subject, line.Detail));

        await exchange.Admin.Operator.Trading.SetMarkPriceAsync("MSFT", 100m, Cancellation);
        await exchange.Exchange.RefreshCatalogsAsync();
        await exchange.Exchange.RefreshMarksAsync();
        Assert.Null((await trader.Account.GetAsync(Cancellation)).Margin!.Groups);
        await trader.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 100m, 100m), Cancellation);
        await trader.Orders.PlaceAsync(PlaceOrder.Limit("MSFT", OrderSide.Sell, 80m, 100m), Cancellation);
        var margin = (await trader.Account.GetAsync(Cancellation)).Margin!;
        var credit = Assert.Single(margin.Groups!);
        Assert.Equal(("TECH", 750_000, 0m), (credit.Group, credit.CreditPpm, credit.MaintenanceCredit));
        Assert.Equal(
            margin.Positions.Sum(position => position.InitialMargin) - credit.InitialCredit, margin.InitialMargin);
        // All the buys alone need more than any mixture with the sells of what is offset: 5,000.00 and a quarter of
        // 4,000.00.
        Assert.Equal(3_000m, credit.InitialCredit);

        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetGroupAsync(
                new QuantumCore.Client.MarginGroup("tech", 1), null, Cancellation));
        Assert.Equal(("BadRequest", "group"), (refused.Code, refused.Field));
        Assert.Equal(
            (400, "creditPpm"), await PostRawAsync(exchange, "admin/margin/groups/TECH", """{"creditPpm":1000001}"""));
        Assert.Equal((400, "creditPpm"), await PostRawAsync(exchange, "admin/margin/groups/TECH", "{}"));
        Assert.Equal((200, null), await PostRawAsync(exchange, "admin/margin/groups/TECH", """{"creditPpm":0}"""));
        Assert.Empty((await trader.Account.GetMarginRulesAsync(Cancellation)).Groups!);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"why":"a policy without a member"}""")]
    public async Task Currency_policy_is_never_empty(string body)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var trader = await OpenAsync(exchange);
        Assert.Equal((400, null), await PostRawAsync(exchange, "admin/margin/currencies/USD", body));
        Assert.Empty((await trader.Account.GetMarginRulesAsync(Cancellation)).Currencies);
    }

    [Fact]
    public async Task Omitted_request_fields_get_defaults()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var trader = await OpenAsync(exchange);
        Assert.Equal((200, null), await PostRawAsync(
            exchange, "admin/margin/instruments/AAPL",
            """{"long":{"tiers":[{"initialPpm":500000,"maintenancePpm":250000}]}}"""));
        Assert.Equal((200, null), await PostRawAsync(exchange, "admin/margin/currencies/USD", """{"feePpm":5000}"""));
        var rules = await trader.Account.GetMarginRulesAsync(Cancellation);
        var terms = Assert.Single(rules.Instruments);
        Assert.Equal((50_000, 0, 0m), (terms.SpreadLimitPpm, terms.BorrowPpm, terms.Lendable));
        var policy = Assert.Single(rules.Currencies);
        Assert.Equal(
            (0, 360, 0, 1_000_000), (policy.LoanPpm, policy.DayBasis, policy.CallSeconds, policy.LiquidationPpm));
        Assert.Equal((1_100_000, 5_000), (policy.TargetPpm, policy.FeePpm));
    }

    /// <summary>Returns a trader's client with a margin account of 10,000.00, and AAPL at 100.00.</summary>
    private static async Task<QuantumCoreClient> OpenAsync(ServedExchange exchange)
    {
        var catalog = exchange.Grains.Catalog();
        await catalog.AddKey(new ApiKey(KeyRing.Hash("trader"), 1050, false, false, "trader"));
        await exchange.Admin.Operator.Margin.SetTermsAsync(s_terms, "new", Cancellation);
        var opened = await exchange.Admin.Operator.Margin.SetAccountKindAsync(
            Account, "USD", "asked for", null, Cancellation);
        Assert.Equal(0m, opened.Margin!.Equity);
        await exchange.Admin.Operator.Accounts.DepositAsync(Account, "USD", 10_000m, "cash", Cancellation);
        await exchange.Admin.Operator.Trading.SetMarkPriceAsync("AAPL", 100m, Cancellation);
        await exchange.Exchange.RefreshCatalogsAsync();
        await exchange.Exchange.RefreshMarksAsync();
        return new QuantumCoreClient(exchange.Address, "trader");
    }

    [Fact]
    public async Task A_policy_says_who_pays_a_deficit_and_an_account_is_isolated_in_one_symbol()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Admin.Operator.Margin.SetTermsAsync(s_terms, "new", Cancellation);
        var rules = await exchange.Admin.Operator.Margin.SetPolicyAsync(
            new MarginPolicy { Asset = "USD", SharesOut = true, Skin = 1_000.50m }, "asked for", Cancellation);
        Assert.Equal((true, 1_000.50m), (rules.Currencies[0].SharesOut, rules.Currencies[0].Skin));
        Assert.Empty(rules.Deficits!);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetPolicyAsync(
                new MarginPolicy { Asset = "USD", Skin = 1m }, null, Cancellation));
        Assert.Contains("sharesOut", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetPolicyAsync(
                new MarginPolicy { Asset = "USD", SharesOut = true, Skin = 0.001m }, null, Cancellation));
        Assert.Equal("skin", refused.Field);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetPolicyAsync(
                new MarginPolicy { Asset = "NONE" }, null, Cancellation));
        Assert.Equal("asset", refused.Field);

        var pocket = await exchange.Admin.Operator.Margin.SetAccountKindAsync(
            Account, "USD", "asked for", "AAPL", Cancellation);
        Assert.Equal("AAPL", pocket.Margin!.Symbol);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetAccountKindAsync("ACC-1051", "USD", null, "MSFT", Cancellation));
        Assert.Contains("not traded on margin", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Margin.SetAccountKindAsync("ACC-1051", "USD", null, "NONE", Cancellation));
        Assert.Equal("symbol", refused.Field);
        Assert.Null((await exchange.Admin.Operator.Margin.SetAccountKindAsync(
            Account, null, null, null, Cancellation)).Margin);
    }

    internal static async Task<(int Status, string? Field)> PostRawAsync(
        ServedExchange exchange, string path, string json)
    {
        using var http = new HttpClient { BaseAddress = new Uri(exchange.Address, "api/qc/v1/") };
        http.DefaultRequestHeaders.Add("X-Api-Key", "operator");
        using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), body, Cancellation);
        using var answer = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return ((int)response.StatusCode,
            answer.RootElement.TryGetProperty("field", out var field) ? field.GetString() : null);
    }
}
