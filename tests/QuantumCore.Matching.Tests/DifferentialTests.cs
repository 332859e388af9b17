using System.Runtime.InteropServices;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>One stream of random commands through the book and its naive twin.</summary>
public class DifferentialTests
{
    private static readonly int[] s_seeds = [1, 2, 3, 4, 5, 6, 7, 8];

    public static TheoryData<int, int, long, int, int> Flows => new()
    {
        // seed, open orders, centre, spread, most levels
        { 1, 20, 10_000, 12, 1000 },
        { 2, 30, 64, 40, 1000 },
        { 3, 30, 1_000_000, 5_000, 1000 },
        { 4, 25, 1L << 40, 1_000_000, 1000 },
        { 5, 30, 10_000, 60, 6 },
        { 6, 20, (1L << 47) - 5, 20, 4 },
        { 7, 60, 10_000, 30, 1000 },
        { 8, 4, 10_000, 6, 2 },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_million_random_commands_give_the_naive_books_events_state_and_levels(
        int seed, int openOrders, long centre, int spread, int maxLevels)
    {
        // Eight flows: a million commands in all.
        Assert.Contains(seed, s_seeds);
        var flow = new RandomFlow(seed, openOrders, centre, spread);
        var book = new OrderBook(maxLevels);
        var naive = new NaiveBook(maxLevels);
        var accepted = 0;
        for (var i = 0; i < 1_000_000 / s_seeds.Length; i++)
        {
            var command = flow.Next(naive.OpenOrders, naive.LastId);
            var reject = Apply(book, command, out var id);
            Assert.True(
                Apply(naive, command, out var expectedId) == reject && expectedId == id &&
                book.Events.SequenceEqual(CollectionsMarshal.AsSpan(naive.Events)),
                $"seed {seed}, command {i}: {command} gave {reject} {id} and other events than expected");
            Assert.True(
                naive.StateHash() == book.StateHash, $"seed {seed}, command {i}: {command} led to another state");
            accepted += reject == RejectReason.None ? 1 : 0;
            if (i % 8 == 0)
                CompareViews(book, naive, i);
        }

        Assert.True(accepted > 25_000, $"only {accepted} commands were accepted");
    }

    internal static RejectReason Apply(OrderBook book, FlowCommand command, out long id)
    {
        id = 0;
        return command.Verb switch
        {
            FlowVerb.Submit => book.Submit(command.Time, command.Order, out id),
            FlowVerb.Cancel => book.Cancel(command.Time, command.OrderId, EndReason.User),
            FlowVerb.Reduce => book.Reduce(command.Time, command.OrderId, command.Total),
            FlowVerb.Replace => book.Replace(command.Time, command.OrderId, command.Order, out id),
        };
    }

    private static RejectReason Apply(NaiveBook book, FlowCommand command, out long id)
    {
        id = 0;
        return command.Verb switch
        {
            FlowVerb.Submit => book.Submit(command.Time, command.Order, out id),
            FlowVerb.Cancel => book.Cancel(command.Time, command.OrderId, EndReason.User),
            FlowVerb.Reduce => book.Reduce(command.Time, command.OrderId, command.Total),
            FlowVerb.Replace => book.Replace(command.Time, command.OrderId, command.Order, out id),
        };
    }

    private static void CompareViews(OrderBook book, NaiveBook naive, int step)
    {
        Assert.Null(book.Audit());
        foreach (var side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            var levels = naive.Levels(side);
            Assert.Equal(levels, BookScript.LevelsOf(book, side));
            Assert.Equal(levels.Count > 0, book.TryGetBest(side, out var price, out var lots));
            Assert.Equal(levels.Count > 0 ? (levels[0].Price, levels[0].Lots) : (0, 0), (price, lots));
            if (step % 64 != 0)
                continue;

            var orders = naive.Orders(side);
            var inBook = new List<RestingOrder>();
            foreach (var order in book.Orders(side))
                inBook.Add(order);
            Assert.Equal(orders, inBook);
            Assert.All(orders, order => Assert.True(book.TryGetOrder(order.OrderId, out var found) && found == order));
        }
    }
}
