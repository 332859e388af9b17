using System.Net;
using System.Net.Sockets;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Starts and ends of an exchange, as its operator sees them.</summary>
[TakesSeconds(130)]
public sealed class LifeTests(PostgresServer server)
{
    private const string FullDisk = "/dev/full";

    private const int BadUsage = 64;
    private const int FailedStart = 70;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_second_start_goes_on_where_the_first_ended(string kind)
    {
        using var storage = await Storage.CreateAsync(kind, server);
        string account, book;
        long resting;
        await using (var first = await StartAsync(storage))
        {
            using var alice = new Customer(first.Address, "demo-alice");
            using var bob = new Customer(first.Address, "demo-bob");
            resting = (await alice.PostAsync("orders", Order("buy", "149.00", 10, "a1"))).Number("orderId");
            await bob.PostAsync("orders", Order("sell", "149.00", 4, "b1"));

            // Her account learns of the trade from the book, a moment later. A client that has seen the trade gets the
            // account after it.
            Assert.Equal("4", (await alice.GetAsync($"orders/AAPL/{resting}")).Text("filled"));
            account = (await alice.GetAsync("account")).Raw;
            book = (await alice.BookAsync("AAPL")).Raw;
            Assert.Equal(0, await first.TerminateAsync());
        }

        await using var second = await StartAsync(storage);
        using var again = new Customer(second.Address, "demo-alice");
        Assert.Equal(account, (await again.GetAsync("account")).Raw);
        Assert.Equal(book, (await again.BookAsync("AAPL")).Raw);
        var order = await again.GetAsync($"orders/AAPL/{resting}");
        Assert.Equal(("partiallyFilled", "4"), (order.Text("status"), order.Text("filled")));
        Assert.Equal(resting, (await again.PostAsync("orders", Order("buy", "149.00", 10, "a1"))).Number("orderId"));
        Assert.True((await again.PostAsync("orders", Order("buy", "148.00", 1, "a2"))).Number("orderId") > resting);
        Assert.Equal("cancelled", (await again.DeleteAsync($"orders/AAPL/{resting}")).Text("status"));
    }

    [Fact]
    public async Task A_terminated_exchange_ends_with_code_0_and_loses_nothing()
    {
        using var storage = Storage.InFiles();
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var keys = new Dictionary<long, string> { [1001] = "demo-alice", [1002] = "demo-bob" };
        await using (var silo = await StartAsync(storage))
        {
            var floor = new Floor(silo.Address, keys, diary, "r0", seed: 4);
            var trading = floor.TradeAsync();
            await TradedAsync(diary, trading);

            // Clients that keep sending keep it open for half of the shutdown timeout.
            var ending = silo.TerminateAsync();
            await silo.ClosingAsync();
            floor.Close();
            await trading;
            Assert.Equal(0, await ending);
        }

        await using var again = await StartAsync(storage);
        using var auditor = new Auditor(again.Address, storage, keys, diary);
        await auditor.AuditAsync("r0", new Random(4), wholeHistory: true);
        Assert.Empty(auditor.Findings);
    }

    /// <summary>
    /// Waits until there is something to lose. On a busy machine, every desk may have given up before.
    /// </summary>
    private static async Task TradedAsync(Diary diary, Task trading)
    {
        while (diary.Round.Count < 300 && !trading.IsCompleted)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Clients_time_out_on_a_frozen_exchange_and_it_is_consistent_afterwards()
    {
        using var storage = Storage.InFiles();
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var keys = new Dictionary<long, string> { [1001] = "demo-alice", [1002] = "demo-bob" };
        await using var silo = await StartAsync(storage);
        for (var round = 0; round < 3; round++)
        {
            diary.NextRound();
            var floor =
                new Floor(silo.Address, keys, diary, $"r{round}", seed: 40 + round, patience: TimeSpan.FromSeconds(3));
            var trading = floor.TradeAsync();
            await TradedAsync(diary, trading);

            // Every desk gives up, since none gets a response.
            await silo.FreezeAsync();
            await trading;
            Assert.Contains(diary.Round, entry => entry.Reply.Status == 0);
            await silo.ThawAsync();
            using var auditor = new Auditor(silo.Address, storage, keys, diary);
            await auditor.AuditAsync($"r{round}", new Random(round), wholeHistory: true);
            Assert.Empty(auditor.Findings);
        }
    }

    [Fact]
    public async Task A_second_process_on_the_same_files_is_refused()
    {
        using var storage = Storage.InFiles();
        await using var first = await StartAsync(storage);

        await using var second = SiloProcess.Launch(storage.Arguments);
        var (exitCode, output) = await second.ExitAsync();

        Assert.Equal(FailedStart, exitCode);
        Assert.Contains("is in use by another process", output, StringComparison.Ordinal);
        using var alice = new Customer(first.Address, "demo-alice");
        Assert.True((await alice.PostAsync("orders", Order("buy", "149.00", 1, "a1"))).IsDone);
    }

    [Theory]
    [InlineData("Unknown option", "--colour", "red")]
    [InlineData("--storage is", "--storage", "paper")]
    [InlineData("needs a value", "--data")]
    [InlineData("needs --postgres", "--storage", "postgres")]
    [InlineData("no address such as", "--urls", "ftp://127.0.0.1:1")]
    [InlineData("names no address of this machine", "--urls", "http://unknown-host:8080")]
    [InlineData("no address such as", "--urls", "http://127.0.0.1:8080/path")]
    [InlineData("no address such as", "--urls", ";")]
    [InlineData("no connection string", "--storage", "postgres", "--postgres", "nonsense=1")]
    [InlineData("names no Host", "--storage", "postgres", "--postgres", "Username=x")]
    [InlineData("--postgres: 'db.example' is another", "--storage", "postgres", "--postgres", "Host=db.example")]
    [InlineData("lists no 'NOPE', only AAPL, ", "--storage", "volatile", "--no-quotes", "AAPL,NOPE")]
    [InlineData(
        "--payouts: no file can be made in '/dev/null/paid'", "--storage", "volatile", "--payouts", "/dev/null/paid")]
    [InlineData(
        "--settlements: no file can be made in '/dev/null'", "--storage", "volatile", "--settlements", "/dev/null")]
    [InlineData("there is no file", "--exchange", "/nowhere/exchange.json")]
    [InlineData("--log is text or json", "--log", "xml")]
    [InlineData("--log-level is trace", "--log-level", "loud")]
    [InlineData("--shutdown is a whole number", "--shutdown", "0")]
    [InlineData("--account-requests is a whole number", "--account-requests", "-1")]
    public async Task A_bad_option_is_refused_with_code_64(string message, params string[] arguments)
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Silo, arguments);

        Assert.Equal(BadUsage, exitCode);
        Assert.Contains(message, OneSentence(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exchange_without_room_for_its_output_starts_and_keeps_its_exit_code()
    {
        using var storage = Storage.InFiles();
        await using (var silo =
            SiloProcess.Launch(null, [.. storage.Arguments, "--simulate", "none"], printsTo: FullDisk))
        {
            await silo.ReadyAsync();
            using var alice = new Customer(silo.Address, "demo-alice");
            Assert.Equal(200, (await alice.GetAsync("account")).Status);
            Assert.Equal(0, await silo.TerminateAsync());
        }

        await using var refused = SiloProcess.Launch(null, ["--no-such-option"], printsTo: FullDisk);
        Assert.Equal(64, (await refused.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_start_that_finds_its_port_taken_says_so_and_opens_no_book()
    {
        using var storage = Storage.InFiles();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://{other.LocalEndpoint}";
        var (exitCode, output) = await Programs.RunAsync(Programs.Silo, [.. storage.Arguments, "--urls", url]);

        Assert.Equal(FailedStart, exitCode);
        Assert.Contains(
            $"could not start: Failed to bind to address {url}: address already in use", OneSentence(output),
            StringComparison.Ordinal);
        Assert.Empty(await storage.HeadsAsync());
    }

    [Fact]
    public async Task A_start_that_has_no_such_address_names_it()
    {
        var (exitCode, output) =
            await Programs.RunAsync(Programs.Silo, "--storage", "volatile", "--urls", "http://192.0.2.1:8080");
        Assert.Equal(FailedStart, exitCode);
        Assert.Contains("it can't listen at http://192.0.2.1:8080: ", OneSentence(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_whose_directory_can_not_be_written_names_it()
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Silo, "--data", "/dev/null", "--urls", Free());
        Assert.Equal(FailedStart, exitCode);
        Assert.Contains("--data: no file can be made in '/dev/null': ", OneSentence(output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "This is not valid JSON (line 1, ")]
    [InlineData(
        """{"instruments":[{"symbol":"AAPL"}]}""",
        "AAPL, baseAsset: baseAsset is missing; symbol, baseAsset and quoteAsset are needed")]
    [InlineData("{}", "instruments: A list is needed")]
    [InlineData(
        """{"instruments":[{"symbol":5}]}""", "instruments[0].symbol: The value must be a string, in quotes (line 1, ")]
    public async Task A_new_exchange_whose_file_of_instruments_is_wrong_names_it(string text, string what)
    {
        using var storage = Storage.InFiles();
        var file = Path.Combine(storage.Folder, "broken.json");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        var (exitCode, output) = await Programs.RunAsync(
            Programs.Silo, "--storage", "volatile", "--long-turn", "0", "--exchange", file, "--urls", Free());

        Assert.Equal(FailedStart, exitCode);
        Assert.Contains($"could not start: {file}: {what}", OneSentence(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_fails_ends_the_exchange_with_code_70_and_a_sentence()
    {
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.FailingVariable] = "yes",
        };
        await using var silo = SiloProcess.Launch(environment, ["--storage", "volatile"]);
        var (exitCode, output) = await silo.ExitAsync();

        Assert.Equal(FailedStart, exitCode);
        Assert.Contains(
            $"{Environment.NewLine}The exchange ended because its FailingService failed: Nobody expected this.",
            Environment.NewLine + output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_turn_that_never_returns_ends_the_exchange_with_code_70_and_a_sentence()
    {
        using var storage = Storage.InFiles();
        var hanging = Path.Combine(storage.Folder, "hanging");
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.HangingVariable] = hanging,
        };
        long resting;
        string[] stuck = ["--market-maker", "off", "--stuck-turn", "2"];
        await using (var silo = await SiloProcess.StartAsync(environment, [.. storage.Arguments, .. stuck]))
        {
            using var alice = new Customer(silo.Address, "demo-alice");
            resting = (await alice.PostAsync("orders", Order("buy", "149.00", 1, "a1"))).Number("orderId");
            await File.WriteAllTextAsync(hanging, "", TestContext.Current.CancellationToken);
            var lost = alice.PostAsync("orders", Order("buy", "148.00", 1, "a2"));
            var (exitCode, output) = await silo.ExitAsync();

            Assert.Equal(FailedStart, exitCode);
            Assert.Contains("A turn of the book AAPL has not returned for 2 s", output, StringComparison.Ordinal);
            Assert.False((await lost).IsDefinite);
        }

        await using var again = await StartAsync(storage);
        using var back = new Customer(again.Address, "demo-alice");
        Assert.Equal("new", (await back.GetAsync($"orders/AAPL/{resting}")).Text("status"));
        Assert.True((await back.PostAsync("orders", Order("buy", "147.00", 1, "a3"))).IsDone);
    }

    private static string Free() => $"http://127.0.0.1:{SiloProcess.FreePort()}";

    /// <summary>
    /// Returns the only line of the output. Orleans logs lines of its own about a start that is cut short.
    /// </summary>
    private static string OneSentence(string output) => Assert.Single(
        output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
        line => !line.Contains(" Orleans.", StringComparison.Ordinal));

    [Fact]
    public async Task Data_of_an_exchange_can_be_read_by_its_user_alone()
    {
        using var storage = Storage.InFiles();
        var data = Path.Combine(storage.Folder, "data");
        await using var silo = await SiloProcess.StartAsync("--data", data, "--simulate", "none");
        using var alice = new Customer(silo.Address, "demo-alice");
        Assert.True((await alice.PostAsync("orders", Order("buy", "149.00", 1, "x"))).IsDone);

        var files = Directory.EnumerateFiles(data)
            .Where(file => Path.GetFileName(file).Contains(".db", StringComparison.Ordinal)).ToArray();
        Assert.Contains(files, file => file.EndsWith("journal.db-wal", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
            foreach (var file in files)
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Demo_keys_are_refused_where_other_machines_can_connect()
    {
        using var storage = Storage.InFiles();
        await using var silo =
            await SiloProcess.StartAsync([.. storage.Arguments, "--urls", $"http://0.0.0.0:{SiloProcess.FreePort()}"]);
        foreach (var key in (string?[])["demo-alice", "demo-bob", "demo-admin", null])
        {
            using var stranger = new Customer(silo.Address, key);
            Assert.Equal(401, (await stranger.GetAsync("account")).Status);
            Assert.Equal(401, (await stranger.PostAsync("orders", Order("buy", "149.00", 1, "x"))).Status);
            Assert.Equal(401, (await stranger.PostAsync("admin/accounts/ACC-2001/keys", "{}")).Status);
        }

        var keyFile = Path.Combine(storage.Folder, "admin.key");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
        var adminKey = (await File.ReadAllTextAsync(keyFile, TestContext.Current.CancellationToken)).Trim();
        Assert.DoesNotContain(adminKey, silo.Output, StringComparison.Ordinal);
        using var administrator = new Customer(silo.Address, adminKey);
        Assert.True((await administrator.PostAsync("admin/accounts/ACC-2001/keys", "{}")).IsDone);
    }

    [Fact]
    public async Task Without_its_database_an_exchange_says_so_and_ends()
    {
        await using var silo = SiloProcess.Launch(
            "--storage", "postgres", "--postgres", "Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=5");
        var (exitCode, output) = await silo.ExitAsync();

        Assert.Equal(FailedStart, exitCode);
        Assert.Contains(
            "could not start: PostgreSQL at 127.0.0.1:1, database x: ", OneSentence(output), StringComparison.Ordinal);
    }

    private static Task<SiloProcess> StartAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);

    private static string Order(string side, string price, int quantity, string name) =>
        $$"""{"symbol":"AAPL","side":"{{side}}","price":"{{price}}","quantity":"{{quantity}}","clientOrderId":"{{name}}"}""";
}
