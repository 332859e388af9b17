using System.Runtime.InteropServices;
using System.Text;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>A stream of all kinds of commands, through the book and through its reference.</summary>
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
    public void The_book_does_what_its_reference_does_over_ten_million_commands(int seed) =>
        Compare(seed, 140_000, every: 16);

    /// <summary>Compares results and events after each command, and the full state at intervals.</summary>
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
            var (judged, difference) = Judge(book, reference, command);
            var expected = command.Apply(reference, out var expectedId);
            try
            {
                difference ??= (judged is { } before && before != expected
                    ? $"answer: {before} judged, {expected} given"
                    : null)
                    ?? Answer(book, command, expected, expectedId, reference)
                    ?? (step % every == 0 ? Views(book, reference, step / every) : null)
                    ?? companion?.Follow(book, command, expected, expectedId, reference.IsWhole);
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
    /// A second book that gets the same commands, and is restored from its own snapshot from time to time. Nothing
    /// distinguishes the two.
    /// </summary>
    private sealed class Companion(int seed, int maxLevels)
    {
        private readonly Random _random = new(seed);
        private OrderBook _book = new(maxLevels);

        /// <summary>Returns a difference; null for none.</summary>
        public string? Follow(
            OrderBook first, FullCommand command, RejectReason expected, long expectedId, bool isWhole)
        {
            var got = command.Apply(_book, out var id);
            if ((got, id) != (expected, expectedId))
                return $"companion: expected {expected} {expectedId}, got {got} {id}";
            if (!_book.Events.SequenceEqual(first.Events))
                return $"companion: other events\n  {FullCommand.Text(_book.Events)}";
            if (_random.Next(20) != 0)
                return null;
            if (_book.StateHash != first.StateHash)
                return "companion: another hash of the state";
            if (!isWhole || _random.Next(10) != 0)
                return null;

            var bytes = _book.Snapshot();
            if (!bytes.AsSpan().SequenceEqual(first.Snapshot()))
                return "companion: other bytes in its snapshot";
            _book = OrderBook.Restore(bytes);
            return _book.StateHash == first.StateHash ? null : "restored: another hash of the state";
        }
    }

    /// <summary>Compares result and events. Returns a difference; null for none.</summary>
    private static string? Answer(
        OrderBook book, FullCommand command, RejectReason expected, long expectedId, ReferenceBook reference)
    {
        var got = command.Apply(book, out var id);
        if (got != expected)
            return $"answer: expected {expected}, got {got}";
        if (id != expectedId)
            return $"id: expected {expectedId}, got {id}";
        if (book.ReplaceFailure != reference.ReplaceFailure)
            return $"replace failure: expected {reference.ReplaceFailure}, got {book.ReplaceFailure}";
        if (book.RefusedOfList != reference.RefusedOfList)
            return $"refused of a list: expected {reference.RefusedOfList}, got {book.RefusedOfList}";
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

    /// <summary>Compares all observable state. Returns a difference; null for none.</summary>
    private static string? Views(OrderBook book, ReferenceBook reference, int look)
    {
        // Within a turn a book is not in the state it has between turns.
        if (reference.IsWhole && book.Audit() is { } wrong)
            return $"audit: {wrong}";
        var (expected, got) = (Numbers(reference), Numbers(book));
        if (expected != got)
            return $"state: expected {expected}, got {got}";
        foreach (var place in (ReadOnlySpan<(OrderPlace Core, Stay Twin)>)
            [
                (OrderPlace.Armed, Stay.Armed), (OrderPlace.Pending, Stay.Pending), (OrderPlace.Parked, Stay.Parked),
                (OrderPlace.Held, Stay.Held),
            (OrderPlace.Aside, Stay.Aside)])
        {
            var ids = new List<long>();
            foreach (var id in book.OrdersAt(place.Core))
                ids.Add(id);
            if (!ids.SequenceEqual(reference.OrdersAt(place.Twin)))
                return $"{place.Twin}: expected {string.Join(' ', reference.OrdersAt(place.Twin))}, got {string.Join(' ', ids)}";
        }

        if (Quotes(book, reference) is { } quote)
            return quote;
        return Side(book, reference, Instruments.Side.Buy, look) ?? Side(book, reference, Instruments.Side.Sell, look)
            ?? (look % 4 == 0 ? EachOrder(book, reference) : null);
    }

    /// <summary>Compares the quotes seen by strategies. Returns a difference; null for none.</summary>
    private static string? Quotes(OrderBook book, ReferenceBook reference)
    {
        foreach (var side in (ReadOnlySpan<Side>)[Instruments.Side.Buy, Instruments.Side.Sell])
        {
            for (var owner = 0L; owner < 3; owner++)
            {
                var expected = reference.TryGetQuote(side, owner, 0, out var price, out var lots);
                var found = book.TryGetQuote(side, owner, out var foundPrice, out var foundLots);
                if ((found, foundPrice, foundLots) != (expected, price, lots))
                    return $"{side} quote for {owner}: expected {expected} {price} {lots}, got {found} {foundPrice} {foundLots}";
                if (expected && book.TradingBand != reference.TradingBand)
                    return $"trade within {reference.TradingBand}, got {book.TradingBand}";
            }

            if (reference.Phase != TradingPhase.Continuous)
                continue;
            foreach (var lots in (ReadOnlySpan<long>)[1, 4, 1_000])
            {
                if (book.FirstPriceFor(side, lots) != reference.FirstPriceFor(side, lots))
                    return $"first price for {lots}, {side}: expected {reference.FirstPriceFor(side, lots)}, got {book.FirstPriceFor(side, lots)}";
            }
        }

        return null;
    }

    /// <summary>
    /// Compares the judgement of an order before it enters, which equals the result unless something expires with it.
    /// </summary>
    private static (RejectReason? Judged, string? Difference) Judge(
        OrderBook book, ReferenceBook reference, FullCommand command)
    {
        if (command.Verb is not (FullVerb.Submit or FullVerb.Admit))
            return default;

        var expected = reference.Judge(command.Time, command.Order);
        var got = book.Judge(command.Time, command.Order);
        return (
            reference.NothingIsDueBy(command.Time) ? expected : null,
            got == expected ? null : $"judgement: expected {expected}, got {got}");
    }

    private static (TradingPhase, BookRules, long, long, long, long, long, long, int) Numbers(ReferenceBook book) => (
        book.Phase, book.Rules, book.LastPriceTicks, book.MarkPriceTicks, book.ReferencePriceTicks,
        book.LastTradeNumber,
        book.LastOrderId, book.LastTimeNanos, book.OpenOrders);

    private static (TradingPhase, BookRules, long, long, long, long, long, long, int) Numbers(OrderBook book) => (
        book.Phase, book.Rules, book.LastPriceTicks, book.MarkPriceTicks, book.ReferencePriceTicks,
        book.LastTradeNumber,
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
            OrderPlace.Aside => Stay.Aside,
            _ => Stay.Done,
        },
        order.ShownLots, order.TriggerTicks);

    private static string Line(FullCommand command, RejectReason answer, ReadOnlySpan<BookEvent> events) =>
        $"{command}\n  {(answer == RejectReason.None ? "" : $"rej {answer} ")}{FullCommand.Text(events)}";

    private static string Report(
        int seed, int step, FullFlow flow, Queue<(FullCommand, RejectReason, BookEvent[])> last, FullCommand command,
        RejectReason expected, OrderBook book,
        ReferenceBook reference, string difference)
    {
        var report = new StringBuilder();
        _ = report.AppendLine(
            $"seed {seed} ({flow.Profile.Name}), step {step}, {reference.Phase}, rules {reference.Rules}");
        foreach (var (earlier, answer, events) in last)
            _ = report.AppendLine(Line(earlier, answer, events));
        _ = report.AppendLine(Line(command, expected, CollectionsMarshal.AsSpan(reference.Events)))
            .AppendLine($"but the book did\n  {FullCommand.Text(book.Events)}")
            .AppendLine(difference)
            .AppendLine($"The reference afterwards: last {reference.LastPriceTicks}, mark {reference.MarkPriceTicks}");
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
