using System.Globalization;
using Xunit;
using Xunit.Sdk;

namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>
/// The real store on a disk that keeps, drops or tears each unsynced sector. QUANTUMCORE_POWER_LOSSES sets the number
/// of losses, QUANTUMCORE_POWER_SEED the seed.
/// </summary>
[Trait("Suite", "Slow")]
public sealed class PowerLossTests(ITestOutputHelper output)
{
    private const int LossesOfOneJournal = 15;

    [Fact]
    public async Task Acknowledged_frames_survive_any_loss_of_unsynced_sectors()
    {
        var losses = Setting("QUANTUMCORE_POWER_LOSSES", 1_500);
        var seed = Setting("QUANTUMCORE_POWER_SEED", 1);
        var count = new LossCount();
        while (count.PowerLosses < losses) await LiveAsync(seed++, Pretence.None, count);
        output.WriteLine($"{count}");
        Assert.True(count.FramesAcknowledged > losses, "The losses came too early to lose anything.");
        Assert.True(count.LostInRecovery > losses / 50, "No power was lost during recovery.");
        Assert.True(count.InDoubtFound > losses / 50 && count.InDoubtGone > losses / 50, "No frame was in doubt.");
        Assert.True(
            count is { Checkpoints: > 100, Snapshots: > 20, Packs: > 100, Kills: > 100, FullAtCommit: > 10 },
            $"{count}");
    }

    [Theory]
    [InlineData(Pretence.LogSyncs)]
    [InlineData(Pretence.AllSyncs)]
    internal async Task A_disk_that_only_pretends_to_sync_is_found_out(Pretence pretends)
    {
        var caught = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            try
            {
                await LiveAsync(seed, pretends, new LossCount());
            }
            catch (Exception found)
                when (found is XunitException or JournalCorruptionException or JournalSetupException
                    or SqliteFailureException)
            {
                caught++;
            }
        }

        output.WriteLine($"{caught} of 20 journals were found to have lost records.");
        Assert.True(caught >= 18, $"Only {caught} of 20 journals on a disk that does not sync were found damaged.");
    }

    private static async Task LiveAsync(int seed, Pretence pretends, LossCount count)
    {
        var disk = new SimulatedDisk(new Random(seed)) { TearsWholeSectors = seed % 2 == 0, Pretends = pretends };
        await using var journal = new DoomedJournal(seed, disk, count);
        await journal.LiveAsync(LossesOfOneJournal);
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
