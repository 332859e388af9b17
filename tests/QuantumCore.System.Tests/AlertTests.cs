using System.Diagnostics;
using System.Text.RegularExpressions;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Alert rules, the dashboard and the operator's page name only metrics that a running exchange shows.
/// </summary>
public sealed partial class AlertTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_of_rules_and_dashboard_exist_and_every_metric_is_documented()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        using var http = new HttpClient { BaseAddress = silo.Address };
        var rules = await NamesAsync("alerts.yml");
        var explained = await NamesAsync("operations.md");
        Assert.NotEmpty(rules);
        Assert.Empty(rules.Except(explained));

        // Some metrics appear only after an event: latencies, a last trade, findings of the ledger and of the agent's
        // rounds.
        HashSet<string> shown = [];
        Assert.NotEmpty(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Token));
        await TradeAsync(silo);
        using var admin = new Customer(silo.Address, "demo-admin");
        Assert.True((await admin.GetAsync("admin/ledger/reconciliation")).IsDone);
        using var webhook =
            await http.PostAsync(new Uri("/api/qc/v1/signals/none", UriKind.Relative), new StringContent("{}"), Token);
        Assert.Equal(401, (int)webhook.StatusCode);
        await Wait.UntilAsync(
            async () =>
            {
                shown = [
                    .. new PrometheusPage(
                        await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Token)).Types.Keys];
                return explained.IsSubsetOf(shown);
            },
            () => string.Join(", ", explained.Except(shown)));
        Assert.Empty(shown.Where(IsOurs).Except(explained));

        // The number of silos is only on the page of a cluster.
        var dashboard = await NamesAsync("../deploy/grafana/quantumcore.json");
        Assert.Equal(["quantumcore_cluster_silos"], dashboard.Except(shown));
        Assert.Contains(dashboard, name => !IsOurs(name));
    }

    [Fact]
    public async Task Every_rule_has_a_severity_a_summary_a_description_and_a_runbook()
    {
        var rules = Rule().Split(await ReadAsync("alerts.yml"))[1..];
        var runbooks = await ReadAsync("runbooks.md");
        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
        {
            var name = rule[..rule.IndexOf('\n', StringComparison.Ordinal)];
            Assert.Matches(@"\n        labels: \{ severity: (critical|warning) \}\n", rule);
            Assert.Matches(@"\n          summary: \S", rule);
            Assert.Matches(@"\n          description: \S", rule);
            Assert.Contains(
                $"\n          runbook: docs/runbooks.md#{name.ToLowerInvariant()}\n", rule, StringComparison.Ordinal);
            Assert.Contains($"\n## {name}\n", runbooks, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("check rules", "docs/alerts.yml")]
    [InlineData("test rules", "deploy/alerts.test.yml")]
    [InlineData("check config --syntax-only", "deploy/prometheus.yml")]
    public async Task Promtool_accepts_the_rules_and_their_tests_pass(string command, string file)
    {
        const string Missing = "This test needs promtool (apt-get install prometheus).";
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "promtool")));
        if (!found)
        {
            Assert.False(
                Environment.GetEnvironmentVariable("QUANTUMCORE_REQUIRE_PROMTOOL") is { Length: > 0 }, Missing);
            Assert.Skip(Missing);
        }

        var start = new ProcessStartInfo("promtool", [.. command.Split(' '), Path.Combine(Programs.Docs, "..", file)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var ended = await Programs.RunAsync(start);
        Assert.True(ended.ExitCode == 0, ended.Output);
    }

    private static async Task TradeAsync(SiloProcess silo)
    {
        foreach (var (key, side) in ((string, string)[])[("demo-alice", "sell"), ("demo-bob", "buy")])
        {
            using var customer = new Customer(silo.Address, key);
            var placed = await customer.PostAsync(
                "orders", $$"""{"symbol":"AAPL","side":"{{side}}","price":"150.00","quantity":"1"}""");
            Assert.True(placed.IsDone, placed.Raw);
        }
    }

    private static bool IsOurs(string name) => name.StartsWith("quantumcore_", StringComparison.Ordinal);

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(Programs.Docs, file), Token);

    private static async Task<HashSet<string>> NamesAsync(string file) => Names(await ReadAsync(file));

    // The series of a histogram count as its family.
    private static HashSet<string> Names(string text) => Name().Matches(text)
        .Select(match => match.Value.Replace("_bucket", "", StringComparison.Ordinal))
        .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("      - alert: ")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\b(quantumcore|dotnet)_\w+")]
    private static partial Regex Name();
}
