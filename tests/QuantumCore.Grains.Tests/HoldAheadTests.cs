using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Orders that enter their book before their hold is durable, and are never durable without it.</summary>
public sealed class HoldAheadTests
{
    private const long Alice = 1001;
    private static readonly ManualTime s_time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Order_of_an_idle_exchange_takes_one_commit_with_its_hold()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var frames = new ConcurrentQueue<int>();
        disk.Volatile.Faults.Choose = frame =>
        {
            frames.Enqueue(frame.Slices.Count);
            return CommitFault.None;
        };
        var report = await PlaceAsync(exchange, "a", 100);
        Assert.Equal((RejectReason.None, OrderStatus.New), (report.Reason, report.Status));
        Assert.Equal([2], frames);
    }

    [Fact]
    public async Task Hold_without_an_order_to_enter_is_durable_when_answered()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var held = await exchange.Account(Alice).HoldAhead([Request("a", 1_000_000_000_000)]);
        Assert.Equal(RejectReason.InsufficientFunds, held.Results[0].Reason);
        Assert.Null(held.Last);
    }

    [Fact]
    public async Task Hold_that_is_known_and_durable_is_answered_as_such()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var first = await PlaceAsync(exchange, "a", 100);
        var again = await exchange.Account(Alice).HoldAhead([Request("a", 100)]);
        Assert.True(again.Results[0].IsKnown);
        Assert.Equal(first.Number, again.Results[0].Order!.Number);
        Assert.Null(again.Last);
    }

    [Fact]
    public async Task Hold_whose_order_never_comes_is_committed_when_somebody_waits_for_it()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var held = await exchange.Account(Alice).HoldAhead([Request("a", 100)]);
        await exchange.Account(Alice).WhenDurable(held.Last!.Value);
        var last = await disk.Journal.ReadAsync(held.Last.Value.Stream, 1, long.MaxValue, CancellationToken.None)
            .LastAsync(TestContext.Current.CancellationToken);
        Assert.Equal(held.Last.Value.Sequence, last.Sequence);
    }

    [Fact]
    public async Task Order_is_in_no_book_if_its_hold_is_lost()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var zombie = await OpenAsync(disk);
        await using var alive = await Exchange.StartAsync(disk);
        using var gate = disk.Volatile.Faults.Hold();
        var held = await zombie.Account(Alice).HoldAhead([Request("a", 100)]);
        var entering = zombie.Book("AAPL").Grain.SubmitAfter("AAPL", [held.Results[0].Order!], held.Last!.Value).AsTask();
        await gate.Arrived;

        // Activates the account on another silo: the hold in flight is refused.
        Assert.Equal(0, (await alive.ViewAsync(Alice)).Of("USD").Held);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => entering);
        Assert.DoesNotContain(await alive.RecordsAsync("AAPL"), one => one.Record is OrderAccepted);
        var report = await alive.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal((1, OrderStatus.New), (report.Number, report.Status));
    }

    [Fact]
    public async Task Order_is_refused_without_a_record_if_the_silo_does_not_have_the_account()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var held = await exchange.Account(Alice).HoldAhead([Request("a", 100)]);
        var before = (await exchange.RecordsAsync("AAPL")).Count;
        var other = held.Last!.Value with { Epoch = held.Last.Value.Epoch + 1 };
        await Assert.ThrowsAnyAsync<Exception>(
            async () => await exchange.Book("AAPL").Grain.SubmitAfter("AAPL", [held.Results[0].Order!], other));
        await Assert.ThrowsAnyAsync<Exception>(async () => await exchange.Account(Alice).WhenDurable(other));
        Assert.Equal(before, (await exchange.RecordsAsync("AAPL")).Count);
    }

    [Fact]
    public async Task Answer_without_a_record_waits_for_the_hold_too()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var known = (await exchange.Account(Alice).HoldAhead([Request("a", 100)])).Results[0].Order!;
        await PlaceAsync(exchange, "a", 100);
        using var gate = disk.Volatile.Faults.Hold();
        var held = await exchange.Account(Alice).HoldAhead([Request("b", 100)]);
        var answering = exchange.Book("AAPL").Grain.SubmitAfter("AAPL", [known], held.Last!.Value).AsTask();
        await gate.Arrived.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        Assert.False(answering.IsCompleted);
        gate.Release();
        Assert.Equal(known.Number, (await answering)[0].Number);
    }

    [Fact]
    public async Task Order_is_refused_at_once_while_the_journal_is_stalled()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice], time: time);
        using var gate = disk.Volatile.Faults.Hold();
        var stuck = exchange.Account(Alice).Hold([Request("a", 100)]).AsTask();
        await gate.Arrived.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(2));

        // The account's earlier record is not durable, and the refusals do not wait for it.
        var refused = await exchange.Account(Alice).Hold([Request("b", 100)]);
        Assert.Equal(RejectReason.Overloaded, refused[0].Reason);
        var ahead = await exchange.Account(Alice).HoldAhead([Request("c", 100)]);
        Assert.Equal(RejectReason.Overloaded, ahead.Results[0].Reason);
        gate.Release();
        await stuck;
    }

    [Fact]
    public async Task Hold_that_waits_for_its_order_is_no_stall()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice], time: time);
        var held = await exchange.Account(Alice).HoldAhead([Request("a", 100)]);
        var writer = exchange.Service<JournalWriter>();
        time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.Equal((TimeSpan.Zero, 1), (writer.OldestPendingAge, writer.PendingRecords));
        time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(TimeSpan.Zero, writer.OldestPendingAge);
        await exchange.Account(Alice).WhenDurable(held.Last!.Value);
        Assert.Equal(0, writer.PendingRecords);
    }

    [Fact]
    public async Task Book_of_a_group_waits_for_the_hold_first()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await OpenAsync(disk);
        var share = Listed.Share("FIRST") with { Group = "PAIR" };
        await exchange.Grains.Catalog().List(EncodedInstrument.From(share));
        var held = await exchange.Account(Alice).HoldAhead([Request("a", 100) with { Symbol = "FIRST" }]);
        ImmutableArray<SubmitOrder> orders = [held.Results[0].Order!];
        var reports = await exchange.Grains.GetGrain<IOrderBookGrain>(share.BookKey)
            .SubmitAfter("FIRST", orders, held.Last!.Value);
        Assert.Equal(OrderStatus.New, reports[0].Status);
    }

    private static HoldRequest Request(string name, long lots) => new(
        name, "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, 15_000, lots);

    private static async Task<ExecutionReport> PlaceAsync(Exchange exchange, string name, long lots)
    {
        var held = await exchange.Account(Alice).HoldAhead([Request(name, lots)]);
        ImmutableArray<SubmitOrder> orders = [held.Results[0].Order!];
        return (await exchange.Book("AAPL").Grain.SubmitAfter("AAPL", orders, held.Last!.Value))[0];
    }

    private static Task<Exchange> OpenAsync(Disk disk) => Exchange.OpenAsync(disk, ["AAPL"], [Alice], time: s_time);
}
