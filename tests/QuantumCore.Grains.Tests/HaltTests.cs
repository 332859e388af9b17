using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A halt does not wait for a journal that is down.</summary>
public sealed class HaltTests
{
    private const long Alice = 1001;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice];

    [Fact]
    public async Task A_halt_holds_at_once_and_is_on_record_when_the_journal_is_back()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using (var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts))
        {
            await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
            disk.Volatile.IsDown = true;
            var halted = await exchange.Book("AAPL").Halt();
            Assert.Equal(
                (RejectReason.None, false, TradingPhase.Halt), (halted.Reason, halted.IsOnRecord, halted.State?.Phase));

            disk.Volatile.IsDown = false;
            Assert.Equal(TradingPhase.Halt, (await exchange.Book("AAPL").State()).Phase);
            await exchange.CrashAsync();
        }

        await using var restarted = await Exchange.StartAsync(disk);
        Assert.Equal(TradingPhase.Halt, (await restarted.Book("AAPL").State()).Phase);
    }

    [Fact]
    public async Task A_halt_is_on_record_when_it_is_answered_if_the_journal_commits()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var halted = await exchange.Book("AAPL").Halt();
        Assert.Equal(
            (RejectReason.None, true, TradingPhase.Halt), (halted.Reason, halted.IsOnRecord, halted.State?.Phase));
        Assert.Equal(RejectReason.UnknownSymbol, (await exchange.Book("MSFT").Halt()).Reason);
    }
}
