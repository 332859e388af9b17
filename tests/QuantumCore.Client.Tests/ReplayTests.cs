using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuantumCore.Cli;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary><c>qc replay</c> over HTTP against the test exchange.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private const string Flow =
        """
        A,1,B,100,1500000
        A,2,B,100,1500000
        A,-3,S,50,1500200,back,#init
        Q,1500200,50,1500000,200
        X,1,40
        IOC,S,100,1499900,1:60@1500000|2:40@1500000
        D,2,60
        A,1,B,10,1499900
        X,1,10
        IOC,B,60,1500200,-3:50@1500200
        Q,9999999999,0,-9999999999,0
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("qc-replay").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private TestExchange _exchange = null!;

    public async ValueTask InitializeAsync() => _exchange = await TestExchange.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_recording_is_reproduced_and_reported_in_one_line()
    {
        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list"));

        var line = Assert.Single(_output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var report = JsonDocument.Parse(line);
        var numbers = report.RootElement.EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value.GetDecimal());
        Assert.Equal(
            ["ioc", "iocExact", "fills", "q", "qExact", "orders", "seconds", "ordersPerSecond"], numbers.Keys);
        Assert.Equal(
            (2m, 2m, 3m, 2m, 2m, 9m),
            (numbers["ioc"], numbers["iocExact"], numbers["fills"], numbers["q"], numbers["qExact"],
                numbers["orders"]));
        Assert.Equal("DAY.L", (string)_exchange.Instruments[^1]["symbol"]!);
    }

    [Fact]
    public async Task Trades_of_a_recording_are_plotted_into_a_file()
    {
        var picture = Path.Combine(_folder, "day.png");

        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list", "--png", picture));

        Assert.Equal(
            [0x89, (byte)'P', (byte)'N', (byte)'G'],
            (await File.ReadAllBytesAsync(picture, TestContext.Current.CancellationToken))[..4]);
        Assert.Contains($"plot in {picture}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_accounts_get_enough_for_the_whole_recording()
    {
        await ReplayAsync(Write(Flow), "--list", "--run", "r1");

        Assert.Equal(("51", "31501"), (Deposited("ACC-2001", "base"), Deposited("ACC-2001", "quote")));
        Assert.Equal(("101", "9003"), (Deposited("ACC-2002", "base"), Deposited("ACC-2002", "quote")));

        string Deposited(string account, string side) =>
            (string)_exchange.Deposits.Single(deposit =>
                deposit.Key.StartsWith($"{account}/r1.{side}.", StringComparison.Ordinal)).Value["amount"]!;
    }

    [Theory]
    [InlineData(
        """{"asset":"USD","tiers":[{"fromVolume":"0","makerFeePpm":200,"takerFeePpm":1000},{"fromVolume":"1","makerFeePpm":-100,"takerFeePpm":800}],"minimumFee":"0"}""",
        "31533", "9012", "100")]
    [InlineData(
        """{"asset":"USD","tiers":[{"fromVolume":"0","makerFeePpm":0,"takerFeePpm":0}],"minimumFee":"20.00"}""",
        "31561", "9023", "0")]
    [InlineData(
        """{"asset":"EUR","tiers":[{"fromVolume":"0","makerFeePpm":-5,"takerFeePpm":1000}],"minimumFee":"0"}""",
        "31501", "9003", "0")]
    public async Task Fees_of_a_schedule_are_paid_in_too_and_what_is_listed_pays_for_its_rebate(
        string schedule, string maker, string taker, string takerFee)
    {
        _exchange.FeeSchedules.Add(JsonNode.Parse(schedule)!);
        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list", "--run", "r1"));
        string Paid(string account) => (string)_exchange.Deposits.Single(deposit =>
            deposit.Key.StartsWith($"{account}/r1.quote.", StringComparison.Ordinal)).Value["amount"]!;
        Assert.Equal((maker, taker), (Paid("ACC-2001"), Paid("ACC-2002")));
        Assert.Equal(takerFee, _exchange.Instruments[^1]["takerFeePpm"]!.ToString());
    }

    [Fact]
    public async Task A_recording_that_is_not_there_is_told_so()
    {
        Assert.Equal(2, await ReplayAsync("nowhere.gz", "--ticker", "AAPL"));
        Assert.Contains("there is no file 'nowhere.gz'", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_that_chooses_the_wrong_resting_order_is_found_out()
    {
        _exchange.LastInFirstOut = true;

        Assert.Equal(1, await ReplayAsync(Write(Flow), "--list"));

        Assert.Contains("line 6: recorded", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"ioc\":2,\"iocExact\":1,", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_book_that_differs_is_found_out()
    {
        Assert.Equal(1, await ReplayAsync(Write("A,1,B,100,1500000\nQ,9999999999,0,1500000,99\n"), "--list"));

        Assert.Contains("line 2: recorded book 99@150", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_that_finds_another_quantity_is_found_out()
    {
        Assert.Equal(1, await ReplayAsync(Write("A,1,B,100,1500000\nD,1,99\n"), "--list"));

        Assert.Contains("recorded 99 left to cancel, the exchange 100", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Lost_answers_change_nothing(int every)
    {
        _exchange.DropEvery = every;
        _exchange.List("DAY.L");

        Assert.Equal(0, await ReplayAsync(Write(Flow), "--batch", "1", "--run", "lossy"));

        Assert.Contains(
            "\"ioc\":2,\"iocExact\":2,\"fills\":3,\"q\":2,\"qExact\":2", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(11)]
    public async Task A_run_goes_on_where_it_stopped(int lines)
    {
        var part = string.Join('\n', Flow.Split('\n').Take(lines));
        Assert.Equal(0, await ReplayAsync(Write(part), "--list", "--run", "r1"));

        Assert.Equal(0, await ReplayAsync(Write(Flow), "--run", "r1"));

        Assert.Equal(4, _exchange.Book("DAY.L").Orders.Count(order => order.Account == "ACC-2001"));
        Assert.InRange(_exchange.Deposits.Count, 4, 8);
    }

    [Fact]
    public async Task Another_run_never_mixes_with_resting_orders()
    {
        await ReplayAsync(Write("A,1,B,100,1500000\n"), "--list");

        Assert.Equal(2, await ReplayAsync(Write(Flow)));

        Assert.Contains("DAY.L has resting orders", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_emptied_book_can_be_replayed_to_again()
    {
        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list"));
        Assert.Equal(0, await ReplayAsync(Write(Flow)));
    }

    [Theory]
    [InlineData("A,1,B,100,1500050\n", "line 1: price 150.005 is not a whole number")]
    [InlineData("A,1,B,100,1500000\nZ\n", "line 2, column 1 (command): unknown command 'Z'")]
    [InlineData("A,1,B,100,1500000\nX,7,1\n", "line 2: order 7 does not rest at this point of the recording")]
    [InlineData("A,1,B,100,1500000\nD,1,100\nIOC,S,10,1400000,1:10@1500000\n", "line 3: order 1 does not rest")]
    [InlineData("A,1,B,2000000,1500000\n", "line 1: quantity 2000000 is not within DAY.L's 1 to 1000000")]
    [InlineData(
        "A,1,B,1,99999999999\n",
        "line 1: price 9999999.9999 is not a whole number of DAY.L's ticks of 0.01: replay to a symbol with ticks of 0.0001")]
    [InlineData("A,1,B,1,99999999900\n", "line 1: price 9999999.99 is not within DAY.L's 0.01 to 1000000")]
    public async Task A_recording_that_does_not_fit_is_refused_before_anything_is_sent(string flow, string why)
    {
        _exchange.List("DAY.L");

        Assert.Equal(2, await ReplayAsync(Write(flow)));

        Assert.Contains(why, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_exchange.Changes);
    }

    [Theory]
    [InlineData("A,1,B,100,1500000\nX,7,1\n")]
    [InlineData("A,1,B,100,1500000\nA,2,B,lots,1500000\n")]
    [InlineData("A,1,B,2000000000,1500000\n")]
    public async Task A_recording_that_does_not_fit_lists_nothing(string flow)
    {
        Assert.Equal(2, await ReplayAsync(Write(flow), "--list"));
        Assert.Empty(_exchange.Changes);
    }

    [Fact]
    public async Task Replay_with_an_invalid_key_lists_nothing()
    {
        Assert.NotEqual(0, await ReplayAsync(Write(Flow), "--list", "--admin-key", "nobody"));
        Assert.DoesNotContain(_exchange.Instruments, instrument => (string?)instrument["symbol"] == "DAY.L");
    }

    [Fact]
    public async Task A_replay_that_the_exchange_refuses_leaves_no_order_and_no_key_behind()
    {
        const string Refused = "A,1,B,100,1500000\nX,1,10\nA,2,B,2000000,1500000\n";
        var keys = _exchange.KeysOfAccounts;
        Assert.Equal(1, await ReplayAsync(Write(Refused), "--list"));
        Assert.Contains("line 3: refused, InvalidQuantity", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_exchange.Book("DAY.L").Orders, order => order.IsOpen);
        Assert.Equal(keys, _exchange.KeysOfAccounts);

        // A named run may resume: its orders in the book are its own.
        Assert.Equal(1, await ReplayAsync(Write(Refused), "--run", "r1"));
        Assert.Single(_exchange.Book("DAY.L").Orders, order => order.IsOpen);
    }

    [Fact]
    public async Task A_replay_revokes_the_keys_that_it_has_made()
    {
        var keys = _exchange.KeysOfAccounts;
        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list"));
        Assert.Equal(keys, _exchange.KeysOfAccounts);
    }

    [Fact]
    public async Task A_stock_below_a_dollar_is_listed_with_ticks_of_a_hundredth_of_a_cent()
    {
        Assert.Equal(
            0, await ReplayAsync(Write("A,1,B,100,4512\nIOC,S,50,4512,1:50@4512\nQ,9999999999,0,4512,50\n"), "--list"));

        Assert.Contains(
            "\"ioc\":1,\"iocExact\":1,\"fills\":1,\"q\":1,\"qExact\":1", _output.ToString(), StringComparison.Ordinal);
        var listed = _exchange.Instruments[^1];
        Assert.Equal(
            ("0.0001", "USD4", 4),
            (listed["tickSize"]!.ToString(), (string)listed["quoteAsset"]!, (int)listed["quoteDecimals"]!));
    }

    [Fact]
    public async Task A_replay_says_what_the_file_is_read_as_and_why()
    {
        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list"));
        Assert.Contains(
            "day.cmds.csv is read as commands: 11 of its first 11 lines begin as commands do", _error.ToString(),
            StringComparison.Ordinal);

        Assert.Equal(2, await ReplayAsync(Write(Flow), "--format", "lobster"));
        Assert.Contains(
            "line 1: a message has six fields: time, type, id, size, price, direction; here are 5", _error.ToString(),
            StringComparison.Ordinal);

        Assert.Equal(2, await ReplayAsync(Write(Flow), "--format", "csv"));
        Assert.Contains(
            "'csv' is none of commands, lobster, lobsterZip, itch50", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unlisted_symbol_is_not_listed_unasked()
    {
        Assert.Equal(2, await ReplayAsync(Write(Flow)));

        Assert.Contains("--list lists it", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_exchange.Changes);
    }

    [Fact]
    [Trait("Suite", "Gate")]
    public async Task The_small_recorded_day_is_reproduced()
    {
        var file = OrderFlowFiles.Find("MSFT_2012-06-21_50_1000rows.cmds.csv.gz");

        Assert.Equal(0, await ReplayAsync(file, "--list"));

        Assert.StartsWith(
            """{"ioc":35,"iocExact":35,"fills":110,"q":80,"qExact":80,"orders":1228,""", _output.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("to MSFT.L", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_goes_on_by_itself_where_the_admin_port_does_not_show_it()
    {
        Assert.Equal(0, await ReplayAsync(Write(Flow), "--list", "--admin", _exchange.Address.ToString()));
        Assert.Contains(
            "does not show the replay, which goes on by itself", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Suite", "Gate")]
    public async Task The_first_minutes_of_a_LOBSTER_day_are_reproduced()
    {
        await using var zip = await ZipFile.OpenReadAsync(
            OrderFlowFiles.Find("LOBSTER_AMZN_2012-06-21_5.zip"), TestContext.Current.CancellationToken);
        foreach (var entry in zip.Entries.Where(entry => entry.Name.EndsWith(".csv", StringComparison.Ordinal)))
        {
            using var text = new StreamReader(await entry.OpenAsync(TestContext.Current.CancellationToken));
            var lines = new List<string>();
            while (lines.Count < 2000 && await text.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                lines.Add(line);

            await File.WriteAllLinesAsync(
                Path.Combine(_folder, entry.Name), lines, TestContext.Current.CancellationToken);
        }

        var messages = Directory.GetFiles(_folder, "*_message_*").Single();
        Assert.Equal(0, await ReplayAsync(messages, "--list", "--batch", "500"));

        using var report = JsonDocument.Parse(_output.ToString());
        var ioc = report.RootElement.GetProperty("ioc").GetInt32();
        Assert.InRange(ioc, 100, 2000);
        Assert.Equal(ioc, report.RootElement.GetProperty("iocExact").GetInt32());
        Assert.InRange(report.RootElement.GetProperty("q").GetInt32(), 250, 2000);
        Assert.Contains("hidden orders", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_that_does_not_page_fills_is_told_so()
    {
        _exchange.PagesFills = false;

        Assert.Equal(2, await ReplayAsync(Write(Flow), "--list"));

        Assert.Contains("GET /fills?after=", _error.ToString(), StringComparison.Ordinal);
    }

    private string Write(string flow)
    {
        var path = Path.Combine(_folder, "day.cmds.csv");
        File.WriteAllText(path, flow);
        return path;
    }

    private Task<int> ReplayAsync(string file, params string[] more)
    {
        var app = new CommandLineApp(_output, _error, name => name == "QC_URL" ? _exchange.Address.ToString() : null)
        {
            ClientOptions = new QuantumCoreClientOptions { FirstPause = TimeSpan.FromMilliseconds(1), JitterSeed = 7 },
        };
        return app.RunAsync(["replay", file, "--json", .. more], TestContext.Current.CancellationToken);
    }
}
