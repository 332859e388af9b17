using System.Xml.Linq;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Dependencies between projects point one way.</summary>
public class DependencyTests
{
    private static readonly Dictionary<string, string[]> s_arrows = new(StringComparer.Ordinal)
    {
        // Enums that the exchange and its clients share, with their words.
        ["QuantumCore.Enums"] = [],
        ["QuantumCore.Instruments"] = ["QuantumCore.Enums"],
        ["QuantumCore.Matching"] = ["QuantumCore.Instruments"],
        // Simulated participants, and the bare core for trying them out; they know no exchange.
        ["QuantumCore.Market"] = ["QuantumCore.Instruments", "QuantumCore.Matching"],
        ["QuantumCore.Journal"] = [],
        ["QuantumCore.Contracts"] = ["QuantumCore.Instruments"],
        // State machines of books, accounts, settlement and payouts: commands in, records out. They know no grains.
        ["QuantumCore.Clearing"] = ["QuantumCore.Contracts", "QuantumCore.Matching"],
        ["QuantumCore.History"] = ["QuantumCore.Clearing", "QuantumCore.Contracts"],
        ["QuantumCore.Grains.Abstractions"] = ["QuantumCore.Contracts"],
        ["QuantumCore.Grains"] =
        [
            "QuantumCore.Clearing", "QuantumCore.Grains.Abstractions", "QuantumCore.History", "QuantumCore.Journal",
        ],
        // Types of the native API: the exchange and the SDK share them, so they know neither.
        ["QuantumCore.Api"] = ["QuantumCore.Enums"],
        ["QuantumCore.Gateway"] = ["QuantumCore.Api", "QuantumCore.Grains.Abstractions"],
        // Each protocol is an assembly over the gateway. None sees another one.
        ["QuantumCore.Gateway.Binance"] = ["QuantumCore.Gateway"],
        ["QuantumCore.Gateway.Fix"] = ["QuantumCore.Gateway"],
        ["QuantumCore.Gateway.Native"] = ["QuantumCore.Gateway"],
        // Pages and scripts: a client like any other, that the exchange happens to serve.
        ["QuantumCore.Terminal"] = [],
        ["QuantumCore.Silo"] = [
            "QuantumCore.Gateway", "QuantumCore.Gateway.Binance", "QuantumCore.Gateway.Fix",
            "QuantumCore.Gateway.Native", "QuantumCore.Grains", "QuantumCore.Market", "QuantumCore.Replay",
            "QuantumCore.Terminal"],
        // The operator's tools run books and accounts again without grains.
        ["QuantumCore.Upkeep"] = ["QuantumCore.Clearing", "QuantumCore.History", "QuantumCore.Journal"],
        ["QuantumCore.Client"] = ["QuantumCore.Api"],
        // Recorded flow, sent by a client of the exchange: qc replay, and the silo's simulation page.
        ["QuantumCore.Replay"] = ["QuantumCore.Client"],
        // For services in the cluster's network: a gateway inside the client's process.
        ["QuantumCore.Client.Cluster"] = ["QuantumCore.Client", "QuantumCore.Gateway.Native"],
        // An exchange inside a bot author's test: it starts what the silo's process starts.
        ["QuantumCore.Testing"] = ["QuantumCore.Client", "QuantumCore.Silo"],
        // qc verify, backup, restore, export: one program for the operator. The SDK itself stays free of the exchange.
        ["QuantumCore.Cli"] = ["QuantumCore.Client", "QuantumCore.Replay", "QuantumCore.Upkeep"],
        // Sources that a bot's author copies: the SDK alone, and for backtests the market's own state machines.
        ["MarketMaker"] = ["QuantumCore.Client"],
        ["Backtest"] = ["QuantumCore.Client", "QuantumCore.Market"],
        ["OrderPath"] = [],
    };

    // These set UsesGrains, for which the build adds Orleans: the core must not set it.
    private static readonly string[] s_usesGrains =
    [
        "QuantumCore.Client.Cluster", "QuantumCore.Gateway", "QuantumCore.Gateway.Binance", "QuantumCore.Gateway.Fix",
        "QuantumCore.Gateway.Native", "QuantumCore.Grains", "QuantumCore.Grains.Abstractions", "QuantumCore.Silo",
    ];

    // The bench hosts grains with the help of the test kit.
    private const string TestKit = "tests/QuantumCore.TestKit/QuantumCore.TestKit.csproj";

    public static TheoryData<string> ProductProjects =>
        [.. Repository.Projects.Where(project => !IsTestOrBench(project))];

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void A_project_sees_exactly_what_its_place_allows(string project)
    {
        var name = Name(project);
        Assert.True(s_arrows.ContainsKey(name), $"{name} has no place in the table of arrows.");
        Assert.Equal(s_arrows[name], References(project).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_place_in_the_table_has_its_project() => Assert.Empty(
        s_arrows.Keys.Except(Repository.Projects.Select(Name), StringComparer.Ordinal));

    [Fact]
    public void Only_shells_see_the_grain_runtime() => Assert.Equal(
        s_usesGrains,
        Repository.Projects
            .Where(project => !IsTestOrBench(project))
            .Where(project => Xml(project).Descendants("UsesGrains").Any(flag => flag.Value == "true"))
            .Select(Name)
            .Order(StringComparer.Ordinal));

    // Contracts carry its attributes; the code that they ask for is generated among the shells.
    [Fact]
    public void Other_projects_have_no_package_of_the_grain_runtime_but_its_attributes() => Assert.All(
        Repository.Projects.Where(project => !IsTestOrBench(project) && !s_usesGrains.Contains(Name(project))
            && Name(project) != "QuantumCore.Testing"),
        project => Assert.DoesNotContain(
            Xml(project).Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value),
            package => package.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal)
                && package != "Microsoft.Orleans.Serialization.Abstractions"));

    [Fact]
    public void A_benchmark_sees_only_the_libraries_and_the_kit_that_hosts_them() => Assert.All(
        Repository.Under(["bench"], ".csproj").SelectMany(Targets).Where(target => target != TestKit),
        target => Assert.Matches("^src/", target));

    [Fact]
    public void No_part_of_the_product_sees_a_test() => Assert.All(
        Repository.Projects.Where(project => !IsTestOrBench(project)).SelectMany(Targets),
        target => Assert.DoesNotMatch("^tests/", target));

    private static bool IsTestOrBench(string project) =>
        project.StartsWith("tests/", StringComparison.Ordinal)
            || project.StartsWith("bench/", StringComparison.Ordinal);

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project);

    private static XDocument Xml(string project) => XDocument.Parse(Repository.Read(project));

    private static IEnumerable<string> References(string project) => Targets(project).Select(Name);

    /// <summary>Returns the paths of the projects that a project references.</summary>
    private static IEnumerable<string> Targets(string project)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, project))!;
        return Xml(project).Descendants("ProjectReference").Select(reference => Path
            .GetRelativePath(
                Repository.Root,
                Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value.Replace('\\', '/'))))
            .Replace('\\', '/'));
    }
}
