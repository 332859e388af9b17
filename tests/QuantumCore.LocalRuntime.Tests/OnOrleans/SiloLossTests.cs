using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>The test cluster itself: a grain comes back on another silo when its own is lost.</summary>
public sealed class SiloLossTests
{
    [Fact]
    public async Task Grains_come_back_when_a_silo_is_killed_and_another_started()
    {
        await using var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            Silos = 2,
            StreamProviders = ["events"],
            ResponseTimeout = TimeSpan.FromSeconds(5),
        });
        Assert.True(GrainCluster.CanKill);
        var desks = Enumerable.Range(0, 20).Select(_ => cluster.Grains.GetGrain<IDesk>(Signals.NewName())).ToArray();
        await Task.WhenAll(desks.Select(desk => desk.Life()));
        await cluster.KillSiloAsync(1);
        await cluster.StartSiloAsync();
        Assert.Equal(2, cluster.SiloCount);
        foreach (var desk in desks)
            await Wait.UntilAsync(() => Answers(desk), "every desk to answer again");
    }

    private static async Task<bool> Answers(IDesk desk)
    {
        try
        {
            return await desk.Add(1, 2) == 3;
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return false;
        }
    }
}
