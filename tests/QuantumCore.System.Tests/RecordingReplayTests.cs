using System.Globalization;
using System.IO.Compression;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Replays that are started at the admin port, from the silo's folder of recordings.</summary>
[TakesSeconds(105)]
public sealed class RecordingReplayTests : IAsyncLifetime
{
    private const int Lines = 3_000;

    /// <summary>Two recorded trades, one after the other, with a book row after each.</summary>
    private const string Day =
        """
        A,1,B,100,1500000
        A,2,B,100,1500000
        A,-3,S,50,1500200,back,#init
        Q,1500200,50,1500000,200
        X,1,40
        IOC,S,100,1499900,1:60@1500000|2:40@1500000
        D,2,60
        IOC,B,50,1500200,-3:50@1500200
        """;

    private readonly Storage _storage = Storage.InFiles();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quantumcore-recordings-");
    private readonly int _port = SiloProcess.FreePort();
    private SiloProcess _silo = null!;
    private QuantumCoreClient _sim = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _silo = await StartAsync();
        _sim = new QuantumCoreClient(new Uri($"http://127.0.0.1:{_port}"));
    }

    public async ValueTask DisposeAsync()
    {
        _sim.Dispose();
        await _silo.DisposeAsync();
        _storage.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Recording_is_replayed_to_its_end_and_a_second_run_starts_from_open_orders()
    {
        Write("DAY.cmds.csv", Day);
        Write("readme.txt", "no recording");
        var list = await _sim.Simulation.GetRecordingsAsync(Token);
        Assert.True(list.Configured);
        Assert.Equal(
            [("DAY.cmds.csv", RecordingFormat.Commands), ("readme.txt", null)],
            list.Recordings.Select(one => (one.Name, one.Format)));
        Assert.Equal(Day.Length, list.Recordings[0].Bytes);

        var begun = (await _sim.Simulation.StartReplayAsync(new NewReplay("DAY.cmds.csv"), Token)).Replay!;
        Assert.Equal(("DAY.cmds.csv", true), (begun.File, begun.Here));
        var done = await EndedAsync();
        Assert.Equal(("DAY.L", 8, 8, ReplayEnd.Done, null), (done.Symbol, done.Done, done.Of, done.End, done.Problem));
        Assert.Equal(new ReplayResult(2, 2, 1, 1, 0), done.Result);
        Assert.Equal([50m, 40m, 60m], (await TradesAsync("DAY.L")).Select(trade => trade.Quantity));

        // Half a day leaves orders in the book. The next run cancels these orders, and no others.
        Write("HALF.cmds.csv", string.Join('\n', Day.Split('\n')[..3]));
        await _sim.Simulation.StartReplayAsync(new NewReplay("HALF.cmds.csv", "DAY.L", Speed: 1_000, Batch: 1), Token);
        Assert.Equal(ReplayEnd.Done, (await EndedAsync()).End);
        Assert.Equal(200m, Assert.Single((await BookAsync("DAY.L")).Bids).Quantity);
        await _sim.Simulation.StartReplayAsync(new NewReplay("DAY.cmds.csv"), Token);
        Assert.Equal(new ReplayResult(2, 2, 1, 1, 0), (await EndedAsync()).Result);

        using var alice = new QuantumCoreClient(_silo.Address, "demo-alice");
        var order = await alice.Orders.PlaceAsync(PlaceOrder.Limit("DAY.L", OrderSide.Buy, 1m, 99m), Token);
        await _sim.Simulation.StartReplayAsync(new NewReplay("DAY.cmds.csv"), Token);
        var refused = await EndedAsync();
        Assert.Equal(
            (ReplayEnd.Failed, "DAY.L has resting orders of somebody else: name another symbol."),
            (refused.End, refused.Problem));
        Assert.Equal(OrderStatus.New, (await alice.Orders.GetAsync("DAY.L", order.OrderId, Token)).Status);
    }

    [Fact]
    public async Task Stock_of_an_ITCH_day_trades_as_the_commands_the_day_was_made_of()
    {
        var commands = OrderFlowFiles.Find("MSFT_2012-06-21_50_1000rows.cmds.csv.gz");
        File.Copy(commands, Path.Combine(_folder.FullName, "MSFT.cmds.csv.gz"));
        using var text = new StreamReader(new GZipStream(File.OpenRead(commands), CompressionMode.Decompress));
        var day = Path.Combine(_folder.FullName, "06212012.NASDAQ_ITCH50");
        await File.WriteAllBytesAsync(
            day, ItchFile.Of((await text.ReadToEndAsync(Token)).Split('\n'), "MSFT", 4_711, "AAPL").ToArray(), Token);
        Assert.Equal(
            [RecordingFormat.Itch50, RecordingFormat.Commands],
            (await _sim.Simulation.GetRecordingsAsync(Token)).Recordings.Select(one => one.Format));

        await _sim.Simulation.StartReplayAsync(new NewReplay("06212012.NASDAQ_ITCH50"), Token);
        var refused = await EndedAsync();
        Assert.Equal(
            (ReplayEnd.Failed, "06212012.NASDAQ_ITCH50 holds 2 stocks: name one by its ticker, such as AAPL, MSFT"),
            (refused.End, refused.Problem));

        Assert.Contains(
            "replay 06212012.NASDAQ_ITCH50",
            await QcAsync("replay", "start", "06212012.NASDAQ_ITCH50", "--ticker", "MSFT", "--batch", "500"),
            StringComparison.Ordinal);
        var done = await EndedAsync();
        Assert.Equal((ReplayEnd.Done, "MSFT.L", null), (done.End, done.Symbol, done.Problem));
        Assert.Equal((35, 35, 0), (done.Result!.Aggressive, done.Result.AggressiveExact, done.Result.Differences));
        Assert.Equal(done.Result.Rows, done.Result.RowsEqual);
        Assert.InRange(done.Result.Rows, 100, 300);

        // The same by qc, and of the commands themselves: the same trades, the same book.
        var (exitCode, output) = await Programs.RunAsync(
            Programs.Cli, "--url", _silo.Address.ToString(), "replay", day, "--ticker", "MSFT", "--symbol", "MSFT.I",
            "--list", "--json");
        Assert.True(exitCode == 0, output);
        Assert.Contains("\"ioc\":35,\"iocExact\":35,\"fills\":110,", output, StringComparison.Ordinal);
        await _sim.Simulation.StartReplayAsync(new NewReplay("MSFT.cmds.csv.gz", "MSFT.C"), Token);
        Assert.Equal((ReplayEnd.Done, 0), (await EndedAsync()) is var of ? (of.End, of.Result!.Differences) : default);
        var (trades, book) = (await TradesAsync("MSFT.C"), await BookAsync("MSFT.C"));
        Assert.Equal(110, trades.Count);
        foreach (var symbol in (string[])["MSFT.L", "MSFT.I"])
        {
            Assert.Equal(trades, await TradesAsync(symbol));
            var other = await BookAsync(symbol);
            Assert.Equal(
                (book.Bids, book.Asks), (other.Bids, other.Asks),
                (one, two) => one.Bids.SequenceEqual(two.Bids) && one.Asks.SequenceEqual(two.Asks));
        }
    }

    [Fact]
    public async Task Other_orders_trade_with_the_recording_and_a_market_restart_does_not_end_it()
    {
        Write(
            "DAY.cmds.csv",
            Day + string.Concat(Enumerable.Range(10, Lines).Select(i => $"\nA,{i},B,1,{1_000_000 - i}00")));
        await _sim.Simulation.StartReplayAsync(new NewReplay("DAY.cmds.csv", Speed: 1, Batch: 1), Token);
        await Wait.UntilAsync(async () => await ReplayAsync() is { Done: >= 2 });
        await _sim.Simulation.ChangeReplayAsync(new ReplayChange(Paused: true), Token);

        // An order stands ahead of the recorded ones: it trades with the orders that they would have met.
        using var bob = new QuantumCoreClient(_silo.Address, "demo-bob");
        var better = await bob.Orders.PlaceAsync(PlaceOrder.Limit("DAY.L", OrderSide.Buy, 30m, 150.01m), Token);
        await _sim.Simulation.ChangeMarketAsync(new MarketChange(Seed: 5), Token);
        Assert.False((await ReplayAsync())!.Ended);
        await _sim.Simulation.ChangeReplayAsync(new ReplayChange(Paused: false, Speed: 0), Token);
        await Wait.UntilAsync(
            async () => (await bob.Orders.GetAsync("DAY.L", better.OrderId, Token)).Status == OrderStatus.Filled);
        var done = await EndedAsync();
        Assert.Equal((ReplayEnd.Done, 2, 1), (done.End, done.Result!.Aggressive, done.Result.AggressiveExact));
        Assert.InRange(done.Result.Differences, 1, 10);
    }

    [Fact]
    public async Task One_replay_at_a_time_is_stopped_by_who_has_begun_it()
    {
        Write("LONG.cmds.csv", Long);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => _sim.Simulation.StopReplayAsync(Token));
        Assert.Contains("No replay that was begun here", refused.Message, StringComparison.Ordinal);

        // A program that replays by itself has precedence, until it reports its end.
        await _sim.Simulation.ReportReplayAsync(new ReplayPosition("other", "day.csv", "DAY.L", 1, 2, 0), Token);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _sim.Simulation.StartReplayAsync(new NewReplay("LONG.cmds.csv"), Token));
        Assert.Contains("day.csv is under way: end qc replay first", refused.Message, StringComparison.Ordinal);
        await _sim.Simulation.ReportReplayAsync(
            new ReplayPosition("other", "day.csv", "DAY.L", 2, 2, 0, Ended: true), Token);

        Assert.Contains("LONG.cmds.csv  commands", await QcAsync("recordings"), StringComparison.Ordinal);
        Assert.Contains(
            "replay LONG.cmds.csv",
            await QcAsync("replay", "start", "LONG.cmds.csv", "--symbol", "TAPE.X", "--speed", "20", "--batch", "1"),
            StringComparison.Ordinal);
        await Wait.UntilAsync(async () => await ReplayAsync() is { Done: > 0 });
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _sim.Simulation.StartReplayAsync(new NewReplay("LONG.cmds.csv"), Token));
        Assert.Contains("LONG.cmds.csv is under way: stop it first", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _sim.Simulation.ReportReplayAsync(new ReplayPosition("other", "day.csv", "DAY.L", 1, 2, 0), Token));
        Assert.Contains("begun at this port", refused.Message, StringComparison.Ordinal);

        // Once stopped, it sends nothing more: the orders in the book at the time of the response stay.
        Assert.Contains("stopped", await QcAsync("replay", "stop"), StringComparison.Ordinal);
        var stopped = (await ReplayAsync())!;
        Assert.Equal(
            (ReplayEnd.Stopped, "TAPE.X", Lines, true), (stopped.End, stopped.Symbol, stopped.Of, stopped.Ended));
        Assert.InRange(stopped.Done, 1, Lines - 1);
        var sequence = (await _sim.Market.GetStateAsync("TAPE.X", Token)).Sequence;
        await _sim.Simulation.StartReplayAsync(new NewReplay("LONG.cmds.csv", "TAPE.Y"), Token);
        Assert.Equal(ReplayEnd.Done, (await EndedAsync()).End);
        Assert.Equal(sequence, (await _sim.Market.GetStateAsync("TAPE.X", Token)).Sequence);
    }

    [Fact]
    public async Task Line_that_is_wrong_is_named_and_nothing_of_its_file_is_sent()
    {
        Write("BAD.cmds.csv", "A,1,B,100,1500000\nA,2,B,lots,1500000");
        await _sim.Simulation.StartReplayAsync(new NewReplay("BAD.cmds.csv"), Token);
        var failed = await EndedAsync();
        Assert.Equal(ReplayEnd.Failed, failed.End);
        Assert.StartsWith(
            "BAD.cmds.csv, line 2, column 4 (quantity): 'lots'", failed.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(await _sim.Market.GetInstrumentsAsync(Token), instrument => instrument.Symbol == "BAD.L");
        Assert.Contains("column 4 (quantity): 'lots'", await QcAsync("show"), StringComparison.Ordinal);

        // A truncated day is reported by its message.
        await File.WriteAllBytesAsync(
            Path.Combine(_folder.FullName, "CUT.NASDAQ_ITCH50"),
            new ItchFile().Event('O').Directory(1, "AAPL").Add(1, 7, 'B', 1, "AAPL", 100).ToArray()[..^1], Token);
        await _sim.Simulation.StartReplayAsync(new NewReplay("CUT.NASDAQ_ITCH50", Ticker: "AAPL"), Token);
        Assert.Equal(
            "CUT.NASDAQ_ITCH50, message 3: the file is cut off within it: 35 of 36 bytes are there",
            (await EndedAsync()).Problem);

        // An unknown order is found before anything is listed, and the exchange goes on.
        Write("ODD.cmds.csv", "A,1,B,100,1500000\nX,7,1");
        await _sim.Simulation.StartReplayAsync(new NewReplay("ODD.cmds.csv"), Token);
        Assert.Equal(
            "ODD.cmds.csv, line 2: order 7 does not rest at this point of the recording", (await EndedAsync()).Problem);
        Assert.DoesNotContain(await _sim.Market.GetInstrumentsAsync(Token), instrument => instrument.Symbol == "ODD.L");
        Write("DAY.cmds.csv", Day);
        await _sim.Simulation.StartReplayAsync(new NewReplay("DAY.cmds.csv"), Token);
        Assert.Equal(ReplayEnd.Done, (await EndedAsync()).End);
    }

    [Fact]
    public async Task Stock_below_a_dollar_is_replayed_with_smaller_ticks_and_leaves_no_key()
    {
        using var administrator = new QuantumCoreClient(new Uri($"http://127.0.0.1:{_port}"), "demo-admin");
        var keys = (await administrator.Operator.Keys.GetAsync(Token)).Count;
        Write(
            "PENNY.cmds.csv", "\ufeffA,1,B,100,4512\n\nA,2,S,100,4513\nIOC,S,50,4512,1:50@4512\nQ,4513,100,4512,50\n");
        await _sim.Simulation.StartReplayAsync(new NewReplay("PENNY.cmds.csv"), Token);
        var done = await EndedAsync();
        Assert.Equal((ReplayEnd.Done, 0, 1), (done.End, done.Result!.Differences, done.Result.AggressiveExact));
        var instruments = await _sim.Market.GetInstrumentsAsync(Token);
        var listed = instruments.Single(instrument => instrument.Symbol == "PENNY.L");
        Assert.Equal((0.0001m, "USD4"), (listed.TickSize, listed.QuoteAsset));
        Assert.Equal(keys, (await administrator.Operator.Keys.GetAsync(Token)).Count);
    }

    [Fact]
    public async Task File_that_is_no_recording_is_refused_with_why_unless_its_format_is_named()
    {
        Write("NOTES.txt", "Some words.\n");
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _sim.Simulation.StartReplayAsync(new NewReplay("NOTES.txt"), Token));
        Assert.Equal((RejectCodes.BadRequest, "file"), (refused.Code, refused.Field));
        Assert.Contains("the first is 'Some words.'", refused.Message, StringComparison.Ordinal);

        await _sim.Simulation.StartReplayAsync(new NewReplay("NOTES.txt", Format: RecordingFormat.Lobster), Token);
        Assert.Equal(
            "NOTES.txt, line 1: a message has six fields: time, type, id, size, price, direction; here are 1",
            (await EndedAsync()).Problem);
    }

    [Fact]
    public async Task Stopped_exchange_ends_the_replay_and_a_new_one_starts_at_the_first_line()
    {
        Write("LONG.cmds.csv", Long);
        await _sim.Simulation.StartReplayAsync(new NewReplay("LONG.cmds.csv", Speed: 200, Batch: 1), Token);
        await Wait.UntilAsync(async () => await ReplayAsync() is { Done: > 20 });
        Assert.Equal(0, await _silo.TerminateAsync());
        await _silo.DisposeAsync();

        _silo = await StartAsync();
        Assert.Null(await ReplayAsync());
        Assert.NotEmpty((await BookAsync("LONG.L")).Bids);
        await _sim.Simulation.StartReplayAsync(new NewReplay("LONG.cmds.csv"), Token);
        Assert.Equal(
            (ReplayEnd.Done, 0), (await EndedAsync()) is var done ? (done.End, done.Result!.Differences) : default);
        Assert.Equal(1_000, (await BookAsync("LONG.L")).Bids.Count);
        Assert.Equal(0, await _silo.TerminateAsync());
        var (exitCode, output) = await Programs.RunAsync(Programs.Cli, "verify", _storage.Folder);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Nothing_outside_the_folder_can_be_named_or_read()
    {
        var outside = Directory.CreateTempSubdirectory("quantumcore-outside-");
        try
        {
            var secret = Path.Combine(outside.FullName, "SECRET.cmds.csv");
            await File.WriteAllTextAsync(secret, Day, Token);
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, "LINK.cmds.csv"), secret);
            Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "linked"), outside.FullName);
            _folder.CreateSubdirectory("inner");
            Write(Path.Combine("inner", "DEEP.cmds.csv"), Day);

            // A LOBSTER message file comes with its order book file.
            Write("X_message_1.csv", "1.0,1,10,100,1500000,1\n");
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, "X_orderbook_1.csv"), secret);
            Assert.Equal(
                [("X_message_1.csv", null)],
                (await _sim.Simulation.GetRecordingsAsync(Token)).Recordings.Select(one => (one.Name, one.Format)));
            foreach (var name in new[]
            {
                secret, "LINK.cmds.csv", "linked/SECRET.cmds.csv", "inner/DEEP.cmds.csv", "X_message_1.csv", "", ".",
                "..", "nothing.csv",
                Path.GetRelativePath(_folder.FullName, secret), $"../{_folder.Name}/inner/DEEP.cmds.csv",
                "inner\\DEEP.cmds.csv", "*", "DEEP.cmds.csv\0",
            })
            {
                var refused = await Assert.ThrowsAsync<QuantumCoreException>(
                    () => _sim.Simulation.StartReplayAsync(new NewReplay(name), Token));
                Assert.Equal((RejectCodes.BadRequest, "file"), (refused.Code, refused.Field));
            }

            Assert.Null(await ReplayAsync());
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Replay_that_makes_no_sense_is_refused_with_its_field()
    {
        Write("DAY.cmds.csv", Day);
        using var admin = new Customer(new Uri($"http://127.0.0.1:{_port}"), null);
        foreach (var (body, field) in new[]
        {
            ("""{"file":"DAY.cmds.csv","symbol":"day"}""", "symbol"),
            ("""{"file":"DAY.cmds.csv","symbol":""}""", "symbol"),
            ("""{"file":"DAY.cmds.csv","speed":-1}""", "speed"),
            ("""{"file":"DAY.cmds.csv","speed":1000001}""", "speed"),
            ("""{"file":"DAY.cmds.csv","batch":0}""", "batch"),
            ("""{"file":"DAY.cmds.csv","batch":501}""", "batch"),
            ("""{"file":"DAY.cmds.csv","ticker":""}""", "ticker"),
            ("""{"file":"DAY.cmds.csv","ticker":"TOOLONGER"}""", "ticker"),
            ("""{"file":7}""", "file"),
            ("""{"speed":7}""", "file"),
            ("""{"file":"DAY.cmds.csv","folder":"/"}""", "folder"),
        })
        {
            var answer = await admin.PostAsync("sim/replay/start", body);
            Assert.Equal((body, 400, field), (body, answer.Status, answer.Text("field")));
            Assert.Null(await ReplayAsync());
        }

        // A customer gets none of this at the exchange's address.
        using var customers = new Customer(_silo.Address, "demo-alice");
        Assert.Equal(404, (await customers.GetAsync("sim/recordings")).Status);
        Assert.Equal(404, (await customers.PostAsync("sim/replay/start", """{"file":"DAY.cmds.csv"}""")).Status);
        Assert.Equal(404, (await customers.PostAsync("sim/replay/stop", "{}")).Status);
    }

    /// <summary>Commands of a long recording: bids, each at a price of its own.</summary>
    private static string Long =>
        string.Join('\n', Enumerable.Range(1, Lines).Select(i => $"A,{i},B,10,{1_000_000 - (i * 100)}"));

    private Task<SiloProcess> StartAsync() => SiloProcess.StartAsync(
        [
            .. _storage.Arguments, "--simulate", "none", "--admin-port", _port.ToString(CultureInfo.InvariantCulture),
            "--recordings", _folder.FullName]);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private async Task<ReplayStanding?> ReplayAsync() => (await _sim.Simulation.GetAsync(Token)).Replay;

    private async Task<ReplayStanding> EndedAsync()
    {
        await Wait.UntilAsync(async () => await ReplayAsync() is { Ended: true });
        return (await ReplayAsync())!;
    }

    private async Task<List<(decimal Price, decimal Quantity, OrderSide? Taker)>> TradesAsync(string symbol)
    {
        await BookAsync(symbol);
        return [
            .. (await _sim.Market.GetTradesAsync(symbol, 500, cancellation: Token)).Select(
                trade => (trade.Price, trade.Quantity, trade.TakerSide))];
    }

    /// <summary>Returns the current book: public market data follows the book, a moment later.</summary>
    private async Task<BookSnapshot> BookAsync(string symbol)
    {
        var head = (await _sim.Market.GetStateAsync(symbol, Token)).Sequence;
        await Wait.UntilAsync(
            async () => (await _sim.Market.GetBookAsync(symbol, cancellation: Token)).Sequence >= head);
        return await _sim.Market.GetBookAsync(symbol, 1_000, Token);
    }

    private async Task<string> QcAsync(params string[] arguments)
    {
        var start = Programs.StartOf(
            Programs.Cli,
            ["--url", _silo.Address.ToString(), "sim", "--admin", $"http://127.0.0.1:{_port}", .. arguments]);
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
