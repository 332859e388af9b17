using System.Globalization;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>The demo as a user sees it: a market that has a past, moves, and continues after a restart.</summary>
[TakesSeconds(140)]
public sealed class SimulatedMarketTests(PostgresServer server)
{
    /// <summary>Most candles of a response.</summary>
    private const int MostCandles = 1_500;

    private static readonly string[] s_symbols = ["AAPL", "AMZN", "BTC-USD", "MSFT"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_new_demo_has_a_month_of_candles_and_a_market_that_trades_and_its_books_add_up(string kind)
    {
        using var storage = await Storage.CreateAsync(kind, server);
        await using (var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--seed", "7"]))
        {
            using var alice = new Customer(silo.Address, "demo-alice");
            foreach (var symbol in s_symbols)
            {
                // The past is there with the first request: a day of single trades, and 29 days before it. A day may
                // begin meanwhile.
                Assert.Equal(
                    MostCandles, (await ArrayAsync(alice, $"candles/{symbol}?limit={MostCandles}", "candles")).Length);
                Assert.InRange(
                    (await ArrayAsync(alice, $"candles/{symbol}?period=1d&limit=100", "candles")).Length, 30, 32);
                Assert.Equal(500, (await ArrayAsync(alice, $"trades/{symbol}?limit=500", "trades")).Length);
                await DeepAsync(alice, symbol);
                await TradedAsync(alice, symbol);
            }

            // The market trades with people.
            var bought = await alice.PostAsync(
                "orders", """{"symbol":"AAPL","side":"buy","type":"market","quantity":"5","clientOrderId":"m1"}""");
            Assert.Equal("filled", bought.Text("status"));

            // Its price bands reject a limit far from the market.
            var far = await alice.PostAsync(
                "orders",
                """{"symbol":"AAPL","side":"buy","price":"1600.00","quantity":"1","clientOrderId":"far"}""");
            Assert.Equal("PriceBand", far.Code);
            await silo.KillAsync();
        }

        await using (var again = await SiloProcess.StartAsync([.. storage.Arguments, "--seed", "8"]))
        {
            using var alice = new Customer(again.Address, "demo-alice");
            await TradedAsync(alice, "AAPL");
            var candles = await ArrayAsync(alice, $"candles/AAPL?limit={MostCandles}", "candles");
            Assert.Equal(MostCandles, candles.Length);
            Assert.InRange((await ArrayAsync(alice, "candles/AAPL?period=1d&limit=100", "candles")).Length, 30, 32);

            // A later start continues from the last price, and makes no second past.
            var prices = candles.TakeLast(4).Select(candle => decimal.Parse(candle[4].GetString()!, null)).ToArray();
            Assert.InRange(prices[^1] / prices[0], 0.98m, 1.02m);
            Assert.Equal(0, await again.TerminateAsync());
        }

        await using (var still = await SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none"]))
        {
            await storage.CaughtUpAsync();
            Assert.Empty(await LedgerAudit.ViolationsAsync(storage));
            Assert.Empty(await InvariantAudit.ViolationsAsync(storage));
            Assert.Equal(0, await still.TerminateAsync());
        }

        var (exitCode, output) =
            await Programs.RunAsync(Programs.Cli, "verify", storage.IsPostgres ? storage.Place : storage.Folder);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_demo_prunes_what_its_participants_did_a_week_ago_and_nothing_of_people(string kind)
    {
        using var storage = await Storage.CreateAsync(kind, server);
        storage.PassDays(0);
        var clock = new Dictionary<string, string>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.FileVariable] = storage.ClockFile,
        };
        var (firstDay, today) = (storage.Today, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}");
        var calls = (string[])["orders/history", "fills", $"account/statement?from={today}&to={today}"];
        string[] before;
        await using (var silo = await SiloProcess.StartAsync(clock, [.. storage.Arguments]))
        {
            using var alice = new Customer(silo.Address, "demo-alice");
            await DeepAsync(alice, "AAPL");
            await TradedAsync(alice, "BTC-USD");
            var bought = await alice.PostAsync(
                "orders", """{"symbol":"AAPL","side":"buy","type":"market","quantity":"5","clientOrderId":"m1"}""");
            Assert.Equal("filled", bought.Text("status"));
            before = await ToldAsync(alice);
            Assert.Equal(0, await silo.TerminateAsync());
        }

        Assert.True(await OldAsync() > 0);
        storage.PassDays(9);
        await using (var later = await SiloProcess.StartAsync(clock, [.. storage.Arguments]))
        {
            await Wait.UntilAsync(async () => await OldAsync() == 0, "the old orders to be pruned");
            using var alice = new Customer(later.Address, "demo-alice");
            Assert.Equal(before, await ToldAsync(alice));
            await TradedAsync(alice, "AAPL");
            Assert.Equal(0, await later.TerminateAsync());
        }

        await using (var still = await SiloProcess.StartAsync(clock, [.. storage.Arguments, "--simulate", "none"]))
        {
            await storage.CaughtUpAsync();
            Assert.Empty(await InvariantAudit.ViolationsAsync(storage));
            var (wrong, found) = await Programs.RunAsync(
                Programs.Cli, "ledger", "check", "--url", still.Address.ToString(), "--key", "demo-admin");
            Assert.True(wrong == 0, found);
            Assert.Equal(0, await still.TerminateAsync());
        }

        var (exitCode, output) =
            await Programs.RunAsync(Programs.Cli, "verify", storage.IsPostgres ? storage.Place : storage.Folder);
        Assert.True(exitCode == 0, output);

        // Orders of participants that were closed on the first day, or on the next one if midnight came.
        async Task<long> OldAsync() => Storage.Whole((await storage.HistoryAsync(
            $"SELECT COUNT(*) FROM ord WHERE account BETWEEN 1010 AND 1015 AND closed_at < {(firstDay + 2) * 86_400_000_000_000}"))[0][0]);

        async Task<string[]> ToldAsync(Customer alice)
        {
            var told = new List<string>();
            foreach (var call in calls)
                told.Add((await alice.GetAsync(call)).Raw);
            return [.. told];
        }
    }

    [Fact]
    public async Task A_demo_goes_on_with_a_symbol_by_its_new_name_and_pays_in_nothing_twice()
    {
        using var storage = Storage.InFiles();
        await using (var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--seed", "7"]))
        {
            using var admin = new Customer(silo.Address, "demo-admin");
            await admin.PostAsync("admin/symbols/AMZN/phase", """{"phase":"halt"}""");
            await admin.PostAsync(
                "admin/corporate-actions",
                """{"id":"amzn-amzx","type":"symbolChange","symbol":"AMZN","newSymbol":"AMZX"}""");
            await Wait.UntilAsync(
                async () => (await ArrayAsync(admin, "admin/corporate-actions", "actions")).Single()
                    .GetProperty("state").GetString() == "paid",
                "the change to be through");
            Assert.Equal(0, await silo.TerminateAsync());
        }

        await using var again = await SiloProcess.StartAsync([.. storage.Arguments, "--seed", "7"]);
        using var alice = new Customer(again.Address, "demo-alice");
        await DeepAsync(alice, "AMZX");
        await DeepAsync(alice, "AAPL");
        var has = (await ArrayAsync(alice, "account", "balances")).ToDictionary(
            balance => balance.GetProperty("asset").GetString()!, balance => balance.GetProperty("total").GetString());
        Assert.Equal(1_000m, decimal.Parse(has["AMZX"]!, null));
        Assert.DoesNotContain(has, balance => balance.Key == "AMZN" && decimal.Parse(balance.Value!, null) != 0);
    }

    [Fact]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    public async Task A_demo_goes_on_at_the_price_of_new_units_after_a_split()
    {
        using var storage = Storage.InFiles();
        decimal before;
        var port = SiloProcess.FreePort();
        await using (var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--seed", "7", "--admin-port", port.ToString(CultureInfo.InvariantCulture)]))
        {
            using var admin = new Customer(silo.Address, "demo-admin");
            await TradedAsync(admin, "MSFT");
            before = await PriceAsync(admin);
            await admin.PostAsync("admin/symbols/MSFT/phase", """{"phase":"halt"}""");
            await admin.PostAsync(
                "admin/corporate-actions",
                """{"id":"msft","type":"split","symbol":"MSFT","ratio":"3:1","amount":"100.00"}""");
            await Wait.UntilAsync(
                async () => (await ArrayAsync(admin, "admin/corporate-actions", "actions")).Single()
                    .GetProperty("state").GetString() == "paid",
                "the split to be through");
            await admin.PostAsync("admin/symbols/MSFT/phase", """{"phase":"opening"}""");
            await admin.PostAsync("admin/symbols/MSFT/phase", """{"phase":"continuous"}""");

            // Participants who believed in the old value would buy until nothing is left below it. After a quarter of
            // an hour, that would be long over.
            using var shaper = new QuantumCoreClient(new Uri($"http://127.0.0.1:{port}"));
            var begun = (await shaper.Simulation.ChangeMarketAsync(new MarketChange(Speed: 50m), Token)).Market.Steps;
            await Wait.UntilAsync(
                async () => (await shaper.Simulation.GetAsync(Token)).Market.Steps > begun + 9_000,
                "a quarter of an hour of the simulation");
            await GoesOnAsync(admin);
            await IsOfUnitsOfNowAsync(admin);
            Assert.Equal(0, await silo.TerminateAsync());
        }

        await using var again = await SiloProcess.StartAsync([.. storage.Arguments, "--seed", "7"]);
        using var alice = new Customer(again.Address, "demo-alice");
        await GoesOnAsync(alice);

        async Task GoesOnAsync(Customer customer)
        {
            await DeepAsync(customer, "MSFT");
            await TradedAsync(customer, "MSFT");
            Assert.InRange(await PriceAsync(customer) * 3 / before, 0.8m, 1.25m);
        }

        async Task IsOfUnitsOfNowAsync(Customer customer)
        {
            var now = (await ArrayAsync(customer, "candles/MSFT?period=1h&limit=30", "candles")).First();
            var then =
                (await ArrayAsync(customer, "candles/MSFT?period=1h&limit=30&adjustment=raw", "candles")).First();
            Assert.Equal(then[0].GetInt64(), now[0].GetInt64());
            Assert.InRange(Of(then[1]) / before, 0.8m, 1.25m);
            for (var price = 1; price <= 4; price++)
                Assert.InRange((Of(now[price]) * 3) - Of(then[price]), -0.015m, 0.015m);
            Assert.Equal(Of(then[5]) * 3, Of(now[5]));
            var day = (await ArrayAsync(customer, "tickers", "tickers")).Single(
                ticker => ticker.GetProperty("symbol").GetString() == "MSFT");
            Assert.InRange(Of(day.GetProperty("openPrice")) * 3 / before, 0.8m, 1.25m);
            var wrong = await customer.GetAsync("candles/MSFT?adjustment=all");
            Assert.Equal((400, "adjustment"), (wrong.Status, wrong.Text("field")));
        }

        static decimal Of(JsonElement number) => decimal.Parse(number.GetString()!, CultureInfo.InvariantCulture);

        static async Task<decimal> PriceAsync(Customer customer)
        {
            var trade = (await ArrayAsync(customer, "trades/MSFT?limit=1", "trades")).Single();
            return decimal.Parse(trade.GetProperty("price").GetString()!, null);
        }
    }

    [Fact]
    public async Task Exchange_without_a_simulated_market_is_empty()
    {
        foreach (var option in new[] { "--simulate=none", "--market-maker=off", "--demo=off" })
        {
            using var storage = Storage.InFiles();
            await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, .. option.Split('=')]);
            using var anyone = new Customer(silo.Address, "demo-alice");
            Assert.Empty(await ArrayAsync(anyone, "candles/AAPL", "candles"));
            Assert.Empty(await ArrayAsync(anyone, "trades/AAPL", "trades"));
            Assert.Equal(0, (await anyone.GetAsync("book/AAPL")).Number("sequence") - 1);
        }
    }

    /// <summary>Waits until there are twenty levels on each side.</summary>
    private static async Task DeepAsync(Customer customer, string symbol)
    {
        await Wait.UntilAsync(IsDeepAsync, $"twenty levels on either side of {symbol}");

        async Task<bool> IsDeepAsync()
        {
            using var json = JsonDocument.Parse((await customer.GetAsync($"book/{symbol}?depth=50")).Raw);
            return json.RootElement.GetProperty("bids").GetArrayLength() >= 20
                && json.RootElement.GetProperty("asks").GetArrayLength() >= 20;
        }
    }

    /// <summary>Waits until there is a new trade.</summary>
    private static async Task TradedAsync(Customer customer, string symbol)
    {
        var before = (await customer.GetAsync($"symbols/{symbol}/state")).Number("sequence");
        await Wait.UntilAsync(
            async () => await ArrayAsync(customer, $"trades/{symbol}?limit=1", "trades") is [var trade]
                && long.Parse(trade.GetProperty("tradeId").GetString()!.Split('-')[0], null) > before,
            $"a trade of {symbol}");
    }

    private static async Task<JsonElement[]> ArrayAsync(Customer customer, string call, string name)
    {
        using var json = JsonDocument.Parse((await customer.GetAsync(call)).Raw);
        return [.. json.RootElement.GetProperty(name).EnumerateArray().Select(element => element.Clone())];
    }
}
