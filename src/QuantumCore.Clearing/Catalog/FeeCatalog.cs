using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Fee schedules by quote asset, and the rates that open orders may have.</summary>
internal sealed class FeeCatalog
{
    private readonly SortedDictionary<string, FeeSchedule> _fees = new(StringComparer.Ordinal);

    // The lowest fee rates that any order may still have, by quote asset.
    private readonly Dictionary<string, (int Maker, int Taker)> _lowest = new(StringComparer.Ordinal);

    /// <summary>The schedules, sorted by asset.</summary>
    public IReadOnlyCollection<FeeSchedule> All => _fees.Values;

    /// <summary>Returns true if an instrument is paid in an asset.</summary>
    public bool HasRates(string asset) => _lowest.ContainsKey(asset);

    /// <summary>Sets the schedule of an asset. A rebate is never more than the taker fee of any order.</summary>
    public CatalogChange Set(FeesRequest request, long now)
    {
        var schedule = request.Schedule;
        if (!_lowest.TryGetValue(schedule.Asset, out var lowest))
        {
            return CatalogChange.Refuse("no instrument is paid in this asset");
        }

        if (schedule.Check() is { } wrong)
        {
            return CatalogChange.Refuse(wrong.Sentence);
        }

        foreach (var tier in schedule.Tiers)
        {
            lowest = Lower(lowest, tier.MakerPpm, tier.TakerPpm);
        }

        if (lowest.Maker + (long)lowest.Taker < 0)
        {
            return CatalogChange.Refuse(
                $"a rebate of {-lowest.Maker} millionths is more than the lowest taker fee there was, {lowest.Taker}");
        }

        var known = _fees.GetValueOrDefault(schedule.Asset, schedule with { Tiers = [], Minimum = 0 });
        return CatalogChange.Unless(
            known.Tiers.SequenceEqual(schedule.Tiers) && known.Minimum == schedule.Minimum,
            new FeesScheduled(now, request));
    }

    /// <summary>Requires that an instrument's taker fee pays the rebates of its quote asset.</summary>
    /// <exception cref="ArgumentException">A taker pays less.</exception>
    public void RequirePaidRebates(Instrument instrument, EncodedInstrument definition)
    {
        if (_lowest.TryGetValue(instrument.Quote.Name, out var rates) && rates.Maker + instrument.TakerFeePpm < 0)
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: orders paid in {instrument.Quote.Name} get rebates of {-rates.Maker} millionths; a taker pays less.",
                nameof(definition));
        }
    }

    /// <summary>Applies a record.</summary>
    public void Apply(InstrumentListed listed)
    {
        var instrument = listed.Definition.Decode();
        NoteRates(instrument.Quote.Name, instrument.MakerFeePpm, instrument.TakerFeePpm);
    }

    /// <summary>Applies a record.</summary>
    public void Apply(FeesScheduled scheduled)
    {
        var schedule = scheduled.Fees.Schedule;
        if (schedule.Tiers.IsEmpty)
        {
            _fees.Remove(schedule.Asset);
            return;
        }

        _fees[schedule.Asset] = schedule;
        foreach (var tier in schedule.Tiers)
        {
            NoteRates(schedule.Asset, tier.MakerPpm, tier.TakerPpm);
        }
    }

    private static (int Maker, int Taker) Lower((int Maker, int Taker) rates, int maker, int taker) =>
        (Math.Min(rates.Maker, maker), Math.Min(rates.Taker, taker));

    private void NoteRates(string asset, int maker, int taker) =>
        _lowest[asset] = Lower(_lowest.GetValueOrDefault(asset, (maker, taker)), maker, taker);
}
