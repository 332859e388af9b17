using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>The flow of all commands reaches everything, and the reference book stays sound under it.</summary>
public class FullFlowTests
{
    private const int Commands = 15_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, FlowProfile.All.Count)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_reference_book_is_sound_after_every_command(int seed)
    {
        var flow = new FullFlow(seed);
        var book = new ReferenceBook(flow.Profile.MaxLevels);
        for (var step = 0; step < Commands; step++)
        {
            var command = flow.Next(book);
            var reason = command.Apply(book, out _);
            Assert.True(book.Audit() is null, $"seed {seed}, step {step}: {book.Audit()}\n{command}\n  {FullCommand.Text([.. book.Events])}");
            if (step % 16 != 0 || reason == RejectReason.None)
                continue;

            // Settled is settled: time alone changes nothing.
            Assert.Equal(RejectReason.None, book.AdvanceTime(book.LastTimeNanos));
            Assert.True(book.Events.Count == 0, $"seed {seed}, step {step}: {command}\n  {FullCommand.Text([.. book.Events])}");
        }
    }

    [Fact]
    public void Every_kind_of_event_end_and_refusal_occurs_often()
    {
        var seen = new Dictionary<string, int>();
        for (var seed = 0; seed < FlowProfile.All.Count; seed++)
        {
            var flow = new FullFlow(seed);
            var book = new ReferenceBook(flow.Profile.MaxLevels);
            for (var step = 0; step < Commands; step++)
            {
                Count(seen, $"refused {flow.Next(book).Apply(book, out _)}");
                foreach (var happened in book.Events)
                {
                    Count(seen, $"{happened.Kind}");
                    if (happened.Kind == BookEventKind.Ended)
                        Count(seen, $"ended {happened.EndReason}");
                }
            }
        }

        foreach (var (what, count) in seen.OrderBy(pair => pair.Value))
            TestContext.Current.TestOutputHelper?.WriteLine($"{count,8} {what}");
        var core = Enum.GetValues<RejectReason>().Where(reason =>
            (int)reason is >= 20 and <= 45 or 1 or 3 or 4 or 5
            && reason is not (RejectReason.Voided or RejectReason.NotOwner));
        Assert.All(core, reason => Assert.True(seen.GetValueOrDefault($"refused {reason}") >= 20, $"{reason}"));
        Assert.All(Enum.GetValues<BookEventKind>(), kind => Assert.True(seen.GetValueOrDefault($"{kind}") >= 100, $"{kind}"));
        Assert.All(
            Enum.GetValues<EndReason>().Where(reason => reason != EndReason.None),
            reason => Assert.True(seen.GetValueOrDefault($"ended {reason}") >= 10, $"{reason}"));
    }

    private static void Count(Dictionary<string, int> seen, string what) => seen[what] = seen.GetValueOrDefault(what) + 1;
}
