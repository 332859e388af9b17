using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Control of a demo's market: by the SDK, by qc, and by nobody outside the admin port.</summary>
[TakesSeconds(75)]
public sealed class SimulationControlTests(ShapedDemo demo) : IClassFixture<ShapedDemo>
{
    // AAPL and MSFT are not simulated here.
    private const string Simulated = "AMZN";
    private const string Second = "BTC-USD";
    private const int Steps = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Same_seed_on_the_same_steps_is_the_same_market_and_another_seed_another()
    {
        var first = await RunAsync(seed: 11);
        Assert.InRange(first.Count(trade => trade.StartsWith(Simulated, StringComparison.Ordinal)), 20, 2_000);
        Assert.Equal(first, await RunAsync(seed: 11));
        Assert.NotEqual(first, await RunAsync(seed: 12));

        // Without volatility, it is another market with the same seed.
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Volatility: 0m), Token);
        Assert.NotEqual(first, await RunAsync(seed: 11));
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Volatility: 1m), Token);
    }

    [Fact]
    public async Task Paused_market_stands_still_steps_one_by_one_and_goes_on()
    {
        var paused = await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Paused: true), Token);
        Assert.True(paused.Market.Paused && paused.Running);
        await SteppedAsync(
            paused.Market.Steps + 3, await demo.Operator.Simulation.ChangeMarketAsync(
                new MarketChange(Steps: 3), Token));
        await IdleAsync();
        var sequence = await SeenAsync(Simulated);
        var still = await demo.Operator.Simulation.GetAsync(Token);
        Assert.Equal(paused.Market.Steps + 3, still.Market.Steps);
        Assert.Equal(sequence, (await demo.Operator.Market.GetBookAsync(Simulated, cancellation: Token)).Sequence);

        var runs = await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Paused: false, Speed: 5m), Token);
        Assert.Equal((false, 5m), (runs.Market.Paused, runs.Market.Speed));
        await ReachedAsync(paused.Market.Steps + 40);
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Speed: 1m), Token);
    }

    [Fact]
    public async Task Participants_that_are_sent_away_leave_empty_books_and_come_back()
    {
        var all = Enum.GetValues<SimulatedParticipant>();
        var away = await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Away: all), Token);
        Assert.Equal(all, away.Market.Away);
        await Wait.UntilAsync(
            async () =>
                (await demo.Operator.Market.GetBookAsync(
                    Simulated, cancellation: Token)) is { Bids.Count: 0, Asks.Count: 0 });
        Assert.Empty((await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Away: []), Token)).Market.Away);
        await Wait.UntilAsync(
            async () => (await demo.Operator.Market.GetBookAsync(Simulated, cancellation: Token)) is
            {
                Bids.Count: > 0,
                Asks.Count: > 0
            });
    }

    [Fact]
    public async Task Halted_symbol_takes_no_orders_and_trades_on_when_it_is_let()
    {
        using var alice = demo.Client("demo-alice", isPatient: false);
        await demo.Operator.Simulation.HaltAsync(Second, isHalted: true, Token);
        Assert.Equal(TradingPhase.Halt, (await alice.Market.GetStateAsync(Second, Token)).Phase);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => alice.Orders.PlaceAsync(PlaceOrder.Market(Second, OrderSide.Buy, 0.001m), Token));
        Assert.Equal("SymbolHalted", refused.Code);
        await demo.Operator.Simulation.HaltAsync(Second, isHalted: false, Token);
        await demo.Operator.Simulation.HaltAsync(Second, isHalted: false, Token);
        Assert.Equal(TradingPhase.Continuous, (await alice.Market.GetStateAsync(Second, Token)).Phase);

        // The participants find that out, too.
        var before = (await alice.Market.GetBookAsync(Second, cancellation: Token)).Sequence;
        await Wait.UntilAsync(
            async () => (await alice.Market.GetBookAsync(Second, cancellation: Token)).Sequence > before + 5);
        var unknown = await Assert.ThrowsAsync<QuantumCoreException>(
            () => demo.Operator.Simulation.HaltAsync("NOPE", isHalted: true, Token));
        Assert.Equal("UnknownSymbol", unknown.Code);
    }

    [Fact]
    public async Task Symbol_that_trades_is_not_interrupted_by_being_let_trade()
    {
        using var alice = demo.Client("demo-alice");
        var before = await alice.Market.GetStateAsync(Second, Token);
        await demo.Operator.Simulation.HaltAsync(Second, isHalted: false, Token);
        var after = await alice.Market.GetStateAsync(Second, Token);
        Assert.Equal((TradingPhase.Continuous, before.PhaseSince), (after.Phase, after.PhaseSince));
    }

    [Fact]
    public async Task Skewed_clock_is_shown_to_signed_clients_and_never_recorded()
    {
        using var http = new HttpClient { BaseAddress = demo.Address };
        var right = await TimeAsync(http);
        await demo.Operator.Simulation.SetClockSkewAsync(3_600_000, cancellation: Token);
        Assert.InRange(await TimeAsync(http) - right, 3_600_000, 3_600_000 + 120_000);
        using var alice = demo.Client("demo-alice");
        var order = await alice.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 100m), Token);
        await alice.Orders.CancelAsync("AAPL", order.OrderId, Token);
        Assert.InRange((order.TimeNanos / 1_000_000) - right, -1_000, 120_000);
        Assert.Equal(0, (await demo.Operator.Simulation.SetClockSkewAsync(0, cancellation: Token)).SkewMillis);
    }

    [Fact]
    public async Task Clock_of_one_key_is_listed_logged_and_taken_away_like_a_fault()
    {
        using var http = new HttpClient { BaseAddress = demo.Address };
        var set = Assert.Single((await demo.Operator.Simulation.SetClockSkewAsync(
            3_600_000, "demo-bob", Token)).Clocks!);
        Assert.Equal(("demo-bob", 3_600_000L), (set.Key, set.Millis));
        await Wait.UntilAsync(
            () =>
                Task.FromResult(
                    demo.Output.Contains(
                        $"Fault {set.Id} waits for clients: the clock of demo-bob is 3600000 ms ahead",
                        StringComparison.Ordinal)));

        // A signed request of bob's is an hour old; one of alice's is not. A client without a key gets the right time.
        Assert.Equal(HttpStatusCode.BadRequest, await SignedAsync(http, "demo-bob"));
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(http, "demo-alice"));
        var fired = Assert.Single(await demo.FiredAsync(set.Id));
        Assert.Equal((FaultKind.Skew, "GET /api/v3/account"), (fired.Kind, fired.To));
        Assert.InRange(await TimeAsync(http, "demo-bob") - await TimeAsync(http), 3_540_000, 3_660_000);

        // Another setting replaces the first. A key that is not the demo's is not shown in full.
        var changed = (await demo.Operator.Simulation.SetClockSkewAsync(-7, "demo-bob", Token)).Clocks!;
        Assert.Equal(-7, Assert.Single(changed).Millis);
        Assert.Equal("secr…", (await demo.Operator.Simulation.SetClockSkewAsync(
            5, "secret-of-somebody", Token)).Clocks![^1].Key);
        Assert.Equal("secr…", Assert.Single((await demo.Operator.Simulation.RemoveFaultsAsync(
            changed[0].Id, Token)).Clocks!).Key);
        await demo.Operator.Simulation.SetClockSkewAsync(9, cancellation: Token);
        Assert.Equal((0L, 0), (await demo.Operator.Simulation.RemoveFaultsAsync(cancellation: Token)) is var clear
            ? (clear.SkewMillis, clear.Clocks!.Count)
            : default);
        Assert.Equal(HttpStatusCode.OK, await SignedAsync(http, "demo-bob"));
        Assert.Contains(
            "2500 ms ahead for demo-bob", await QcAsync("skew", "2500", "--key", "demo-bob"), StringComparison.Ordinal);
        Assert.DoesNotContain("demo-bob", await QcAsync("skew", "0", "--for", "demo-bob"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("market", """{"speed":0.01}""", "speed")]
    [InlineData("market", """{"speed":"51"}""", "speed")]
    [InlineData("market", """{"volatility":-1}""", "volatility")]
    [InlineData("market", """{"steps":0}""", "steps")]
    [InlineData("market", """{"seed":-1}""", "seed")]
    [InlineData("market", """{"away":["noise","noise"]}""", "away")]
    [InlineData("market", """{"away":["nobody"]}""", "away[0]")]
    [InlineData("market", """{"away":[7]}""", "away")]
    [InlineData("market", """{"colour":"red"}""", "colour")]
    [InlineData("skew", """{"millis":86400001}""", "millis")]
    [InlineData("skew", """{"millis":1,"key":""}""", "key")]
    [InlineData("skew", """{"key":"demo-bob"}""", "millis")]
    [InlineData("faults", """{"kind":"skew"}""", "kind")]
    [InlineData("faults", "{}", "kind")]
    [InlineData("faults", """{"kind":7}""", "kind")]
    [InlineData("faults", """{"kind":"drop","on":7}""", "on")]
    [InlineData("symbols/AAPL", "{}", "halted")]
    public async Task Change_that_makes_no_sense_changes_nothing_and_is_refused_with_its_field(
        string call, string body, string field)
    {
        using var admin = new Customer(demo.Admin, null);
        var before = (await demo.Operator.Simulation.GetAsync(Token)).Market with { Steps = 0 };
        var answer = await admin.PostAsync($"sim/{call}", body);
        Assert.Equal((400, field), (answer.Status, answer.Text("field")));
        Assert.Empty((await demo.Operator.Simulation.GetAsync(Token)).Faults);
        Assert.Equivalent(
            before, (await demo.Operator.Simulation.GetAsync(Token)).Market with { Steps = 0 }, strict: true);
    }

    [Theory]
    [InlineData(
        """{"away":["nobody"]}""",
        "The value must be one of these, in quotes: maker, depth, noise, momentum, reversion, institution (line 1, byte 17).")]
    [InlineData(
        """{"colour":"red"}""",
        "There is no member 'colour'; members are paused, speed, volatility, steps, seed, reset, away (line 1, byte 10).")]
    [InlineData("""{"paused":1}""", "The value must be true or false (line 1, byte 11).")]
    [InlineData("""{"speed":"x"}""", "The value must be a number, without quotes (line 1, byte 12).")]
    public async Task Body_that_is_none_of_the_call_is_told_what_is_taken(string body, string detail)
    {
        using var admin = new Customer(demo.Admin, null);
        Assert.Equal(detail, (await admin.PostAsync("sim/market", body)).Text("detail"));
    }

    [Fact]
    public async Task Market_is_shaped_by_administrators_and_at_the_admin_port_of_this_machine_alone()
    {
        // The administrator can control it on the customers' port, too, and calls that remove a fault do not meet it.
        using var administrator = new Customer(demo.Address, "demo-admin");
        Assert.Equal(200, (await administrator.GetAsync("sim")).Status);
        Assert.Equal(
            200,
            (await administrator.PostAsync("sim/faults", """{"kind":"reject","key":"demo-admin","count":2}""")).Status);
        Assert.Equal(200, (await administrator.DeleteAsync("sim/faults")).Status);
        Assert.Empty((await demo.Operator.Simulation.GetAsync(Token)).Faults);
        using var forwarded = new HttpRequestMessage(HttpMethod.Get, new Uri(demo.Address, "/api/qc/v1/sim"))
        {
            Headers = { { "X-Api-Key", "demo-admin" }, { "X-Forwarded-For", "10.0.0.1" } },
        };
        using var http = new HttpClient();
        using var answer = await http.SendAsync(forwarded, Token);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);

        using var customers = new Customer(demo.Address, "demo-alice");
        Assert.Equal(204, (await customers.GetAsync("sim")).Status);
        Assert.Equal(404, (await customers.PostAsync("sim/market", """{"paused":true}""")).Status);
        Assert.Equal(404, (await customers.DeleteAsync("sim/faults")).Status);

        // A page of another site uses a host name of its own or a proxy, or sends no content type of JSON.
        Assert.Equal(HttpStatusCode.NotFound, await PauseAsync(request => request.Headers.Host = "evil.example"));
        Assert.Equal(
            HttpStatusCode.NotFound, await PauseAsync(request => request.Headers.Add("X-Forwarded-For", "10.0.0.1")));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await PauseAsync(request => request.Content!.Headers.ContentType = new("text/plain")));
        Assert.False((await demo.Operator.Simulation.GetAsync(Token)).Market.Paused);
    }

    [Fact]
    public async Task Injected_faults_and_market_controls_leave_the_books_balanced()
    {
        using var storage = Storage.InFiles();
        var port = SiloProcess.FreePort();
        await using (var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--admin-port", port.ToString(CultureInfo.InvariantCulture)]))
        {
            using var sim = new QuantumCoreClient(new Uri($"http://127.0.0.1:{port}"));
            await sim.Simulation.ChangeMarketAsync(new MarketChange(Speed: 10m, Volatility: 4m), Token);
            foreach (var kind in new[] { FaultKind.Reject, FaultKind.Timeout, FaultKind.Drop })
                await sim.Simulation.AddFaultAsync(new NewFault(kind, Count: 5, Millis: 1), Token);
            using var alice = new QuantumCoreClient(
                silo.Address, "demo-alice",
                new QuantumCoreClientOptions { MaxAttempts = 30, RetryBudget = TimeSpan.FromMinutes(1) });
            for (var i = 0; i < 20; i++)
                await alice.Orders.PlaceAsync(PlaceOrder.Market("AAPL", OrderSide.Buy, 1m), Token);
            Assert.Equal(15, (await sim.Simulation.GetAsync(Token)).Fired.Count);
            var before = (await alice.Account.GetAsync(Token)).Balances.Single(balance => balance.Asset == "AAPL");
            Assert.Equal(1_020m, before.Total);
            await sim.Simulation.ChangeMarketAsync(new MarketChange(Seed: 5), Token);
            await Wait.UntilAsync(async () => (await sim.Simulation.GetAsync(Token)).Market.Steps > 20);
            Assert.Equal(0, await silo.TerminateAsync());
        }

        var (exitCode, output) = await Programs.RunAsync(Programs.Cli, "verify", storage.Folder);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("--admin-port", "8081", "--demo", "off")]
    [InlineData("--admin-port", "8081", "--urls", "http://0.0.0.0:8080")]
    [InlineData("--admin-port", "0")]
    public async Task Admin_port_is_for_demos(params string[] options)
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Silo, options);
        Assert.Equal(64, exitCode);
        Assert.Contains("--admin-port", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--recordings", ".")]
    [InlineData("--recordings", "./no-such-folder", "--admin-port", "8081")]
    public async Task Folder_of_recordings_is_one_and_for_the_admin_port(params string[] options)
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Silo, options);
        Assert.Equal(64, exitCode);
        Assert.Contains("--recordings", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Qc_shapes_the_market_and_sets_faults()
    {
        Assert.Contains("paused", await QcAsync("pause"), StringComparison.Ordinal);
        Assert.Contains("volatility 2.5", await QcAsync("volatility", "2.5"), StringComparison.Ordinal);
        var shown = await demo.Operator.Simulation.GetAsync(Token);
        Assert.Equal((true, 2.5m), (shown.Market.Paused, shown.Market.Volatility));
        Assert.DoesNotContain("the market runs", await QcAsync("step", "4"), StringComparison.Ordinal);
        await ReachedAsync(shown.Market.Steps + 4);
        Assert.Contains("seed 21", await QcAsync("reset", "--seed", "21"), StringComparison.Ordinal);
        Assert.Contains(
            "reject of requests, AAPL, demo-bob, 2 times",
            await QcAsync("fault", "reject", "--for", "demo-bob", "--symbol", "AAPL", "--count", "2"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("waits", await QcAsync("clear"), StringComparison.Ordinal);
        Assert.Contains("clock -1500 ms ahead", await QcAsync("skew", "--", "-1500"), StringComparison.Ordinal);
        await QcAsync("skew", "0");
        await QcAsync("volatility", "1");
        Assert.Contains("speed 2", await QcAsync("speed", "2"), StringComparison.Ordinal);
        await QcAsync("speed", "1");
        await QcAsync("halt", Simulated);
        Assert.Equal(TradingPhase.Halt, (await demo.Operator.Market.GetStateAsync(Simulated, Token)).Phase);
        await QcAsync("open", Simulated);
        Assert.Equal(TradingPhase.Continuous, (await demo.Operator.Market.GetStateAsync(Simulated, Token)).Phase);
        Assert.Contains("running", await QcAsync("resume"), StringComparison.Ordinal);
        Assert.Contains(
            "the market runs: these steps come beside those of its clock", await QcAsync("step", "1"),
            StringComparison.Ordinal);
    }

    /// <summary>Resets the market, lets it take its steps, and returns the trades of both symbols.</summary>
    private async Task<IReadOnlyList<string>> RunAsync(long seed)
    {
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Paused: true, Seed: seed), Token);

        // The first step finds an empty book, so that it trades nothing. It begins when everything before is over.
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Steps: 1), Token);
        await ReachedAsync(1);
        var from = await Task.WhenAll(new[] { Simulated, Second }.Select(SequenceAsync));
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Steps: Steps), Token);
        await ReachedAsync(Steps + 1);

        // The last step is complete when the next has begun.
        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Steps: 1), Token);
        await ReachedAsync(Steps + 2);
        await IdleAsync();
        var trades = new List<string>();
        foreach (var (symbol, since) in new[] { Simulated, Second }.Zip(from))
        {
            await SeenAsync(symbol);
            var told = await demo.Operator.Market.GetTradesAsync(symbol, 1_000, Token);
            trades.AddRange(
                told.Where(trade => long.Parse(trade.TradeId.Split('-')[0], CultureInfo.InvariantCulture) > since)
                .Reverse().Take(100).Select(trade => $"{symbol} {trade.TakerSide} {trade.Quantity} at {trade.Price}"));
        }

        await demo.Operator.Simulation.ChangeMarketAsync(new MarketChange(Paused: false), Token);
        return trades;
    }

    [Fact]
    public async Task Exchange_without_a_folder_of_recordings_offers_none_and_says_which_option_would()
    {
        var list = await demo.Operator.Simulation.GetRecordingsAsync(Token);
        Assert.Equal((false, 0), (list.Configured, list.Recordings.Count));
        Assert.Contains("--recordings", await QcAsync("recordings"), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => demo.Operator.Simulation.StartReplayAsync(new NewReplay("/etc/passwd"), Token));
        Assert.Equal("file", refused.Field);
        Assert.Contains("--recordings DIR", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_is_shown_waits_and_goes_faster_as_it_is_told()
    {
        const int Lines = 400;
        const string Recorded = "TAPE.L";
        var file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.cmds.csv");
        await File.WriteAllLinesAsync(
            file, Enumerable.Range(1, Lines).Select(i => $"A,{i},B,10,{1_000_000 - (i * 100)}"), Token);
        try
        {
            var replay = Programs.RunAsync(
                Programs.Cli, "replay", file, "--symbol", Recorded, "--list", "--speed", "20", "--batch", "1", "--json",
                "--url", demo.Address.ToString(), "--admin", demo.Admin.ToString());
            await Wait.UntilAsync(async () => await ReplayAsync() is { Done: > 0 });
            await QcAsync("replay", "pause");

            // Once it has reported again, it has read that it is to wait, and all commands it has taken from the
            // recording are in the book.
            var asked = (await ReplayAsync())!.Heard;
            await Wait.UntilAsync(async () => (await ReplayAsync())!.Heard > asked);
            asked = (await ReplayAsync())!.Heard;
            await Wait.UntilAsync(async () => (await ReplayAsync())!.Heard > asked);
            var waits = (await ReplayAsync())!;
            Assert.Equal(
                (Path.GetFileName(file), Recorded, Lines, true, false),
                (waits.File, waits.Symbol, waits.Of, waits.Paused, waits.Ended));
            Assert.InRange(waits.Done, 1, Lines - 1);
            await SeenAsync(Recorded);
            Assert.Equal(waits.Done, (await demo.Operator.Market.GetBookAsync(Recorded, 1_000, Token)).Bids.Count);
            Assert.Contains($"line {waits.Done} of {Lines}, paused", await QcAsync("show"), StringComparison.Ordinal);

            await QcAsync("replay", "speed", "0");
            await QcAsync("replay", "resume");
            var (exitCode, output) = await replay;
            Assert.True(exitCode == 0, output);
            Assert.True(await ReplayAsync() is { Ended: true, Done: Lines });
            await SeenAsync(Recorded);
            Assert.Equal(Lines, (await demo.Operator.Market.GetBookAsync(Recorded, 1_000, Token)).Bids.Count);
            var refused = await Assert.ThrowsAsync<QuantumCoreException>(
                () => demo.Operator.Simulation.ChangeReplayAsync(new ReplayChange(Paused: true), Token));
            Assert.Contains("No replay is under way", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<ReplayStanding?> ReplayAsync() => (await demo.Operator.Simulation.GetAsync(Token)).Replay;

    private async Task<long> SequenceAsync(string symbol) =>
        (await demo.Operator.Market.GetStateAsync(symbol, Token)).Sequence;

    /// <summary>Waits until a paused market's last step is complete: a step is counted when it begins.</summary>
    private Task IdleAsync() =>
        Wait.UntilAsync(async () => (await demo.Operator.Simulation.GetAsync(Token)).Market.Idle);

    /// <summary>
    /// Returns a book's sequence once everybody sees it: public market data follows the book, a moment later.
    /// </summary>
    private async Task<long> SeenAsync(string symbol)
    {
        var head = await SequenceAsync(symbol);
        await Wait.UntilAsync(
            async () => (await demo.Operator.Market.GetBookAsync(symbol, cancellation: Token)).Sequence >= head);
        return head;
    }

    private async Task SteppedAsync(long steps, Simulation asked)
    {
        Assert.True(asked.Market.Steps <= steps);
        await ReachedAsync(steps);
    }

    private Task ReachedAsync(long steps) =>
        Wait.UntilAsync(async () => (await demo.Operator.Simulation.GetAsync(Token)).Market.Steps >= steps);

    private async Task<HttpStatusCode> PauseAsync(Action<HttpRequestMessage> change)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(demo.Admin, "/api/qc/v1/sim/market"));
        request.Content = new StringContent("""{"paused":true}""", Encoding.UTF8, "application/json");
        change(request);
        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }

    /// <summary>Returns the status of a request that a demo customer signs now.</summary>
    private static async Task<HttpStatusCode> SignedAsync(HttpClient http, string key)
    {
        var query = $"timestamp={TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{key}-secret"), Encoding.UTF8.GetBytes(query));
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"/api/v3/account?{query}&signature={Convert.ToHexStringLower(signature)}", UriKind.Relative));
        request.Headers.Add("X-MBX-APIKEY", key);
        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private static async Task<long> TimeAsync(HttpClient http, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v3/time", UriKind.Relative));
        if (key is not null)
            request.Headers.Add("X-MBX-APIKEY", key);
        using var answer = await http.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        return long.Parse(text.AsSpan(text.IndexOf(':') + 1, 13), CultureInfo.InvariantCulture);
    }

    private async Task<string> QcAsync(params string[] arguments)
    {
        var start = Programs.StartOf(
            Programs.Cli, ["--url", demo.Address.ToString(), "sim", "--admin", demo.Admin.ToString(), .. arguments]);
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
