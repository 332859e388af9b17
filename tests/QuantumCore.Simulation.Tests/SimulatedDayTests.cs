using QuantumCore.Simulation;
using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>
/// The exchange under faults, by seed. QUANTUMCORE_SIMULATION_STEPS sets the steps: a million, and ten million in
/// .ci/nightly.
/// </summary>
public sealed class SimulatedDayTests(ITestOutputHelper output)
{
    private const string StepsVariable = "QUANTUMCORE_SIMULATION_STEPS";
    private const long MostSteps = 1_000_000;
    private const string SeedVariable = "QUANTUMCORE_SIMULATION_SEED";

    [Fact]
    [Trait("Suite", "Slow")]
    public void Faults_lose_or_double_nothing_acknowledged()
    {
        var sum = RunSeeds((int)Number(SeedVariable, 1), Number(StepsVariable, MostSteps));
        output.WriteLine(sum.ToString());
        Assert.True(
            sum.Kills > 0 && sum.Unknown > 0 && sum.Fills > 0 && sum.Voided > 0 && sum.Liquidated > 0
                && sum.Deficits > 0
            && sum.Settled > 0 && sum.Failing > 0 && sum.Dividends > 0 && sum.Packs > 0 && sum.Changes > 0
            && sum.Shorts > 0,
            $"The seeds tested nothing: {sum}");

        // One day in thirty or so shares a deficit out.
        Assert.True(sum.Shared > 0 || sum.Steps < 10 * MostSteps, $"No deficit was shared: {sum}");
    }

    /// <summary>
    /// Most of these days have what few of those above have: transfers during a liquidation, trades during a
    /// replacement.
    /// </summary>
    [Theory]
    [InlineData(Habit.MovesMoney)]
    [InlineData(Habit.Amends)]
    [InlineData(Habit.CancelsAll)]
    [InlineData(Habit.IsLimited)]
    [InlineData(Habit.TradesStrategies)]
    [InlineData(Habit.GivesAll)]
    [InlineData(Habit.Watches)]
    [Trait("Suite", "Slow")]
    public void Repeated_customer_actions_lose_or_double_nothing_acknowledged(Habit habit) =>
        output.WriteLine(
            RunSeeds((int)Number(SeedVariable, 1), Number(StepsVariable, MostSteps) / 20, habit).ToString());

    [Fact]
    public void Seed_determines_the_history()
    {
        var lines = new List<string>();
        var told = SimulatedDay.Run(1_234, lines.Add);
        var again = SimulatedDay.Run(1_234);
        Assert.NotEmpty(lines);
        Assert.Equal(
            (told.Trace, told.Steps, told.Records, told.Fills, told.Kills),
            (again.Trace, again.Steps, again.Records, again.Fills, again.Kills));
        Assert.NotEqual(told.Trace, SimulatedDay.Run(1_235).Trace);
    }

    private static Sum RunSeeds(int first, long steps, Habit habit = Habit.None)
    {
        var sum = new Sum();
        for (var seed = first; sum.Steps < steps; seed++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var day = SimulatedDay.Run(seed, habit: habit);
            Assert.True(
                day.Findings.Count == 0,
                $"""
                Seed {seed} fails: {string.Join("; ", day.Findings)}
                The story: dotnet run -c Release --project tests/QuantumCore.Simulation -- --seed {seed} --habit {habit} --story
                """);
            sum = sum with
            {
                Days = sum.Days + 1,
                Steps = sum.Steps + day.Steps,
                Records = sum.Records + day.Records,
                Fills = sum.Fills + day.Fills,
                Voided = sum.Voided + day.Voided,
                Kills = sum.Kills + day.Kills,
                Unknown = sum.Unknown + day.Unknown,
                Acknowledged = sum.Acknowledged + day.Acknowledged,
                Liquidated = sum.Liquidated + day.Liquidated,
                Deficits = sum.Deficits + day.Deficits,
                Shared = sum.Shared + day.Shared,
                Settled = sum.Settled + day.Settled,
                Failing = sum.Failing + day.Failing,
                Dividends = sum.Dividends + day.Dividends,
                Packs = sum.Packs + day.Packs,
                Changes = sum.Changes + day.Changes,
                Shorts = sum.Shorts + day.Shorts,
            };
        }

        return sum;
    }

    private static long Number(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text) : otherwise;

    private sealed record Sum(
        long Days = 0, long Steps = 0, long Records = 0, long Fills = 0, long Voided = 0, long Kills = 0,
        long Unknown = 0,
        long Acknowledged = 0, long Liquidated = 0, long Deficits = 0, long Shared = 0, long Settled = 0,
        long Failing = 0, long Dividends = 0, long Packs = 0,
        long Changes = 0, long Shorts = 0);
}
