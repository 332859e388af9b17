using QuantumCore.Bench.Scenarios;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The examples of docs/matching.md, verbatim.</summary>
public class DocumentedExampleTests
{
    private static readonly IReadOnlyList<Scenario> s_examples = Examples();

    public static TheoryData<string> Titles => [.. s_examples.Select(example => example.ToString())];

    [Theory]
    [MemberData(nameof(Titles))]
    public void The_book_does_what_the_document_says(string title)
    {
        var example = Assert.Single(s_examples, example => example.ToString() == title);
        Assert.Empty(ScenarioRun.Of(example, maxLevels => new CoreScenarioBook(maxLevels)));
    }

    [Fact]
    public void Every_term_of_the_market_has_an_example()
    {
        var commands = s_examples
            .SelectMany(
                example => example.Given.Concat(example.Steps.OfType<CommandStep>().Select(step => step.Command)))
            .ToList();
        var orders = commands.SelectMany(OrdersOf).ToList();
        var phases = commands.OfType<PhaseCommand>().Select(command => command.Phase)
            .Concat(s_examples.Select(example => example.Settings.Phase).OfType<TradingPhase>());
        // Strategies are orders of several books, so no example of one book shows them.
        AssertAll(orders.Select(order => order.Type), OrderType.Leg);
        AssertAll(orders.Select(order => order.TimeInForce));
        AssertAll(orders.Select(order => order.SelfTrade));
        AssertAll(orders.Select(order => order.Conditions?.Peg ?? PegReference.None));
        AssertAll(orders.Select(order => order.Conditions?.TriggerReference ?? TriggerReference.Last));
        AssertAll(commands.OfType<ListCommand>().Select(command => command.Kind), OrderListKind.Strategy);
        AssertAll(commands.OfType<ReplaceCommand>().Select(command => command.Mode));
        AssertAll(s_examples.Select(example => example.Settings.Mode).OfType<BandMode>());
        AssertAll(phases);
        Assert.Contains(orders, order => order.Conditions is { Hidden: true });
        Assert.Contains(orders, order => order.Conditions is { AllOrNone: true });
        Assert.Contains(orders, order => order.Conditions is { DisplayLots: not null });
        Assert.Contains(orders, order => order.Conditions is { MinimumLots: not null });
        Assert.Contains(orders, order => order.Conditions is { Amount: not null });
        Assert.Contains(orders, order => order.Conditions is { ActivationTicks: not null });
        Assert.Contains(orders, order => order.Conditions is { Slide: true });
        Assert.Contains(orders, order => order is { PostOnly: true, Conditions: null });
    }

    private static void AssertAll<T>(IEnumerable<T> used, params T[] elsewhere)
        where T : struct, Enum => Assert.Equal(Enum.GetValues<T>().Except(elsewhere), used.Distinct().Order());

    private static IEnumerable<NewOrder> OrdersOf(ScenarioCommand command) => command switch
    {
        NewCommand entered => [entered.Order.Terms],
        ListCommand list => list.Legs.Select(leg => leg.Terms),
        ReplaceCommand replacement => [replacement.Order.Terms],
        _ => [],
    };

    /// <summary>Returns each fenced example with its heading as its title.</summary>
    private static IReadOnlyList<Scenario> Examples()
    {
        var text = new List<string>();
        var heading = "";
        var number = 0;
        var inside = false;
        foreach (var line in File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "matching.md")))
        {
            if (line == "```scenario")
            {
                inside = true;
                text.Add($"### {++number:00} {heading}");
            }
            else if (line == "```")
            {
                inside = false;
            }
            else if (inside)
            {
                text.Add(line);
            }
            else if (line.StartsWith('#'))
            {
                heading = line.TrimStart('#').Trim();
            }
        }

        return ScenarioFile.Read(string.Join('\n', text));
    }
}
