using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.SettlementTests;

namespace QuantumCore.Grains.Tests;

/// <summary>An exchange on a machine whose clock is days ahead for a while.</summary>
public sealed class ClockAheadTests
{
    private TimeSpan _slept;

    [Fact]
    public async Task A_batch_that_is_pending_while_the_clock_is_three_days_ahead_settles_on_its_date()
    {
        SteadyClock? clock = null;
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(
            disk, clock: machine => clock = new SteadyClock(machine, UpFor));
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await market.SettleAsync();

        market.Time.Advance(TimeSpan.FromDays(3));
        Assert.InRange(clock!.Ahead, TimeSpan.FromDays(2.9), TimeSpan.FromDays(3.1));
        await market.SettleAsync();
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 5);
        Assert.Empty(disk.Depository.Known);
        Assert.Equal((1_015, 15), await market.HasAsync(Alice, "ONE"));

        market.Time.Advance(TimeSpan.FromDays(-3));
        Assert.Equal(TimeSpan.Zero, clock.Ahead);
        await market.SettleAsync();
        Assert.Empty(disk.Depository.Known);

        // Two days pass: the machine sleeps through them. Both trades are of Monday.
        _slept = TimeSpan.FromDays(2);
        market.Time.Advance(_slept);
        await Wait.UntilAsync(() => clock.Ahead == TimeSpan.Zero);
        await market.SettleAsync();
        Assert.Equal("MAIN-2024-06-04-1", Assert.Single(disk.Depository.Known).Key);
        Assert.Equal((1_015, 0), await market.HasAsync(Alice, "ONE"));
        await market.RequireInvariantsAsync();
    }

    private TimeSpan? UpFor() => TimeSpan.FromMilliseconds(Environment.TickCount64) + _slept;
}
