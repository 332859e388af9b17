using System.Text.RegularExpressions;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Files and settings referenced by the container files exist.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string[] s_compose = ["docker-compose.yml", "deploy/compose.cluster.yml"];

    [Fact]
    public void Every_setting_is_an_option_of_the_silo()
    {
        var help = Repository.Read("silo/SiloOptions.cs");
        var settings = s_compose.Append("deploy/kubernetes.yml")
            .SelectMany(
                file => Setting().Matches(Repository.Read(file))
                    .Select(setting => (file, Name: setting.Groups["name"].Value))).ToArray();
        Assert.NotEmpty(settings);
        Findings.None(settings
            .Where(
                setting => !help.Contains(
                    $"  --{setting.Name.ToLowerInvariant().Replace('_', '-')} ", StringComparison.Ordinal))
            .Select(setting => $"{setting.file}: {setting.Name}"));
    }

    [Fact]
    public void Stateful_set_has_the_service_that_it_names()
    {
        var parts = Repository.Read("deploy/kubernetes.yml").Split("\n---\n");
        var named =
            parts.SelectMany(part => ServiceName().Matches(part)).Select(match => match.Groups["name"].Value).ToArray();
        Assert.NotEmpty(named);
        Findings.None(named.Where(name => !parts.Any(part => part.Contains("kind: Service\n", StringComparison.Ordinal)
            && part.Contains($"  name: {name}\n", StringComparison.Ordinal)
            && part.Contains("  clusterIP: None\n", StringComparison.Ordinal))));
    }

    [Fact]
    public void Databases_of_other_machines_have_an_SSL_mode()
    {
        var connections = s_compose.Append("deploy/kubernetes.yml")
            .Append("client/QuantumCore.Cli/UpkeepCommands.cs").Append("docs/cluster.md")
            .SelectMany(file => Connection().Matches(Repository.Read(file)).Select(match => (file, match.Value)))
            .ToArray();
        Assert.True(connections.Length >= 7, $"Only {connections.Length} connection strings were found.");
        Findings.None(
            from one in connections
            where PostgresHosts.Problem(one.Value) is not null
            select $"{one.file}: {one.Value}");
    }

    [Fact]
    public void An_exchange_in_a_container_has_a_limited_heap()
    {
        Assert.All(
            s_compose,
            file => Assert.Contains("DOTNET_GCHeapHardLimitPercent", Repository.Read(file), StringComparison.Ordinal));
        var containers = Repository.Read("deploy/kubernetes.yml").Split("image: quantumcore:").Skip(1).ToArray();
        Assert.NotEmpty(containers);
        Assert.All(
            containers,
            container => Assert.Contains(
                "limits: { memory:", container.Split("volumeMounts")[0], StringComparison.Ordinal));
    }

    /// <summary>A silo that hung ends by itself after a timeout, and nothing else would restart it.</summary>
    [Fact]
    public void Exchange_services_restart_after_they_end() => Findings.None(
        from file in s_compose
        let text = Repository.Read(file)
        let template = Template().Match(text).Value
        from service in Service().Matches(text[text.IndexOf("services:\n", StringComparison.Ordinal)..])
        let body = service.Value.Replace("<<: *silo\n", template, StringComparison.Ordinal)
        where body.Contains("postgres:15\n", StringComparison.Ordinal)
            || body.Contains("build:", StringComparison.Ordinal)
        where !body.Contains("restart: unless-stopped\n", StringComparison.Ordinal)
        select $"{file}: {service.Groups["name"].Value}");

    [GeneratedRegex("QUANTUMCORE_SILO_(?<name>[A-Z_]+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"Host=[^'""\n]+")]
    private static partial Regex Connection();

    [GeneratedRegex(@"serviceName: (?<name>\S+)")]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"^x-silo: &silo\n(?:[ ].*\n)+", RegexOptions.Multiline)]
    private static partial Regex Template();

    [GeneratedRegex(@"^  (?<name>[\w-]+):\n(?:    .*\n)+", RegexOptions.Multiline)]
    private static partial Regex Service();
}
