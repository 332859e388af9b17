using QuantumCore.Simulation;
using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>A book that throws in the middle of a command keeps nothing of it.</summary>
public sealed class BookFaultTests(ITestOutputHelper output)
{
    private const int Days = 40;
    private const int Least = 1_500;

    // One day of each habit, for the gate.
    private const int FewDays = 5;
    private const int LeastInFewDays = 300;

    // Days of strategies reach the groups' code.
    private static readonly Habit[] s_habits =
        [Habit.None, Habit.Amends, Habit.CancelsAll, Habit.TradesStrategies, Habit.MovesMoney];

    [Fact]
    [Trait("Suite", "Nightly")]
    public void A_book_that_breaks_at_any_statement_of_a_command_keeps_nothing_of_it() => Break(Days, Least);

    [Fact]
    [Trait("Suite", "Slow")]
    public void A_book_that_breaks_in_the_middle_of_a_command_keeps_nothing_of_it() =>
        Break(FewDays, LeastInFewDays);

    [Fact]
    [Trait("Suite", "Slow")]
    public void A_book_that_would_keep_half_a_command_is_found()
    {
        var thrown = new HashSet<int>();
        for (var seed = 1; seed <= Days; seed++)
        {
            var plan = new FaultPlan(seed, thrown) { KeepsState = true };
            if (FaultyBook.One.Run(seed, Habit.None, plan) is [var first, ..])
            {
                output.WriteLine($"Seed {seed}: {first.Split('\n')[0]}");
                return;
            }
        }

        Assert.Fail($"{Days} days did not notice that books keep what a fault leaves.");
    }

    /// <summary>Runs days in which each statement of a book's commands throws once, when it is first reached.</summary>
    private void Break(int days, int least)
    {
        var (book, thrown, passed) = (FaultyBook.One, new HashSet<int>(), new HashSet<int>());
        for (var seed = 1; seed <= days; seed++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var plan = new FaultPlan(seed, thrown);
            var findings = book.Run(seed, s_habits[seed % s_habits.Length], plan);
            passed.UnionWith(plan.Passed);
            Assert.True(findings.Count == 0, $"Seed {seed}: {string.Join("; ", findings)}");
        }

        var told = $"{thrown.Count} of the {passed.Count} statements that were reached threw, of {book.Places}.";
        output.WriteLine(told);
        Assert.True(thrown.Count > least, told);
    }
}
