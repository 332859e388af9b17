using System.Diagnostics;
using System.Text;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests.Cluster;

/// <summary>
/// Two silos and a gateway, each replaced by a process of another build while customers trade. The other build is the
/// same one with another version, unless QUANTUMCORE_UPGRADE_FROM names the QuantumCore.Silo.dll of an older build.
/// </summary>
public sealed class RollingUpgradeTests(PostgresServer server, ITestOutputHelper output)
{
    private const string Metric = "quantumcore_build_info{version=\"";
    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };

    private static readonly TimeSpan s_outOfReach = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(20);

    [Fact]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    public async Task Rolling_upgrade_under_load_loses_nothing()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var (from, to) = Builds(storage.Folder);
        string[][] places = [Place(), Place()];
        var silos = new[] { await LaunchAsync(from, storage, places[0]), await LaunchAsync(from, storage, places[1]) };
        var gateway = await LaunchAsync(from, storage, "--role", "gateway");
        try
        {
            diary.NextRound();
            var pulse = new Pulse(gateway.Address, diary, "r0-p");
            var floor = new Floor(gateway.Address, s_keys, diary, "r0-a", 1);
            var trading = Task.WhenAll(pulse.BeatAsync(), floor.TradeAsync());
            await GoneOnAsync(pulse, gateway);
            for (var i = 0; i < silos.Length; i++)
            {
                // As in a StatefulSet: the old process ends, the new one takes its place, and only then comes the next
                // one.
                var moment = Stopwatch.GetTimestamp();
                Assert.Equal(0, await silos[i].TerminateAsync());
                await silos[i].DisposeAsync();
                silos[i] = await LaunchAsync(to, storage, places[i]);
                await ServedAsync($"silo {i + 1}", pulse, gateway, moment);
            }

            // As in a Deployment: the new process serves before the old one ends.
            var last = Stopwatch.GetTimestamp();
            var next = await LaunchAsync(to, storage, "--role", "gateway");
            pulse.MoveTo(next.Address);
            await gateway.TerminateAsync();
            await gateway.DisposeAsync();
            gateway = next;
            await ServedAsync("the gateway", pulse, gateway, last);

            pulse.Close();
            floor.Close();
            await trading;
            var versions = await Task.WhenAll(silos.Append(gateway).Select(VersionAsync));
            Assert.All(versions, version => Assert.Equal(VersionOf(to), version));
            using var auditor = new Auditor(gateway.Address, storage, s_keys, diary);
            await auditor.AuditAsync("r0", new Random(1), wholeHistory: true);
            Assert.True(
                auditor.Findings.Count == 0, $"{string.Join('\n', auditor.Findings.Take(20))}\n{gateway.Output}");
            output.WriteLine(
                $"From {VersionOf(from)} to {versions[0]}: {diary.All.Count(entry => entry.Reply.IsDone)} acknowledged, {diary.All.Count(entry => entry.WasUnknown)} of unknown outcome at first.");
        }
        finally
        {
            foreach (var process in silos.Append(gateway))
                await process.DisposeAsync();
        }
    }

    private static string[] Place() =>
        [
            "--role", "matching", "--silo-port", SiloProcess.FreePort().ToString(), "--gateway-port",
            SiloProcess.FreePort().ToString()];

    private static Task<SiloProcess> LaunchAsync(string build, Storage storage, params string[] more) =>
        SiloProcess.StartAsync(
            null, [.. storage.Arguments, "--market-maker", "off", "--long-turn", "0", .. more], build);

    /// <summary>Waits until every symbol is served again, and reports the longest time without service.</summary>
    private async Task ServedAsync(string what, Pulse pulse, SiloProcess gateway, long moment)
    {
        await GoneOnAsync(pulse, gateway);
        var (gap, symbol) = pulse.LongestSince(moment);
        output.WriteLine(
            $"While {what} was replaced, {Stopwatch.GetElapsedTime(moment).TotalSeconds:F1} s in all, {symbol} had no answer for {gap.TotalSeconds:F2} s at the longest.");
    }

    /// <summary>Waits until each symbol has fifty more responses.</summary>
    private static async Task GoneOnAsync(Pulse pulse, SiloProcess gateway)
    {
        var enough = pulse.Fewest() + 50;
        for (var since = Stopwatch.StartNew(); pulse.Fewest() < enough;)
        {
            Assert.True(since.Elapsed < s_outOfReach, $"Some symbol is not served. The gateway said: {gateway.Output}");
            await Task.Delay(s_breath, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns the version that a process reports.</summary>
    private static async Task<string> VersionAsync(SiloProcess process)
    {
        using var http = new HttpClient();
        var page =
            await http.GetStringAsync(new Uri(process.Address, "/metrics"), TestContext.Current.CancellationToken);
        var at = page.IndexOf(Metric, StringComparison.Ordinal) + Metric.Length;
        return page[at..page.IndexOf('"', at)];
    }

    private static string VersionOf(string build) => FileVersionInfo.GetVersionInfo(build).ProductVersion!;

    private static (string From, string To) Builds(string folder) =>
        Environment.GetEnvironmentVariable("QUANTUMCORE_UPGRADE_FROM") is { Length: > 0 } older
            ? (older, Programs.Silo)
            : (Programs.Silo, SameUnderAnotherVersion(folder));

    /// <summary>
    /// Returns a copy of this build whose version ends differently, in the assembly and in the file's resources.
    /// </summary>
    private static string SameUnderAnotherVersion(string folder)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "next"));
        var source = Path.GetDirectoryName(Programs.Silo)!;
        foreach (var directory in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(target.FullName, Path.GetRelativePath(source, directory)));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(target.FullName, Path.GetRelativePath(source, file)));

        var build = Path.Combine(target.FullName, Path.GetFileName(Programs.Silo));
        var version = VersionOf(build);
        var other = version[..^1] + (version[^1] == '9' ? '8' : '9');
        var bytes = File.ReadAllBytes(build);
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode })
        {
            var (old, replacement) = (encoding.GetBytes(version), encoding.GetBytes(other));
            for (var at = bytes.AsSpan().IndexOf(old); at >= 0; at = bytes.AsSpan().IndexOf(old))
                replacement.CopyTo(bytes, at);
        }

        File.WriteAllBytes(build, bytes);
        return build;
    }
}
