using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using QuantumCore.Client;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>qc at a terminal, and in shells.</summary>
public sealed class CommandLineTests(SharedExchange silo) : IClassFixture<SharedExchange>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await silo.ClearAsync();

    [Fact]
    public async Task Live_view_shows_book_tape_and_own_orders_on_a_VT100_and_obeys_its_keys()
    {
        await using var own = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        using var alice = new QuantumCoreClient(own.Address, "demo-alice");
        using var bob = new QuantumCoreClient(own.Address, "demo-bob");
        await bob.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 5m, 149m), Token);
        await alice.Orders.PlaceAsync(
            PlaceOrder.Limit("AAPL", OrderSide.Sell, 10m, 151m) with { ClientOrderId = "mine-1" }, Token);
        await using var terminal = Terminal.Start(Programs.Cli, "live", "AAPL", "--url", own.Address.ToString());

        await terminal.ShowsAsync("the book", screen => Has(screen, "*10 151.00 10") && Has(screen, "5 149.00")
            && Has(screen, "AAPL sell limit 10 at 151.00 mine-1"));
        await terminal.ShowsAsync("its head", screen => Has(screen, "AAPL continuous last - spread 2.00 live"));

        // Actions of others show without a key press.
        await bob.Orders.PlaceAsync(PlaceOrder.Market("AAPL", OrderSide.Buy, 4m), Token);
        await terminal.ShowsAsync(
            "the trade",
            screen => Has(screen, "*6 151.00 6") && Has(screen, "151.00 4 buy") && Has(screen, "last 151.00"));
        using var clerk = new QuantumCoreClient(own.Address, "demo-admin");
        var trade = (await bob.Market.GetTradesAsync("AAPL", 1, Token))[0].TradeId;
        await clerk.Operator.Trading.CorrectTradeAsync("AAPL", trade, 150m, cancellation: Token);
        await terminal.ShowsAsync(
            "that it was corrected", screen => Has(screen, "151.00 4 corrected") && Has(screen, "last 151.00"));
        await clerk.Operator.Trading.BustTradeAsync("AAPL", trade, cancellation: Token);
        await terminal.ShowsAsync(
            "that it is void", screen => Has(screen, "151.00 4 void buy") && Has(screen, "last 151.00"));
        await alice.Orders.CancelAllAsync(cancellation: Token);
        await terminal.ShowsAsync(
            "the end of the order", screen => Has(screen, "ACC-1001 0 open orders") && !Has(screen, "mine-1"));

        await terminal.PressAsync("n");
        await terminal.ShowsAsync(
            "the next symbol", screen => Has(screen, "AMZN continuous last -") && !Has(screen, "149.00"));
        await terminal.PressAsync("p");
        await terminal.ShowsAsync(
            "the one before, with its trades",
            screen => Has(screen, "AAPL continuous last 151.00") && Has(screen, "5 149.00")
                && Has(screen, "151.00 4 void buy"));
        await own.KillAsync();
        await terminal.ShowsAsync("that it is old", screen => Has(screen, "STALE"));
        await terminal.PressAsync("q");
        Assert.Equal(0, await terminal.ExitAsync());
        Assert.Empty(terminal.Unknown);
    }

    [Fact]
    public async Task Live_view_trades_from_the_keyboard()
    {
        await using var own = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        using var alice = new QuantumCoreClient(own.Address, "demo-alice");
        using var bob = new QuantumCoreClient(own.Address, "demo-bob");
        await bob.Orders.PlaceAsync(PlaceOrder.Limit("MSFT", OrderSide.Sell, 5m, 151m), Token);
        await using var terminal = Terminal.Start(Programs.Cli, "live", "AAPL", "--url", own.Address.ToString());
        await terminal.ShowsAsync("the book", screen => Has(screen, "AAPL continuous") && Has(screen, "? help"));

        await terminal.PressAsync("?");
        await terminal.ShowsAsync("the keys", screen => Has(screen, "cancel the selected order"));
        await terminal.PressAsync("x/msf");
        await terminal.ShowsAsync("the list", screen => Has(screen, "/msf_") && !Has(screen, "AMZN"));
        await terminal.PressAsync("\r");
        await terminal.ShowsAsync(
            "the picked symbol", screen => Has(screen, "MSFT continuous") && Has(screen, "151.00 5"));

        await terminal.PressAsync("b2 x\r");
        await terminal.ShowsAsync("what is wrong", screen => Has(screen, "'x' is no price"));
        await terminal.PressAsync("\u007f148.5\r");
        await terminal.ShowsAsync(
            "the open order", screen => Has(screen, "buy 2 MSFT: new") && Has(screen, "> MSFT buy limit 2 at 148.50"));
        await terminal.PressAsync("b3\r");
        await terminal.ShowsAsync(
            "the fill", screen => Has(screen, "buy 3 MSFT: filled, 3 filled at 151.00") && Has(screen, "151.00 3 buy"));
        await terminal.PressAsync("b1000000 151\r");
        await terminal.ShowsAsync("why it was refused", screen => Has(screen, "nsufficient"));

        await terminal.PressAsync("cn");
        await terminal.ShowsAsync(
            "that the answer was no", screen => Has(screen, "1 open orders") && Has(screen, "MSFT continuous"));
        await terminal.PressAsync("cy");
        await terminal.ShowsAsync(
            "the end of the order", screen => Has(screen, "0 open orders") && Has(screen, "buy 2 MSFT: cancelled"));
        Assert.Empty(await alice.Orders.GetOpenAsync(cancellation: Token));
        await terminal.PressAsync("q");
        Assert.Equal(0, await terminal.ExitAsync());
        Assert.Empty(terminal.Unknown);
    }

    [Fact]
    public async Task Order_shows_the_average_price_of_its_fills()
    {
        var key = await silo.NewTraderAsync();
        using var alice = new QuantumCoreClient(silo.Address, key);
        using var bob = new QuantumCoreClient(silo.Address, await silo.NewTraderAsync());
        await silo.TradeAtAsync(150m);
        await bob.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Sell, 1m, 150m), Token);
        await bob.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Sell, 3m, 152m), Token);
        await alice.Orders.PlaceAsync(
            PlaceOrder.Market("AAPL", OrderSide.Buy, 4m) with { ClientOrderId = "swept" }, Token);

        var (exitCode, output) = await Programs.RunAsync(
            Programs.Cli, "--url", silo.Address.ToString(), "--key", key, "order", "--client-id", "swept");

        Assert.True(exitCode == 0, output);
        Assert.Contains("average 151.5", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_view_without_a_terminal_says_what_to_use_instead()
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Cli, "live", "AAPL");
        Assert.Equal(2, exitCode);
        Assert.Contains("needs a terminal", output, StringComparison.Ordinal);
        Assert.Contains("qc watch", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_of_a_list_have_all_the_options_of_an_order()
    {
        Task<(int ExitCode, string Output)> ListAsync(params string[] arguments) =>
            Programs.RunAsync(
                Programs.Cli, ["order", "list", "of", .. arguments, "--url", silo.Address.ToString(), "--json"]);
        var pair = await ListAsync(
            "oco", "--order", "sell AAPL 100 --limit 160.00 --display 10 --tif day --client-id pair", "--order",
            "sell AAPL 100 --trigger 140.00 --trigger-by mark --tif day");
        Assert.True(pair.ExitCode == 0, pair.Output);
        Assert.Equal(
            ["limit day 10  pair", "stop day  mark pair-2"],
            JsonDocument.Parse(pair.Output).RootElement.GetProperty("orders").EnumerateArray()
                .Select(order => Shown(order, "type", "timeInForce", "displayQuantity", "triggerBy", "clientOrderId")));
        var child = await ListAsync(
            "oto", "--order", "buy AAPL 100 --limit 120.00 --self-trade expireMaker", "--order",
            "sell AAPL 50 --type takeProfitLimit --trigger 160.00 --limit 159.00");
        Assert.True(child.ExitCode == 0, child.Output);
        Assert.Equal(
            ["buy limit 100 expireMaker", "sell takeProfitLimit 50 "],
            JsonDocument.Parse(child.Output).RootElement.GetProperty("orders").EnumerateArray()
                .Select(order => Shown(order, "side", "type", "quantity", "selfTrade")));

        foreach (var (orders, sentence) in new[]
        {
            (new[] { "sell AAPL 100 --limit 160.00" }, "a list of this kind has 2 orders, and here are 1"),
            (["sell AAPL 100 --limit 160.00", "hold AAPL 100"],
                "--order \"hold AAPL 100\": 'hold' is none of buy, sell"),
            (["sell AAPL 100 --limit 160.00", "sell AAPL 100 --post-only --ioc --limit 1"],
                "--post-only goes with neither --ioc nor --fok"),
        })
        {
            var (exitCode, output) =
                await ListAsync(["oco", .. orders.SelectMany(order => new[] { "--order", order })]);
            Assert.Equal(2, exitCode);
            Assert.Contains(sentence, output, StringComparison.Ordinal);
        }

        static string Shown(JsonElement order, params string[] members) =>
            string.Join(
                ' ', members.Select(member => order.TryGetProperty(member, out var value) ? value.ToString() : ""));
    }

    [Fact]
    public async Task A_book_is_pinned_shown_and_let_go()
    {
        string[] at = ["--url", silo.Address.ToString()];
        Task<(int ExitCode, string Output)> PinAsync(params string[] arguments) =>
            Programs.RunAsync(Programs.Cli, ["admin", "pin", .. arguments, .. at]);
        Assert.Contains("No book is pinned.", (await PinAsync()).Output, StringComparison.Ordinal);
        var (exitCode, output) = await PinAsync("AAPL", "all", "--why", "test", "--json");
        Assert.Equal(0, exitCode);
        var pin = JsonDocument.Parse(output).RootElement.EnumerateArray().Single();
        Assert.Equal(("all", true, "test"), (pin.GetProperty("silo").GetString(), pin.GetProperty("held").GetBoolean(),
            pin.GetProperty("why").GetString()));

        // A pin to a silo that is not there yet is not an error.
        var elsewhere =
            JsonDocument.Parse((await PinAsync("AAPL", "east", "--json")).Output).RootElement.EnumerateArray().Single();
        Assert.False(elsewhere.GetProperty("held").GetBoolean());
        Assert.Contains("east", (await PinAsync()).Output, StringComparison.Ordinal);
        Assert.Contains("No book is pinned.", (await PinAsync("AAPL", "--none")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await PinAsync("NONE", "east")).ExitCode);
        Assert.Equal(1, (await PinAsync("AAPL", "two words")).ExitCode);
        Assert.Equal(2, (await PinAsync("AAPL")).ExitCode);
    }

    [Fact]
    public async Task The_exchange_itself_is_shown_with_its_newest_warnings()
    {
        string[] arguments = ["admin", "system", "--url", silo.Address.ToString()];
        var (exitCode, json) = await Programs.RunAsync(Programs.Cli, [.. arguments, "--json"]);
        Assert.True(exitCode == 0, json);
        using var system = JsonDocument.Parse(json);
        var only = Assert.Single(system.RootElement.GetProperty("silos").EnumerateArray());
        Assert.Equal(
            ("active", true), (only.GetProperty("state").GetString(), only.GetProperty("current").GetBoolean()));
        Assert.True(system.RootElement.GetProperty("journal").GetProperty("records").GetInt64() > 0);
        var (text, lines) = ("", Logged(json));
        var linesAfter = lines;
        do
        {
            // A log line written meanwhile, such as of a turn that a busy machine made long, is in the second output
            // only.
            lines = linesAfter;
            (exitCode, text) = await Programs.RunAsync(Programs.Cli, arguments);
            Assert.Equal(0, exitCode);
            linesAfter = Logged((await Programs.RunAsync(Programs.Cli, [.. arguments, "--json"])).Output);
        }
        while (!lines.SequenceEqual(linesAfter));

        Assert.Contains(only.GetProperty("name").GetString()!, text, StringComparison.Ordinal);
        Assert.Contains("records; the history is ", text, StringComparison.Ordinal);
        Assert.Contains(
            lines.Length == 0 ? "No warnings and no errors" : lines[0].Split(' ')[0], text, StringComparison.Ordinal);
        Assert.Equal(1, (await Programs.RunAsync(Programs.Cli, [.. arguments, "--key", "demo-alice"])).ExitCode);

        static string[] Logged(string shown) =>
            [.. JsonDocument.Parse(shown).RootElement.GetProperty("log").EnumerateArray()
                .Select(line => line.GetProperty("message").GetString()!)];
    }

    [Fact]
    public async Task Stats_are_those_of_the_candles_and_are_drawn_as_text_and_picture()
    {
        await using var own =
            await SiloProcess.StartAsync("--storage", "volatile", "--no-quotes", "AMZN,MSFT,BTC-USD");
        using var client = new QuantumCoreClient(own.Address);
        var folder = Directory.CreateTempSubdirectory("quantumcore-plot-");
        try
        {
            var picture = Path.Combine(folder.FullName, "aapl.png");
            string[] arguments =
                ["--url", own.Address.ToString(), "stats", "AAPL", "--period", "1h", "--candles", "24"];
            var (exitCode, text) = await Programs.RunAsync(Programs.Cli, [.. arguments, "--png", picture]);
            Assert.True(exitCode == 0, text);
            Assert.Contains("AAPL, 24 candles, from ", text, StringComparison.Ordinal);
            Assert.Contains(" vol |", text, StringComparison.Ordinal);
            Assert.True(new FileInfo(picture).Length > 1_000, "The picture is empty.");

            // Past hours do not change any more: the figures contain their candles.
            (exitCode, var json) = await Programs.RunAsync(Programs.Cli, [.. arguments, "--json"]);
            Assert.True(exitCode == 0, json);
            using var stats = JsonDocument.Parse(json);
            var candles = await client.Market.GetCandlesAsync("AAPL", "1h", 24, cancellation: Token);
            decimal Of(string member) =>
                decimal.Parse(stats.RootElement.GetProperty(member).GetString()!, CultureInfo.InvariantCulture);
            Assert.Equal(24, candles.Count);
            Assert.InRange(
                Of("high"), candles.SkipLast(1).Max(candle => candle.High), candles.Max(candle => candle.High));
            Assert.InRange(Of("low"), candles.Min(candle => candle.Low), candles.SkipLast(1).Min(candle => candle.Low));
            Assert.InRange(
                Of("volume"), candles.SkipLast(1).Skip(1).Sum(candle => candle.Volume),
                candles.Sum(candle => candle.Volume) + candles[0].Volume);
            Assert.True(Of("deviationBasisPoints") > 0m && Of("spread") > 0m && Of("bidDepth") > 0m);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Watching_ends_with_whoever_reads_it()
    {
        await using var own =
            await SiloProcess.StartAsync("--storage", "volatile", "--no-quotes", "AMZN,MSFT,BTC-USD");
        var script =
            $"set -o pipefail; '{Programs.Host}' '{Programs.Cli}' watch AAPL --json --url {own.Address} | head -n 1";
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        var (exitCode, output) = await Programs.RunAsync(start);

        Assert.True(exitCode == 0, output);
        Assert.Equal("AAPL", JsonDocument.Parse(output).RootElement.GetProperty("symbol").GetString());
    }

    [Theory]
    [InlineData("qc bo", "book")]
    [InlineData("qc sim fa", "fault")]
    [InlineData("qc alerts re", "remove")]
    [InlineData("qc admin phase AAPL o", "opening")]
    [InlineData("qc buy AAPL 5 --limit 150 --tif f", "fok")]
    [InlineData("qc buy AAPL --post", "--post-only")]
    [InlineData("qc completion f", "fish")]
    [InlineData("qc nothing x", "")]
    public async Task Bash_completes_a_line_as_the_grammar_has_it(string line, string expected)
    {
        // Like bash at a tab: the words, the word under the cursor, and the registered function of the script.
        var script = $$"""
            qc() { '{{Programs.Host}}' '{{Programs.Cli}}' "$@"; }
            source <(qc completion bash)
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=($COMP_LINE); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            handler=$(complete -p qc | sed 's/.*-F \([^ ]*\) .*/\1/'); "$handler"
            printf '%s' "${COMPREPLY[*]}"
            """;
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, output);
        Assert.Equal(expected, output.Trim());
    }

    /// <summary>Returns true if a line has these words one after the other, whatever spaces are between them.</summary>
    private static bool Has(string screen, string words) =>
        screen.Split('\n')
            .Any(
                line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Contains(words, StringComparison.Ordinal));
}
