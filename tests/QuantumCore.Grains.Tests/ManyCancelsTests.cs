using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A repeated cancel of many orders: as many responses, but no more work than they are worth.</summary>
public sealed class ManyCancelsTests
{
    private const long Alice = 1001;
    private const int Orders = 40;

    [Fact]
    public async Task The_record_that_ended_many_orders_is_read_once_for_all_of_them()
    {
        var readings = 0;
        await using var disk = new Disk
        {
            Around = store => WatchedJournal.Around(store, records =>
            {
                Interlocked.Increment(ref readings);
                return records;
            }),
        };
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice]);
        var numbers = new List<long>();
        for (var i = 0; i < Orders; i++)
            numbers.Add((await exchange.PlaceAsync(Alice, $"a{i}", "AAPL", Side.Buy, 15_000 - i, 10)).Number);

        var first = await exchange.Book("AAPL").Close(Alice, [.. numbers], EndReason.MassCancel);
        Assert.All(
            first,
            report => Assert.Equal(
                (OrderStatus.Cancelled, EndReason.MassCancel, false),
                (report.Status, report.End, report.WasCancelled)));
        Assert.Equal(numbers, first.Select(report => report.Number));

        await exchange.Ledger.CatchUp();
        var before = Volatile.Read(ref readings);
        var again = await exchange.Book("AAPL").Close(Alice, [.. numbers], EndReason.MassCancel);
        Assert.Equal(
            first.Select(report => report with { WasCancelled = true, Fills = [] }),
            again.Select(report => report with { Fills = [] }));
        Assert.InRange(Volatile.Read(ref readings) - before, Orders, Orders + 10);
    }

    [Fact]
    public async Task Orders_that_end_with_one_record_need_the_room_of_one()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.StartAsync(
            disk, journal: new JournalWriterOptions { MaxPendingRecords = 64, MaxFrameRecords = 32 });
        await exchange.Grains.Catalog().List(EncodedInstrument.From(Listed.Share("AAPL")));
        await exchange.Account(Alice).Deposit(new DepositRequest("cash", "USD", 1_000_000_000_000));
        var numbers = new List<long>();
        for (var i = 0; i < 100; i++)
            numbers.Add((await exchange.PlaceAsync(Alice, $"a{i}", "AAPL", Side.Buy, 15_000 - i, 10)).Number);

        var ended = await exchange.Book("AAPL").Close(Alice, [.. numbers], EndReason.MassCancel);
        Assert.All(
            ended, report => Assert.Equal((RejectReason.None, EndReason.MassCancel), (report.Reason, report.End)));

        // Each unknown order would leave a record of its own, for which there is no room.
        var unknown = await exchange.Book("AAPL")
            .Close(Alice, [.. Enumerable.Range(1_000, 100).Select(i => (long)i)], EndReason.MassCancel);
        Assert.All(unknown, report => Assert.Equal(RejectReason.Overloaded, report.Reason));
    }
}
