using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Scheduled;

/// <summary>
/// Sums what each owner's accounts have traded, once a UTC day, and delivers it to them for their fees.
/// </summary>
public sealed class VolumeRounds(
    InstrumentCatalog catalog, IGrainFactory grains, TimeProvider time, ILogger<VolumeRounds> log)
{
    private long _volumesOf = -1;

    /// <summary>Does one round over the owners of several accounts, unless it has been done today.</summary>
    public async Task BringVolumesAsync(CancellationToken cancellationToken)
    {
        var day = UtcDay.Of(time.UnixNanos());
        if (day == _volumesOf || catalog.FeeSchedules.IsEmpty)
        {
            return;
        }

        var owned = await grains.Catalog().Owners();
        var isDone = true;
        foreach (var owner in owned.GroupBy(account => account.Owner, StringComparer.Ordinal)
            .Where(owner => owner.Count() > 1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            isDone &= await BringVolumesAsync(day, [.. owner.Select(account => account.Account)]);
        }

        _volumesOf = isDone ? day : -1;
    }

    // An account that cannot answer must not block the others.
    private async Task<bool> BringVolumesAsync(long day, long[] accounts)
    {
        try
        {
            var sums = new SortedDictionary<string, Int128>(StringComparer.Ordinal);
            foreach (var account in accounts)
            {
                foreach (var (asset, volume) in await grains.Account(account).VolumesBefore(day))
                {
                    sums[asset] = sums.GetValueOrDefault(asset) + volume;
                }
            }

            foreach (var account in accounts)
            {
                await grains.Account(account)
                    .SetVolumes(day, [.. sums.Select(sum => new TradedVolume(sum.Key, sum.Value))]);
            }

            return true;
        }
        catch (Exception e)
        {
            GrainLog.ScheduledWorkFailed(log, e);
            return false;
        }
    }
}
