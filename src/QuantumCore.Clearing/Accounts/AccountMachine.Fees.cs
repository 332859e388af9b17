using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Fees of the account, by its own or its owner's volume and the schedules in force.</summary>
internal sealed partial class AccountMachine
{
    private readonly SortedDictionary<string, VolumeDays> _volumes = new(StringComparer.Ordinal);
    private VolumesSet? _owners;

    /// <summary>Returns the account's fees in the assets of some schedules.</summary>
    public IEnumerable<AccountFees> Fees(IEnumerable<FeeSchedule> schedules, long now) =>
        from schedule in schedules
        let volume = VolumeOf(schedule.Asset, UtcDay.Of(At(now)))
        let tier = schedule.TierOf(volume)
        select new AccountFees(schedule.Asset, volume, tier.MakerPpm, tier.TakerPpm, schedule.Minimum);

    /// <summary>Returns the value traded by the account itself in the complete days before a day.</summary>
    public IEnumerable<TradedVolume> VolumesBefore(long day) =>
        _volumes.Select(pair => new TradedVolume(pair.Key, pair.Value.Before(day)));

    /// <summary>
    /// Decides to use its owner's volumes from a day on; returns null if those of that or a later day are on record.
    /// </summary>
    public AccountRecord? SetVolumes(long day, ImmutableArray<TradedVolume> volumes, long now) =>
        _owners?.Day >= day ? null : new VolumesSet(At(now), day, volumes);

    private FeeTerms FeesFor(Instrument instrument, long now)
    {
        if (scheduleOf?.Invoke(instrument.Quote.Name) is not { } schedule)
        {
            return FeeTerms.Of(instrument);
        }

        var tier = schedule.TierOf(VolumeOf(schedule.Asset, UtcDay.Of(now)));
        return new FeeTerms(tier.MakerPpm, tier.TakerPpm, schedule.Minimum);
    }

    // The owner's volumes of yesterday apply until today's arrive. Older ones are outdated, because nobody sums them
    // any more.
    private Int128 VolumeOf(string asset, long day) => _owners?.Day >= day - 1
        ? _owners.Volumes.FirstOrDefault(volume => volume.Asset == asset).Volume
        : _volumes.GetValueOrDefault(asset)?.Before(day) ?? 0;

    private void CountVolume(Asset asset, long timeNanos, Int128 value)
    {
        if (!_volumes.TryGetValue(asset.Name, out var days))
        {
            _volumes.Add(asset.Name, days = new VolumeDays());
        }

        days.Add(UtcDay.Of(timeNanos), value);
    }

    private void WriteFees(ref RecordWriter to)
    {
        to.Bool(_owners is not null);
        if (_owners is { } owners)
        {
            to.Bytes(AccountRecordEncoding.Encode(owners));
        }

        to.Count(_volumes.Count);
        foreach (var (asset, days) in _volumes)
        {
            to.Text(asset);
            to.Count(days.Volumes.Count);
            foreach (var (day, volume) in days.Volumes)
            {
                to.Count(day);
                to.Fixed128(volume);
            }
        }
    }

    private void ReadFees(ref RecordReader from)
    {
        _owners = from.Bool() ? (VolumesSet)AccountRecordEncoding.Decode(from.Bytes()) : null;
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var days = new VolumeDays();
            _volumes.Add(from.Text(), days);
            for (var j = from.ItemCount(); j > 0; j--)
            {
                days.Add(from.Count(), from.Fixed128());
            }
        }
    }
}
