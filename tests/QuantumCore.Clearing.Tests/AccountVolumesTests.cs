using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Fees by the volume of an account or its owner.</summary>
public class AccountVolumesTests
{
    private const long Day = 86_400_000_000_000;

    private static readonly FeeSchedule s_schedule = new("USD", [new(0, 400, 1_000), new(5_000, -50, 300)], 7);

    [Fact]
    public void Volume_of_complete_days_gives_the_tier()
    {
        var volumes = new AccountVolumes(_ => s_schedule);
        volumes.Count(Sample.Share.Quote, 10 * Day, 5_000);
        Assert.Equal(new FeeTerms(400, 1_000, 7), volumes.TermsOf(Sample.Share, 10));
        Assert.Equal(new FeeTerms(-50, 300, 7), volumes.TermsOf(Sample.Share, 11));
        volumes.Count(Sample.Share.Quote, 10 * Day, -1);
        Assert.Equal(new FeeTerms(400, 1_000, 7), volumes.TermsOf(Sample.Share, 11));
    }

    [Fact]
    public void Volume_of_the_owner_counts_instead_until_it_is_outdated()
    {
        var volumes = new AccountVolumes(_ => s_schedule);
        volumes.Apply(new VolumesSet(1, 10, [new TradedVolume("USD", 6_000)]));
        Assert.True(volumes.HasOwners(10));
        Assert.False(volumes.HasOwners(11));
        Assert.Equal(300, volumes.TermsOf(Sample.Share, 10).TakerPpm);
        Assert.Equal(300, volumes.TermsOf(Sample.Share, 11).TakerPpm);
        Assert.Equal(1_000, volumes.TermsOf(Sample.Share, 12).TakerPpm);
    }

    [Fact]
    public void Instrument_without_a_schedule_has_its_own_fees()
    {
        var volumes = new AccountVolumes(null);
        Assert.Equal(FeeTerms.Of(Sample.Share), volumes.TermsOf(Sample.Share, 10));
        Assert.Equal(0, volumes.HighestRebate("USD"));
        Assert.Equal(50, new AccountVolumes(_ => s_schedule).HighestRebate("USD"));
    }

    [Fact]
    public void Snapshot_restores_it()
    {
        var volumes = new AccountVolumes(_ => s_schedule);
        volumes.Count(Sample.Share.Quote, 10 * Day, 5_000);
        volumes.Apply(new VolumesSet(1, 8, [new TradedVolume("USD", 1)]));
        var to = new RecordWriter();
        volumes.Write(ref to);
        var restored = new AccountVolumes(_ => s_schedule);
        var from = RecordReader.Headless(to.ToSpan());
        restored.Read(ref from);
        from.End();
        Assert.Equal([new TradedVolume("USD", 5_000)], restored.Before(11));
        Assert.True(restored.HasOwners(8));
    }
}
