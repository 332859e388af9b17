using System.Runtime.InteropServices;
using System.Text;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>One stream of all commands there are through the book and through its reference.</summary>
public class FullDifferentialTests
{
    private const int LastCommands = 15;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, FlowProfile.All.Count * 2)];

    public static TheoryData<int> SlowSeeds => [.. Enumerable.Range(1_000, FlowProfile.All.Count * 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_book_does_what_its_reference_does(int seed) => Compare(seed, 15_000, every: 4);

    [Theory]
    [Trait("Suite", "Slow")]
    [MemberData(nameof(SlowSeeds))]
    public void The_book_does_what_its_reference_does_over_ten_million_commands(int seed) => Compare(seed, 140_000, every: 16);

    /// <summary>Answers and events after each command, all that can be asked of the book after every so many.</summary>
    private static void Compare(int seed, int commands, int every)
    {
        var flow = new FullFlow(seed);
        var book = new OrderBook(flow.Profile.MaxLevels);
        var reference = new ReferenceBook(flow.Profile.MaxLevels);
        // Every other flow of a profile has a companion.
        var companion = seed / FlowProfile.All.Count % 2 == 0 ? new Companion(seed, flow.Profile.MaxLevels) : null;
        var last = new Queue<(FullCommand, RejectReason, BookEvent[])>();
        for (var step = 0; step < commands; step++)
        {
            var command = flow.Next(reference);
            var expected = command.Apply(reference, out var expectedId);
            string? difference;
            try
            {
                difference = Answer(book, command, expected, expectedId, reference)
                    ?? (step % every == 0 ? Views(book, reference, step / every) : null)
                    ?? companion?.Follow(book, command, expected, expectedId);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                difference = $"the book broke: {failure}";
            }

            if (difference is not null)
                Assert.Fail(Report(seed, step, flow, last, command, expected, book, reference, difference));
            if (last.Count == LastCommands)
                _ = last.Dequeue();
            last.Enqueue((command, expected, [.. reference.Events]));
        }
    }

    /// <summary>
    /// A second book that gets the same commands: at first from the beginning, from then on restored now and then from
    /// its own snapshot. Nothing tells the two apart.
    /// </summary>
    private sealed class Companion(int seed, int maxLevels)
    {
        private readonly Random _random = new(seed);
        private OrderBook _book = new(maxLevels);

        /// <summary>Null, or what is not the same.</summary>
        public string? Follow(OrderBook first, FullCommand command, RejectReason expected, long expectedId)
        {
            var got = Apply(_book, command, out var id);
            if ((got, id) != (expected, expectedId))
                return $"companion: expected {expected} {expectedId}, got {got} {id}";
            if (!_book.Events.SequenceEqual(first.Events))
                return $"companion: other events\n  {FullCommand.Text(_book.Events)}";
            if (_random.Next(20) != 0)
                return null;
            if (_book.StateHash != first.StateHash)
                return "companion: another hash of the state";
            if (_random.Next(10) != 0)
                return null;

            var bytes = _book.Snapshot();
            if (!bytes.AsSpan().SequenceEqual(first.Snapshot()))
                return "companion: other bytes in its snapshot";
            _book = OrderBook.Restore(bytes);
            return _book.StateHash == first.StateHash ? null : "restored: another hash of the state";
        }
    }

    /// <summary>The same answer and the same events? Null, or what is not.</summary>
    private static string? Answer(
        OrderBook book, FullCommand command, RejectReason expected, long expectedId, ReferenceBook reference)
    {
        var got = Apply(book, command, out var id);
        if (got != expected)
            return $"answer: expected {expected}, got {got}";
        if (id != expectedId)
            return $"id: expected {expectedId}, got {id}";
        if (book.ReplaceFailure != reference.ReplaceFailure)
            return $"replace failure: expected {reference.ReplaceFailure}, got {book.ReplaceFailure}";
        var events = CollectionsMarshal.AsSpan(reference.Events);
        if (book.Events.SequenceEqual(events))
            return null;

        for (var at = 0; at < Math.Min(events.Length, book.Events.Length); at++)
        {
            if (events[at] != book.Events[at])
                return $"event {at}:\n  expected {events[at]}\n  got      {book.Events[at]}";
        }

        return $"events: expected {events.Length}, got {book.Events.Length}";
    }

    /// <summary>The same state, as far as anyone can ask for it?</summary>
    private static string? Views(OrderBook book, ReferenceBook reference, int look)
    {
        if (book.Audit() is { } wrong)
            return $"audit: {wrong}";
        var (expected, got) = (Numbers(reference), Numbers(book));
        if (expected != got)
            return $"state: expected {expected}, got {got}";
        foreach (var place in (ReadOnlySpan<(OrderPlace Core, Stay Twin)>)
            [(OrderPlace.Armed, Stay.Armed), (OrderPlace.Pending, Stay.Pending), (OrderPlace.Parked, Stay.Parked), (OrderPlace.Held, Stay.Held)])
        {
            var ids = new List<long>();
            foreach (var id in book.OrdersAt(place.Core))
                ids.Add(id);
            if (!ids.SequenceEqual(reference.OrdersAt(place.Twin)))
                return $"{place.Twin}: expected {string.Join(' ', reference.OrdersAt(place.Twin))}, got {string.Join(' ', ids)}";
        }

        return Side(book, reference, Instruments.Side.Buy, look) ?? Side(book, reference, Instruments.Side.Sell, look)
            ?? (look % 4 == 0 ? EachOrder(book, reference) : null);
    }

    private static (TradingPhase, BookRules, long, long, long, long, long, long, int) Numbers(ReferenceBook book) => (
        book.Phase, book.Rules, book.LastPriceTicks, book.MarkPriceTicks, book.ReferencePriceTicks, book.LastTradeNumber,
        book.LastOrderId, book.LastTimeNanos, book.OpenOrders);

    private static (TradingPhase, BookRules, long, long, long, long, long, long, int) Numbers(OrderBook book) => (
        book.Phase, book.Rules, book.LastPriceTicks, book.MarkPriceTicks, book.ReferencePriceTicks, book.LastTradeNumber,
        book.LastOrderId, book.LastTimeNanos, book.OpenOrders);

    private static string? Side(OrderBook book, ReferenceBook reference, Side side, int look)
    {
        var expected = reference.Orders(side);
        var got = new List<ReferenceView>();
        foreach (var order in book.Orders(side))
            got.Add(View(in order));
        if (!expected.SequenceEqual(got))
            return $"{side} orders:\n  expected {string.Join("\n           ", expected)}\n  got      {string.Join("\n           ", got)}";
        if (look % 2 != 0)
            return null;

        var levels = reference.Levels(side);
        var copied = new PriceLevel[book.LevelCount(side) + 1];
        var count = book.CopyLevels(side, copied);
        if (!levels.SequenceEqual(copied.Take(count)) || count != book.LevelCount(side))
            return $"{side} levels:\n  expected {string.Join(' ', levels)}\n  got      {string.Join(' ', copied.Take(count))}";
        var hasBest = book.TryGetBest(side, out var price, out var lots);
        return hasBest != (levels.Count > 0) || (hasBest && (price, lots) != (levels[0].PriceTicks, levels[0].Lots))
            ? $"{side} best: expected {(levels.Count > 0 ? levels[0].ToString() : "none")}, got {hasBest} {price} {lots}"
            : null;
    }

    private static string? EachOrder(OrderBook book, ReferenceBook reference)
    {
        var ids = new List<long>();
        reference.CopyOpenIds(ids);
        foreach (var id in ids)
        {
            _ = reference.TryGetOrder(id, out var expected);
            if (!book.TryGetOrder(id, out var order) || View(in order) != expected)
                return $"order {id}: expected {expected}, got {View(in order)}";
            var ranks = reference.TryGetQueuePosition(id, out var ahead);
            if (book.TryGetQueuePosition(id, out var position) != ranks
                || (ranks && (position.OrdersAhead, position.LotsAhead) != ahead))
                return $"queue position of {id}: expected {ranks} {ahead}, got {position}";
        }

        return book.TryGetOrder(reference.LastOrderId + 1, out _) ? "an order that was never issued" : null;
    }

    private static ReferenceView View(in RestingOrder order) => new(
        order.OrderId, order.Account, order.Owner, order.Side, order.PriceTicks, order.TotalLots, order.LeavesLots,
        order.Place switch
        {
            OrderPlace.Resting => Stay.Resting,
            OrderPlace.Armed => Stay.Armed,
            OrderPlace.Pending => Stay.Pending,
            OrderPlace.Parked => Stay.Parked,
            OrderPlace.Held => Stay.Held,
            _ => Stay.Done,
        },
        order.ShownLots, order.TriggerTicks);

    private static RejectReason Apply(OrderBook book, FullCommand command, out long id)
    {
        id = 0;
        var (time, filter) = (command.Time, Filter(command.Filter));
        return command.Verb switch
        {
            FullVerb.Submit => book.Submit(time, command.Order, out id),
            FullVerb.SubmitList => book.SubmitList(time, command.Kind, command.Legs, out id),
            FullVerb.Cancel => book.Cancel(time, command.OrderId, EndReason.User),
            FullVerb.CancelMany => book.CancelMany(time, filter, EndReason.MassCancel),
            FullVerb.Block => book.Block(time, filter),
            FullVerb.Unblock => book.Unblock(time, filter),
            FullVerb.Reduce => book.Reduce(time, command.OrderId, command.Value),
            FullVerb.Amend => book.Amend(time, command.OrderId, command.Amendment),
            FullVerb.Replace => book.Replace(time, command.OrderId, command.Order, out id, command.Mode),
            FullVerb.SetPhase => book.SetPhase(time, command.Phase),
            FullVerb.SetMark => book.SetMark(time, command.PriceTicks),
            FullVerb.SetReference => book.SetReference(time, command.PriceTicks),
            FullVerb.SetLast => book.SetLast(time, command.PriceTicks),
            FullVerb.AdvanceTime => book.AdvanceTime(time),
            FullVerb.Bust => book.Bust(time, command.Value),
            FullVerb.Correct => book.Correct(time, command.Value, command.PriceTicks),
            FullVerb.SetRules => book.SetRules(time, command.Rules),
        };
    }

    private static OrderFilter Filter(ReferenceFilter filter) =>
        new() { Account = filter.Account, Owner = filter.Owner, Side = filter.Side };

    private static string Line(FullCommand command, RejectReason answer, ReadOnlySpan<BookEvent> events) =>
        $"{command}\n  {(answer == RejectReason.None ? "" : $"rej {answer} ")}{FullCommand.Text(events)}";

    private static string Report(
        int seed, int step, FullFlow flow, Queue<(FullCommand, RejectReason, BookEvent[])> last, FullCommand command, RejectReason expected, OrderBook book,
        ReferenceBook reference, string difference)
    {
        var report = new StringBuilder();
        _ = report.AppendLine($"seed {seed} ({flow.Profile.Name}), step {step}, {reference.Phase}, rules {reference.Rules}");
        foreach (var (earlier, answer, events) in last)
            _ = report.AppendLine(Line(earlier, answer, events));
        _ = report.AppendLine(Line(command, expected, CollectionsMarshal.AsSpan(reference.Events)))
            .AppendLine($"but the book did\n  {FullCommand.Text(book.Events)}")
            .AppendLine(difference).AppendLine($"The reference afterwards: last {reference.LastPriceTicks}, mark {reference.MarkPriceTicks}");
        var ids = new List<long>();
        reference.CopyOpenIds(ids);
        foreach (var id in ids)
        {
            _ = reference.TryGetOrder(id, out var order);
            _ = report.AppendLine(
                $"  {id} {order.Place} at {order.PriceTicks}, {order.ShownLots} shown of {order.LeavesLots}/{order.TotalLots}, "
                + $"trigger {order.TriggerTicks}: {FullCommand.Text(reference.TermsOf(id))}");
        }

        return report.ToString();
    }
}
