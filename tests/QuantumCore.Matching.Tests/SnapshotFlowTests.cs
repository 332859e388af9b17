using QuantumCore.Instruments;
using QuantumCore.Matching.Tests.Reference;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>Snapshots in the middle of a flow of all commands.</summary>
public class SnapshotFlowTests
{
    private const int Commands = 12_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(200, FullFlowOnBook.Profiles)];

    public static TheoryData<int> SlowSeeds => [.. Enumerable.Range(3_000, FullFlowOnBook.Profiles)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_restored_book_goes_on_in_step(int seed) => GoOnInStep(seed, Commands);

    [Theory]
    [Trait("Suite", "Slow")]
    [MemberData(nameof(SlowSeeds))]
    public void A_restored_book_goes_on_in_step_for_long(int seed) => GoOnInStep(seed, 30_000);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void One_wrong_number_is_refused_or_makes_another_sound_book(int seed)
    {
        var random = new Random(seed);
        var flow = new FullFlowOnBook(seed);
        var book = new OrderBook(flow.MaxLevels);
        var (refused, forged) = (0, 0);
        for (var step = 0; step < 3_000; step++)
        {
            var command = flow.Next();
            _ = command.Apply(book, out _);
            if (step % 15 != 0 || !flow.IsWhole)
                continue;

            var numbers = SnapshotNumbers.Of(book.Snapshot());
            for (var i = 0; i < 12; i++, forged++)
            {
                var at = random.Next(numbers.Count);
                var wrong = new List<long>(numbers) { [at] = Wrong(random, numbers, at) };
                if (wrong[at] != numbers[at]
                    && !IsSound(wrong, $"seed {seed}, step {step}: number {at} {numbers[at]} is {wrong[at]}"))
                    refused++;
            }
        }

        Assert.InRange(refused, forged / 2, forged);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Largest_number_in_any_snapshot_field_is_rejected_or_gives_a_sound_book(int seed)
    {
        var flow = new FullFlowOnBook(seed);
        var book = new OrderBook(flow.MaxLevels);
        for (var step = 0; step < 400 || !flow.IsWhole; step++)
            _ = flow.Next().Apply(book, out _);
        var numbers = SnapshotNumbers.Of(book.Snapshot());
        for (var at = 0; at < numbers.Count; at++)
            _ = IsSound(new(numbers) { [at] = long.MaxValue - 1 }, $"seed {seed}: number {at} {numbers[at]}");
    }

    private static long Wrong(Random random, List<long> numbers, int at) => random.Next(9) switch
    {
        0 => 0,
        1 => unchecked(numbers[at] + 1),
        2 => unchecked(numbers[at] - 1),
        3 => random.NextInt64(),
        4 => unchecked(-numbers[at]),
        5 => numbers[at] ^ (1L << random.Next(63)),
        6 => numbers[random.Next(numbers.Count)],
        7 => long.MaxValue - 1,
        _ => random.Next(-2, 20),
    };

    /// <summary>Returns true if the snapshot is accepted; then the book must be sound.</summary>
    private static bool IsSound(List<long> numbers, string where)
    {
        var bytes = SnapshotNumbers.ToSnapshot(numbers);
        OrderBook book;
        try
        {
            book = OrderBook.Restore(bytes);
        }
        catch (InvalidDataException)
        {
            return false;
        }

        Assert.True(bytes.AsSpan().SequenceEqual(book.Snapshot()), $"{where}: it writes other bytes");
        var time = book.LastTimeNanos;
        Sound(book, book.Submit(time, BookScript.Limit(Side.Buy, 30, 1_004), out _), where);
        Sound(book, book.Submit(time, BookScript.Limit(Side.Sell, 60, 996), out _), where);
        Sound(book, book.SetMark(time, 1_000), where);
        TradeLegs(book, where);
        foreach (var phase in (ReadOnlySpan<TradingPhase>)
            [
                TradingPhase.Opening, TradingPhase.Volatility, TradingPhase.Continuous,
                TradingPhase.Closing, TradingPhase.Closed, TradingPhase.PreOpen,
                TradingPhase.Opening, TradingPhase.Continuous,
            ])
            Sound(book, book.SetPhase(time, phase), where);
        Sound(book, book.SetPhase(time, TradingPhase.Halt), where);
        Sound(book, book.Adjust(time, OrderAdjustment.Split(OrderAdjustment.RatioLimit, 1)), where);
        Assert.True(OrderBook.Restore(book.Snapshot()).Audit() is null, $"{where}: after a split");
        Sound(book, book.CancelMany(time, default, EndReason.MassCancel), where);
        Assert.True(book.OpenOrders == 0, $"{where}: orders are left");
        return true;
    }

    private static void TradeLegs(OrderBook book, string where)
    {
        foreach (var id in book.OrdersAt(OrderPlace.Aside))
        {
            _ = book.TryGetOrder(id, out var leg);
            if (book.Phase != TradingPhase.Continuous
                || !book.TryGetQuote(
                    leg.Side == Side.Buy ? Side.Sell : Side.Buy, leg.Owner, out var price, out var lots))
                continue;

            book.TakeQuotes(book.LastTimeNanos, id, price, Math.Min(lots, leg.LeavesLots));
            Sound(book, RejectReason.None, where);
        }
    }

    private static void Sound(OrderBook book, RejectReason answer, string where) =>
        Assert.True(book.Audit() is null, $"{where}: then {answer}, {FullCommand.Text(book.Events)}: {book.Audit()}");

    private static void GoOnInStep(int seed, int commands)
    {
        var random = new Random(seed);
        var flow = new FullFlowOnBook(seed);
        var book = new OrderBook(flow.MaxLevels);
        var twin = OrderBook.Restore(book.Snapshot());
        for (var step = 0; step < commands; step++)
        {
            var command = flow.Next();
            var where = $"seed {seed}, step {step}: {command}";
            var expected = command.Apply(book, out var id);
            var got = command.Apply(twin, out var twinId);
            Assert.True(
                (expected, id) == (got, twinId), $"{where}\n  the book: {expected} {id}, restored: {got} {twinId}");
            Assert.True(
                book.Events.SequenceEqual(twin.Events),
                $"{where}\n  {FullCommand.Text(book.Events)}\nrestored:\n  {FullCommand.Text(twin.Events)}");
            Assert.True(
                !flow.IsWhole || book.Audit() is null, $"{where}\n  {FullCommand.Text(book.Events)}\n  {book.Audit()}");
            Assert.True(!flow.IsWhole || twin.Audit() is null, $"{where}\n  restored: {twin.Audit()}");
            Assert.True(
                book.StateHash == twin.StateHash, $"{where}\n  {FullCommand.Text(book.Events)}\n  other hashes");
            if (!flow.IsWhole || random.Next(8) != 0)
                continue;

            var bytes = book.Snapshot();
            Assert.True(bytes.AsSpan().SequenceEqual(twin.Snapshot()), $"{where}\n  other bytes");
            if (random.Next(4) == 0)
                twin = OrderBook.Restore(bytes);
        }
    }
}
