using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuantumCore.Cli;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary><c>qc</c>, run in process: exit codes, output streams, and JSON.</summary>
public sealed partial class CommandLineTests : IAsyncLifetime
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string> _environment = [];
    private TestExchange _exchange = null!;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _environment["QC_URL"] = _exchange.Address.ToString();
    }

    public ValueTask DisposeAsync() => _exchange.DisposeAsync();

    [Fact]
    public async Task A_limit_order_is_shown_as_a_table()
    {
        Assert.Equal(0, await RunAsync("buy AAPL 100 --limit 150.00 --client-id my-1"));

        Assert.Contains("my-1", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("150.00", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task An_order_in_json_is_one_document()
    {
        Assert.Equal(0, await RunAsync("sell AAPL 100 --limit 150.00 --json"));

        var order = Document();
        Assert.Equal("150.00", order.GetProperty("price").GetString());
        Assert.Equal("new", order.GetProperty("status").GetString());
        Assert.Equal(1, order.GetProperty("orderId").GetInt64());
        Assert.Equal("ACC-1001", order.GetProperty("account").GetString());
    }

    [Theory]
    [InlineData("buy AAPL 10 --limit 150 --ioc", "ioc", "expired")]
    [InlineData("buy AAPL 10 --limit 150 --fok", "fok", "expired")]
    [InlineData("buy AAPL 10 --limit 150", "gtc", "new")]
    [InlineData("buy AAPL 10", "ioc", "expired")]
    public async Task Order_lifetime_follows_the_option(string line, string timeInForce, string status)
    {
        Assert.Equal(0, await RunAsync(line + " --json"));

        Assert.Equal(timeInForce, Document().GetProperty("timeInForce").GetString());
        Assert.Equal(status, Document().GetProperty("status").GetString());
    }

    [Fact]
    public async Task More_past_orders_than_a_page_are_read_page_by_page()
    {
        using var alice = new QuantumCoreClient(_exchange.Address, "demo-alice");
        for (var i = 0; i < 3; i++)
            await alice.Orders.PlaceBatchAsync(
                [.. Enumerable.Repeat(PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 100m), 400)],
                TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync("orders --all --limit 1100 --json"));
        Assert.Equal(
            Enumerable.Range(101, 1100).Reverse(),
            Document().EnumerateArray().Select(order => order.GetProperty("orderId").GetInt32()));
    }

    [Fact]
    public async Task Orders_are_listed_amended_and_cancelled()
    {
        await RunAsync("buy AAPL 100 --limit 150.00 --client-id my-1");
        await RunAsync("buy AAPL 50 --limit 149.00");
        await RunAsync("sell AAPL 50 --limit 151.00");

        Assert.Equal(0, await RunFreshAsync("orders --symbol AAPL --json"));
        Assert.Equal(3, Document().GetArrayLength());
        Assert.NotEqual(0, await RunFreshAsync("amend 1 --symbol AAPL --quantity 40 --if-remaining 99 --json"));
        Assert.Equal(0, await RunFreshAsync("amend 1 --symbol AAPL --quantity 40 --if-remaining 100 --json"));
        Assert.Equal("40", Document().GetProperty("remaining").GetString());
        Assert.Equal(0, await RunFreshAsync("cancel 1 -s AAPL --json"));
        Assert.Equal("cancelled", Document().GetProperty("status").GetString());
        Assert.Equal(0, await RunFreshAsync("order 1 --symbol AAPL"));
        Assert.Contains("user", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunFreshAsync("cancel --all --symbol AAPL --side sell --json"));
        Assert.Equal(1, Document().GetProperty("cancelled").GetInt32());
        Assert.Equal(0, await RunFreshAsync("cancel --all"));
        Assert.Equal("1 cancelled.", _output.ToString().Trim());
    }

    [Fact]
    public async Task An_order_is_shown_by_its_name_and_among_all_when_it_is_done()
    {
        await RunAsync("buy AAPL 100 --limit 150.00 --client-id my-1");
        await RunAsync("buy AAPL 50 --limit 149.00");
        await RunFreshAsync("cancel --client-id my-1");

        Assert.Equal(0, await RunFreshAsync("order --client-id my-1 --json"));
        Assert.Equal("cancelled", Document().GetProperty("status").GetString());
        Assert.NotEqual(0, await RunFreshAsync("order --client-id your-1"));
        Assert.Equal(0, await RunFreshAsync("orders --all --json"));
        Assert.Equal(
            ["new", "cancelled"], Document().EnumerateArray().Select(order => order.GetProperty("status").GetString()));
        Assert.Equal(0, await RunFreshAsync("orders --all --symbol AAPL --limit 1 --json"));
        Assert.Equal(1, Document().GetArrayLength());
    }

    [Fact]
    public async Task An_order_is_cancelled_by_its_name()
    {
        await RunAsync("buy AAPL 100 --limit 150.00 --client-id my-1");

        Assert.Equal(0, await RunFreshAsync("cancel --client-id my-1 --json"));

        Assert.Equal("cancelled", Document().GetProperty("status").GetString());
    }

    [Fact]
    public async Task Market_and_account_are_shown()
    {
        await RunAsync("sell AAPL 100 --limit 150.00");
        await RunAsync("buy AAPL 30 --key demo-bob");
        foreach (var (line, shown) in new[]
        {
            ("book AAPL --depth 5", "70"), ("trades AAPL", "150.00"), ("fills --symbol AAPL", "maker"),
            ("account", "985.00"), ("instruments", "0.01"),
        })
        {
            Assert.Equal(0, await RunFreshAsync(line));
            Assert.Contains(shown, _output.ToString(), StringComparison.Ordinal);
            Assert.Equal(0, await RunFreshAsync(line + " --json"));
            Document();
        }
    }

    [Fact]
    public async Task A_deposit_uses_the_demo_administrator_unless_told_otherwise()
    {
        Assert.Equal(0, await RunAsync("deposit ACC-1001 USD 10.50 --deposit-key d1 --json"));
        Assert.Equal("10.50", Document().GetProperty("amount").GetString());

        Assert.Equal(1, await RunFreshAsync("deposit ACC-1001 USD 10.50 --key demo-bob"));
        Assert.Contains("Forbidden", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_code_field_and_limit()
    {
        Assert.Equal(1, await RunAsync("buy AAPL 2000000 --limit 150.00"));

        Assert.Equal("qc: InvalidQuantity: too large [field quantity] [limit 1000000]", _error.ToString().Trim());
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task A_refusal_in_json_is_one_document_too()
    {
        Assert.Equal(1, await RunAsync("book NONE --json"));

        Assert.Equal("UnknownSymbol", Document().GetProperty("code").GetString());
        Assert.Contains("UnknownSymbol", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("buy AAPL ten --limit 150", "quantity: 'ten' is not a decimal")]
    [InlineData("buy AAPL 10 --limit 1e3", "--limit: '1e3' is not a decimal")]
    [InlineData(
        "buy AAPL 10 --limit 100.00000000000000000000000000001",
        "--limit: '100.00000000000000000000000000001' has more than 28 digits")]
    [InlineData("order 1x --symbol AAPL", "Cannot parse argument '1x' for command 'order'\n")]
    [InlineData("export data trade", "what: 'trade' is none of records, trades, postings")]
    [InlineData("lobster data AAPL --to a --day 25.12.2030", "--day: 25.12.2030: a day is as in 2030-12-25.")]
    [InlineData("book AAPL --depth all", "--depth: 'all' is not a whole number from 1 to 1000")]
    [InlineData("fills --limit 99999999999", "--limit: '99999999999' is not a whole number from 1 to 1000")]
    [InlineData("buy AAPL 10 --trail-bp 2.5", "--trail-bp: '2.5' is not a whole number from 1 to 9999")]
    public async Task Invalid_argument_is_reported_with_its_option(string line, string problem)
    {
        Assert.Equal(2, await RunAsync(line));
        Assert.StartsWith($"qc: {problem}", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("settle MAIN --holiday 2030-12-25 --buy-in-days 3", "settle: --buy-in-days")]
    [InlineData("settle MAIN --holiday 2030-12-25 --no-holidays", "settle: --no-holidays")]
    [InlineData("settle MAIN --buy-in ACC-1002:TSLA --id b-1 --holiday 2030-12-25", "settle: --holiday")]
    [InlineData("settle MAIN --id b-1", "settle: --id")]
    [InlineData("margin ACC-1050 --currency USD --cash", "margin: --cash")]
    [InlineData("margin ACC-1050 --currency USD --symbol AAPL", "margin: --symbol")]
    [InlineData("margin --symbol AAPL --initial 500000 --maintenance 250000 --asset USD", "margin: --asset")]
    [InlineData("margin --loan 52500", "margin: --loan")]
    public async Task Option_that_another_option_would_override_is_rejected(string line, string problem)
    {
        Assert.Equal(2, await RunAsync(line));
        Assert.StartsWith($"qc: {problem} is not for what else is asked", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreachable_exchange_and_rejection_have_different_exit_codes()
    {
        Assert.Equal(3, await RunAsync("account --url http://127.0.0.1:1 --json"));

        Assert.Equal("Unreachable", Document().GetProperty("code").GetString());
    }

    [Fact]
    public async Task Unknown_outcome_prints_the_client_order_id()
    {
        _exchange.Next(Fault.DropAfter, Fault.DropAfter, Fault.DropAfter);

        Assert.Equal(3, await RunAsync("buy AAPL 10 --limit 150.00"));

        var order = Assert.Single(_exchange.Book("AAPL").Orders);
        Assert.Contains($"--client-id {order.Name}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deposit_of_unknown_outcome_prints_its_key()
    {
        _exchange.Next(Fault.DropAfter, Fault.DropAfter, Fault.DropAfter);

        Assert.Equal(3, await RunAsync("deposit ACC-1001 USD 10.50"));

        var key = (string)Assert.Single(_exchange.Deposits).Value["key"]!;
        Assert.Contains($"[ask again with --deposit-key {key}]", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_an_exchange_that_is_not_there_ends_as_unreachable()
    {
        Assert.Equal(3, await RunAsync("watch AAPL --url http://127.0.0.1:1"));

        Assert.Contains("Unreachable", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo-alice\r")]
    [InlineData("schlüssel")]
    public async Task Invalid_key_is_reported_before_a_request_is_sent(string key)
    {
        _environment["QC_KEY"] = key;

        Assert.Equal(2, await RunAsync("buy AAPL 10 --limit 150.00"));

        Assert.Contains("API key", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_exchange.Changes);
    }

    [Fact]
    public async Task Interrupted_order_prints_the_client_order_id()
    {
        using var interrupt = new CancellationTokenSource();
        _exchange.Next(Fault.Hang);
        _exchange.Hung = interrupt.Cancel;

        Assert.Equal(3, await RunAsync("buy AAPL 10 --limit 150.00", interrupt.Token));

        var order = Assert.Single(_exchange.Book("AAPL").Orders);
        Assert.Contains($"[ask again with --client-id {order.Name}]", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_comes_from_the_option_then_the_environment()
    {
        _environment["QC_KEY"] = "demo-bob";
        await RunAsync("account --json");
        Assert.Equal("ACC-1002", Document().GetProperty("account").GetString());

        Assert.Equal(0, await RunFreshAsync("account --json --key demo-alice"));
        Assert.Equal("ACC-1001", Document().GetProperty("account").GetString());

        Assert.Equal(1, await RunFreshAsync("account --key wrong"));
        Assert.Contains("Unauthorized", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("buy --help")]
    [InlineData("cancel --help")]
    [InlineData("amend --help")]
    [InlineData("replay --help")]
    [InlineData("order --help")]
    [InlineData("order list oco --help")]
    [InlineData("order list oto --help")]
    [InlineData("order list otoco --help")]
    [InlineData("order place sell --help")]
    [InlineData("order position --help")]
    [InlineData("symbol state --help")]
    [InlineData("strategy --help")]
    [InlineData("admin list --help")]
    [InlineData("admin phase --help")]
    [InlineData("admin rules --help")]
    [InlineData("admin block --help")]
    [InlineData("admin block-owner --help")]
    [InlineData("admin bust --help")]
    [InlineData("admin correct --help")]
    [InlineData("admin breaker --help")]
    [InlineData("admin pin --help")]
    [InlineData("verify --help")]
    [InlineData("backup --help")]
    [InlineData("restore --help")]
    [InlineData("export --help")]
    [InlineData("lobster --help")]
    [InlineData("watch -h")]
    public async Task Help_has_examples(string line)
    {
        Assert.Equal(0, await RunAsync(line));

        Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _error.ToString());
    }

    [Theory]
    [InlineData("verify {0}/nowhere", 2)]
    [InlineData("verify {0}", 2)]
    [InlineData("backup {0}/nowhere {0}/b.db", 2)]
    [InlineData("restore {0}/nowhere {0}/new", 2)]
    [InlineData("export {0}/nowhere trades", 2)]
    [InlineData("lobster {0}/nowhere AAPL --to {0}/aapl", 2)]
    [InlineData("export {0}/nowhere records --csv", 2)]
    [InlineData("verify Host={0};Username=nobody;Timeout=1", 3)]
    [InlineData("verify Host=db.example;Username=nobody", 2)]
    public async Task Missing_journal_is_reported_in_one_line(string line, int exitCode)
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-cli-");
        try
        {
            Assert.Equal(exitCode, await RunAsync(string.Format(CultureInfo.InvariantCulture, line, folder.FullName)));

            Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Empty(folder.GetFileSystemInfos("*.db"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Failed_export_keeps_the_previous_file()
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-export-");
        try
        {
            var file = Path.Combine(folder.FullName, "trades.csv");
            await File.WriteAllTextAsync(file, "of yesterday", TestContext.Current.CancellationToken);

            Assert.Equal(2, await RunAsync($"export {folder.FullName}/nowhere trades --csv --to {file}"));

            Assert.Equal("of yesterday", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            Assert.Equal([file], Directory.GetFiles(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_book_is_watched_one_document_a_line()
    {
        await RunAsync("buy AAPL 100 --limit 150.00");

        Assert.Equal(0, await RunFreshAsync("watch AAPL --json --updates 1"));

        Assert.Equal("150.00", Document().GetProperty("bids")[0][0].GetString());
    }

    [Fact]
    public async Task A_book_is_watched_order_by_order_first_all_of_them_and_then_a_change_a_line()
    {
        const string Executed =
            """
            {"type":"level3","snapshot":false,"symbol":"AAPL","previousSequence":5,"sequence":6,"timeNanos":"60",
             "changes":[{"kind":"executed","side":"buy","orderId":3,"price":"150.00","quantity":"4","tradeId":"6-0","sequence":6,"timeNanos":"60"}]}
            """;
        var watching = RunFreshAsync("watch AAPL --orders --json --updates 2");
        await Wait.UntilAsync(() =>
        {
            // No update arrives before all orders were reported.
            _exchange.Publish(JsonNode.Parse(Executed)!.AsObject(), TestStream.Orders);
            return watching.IsCompleted;
        });
        Assert.Equal(0, await watching);

        var lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Equal((3, "150.00"), ((int)lines[0]["bids"]![0]!["orderId"]!, (string)lines[0]["bids"]![0]!["price"]!));
        Assert.Equal(
            ("executed", "6-0", "4"),
            ((string)lines[1]["kind"]!, (string)lines[1]["tradeId"]!, (string)lines[1]["quantity"]!));
    }

    [Fact]
    public async Task Watching_ends_well_when_interrupted()
    {
        using var interrupt = new CancellationTokenSource();
        var watching = RunAsync("watch AAPL", interrupt.Token);
        await interrupt.CancelAsync();

        Assert.Equal(0, await watching);
    }

    [Theory]
    [InlineData("buy AAPL 100 --trigger 155.00", "stop", "triggerPrice", "155.00")]
    [InlineData("buy AAPL 100 --trigger 155.00 --limit 155.50 --trigger-by mark", "stopLimit", "triggerBy", "mark")]
    [InlineData("sell AAPL 100 --type takeProfit --trigger 155", "takeProfit", "triggerPrice", "155")]
    [InlineData("sell AAPL 100 --trail 1.50 --activation 160", "trailingStop", "trailingDistance", "1.50")]
    [InlineData("sell AAPL 100 --trail-bp 250 --limit-offset 0.10", "trailingStopLimit", "trailingBasisPoints", "250")]
    [InlineData("buy AAPL 100 --peg market --offset 0.02 --limit 151", "pegged", "pegOffset", "0.02")]
    [InlineData("buy AAPL --amount 1000.00", "market", "quoteAmount", "1000.00")]
    [InlineData("buy AAPL 100 --protection 0.50", "market", "protection", "0.50")]
    [InlineData("buy AAPL 100 --limit 150 --display 10", "limit", "displayQuantity", "10")]
    [InlineData("buy AAPL 100 --limit 150 --hidden", "limit", "hidden", "True")]
    [InlineData("buy AAPL 100 --limit 150 --slide", "limit", "slide", "True")]
    [InlineData("buy AAPL 100 --limit 150 --post-only", "limit", "postOnly", "True")]
    [InlineData("buy AAPL 100 --limit 150 --all-or-none", "limit", "allOrNone", "True")]
    [InlineData("buy AAPL 100 --limit 150 --min 20", "limit", "minQuantity", "20")]
    [InlineData("buy AAPL 100 --limit 150 --self-trade cancelNewest", "limit", "selfTrade", "cancelNewest")]
    [InlineData("buy AAPL 100 --limit 150 --tif day", "limit", "timeInForce", "day")]
    [InlineData("buy AAPL 100 --limit 150 --good-till 2030-01-01T00:00:00Z", "limit", "timeInForce", "gtd")]
    public async Task Flags_make_the_order_they_name(string line, string type, string member, string value)
    {
        foreach (var how in new[] { line, $"order place {line}" })
        {
            Assert.Equal(0, await RunFreshAsync(how + " --json"));
            Assert.Equal(
                (type, value), (Document().GetProperty("type").GetString(), Document().GetProperty(member).ToString()));
            Assert.Equal(0, await RunFreshAsync(how));
        }
    }

    [Fact]
    public async Task Terms_of_an_order_are_shown_to_people()
    {
        Assert.Equal(
            0, await RunAsync("sell AAPL 100 --trigger 140 --trigger-by mark --good-till 2030-01-01T00:00:00Z"));
        Assert.Contains("gtd, till 2030-01-01 00:00:00.000000", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("order list oco sell AAPL 100 --target 160 --stop 140", "oco", "sell limit 160.00,sell stop ")]
    [InlineData(
        "order list oco sell AAPL 100 --target 160 --stop 140 --stop-limit 139.50", "oco",
        "sell limit 160.00,sell stopLimit 139.50")]
    [InlineData(
        "order list oto buy AAPL 100 --limit 150 --then-limit 160", "oto", "buy limit 150.00,sell limit 160.00")]
    [InlineData("order list oto buy AAPL 100 --limit 150 --then-stop 140", "oto", "buy limit 150.00,sell stop ")]
    [InlineData(
        "order list oto buy AAPL 100 --limit 150 --then-stop 140 --then-limit 139", "oto",
        "buy limit 150.00,sell stopLimit 139.00")]
    [InlineData(
        "order list otoco buy AAPL 100 --limit 150 --target 160 --stop 140 --client-id x", "otoco",
        "buy limit 150.00,sell limit 160.00,sell stop ")]
    public async Task Lists_are_placed_whole(string line, string kind, string orders)
    {
        Assert.Equal(0, await RunAsync(line + " --json"));
        Assert.Equal(kind, Document().GetProperty("kind").GetString());
        Assert.Equal(orders, string.Join(',', Document().GetProperty("orders").EnumerateArray().Select(order =>
            $"{order.GetProperty("side")} {order.GetProperty("type")} {(order.TryGetProperty("price", out var price) ? price : "")}")));
        Assert.Equal(0, await RunFreshAsync(line.Replace(" x", " y", StringComparison.Ordinal)));
        Assert.Contains("AAPL", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "--net 2.00",
        """{"net":"2.00","units":10,"legs":[{"symbol":"AAPL","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"0.5"}],"clientOrderId":"s1"}""")]
    [InlineData(
        "--net -270.00 --tif ioc",
        """{"net":"-270.00","units":10,"legs":[{"symbol":"AAPL","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"0.5"}],"timeInForce":"ioc","clientOrderId":"s1"}""")]
    [InlineData(
        "--net=0 --good-till 2030-01-01T00:00:00Z",
        """{"net":"0","units":10,"legs":[{"symbol":"AAPL","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"0.5"}],"timeInForce":"gtd","goodTill":"2030-01-01T00:00:00.0000000Z","clientOrderId":"s1"}""")]
    public async Task Strategies_are_placed_whole(string terms, string body)
    {
        _exchange.List("MSFT");
        var line = $"strategy {terms} --units 10 --leg buy:AAPL:1 --leg sell:MSFT:0.5 --client-id s1";
        Assert.Equal(0, await RunAsync(line + " --json"));
        Assert.Equal(body, Assert.Single(_exchange.Strategies));
        Assert.Equal(10, Document().GetProperty("units").GetInt64());
        var second = Document().GetProperty("orders")[1];
        Assert.Equal(
            ("s1.2", "leg"), (second.GetProperty("clientOrderId").GetString(), second.GetProperty("type").GetString()));
        Assert.Equal(0, await RunFreshAsync(line));
        Assert.Contains("leg 2 of 2, net", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strategy_that_is_refused_names_what_is_wrong()
    {
        Assert.Equal(1, await RunAsync("strategy --net 2.00 --units 10 --leg buy:AAPL:1"));
        Assert.Equal("qc: BadRequest: too few legs [field legs] [limit 2]", _error.ToString().Trim());
    }

    [Fact]
    public async Task An_instrument_is_listed_in_a_group()
    {
        Assert.Equal(0, await RunAsync("admin list NVDA 0.01 1 --reference 130.00 --taker-ppm 500 --group TECH"));
        Assert.Contains("TECH", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"symbol":"NVDA","baseAsset":"NVDA","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1","makerFeePpm":0,"takerFeePpm":500,"referencePrice":"130.00","group":"TECH"}""",
            _exchange.Instruments[^1].ToJsonString());
        Assert.Equal(0, await RunFreshAsync("instruments"));
        Assert.Contains("TECH", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunFreshAsync(
            "admin list NVDX 0.01 1 --min-price 1 --max-price 900 --min-quantity 2 --max-quantity 50 --min-notional 3 --max-notional 4000 --max-levels 99"));
        var limits = _exchange.Instruments[^1];
        string[] members =
            ["minPrice", "maxPrice", "minQuantity", "maxQuantity", "minNotional", "maxNotional", "maxLevels"];
        Assert.Equal("1 900 2 50 3 4000 99", string.Join(' ', members.Select(member => limits[member])));
        Assert.Equal(1, await RunFreshAsync("admin list NVDA 0.01 1 --key demo-bob"));
        Assert.Contains("Forbidden", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_is_amended_where_it_stands_and_its_place_is_told()
    {
        await RunAsync("sell AAPL 100 --trigger 140");
        Assert.Equal(0, await RunFreshAsync("order amend 1 --symbol AAPL --trigger 141.00 --json"));
        Assert.Equal("141.00", Document().GetProperty("triggerPrice").GetString());
        Assert.Equal(
            0, await RunFreshAsync("amend 1 --symbol AAPL --display 5 --good-till 2030-01-01T00:00:00Z --json"));
        Assert.Equal("5", Document().GetProperty("displayQuantity").GetString());
        Assert.Equal(0, await RunFreshAsync("order position 1 --symbol AAPL"));
        Assert.Equal("AAPL #1: 3 orders with 120 ahead.", _output.ToString().Trim());
        Assert.Equal(0, await RunFreshAsync("symbol state AAPL"));
        Assert.Contains("150.50", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin phase AAPL opening", """phase AAPL {"phase":"opening"}""")]
    [InlineData(
        "admin phase AAPL halt --reason newsPending --for 900 --then-for 300",
        """phase AAPL {"phase":"halt","reason":"newsPending","forSeconds":900,"thenForSeconds":300}""")]
    [InlineData(
        "admin phase AAPL continuous --for 60 --then closing",
        """phase AAPL {"phase":"continuous","forSeconds":60,"then":"closing"}""")]
    [InlineData("admin rules AAPL --auction-seconds 120", """rules AAPL {"auctionSeconds":120}""")]
    [InlineData(
        "admin rules AAPL --auction-seconds none --why calm", """rules AAPL {"auctionSeconds":"none","why":"calm"}""")]
    [InlineData("admin mark AAPL 150.00", """mark AAPL {"price":"150.00"}""")]
    [InlineData("admin reference AAPL 150.00 --why close", """reference AAPL {"price":"150.00","why":"close"}""")]
    [InlineData(
        "admin rules AAPL --static-band 500 --dynamic-band none --band-mode auction --collar 300 --extensions 2 --protection none",
        """rules AAPL {"protection":"none","staticBand":500,"dynamicBand":"none","dynamicBandMode":"auction","auctionCollar":300,"maxExtensions":2}""")]
    [InlineData("admin bust AAPL 17-0", """bust AAPL {"trade":"17-0"}""")]
    [InlineData("admin bust AAPL 17-0 --why erroneous", """bust AAPL {"trade":"17-0","why":"erroneous"}""")]
    [InlineData("admin phase AAPL halt --why calm", """phase AAPL {"phase":"halt","why":"calm"}""")]
    [InlineData("admin correct AAPL 17-0 150.01", """correct AAPL {"trade":"17-0","price":"150.01"}""")]
    [InlineData("admin breaker 930 1000", """breaker {"index":930,"previousClose":1000}""")]
    public async Task Operator_commands_need_an_operator_key(string line, string command)
    {
        Assert.Equal(0, await RunAsync(line));
        Assert.Equal(command, Assert.Single(_exchange.Operations));
        Assert.Equal(1, await RunFreshAsync(line + " --key demo-bob"));
        Assert.Contains("Forbidden", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_blocked_and_let_in_again()
    {
        Assert.Equal(0, await RunAsync("admin block ACC-1001"));
        Assert.Equal("ACC-1001 is blocked in AAPL.", _output.ToString().Trim());
        Assert.Equal(0, await RunFreshAsync("admin unblock ACC-1001 --symbol AAPL --json"));
        Assert.False(Document().GetProperty("blocked").GetBoolean());
    }

    private Task<int> RunFreshAsync(string line)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return RunAsync(line);
    }

    private Task<int> RunAsync(string line, CancellationToken? cancellation = null) =>
        RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), cancellation);

    private Task<int> RunAsync(string[] words, CancellationToken? cancellation = null)
    {
        var app = new CommandLineApp(_output, _error, _environment.GetValueOrDefault)
        {
            ClientOptions = new QuantumCoreClientOptions
            {
                MaxAttempts = 3,
                FirstPause = TimeSpan.FromMilliseconds(1),
                JitterSeed = 7,
            },
        };
        return app.RunAsync(words, cancellation ?? TestContext.Current.CancellationToken);
    }

    private JsonElement Document()
    {
        using var document = JsonDocument.Parse(_output.ToString());
        return document.RootElement.Clone();
    }
}
