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
            Assert.True(
                !book.IsWhole || book.Audit() is null,
                $"seed {seed}, step {step}: {book.Audit()}\n{command}\n  {FullCommand.Text([.. book.Events])}");
            if (step % 16 != 0 || reason == RejectReason.None)
                continue;

            // A settled book stays settled: time alone changes nothing.
            Assert.Equal(RejectReason.None, book.AdvanceTime(book.LastTimeNanos));
            Assert.True(
                book.Events.Count == 0, $"seed {seed}, step {step}: {command}\n  {FullCommand.Text([.. book.Events])}");
        }
    }

    [Fact]
    public void Every_kind_of_event_end_and_refusal_occurs_often()
    {
        var seen = new Dictionary<string, int>();
        for (var seed = 0; seed < 2 * FlowProfile.All.Count; seed++)
        {
            var flow = new FullFlow(seed);
            var book = new ReferenceBook(flow.Profile.MaxLevels);
            var legs = new HashSet<long>();
            for (var step = 0; step < Commands; step++)
            {
                var command = flow.Next(book);
                var passes = command.Verb == FullVerb.TakeQuotes && PassesOwn(book, command);
                var reason = command.Apply(book, out var id);
                if (command is { Verb: FullVerb.Submit, Order.Type: OrderType.Leg })
                    _ = legs.Add(id);
                Count(seen, $"refused {reason}");
                CountOfLegs(seen, command, reason, passes, book.Events);
                if (command.Verb == FullVerb.Adjust && reason == RejectReason.None)
                    CountOfAdjustments(seen, command.Adjustment, book.Events);
                foreach (var happened in book.Events)
                {
                    Count(seen, $"{happened.Kind}");
                    if (happened.Kind == BookEventKind.Ended)
                        Count(seen, $"{(legs.Contains(happened.OrderId) ? "leg " : "")}ended {happened.EndReason}");
                }
            }
        }

        foreach (var (what, count) in seen.OrderBy(pair => pair.Value))
            TestContext.Current.TestOutputHelper?.WriteLine($"{count,8} {what}");
        var core = Enum.GetValues<RejectReason>().Where(reason =>
            (int)reason is >= 20 and <= 45 or 1 or 3 or 4 or 5
            && reason is not (RejectReason.Voided or RejectReason.NotOwner or RejectReason.SymbolUnavailable));
        Assert.All(core, reason => Assert.True(seen.GetValueOrDefault($"refused {reason}") >= 20, $"{reason}"));
        Assert.All(
            Enum.GetValues<BookEventKind>(), kind => Assert.True(seen.GetValueOrDefault($"{kind}") >= 100, $"{kind}"));
        Assert.All(
            Enum.GetValues<EndReason>().Where(reason => reason != EndReason.None),
            reason => Assert.True(seen.GetValueOrDefault($"ended {reason}") >= 10, $"{reason}"));
        Assert.All(s_ofLegs, what => Assert.True(seen.GetValueOrDefault(what) >= 3, what));
        Assert.All(s_ofAdjustments, what => Assert.True(seen.GetValueOrDefault(what) >= 20, what));
    }

    /// <summary>Events of splits and dividends that the flow must reach.</summary>
    private static readonly string[] s_ofAdjustments =
    [
        "split Ended", "split Amended", "split moved", "split Rested", "dividend Ended", "dividend Amended",
        "dividend moved", "dividend Rested",
        "dividend Repriced", "dividend Indicative", "reverse split Ended",
    ];

    private static void CountOfAdjustments(
        Dictionary<string, int> seen, OrderAdjustment adjustment, List<BookEvent> events)
    {
        var name = !adjustment.IsSplit ? "dividend" : adjustment.EndsAll ? "reverse split" : "split";
        foreach (var happened in events)
            Count(seen, $"{name} {(happened is { Kind: BookEventKind.Amended, Detail: 1 } ? "moved" : happened.Kind)}");
    }

    /// <summary>Events of strategy legs that the flow must reach.</summary>
    private static readonly string[] s_ofLegs =
    [
        "leg None", "leg InvalidCombination", "leg InvalidQuantity", "leg InvalidPrice", "leg BadRequest",
        "leg NotInThisPhase",
        "leg SymbolHalted", "leg SymbolClosed", "leg AccountBlocked", "leg ExpiredAlready", "leg TimeRegression",
        "leg ended User", "leg ended MassCancel", "leg ended KillSwitch", "leg ended Day", "leg ended GoodTillDate",
        "TakeQuotes", "TakeQuotes past an own order", "TakeQuotes Refilled", "TakeQuotes ended OneCancelsOther",
        "TakeQuotes Repriced", "TakeQuotes Triggered", "TakeQuotes Activated",
        "EndPhase", "EndPhase Repriced", "EndPhase Triggered", "EndPhase Activated",
        "Cross", "Cross Triggered", "Admit None", "Admit refused",
        "Sweep", "Sweep SelfTradePrevented", "Sweep Triggered", "Sweep Refilled", "Sweep ended OneCancelsOther",
        "Sweep ended SelfTrade",
        "Proceed Rested", "Proceed Trade", "Proceed Triggered", "Proceed ended ImmediateOrCancel",
        "Proceed ended FillOrKill",
        "Proceed ended NoLiquidity", "Proceed ended Protection", "Proceed ended Band", "Proceed PhaseChanged",
    ];

    private static bool PassesOwn(ReferenceBook book, FullCommand command)
    {
        _ = book.TryGetOrder(command.OrderId, out var leg);
        return leg.Owner != 0 && book.Orders(leg.Side == Side.Buy ? Side.Sell : Side.Buy)
            .Exists(order => order.PriceTicks == command.PriceTicks && order.ShownLots > 0 && order.Owner == leg.Owner);
    }

    private static void CountOfLegs(
        Dictionary<string, int> seen, FullCommand command, RejectReason reason, bool passesOwn, List<BookEvent> events)
    {
        if (command is { Verb: FullVerb.Submit, Order.Type: OrderType.Leg })
            Count(seen, $"leg {reason}");
        if (command.Verb == FullVerb.Admit)
            Count(seen, reason == RejectReason.None ? "Admit None" : "Admit refused");
        if (command.Verb < FullVerb.TakeQuotes)
            return;

        Count(seen, $"{command.Verb}");
        if (passesOwn)
            Count(seen, "TakeQuotes past an own order");
        foreach (var what in events.Select(happened =>
            happened.Kind == BookEventKind.Ended ? $"ended {happened.EndReason}" : $"{happened.Kind}").Distinct())
            Count(seen, $"{command.Verb} {what}");
    }

    private static void Count(Dictionary<string, int> seen, string what) =>
        seen[what] = seen.GetValueOrDefault(what) + 1;
}
