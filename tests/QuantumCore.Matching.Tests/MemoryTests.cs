using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

public class MemoryTests
{
    [Fact]
    public void Commands_allocate_nothing_once_the_book_has_its_size()
    {
        var flow = new RandomFlow(seed: 9, targetOrders: 500, centre: 100_000, spread: 2_000);
        var book = new OrderBook();
        var commands = new FlowCommand[600_000];
        for (var i = 0; i < commands.Length; i++)
        {
            commands[i] = flow.Next(book.OpenOrders, book.LastOrderId);
            _ = DifferentialTests.Apply(book, commands[i], out _);
        }

        // The same once more on the book that is warm, emptied, with ids and times moved on.
        foreach (var side in (ReadOnlySpan<Side>)[Buy, Sell])
        {
            foreach (var id in IdsOf(book, side))
                Assert.Equal(RejectReason.None, book.Cancel(book.LastTimeNanos, id, EndReason.User));
        }

        var idShift = book.LastOrderId;
        var timeShift = book.LastTimeNanos + 10;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (ref readonly var command in commands.AsSpan())
        {
            var again = command with { Time = command.Time + timeShift, OrderId = command.OrderId + idShift };
            _ = DifferentialTests.Apply(book, again, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(book.LastOrderId == idShift * 2);
    }

    [Fact]
    public void Closed_orders_leave_no_memory_behind()
    {
        var book = BookOf(Limit(Buy, 1, 1));
        for (var i = 0; i < 2_000_000; i++)
        {
            // A market that wanders over half a million prices.
            Assert.Equal(RejectReason.None, book.Submit(i, Limit(Sell, 1, 1_000 + (i / 4)), out var id));
            Assert.Equal(RejectReason.None, book.Cancel(i, id, EndReason.User));
        }

        Assert.Null(book.Audit());
        var refused = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200_000; i++)
        {
            refused += book.Submit(2_000_000, Limit(Sell, 1, 2_000_000 + i), out var id) == RejectReason.None ? 0 : 1;
            refused += book.Cancel(2_000_000, id, EndReason.User) == RejectReason.None ? 0 : 1;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, refused);
        Assert.True(book.TryGetOrder(1, out _));
    }
}
