using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>Returns fees and records the owner's volumes.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFees>> Fees()
    {
        // Refresh first, because a caller that has just set a schedule expects to see it. The call is rare.
        await catalog.RefreshAsync();
        ImmutableArray<AccountFees> fees = [.. _machine.Fees(catalog.FeeSchedules, Now)];
        await SettleAsync();
        return fees;
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<TradedVolume>> VolumesBefore(long day)
    {
        await CatchUp();
        ImmutableArray<TradedVolume> volumes = [.. _machine.VolumesBefore(day)];
        await SettleAsync();
        return volumes;
    }

    /// <inheritdoc/>
    public async ValueTask SetVolumes(long day, ImmutableArray<TradedVolume> volumes)
    {
        RequireRoom("be told its owner's volumes");
        Mutate(() =>
        {
            if (_machine.SetVolumes(day, volumes, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }
}
