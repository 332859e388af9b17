using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>What the operator's page and rules name is what a running exchange shows.</summary>
public sealed partial class AlertTests
{
    [Fact]
    public async Task Every_metric_of_the_rules_and_of_the_page_is_shown_and_every_one_that_is_shown_is_explained()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        using var http = new HttpClient { BaseAddress = silo.Address };
        var shown = Family().Matches(await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
            .Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var rules = Names(await File.ReadAllTextAsync(Path.Combine(Programs.Docs, "alerts.yml"), TestContext.Current.CancellationToken));
        var explained = Names(await File.ReadAllTextAsync(Path.Combine(Programs.Docs, "operations.md"), TestContext.Current.CancellationToken));

        Assert.NotEmpty(rules);
        Assert.Empty(rules.Except(shown));
        Assert.Empty(explained.Except(shown));
        Assert.Empty(shown.Except(explained));
        Assert.Empty(rules.Except(explained));

        // The silos of a cluster are on a cluster's page alone.
        var dashboard = Names(await File.ReadAllTextAsync(Path.Combine(Programs.Docs, "../deploy/grafana/quantumcore.json"), TestContext.Current.CancellationToken));
        Assert.Equal(["quantumcore_cluster_silos"], dashboard.Except(shown));
    }

    // The lines of a histogram are of its family.
    private static HashSet<string> Names(string text) => Name().Matches(text)
        .Select(match => match.Value.Replace("_bucket", "", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"^# TYPE (?<name>quantumcore_\w+) ", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex(@"\bquantumcore_\w+")]
    private static partial Regex Name();
}
