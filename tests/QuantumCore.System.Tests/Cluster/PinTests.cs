using System.Diagnostics;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests.Cluster;

/// <summary>Books that an operator pins to one of two silos, while customers trade and silos join and leave.</summary>
public sealed class PinTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };
    private static readonly TimeSpan s_outOfReach = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(50);

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task A_pinned_book_goes_to_its_silo_does_without_it_and_returns_to_it()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var east = await LaunchAsync(storage, "east");
        var west = await LaunchAsync(storage, "west");
        try
        {
            diary.NextRound();
            var pulse = new Pulse(east.Address, diary, "r0-p");
            var floor = new Floor(east.Address, s_keys, diary, "r0-a", 1);
            var trading = Task.WhenAll(pulse.BeatAsync(), floor.TradeAsync());

            // Wherever the book is, it moves to the other silo at least once.
            Assert.Equal((0, ""), await PinAsync(east, "AAPL", "east"));
            await IsAtAsync(east, "AAPL", "east", isHeld: true);
            var moment = Stopwatch.GetTimestamp();
            Assert.Equal((0, ""), await PinAsync(east, "AAPL", "west", "--why", "beside its market maker"));
            await IsAtAsync(east, "AAPL", "west", isHeld: true);
            output.WriteLine(
                $"Moved and known after {Stopwatch.GetElapsedTime(moment).TotalSeconds:F1} s; no symbol was without an answer for longer than {pulse.LongestSince(moment).Gap.TotalSeconds:F2} s.");

            // A pin may also use the silo's own name, which the list of pins shows.
            var name = (await PinsAsync(east)).Single().GetProperty("at").GetString()!;
            Assert.Equal((0, ""), await PinAsync(east, "MSFT", name));
            await IsAtAsync(east, "MSFT", "west", isHeld: true);

            // Its silo is gone: the other one holds the book and reports that.
            await west.KillAsync();
            await west.DisposeAsync();
            await IsAtAsync(east, "AAPL", "east", isHeld: false);
            await east.LinesAsync(
                line => line.Contains("Book AAPL is pinned to west, and no such silo", StringComparison.Ordinal), 1);

            // A silo with that tag is back. There will never be one with that name.
            west = await LaunchAsync(storage, "west");
            await IsAtAsync(east, "AAPL", "west", isHeld: true);
            Assert.False(Pin(await PinsAsync(east), "MSFT").GetProperty("held").GetBoolean());
            pulse.Close();
            floor.Close();
            await trading;

            // Only the record remembers the pin.
            await Task.WhenAll(east.TerminateAsync(), west.TerminateAsync());
            await east.DisposeAsync();
            await west.DisposeAsync();
            west = await LaunchAsync(storage, "west");
            east = await LaunchAsync(storage, "east");
            await IsAtAsync(east, "AAPL", "west", isHeld: true);
            Assert.Equal((0, ""), await PinAsync(east, "MSFT", "--none"));
            Assert.Equal("west", Assert.Single(await PinsAsync(west)).GetProperty("silo").GetString());

            using var auditor = new Auditor(east.Address, storage, s_keys, diary);
            await auditor.AuditAsync("r0", new Random(1), wholeHistory: true);
            Assert.True(auditor.Findings.Count == 0, $"{string.Join('\n', auditor.Findings.Take(20))}\n{east.Output}");
        }
        finally
        {
            await east.DisposeAsync();
            await west.DisposeAsync();
        }
    }

    private static Task<SiloProcess> LaunchAsync(Storage storage, string tag) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--long-turn", "0", "--tag", tag]);

    /// <summary>Runs qc admin pin; returns its exit code and, if it failed, its output.</summary>
    private static async Task<(int ExitCode, string Error)> PinAsync(SiloProcess silo, params string[] arguments)
    {
        var (exitCode, said) = await Programs.RunAsync(
            Programs.Cli, ["admin", "pin", .. arguments, "--url", silo.Address.ToString()]);
        return (exitCode, exitCode == 0 ? "" : said);
    }

    private static async Task<JsonElement[]> PinsAsync(SiloProcess silo)
    {
        using var administrator = new Customer(silo.Address, "demo-admin");
        return [.. (await administrator.InsistAsync(HttpMethod.Get, "admin/pins", null)).Items("pins")];
    }

    private static JsonElement Pin(JsonElement[] pins, string symbol) =>
        pins.Single(pin => pin.GetProperty("symbols").EnumerateArray().Any(name => name.GetString() == symbol));

    /// <summary>Waits until a book is at the silo with this tag.</summary>
    private static async Task IsAtAsync(SiloProcess silo, string symbol, string tag, bool isHeld)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            var pin = Pin(await PinsAsync(silo), symbol);
            if (pin.GetProperty("at").GetString()!.EndsWith('@' + tag, StringComparison.Ordinal)
                && pin.GetProperty("held").GetBoolean() == isHeld)
                return;
            Assert.True(
                since.Elapsed < s_outOfReach, $"{symbol} is not at {tag} after {s_outOfReach}: {pin} {silo.Output}");
            await Task.Delay(s_breath, TestContext.Current.CancellationToken);
        }
    }
}
