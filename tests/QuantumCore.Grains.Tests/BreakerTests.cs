using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>State of the market-wide circuit breaker: recorded in the catalog, so it survives the process.</summary>
public class BreakerTests
{
    [Fact]
    public async Task Used_breaker_levels_survive_a_restart_and_only_grow()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, ["AAPL"], []);
        var catalog = dead.Grains.Catalog();
        Assert.Equal(BreakerUse.None, await catalog.BreakerUsed());
        var used = new BreakerUse(20_458, 2, "desk");
        await catalog.UseBreaker(used);
        await catalog.UseBreaker(new BreakerUse(20_458, 1, "late"));
        await catalog.UseBreaker(new BreakerUse(20_457, 3, "yesterday"));
        Assert.Equal(used, await catalog.BreakerUsed());

        await dead.CrashAsync();
        await using var exchange = await Exchange.StartAsync(disk);
        catalog = exchange.Grains.Catalog();
        Assert.Equal(used, await catalog.BreakerUsed());
        await catalog.UseBreaker(new BreakerUse(20_459, 1, "desk"));
        Assert.Equal(new BreakerUse(20_459, 1, "desk"), await catalog.BreakerUsed());

        // The operator who stopped the whole market is named.
        Assert.Equal(
            [("marketStopped", "level 1", "desk"), ("marketStopped", "level 2", "desk")],
            (await catalog.Audit(long.MaxValue, 2)).Select(line => (line.What, line.Subject, line.By)));
    }
}
