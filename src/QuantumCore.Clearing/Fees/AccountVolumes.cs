using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Volumes an account and its owner traded, and the account's fees by them and the schedules in force.
/// </summary>
/// <param name="scheduleOf">Returns the fee schedule of a quote asset; null if it has none.</param>
internal sealed class AccountVolumes(Func<string, FeeSchedule?>? scheduleOf)
{
    private readonly SortedDictionary<string, VolumeDays> _volumes = new(StringComparer.Ordinal);
    private VolumesSet? _owners;

    /// <summary>Returns the account's fees on a day in the assets of some schedules.</summary>
    public IEnumerable<AccountFees> Fees(IEnumerable<FeeSchedule> schedules, long day) =>
        from schedule in schedules
        let volume = VolumeOf(schedule.Asset, day)
        let tier = schedule.TierOf(volume)
        select new AccountFees(schedule.Asset, volume, tier.MakerPpm, tier.TakerPpm, schedule.Minimum);

    /// <summary>Returns the value traded by the account itself in the complete days before a day.</summary>
    public IEnumerable<TradedVolume> Before(long day) =>
        _volumes.Select(pair => new TradedVolume(pair.Key, pair.Value.Before(day)));

    /// <summary>Returns true if it knows its owner's volumes of a day or a later one.</summary>
    public bool HasOwners(long day) => _owners?.Day >= day;

    /// <summary>Sets its owner's volumes.</summary>
    public void Apply(VolumesSet owners) => _owners = owners;

    /// <summary>Returns the fee terms of an order placed on a day.</summary>
    public FeeTerms TermsOf(Instrument instrument, long day)
    {
        if (scheduleOf?.Invoke(instrument.Quote.Name) is not { } schedule)
        {
            return FeeTerms.Of(instrument);
        }

        var tier = schedule.TierOf(VolumeOf(schedule.Asset, day));
        return new FeeTerms(tier.MakerPpm, tier.TakerPpm, schedule.Minimum);
    }

    /// <summary>Returns the highest maker rebate in an asset, millionths; 0 without a rebate.</summary>
    public int HighestRebate(string asset) =>
        scheduleOf?.Invoke(asset) is { Tiers.IsEmpty: false } schedule
            ? Math.Max(0, -schedule.Tiers.Min(tier => tier.MakerPpm))
            : 0;

    /// <summary>Adds a traded value, quote minor units; negative for a reversal.</summary>
    public void Count(Asset asset, long timeNanos, Int128 value)
    {
        if (!_volumes.TryGetValue(asset.Name, out var days))
        {
            _volumes.Add(asset.Name, days = new VolumeDays());
        }

        days.Add(UtcDay.Of(timeNanos), value);
    }

    /// <summary>Writes the state.</summary>
    public void Write(ref RecordWriter to)
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

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
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

    // The owner's volumes of yesterday apply until today's arrive. Older ones are outdated, because nobody sums them
    // any more.
    private Int128 VolumeOf(string asset, long day) => _owners?.Day >= day - 1
        ? _owners.Volumes.FirstOrDefault(volume => volume.Asset == asset).Volume
        : _volumes.GetValueOrDefault(asset)?.Before(day) ?? 0;
}
