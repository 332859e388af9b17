
namespace QuantumCore.Simulation;

/// <summary>External faults: kills, pauses, outages, clock jumps, damaged snapshots.</summary>
internal sealed class Chaos(World world)
{
    private int _born;

    public int Kills { get; private set; }

    public Silo StartSilo()
    {
        var silo = new Silo(world, $"silo {++_born}");
        world.Silos.Add(silo);
        world.Tell($"{silo.Owner.Name} starts");
        silo.Start();
        return silo;
    }

    /// <summary>Injects faults until it is stopped; keeps some silos alive.</summary>
    public async Task StrikeAsync(int silos, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(
                world.Within(20_000, world.Desk.IsOpen || world.Nights.IsOpen ? 4_000_000 : 1_200_000), world.Clock,
                CancellationToken.None);
            if (stop.IsCancellationRequested)
                return;
            while (world.Silos.Count < silos)
                StartSilo();
            await StrikeOnceAsync(world.Pick(world.Silos));
        }
    }

    /// <summary>Repairs everything and stops all faults.</summary>
    public void Heal()
    {
        world.Faults = Faults.None;
        world.Database.IsDown = world.Database.IsFull = false;
        foreach (var silo in world.Silos)
        {
            silo.Owner.IsPaused = false;
            silo.Clock.Error = TimeSpan.Zero;
        }
    }

    private async Task StrikeOnceAsync(Silo silo)
    {
        switch (world.Next(10))
        {
            case < 3:
                Kills++;
                silo.Kill("out of the blue");
                break;
            case < 5:
                await PauseAsync(silo);
                break;
            case 5:
                await OutageAsync(full: world.Chance(0.3));
                break;
            case 6:
                silo.Clock.Error = TimeSpan.FromSeconds(world.Next(-world.Nights.ClockError, world.Nights.ClockError));
                world.Tell($"the clock of {silo.Owner.Name} is wrong by {silo.Clock.Error}");
                break;
            case 7:
                await RotAsync();
                break;
            default:
                Evict(silo);
                break;
        }
    }

    private async Task PauseAsync(Silo silo)
    {
        world.Tell($"{silo.Owner.Name} pauses");
        world.Trouble();
        silo.Owner.IsPaused = true;
        await Task.Delay(world.Within(100_000, 8_000_000), world.Clock);
        silo.Owner.IsPaused = false;
        world.Trouble();
        world.Tell($"{silo.Owner.Name} goes on");
    }

    private async Task OutageAsync(bool full)
    {
        world.Tell(full ? "the disk is full" : "the database is down");
        world.Database.IsDown = !full;
        world.Database.IsFull = full;
        await Task.Delay(world.Within(50_000, 3_000_000), world.Clock);
        world.Database.IsDown = world.Database.IsFull = false;
        world.Trouble();
        world.Tell(full ? "the disk has room" : "the database is up");
    }

    /// <summary>Damages the newest snapshot of a stream.</summary>
    private async Task RotAsync()
    {
        var streams = await world.Database.Journal.HeadsAsync("", CancellationToken.None);
        if (streams.Count == 0)
            return;

        var stream = world.Pick(streams).Name;
        await foreach (var snapshot in world.Database.Journal.SnapshotsAsync(stream, CancellationToken.None))
        {
            world.Tell($"the snapshot of {stream} at {snapshot.Sequence} rots");
            world.Database.Journal.DamageSnapshot(stream, snapshot.Sequence);
            return;
        }
    }

    /// <summary>
    /// Deactivates a grain, as a rebalance would. A book leaves a snapshot if it can. Only its reminder activates the
    /// grain of scheduled work again.
    /// </summary>
    private void Evict(Silo silo)
    {
        IAddressable grain = world.Chance(0.2)
            ? silo.Grains.GetGrain<IScheduledWorkGrain>(IScheduledWorkGrain.Key)
            : silo.Grains.GetGrain<IOrderBookGrain>(Market.Listing(world.Pick(Market.Symbols)).BookKey);
        silo.Owner.Post(() => silo.Host.Evict(grain));
    }
}
