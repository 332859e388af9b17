using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>An exchange whose clock was ahead when records were written.</summary>
public sealed class WrongTimeTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Fact]
    public async Task A_book_and_its_accounts_go_on_at_the_right_time_on_an_operators_word()
    {
        await using var disk = new Disk();
        await TradeAheadAsync(disk);
        var before = TimeProvider.System.UnixNanos();
        await using (var corrected = await Exchange.StartAsync(disk, correctsTime: true))
        {
            var trade = await corrected.PlaceAsync(Bob, "b-2", "AAPL", Side.Sell, 15_000, 10);
            Assert.Equal(OrderStatus.Filled, trade.Status);
            Assert.Equal(
                OrderStatus.New, (await corrected.PlaceAsync(Alice, "a-2", "AAPL", Side.Buy, 14_000, 10)).Status);
            Assert.All(
                (await corrected.RecordsAsync("AAPL")).TakeLast(2),
                of => Assert.InRange(of.Record.TimeNanos, before, Later()));
            await corrected.CrashAsync();
        }

        // What is on record now needs the word no more.
        await using var restarted = await Exchange.StartAsync(disk);
        var state = await restarted.Book("AAPL").State();
        Assert.False(state.IsHalted);
        Assert.Equal(2, state.OpenOrders);
        Assert.Equal(OrderStatus.New, (await restarted.PlaceAsync(Bob, "b-3", "AAPL", Side.Buy, 13_000, 10)).Status);
        var last = (await restarted.RecordsAsync("AAPL"))[^1].Record;
        Assert.InRange(last.TimeNanos, before, Later());
        Assert.Empty((await restarted.Ledger.Reconcile(0, 100)).Findings);
    }

    [Fact]
    public async Task Without_a_word_time_stands_still_rather_than_going_back()
    {
        await using var disk = new Disk();
        var ahead = await TradeAheadAsync(disk);
        await using var exchange = await Exchange.StartAsync(disk);
        await exchange.PlaceAsync(Bob, "b-2", "AAPL", Side.Sell, 15_000, 10);
        Assert.Equal(ahead, (await exchange.RecordsAsync("AAPL"))[^1].Record.TimeNanos);
    }

    // Trades on a clock that is half a day ahead or more. Returns the time of the book's last record.
    private static async Task<long> TradeAheadAsync(Disk disk)
    {
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: new ShiftedTime());
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 50);
        return (await exchange.RecordsAsync("AAPL"))[^1].Record.TimeNanos;
    }

    private static long Later() => TimeProvider.System.UnixNanos() + (3_600L * 1_000_000_000);
}
