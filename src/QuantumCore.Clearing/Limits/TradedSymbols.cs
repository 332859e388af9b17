using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// An account's trading by symbol and day, for its limits and its margin, in units after the splits it knows.
/// </summary>
internal sealed class TradedSymbols
{
    private readonly SortedList<string, (Instrument Instrument, TradingDay Day)> _traded = new(StringComparer.Ordinal);
    private readonly List<PastSplit> _splits = [];

    /// <summary>True if it knows a split.</summary>
    public bool HasSplits => _splits.Count > 0;

    /// <summary>True if it converted trades for a split.</summary>
    public bool HasSplitTrades => _traded.Values.Any(of => of.Day.Splits > 0);

    /// <summary>Returns the trading of a symbol; null if it was never traded.</summary>
    public TradingDay? Of(string symbol) => _traded.TryGetValue(symbol, out var traded) ? traded.Day : null;

    /// <summary>Returns a traded instrument in a scope of limits, or null.</summary>
    public Instrument? InstrumentIn(string scope)
    {
        foreach (var (symbol, (instrument, _)) in _traded)
        {
            if (symbol == scope || instrument.Quote.Name == LimitScope.AssetOf(scope))
            {
                return instrument;
            }
        }

        return null;
    }

    /// <summary>Returns the value traded on a day in a scope, quote minor units.</summary>
    public Int128 VolumeIn(in ScopedLimits scope, long day)
    {
        Int128 volume = 0;
        for (var i = 0; i < _traded.Count; i++)
        {
            var (instrument, traded) = _traded.GetValueAtIndex(i);
            volume += scope.Covers(instrument) ? traded.VolumeOn(day) : 0;
        }

        return volume;
    }

    /// <summary>
    /// Returns the realised loss of a day in a scope, with fees, quote minor units; negative for a profit.
    /// </summary>
    public Int128 LossIn(in ScopedLimits scope, long day)
    {
        Int128 earned = 0;
        for (var i = 0; i < _traded.Count; i++)
        {
            var (instrument, traded) = _traded.GetValueAtIndex(i);
            earned += scope.Covers(instrument) ? traded.EarnedOn(day) : 0;
        }

        return -earned;
    }

    /// <summary>Returns the trading of a symbol at a time, in units of that time.</summary>
    public TradingDay DayOf(Instrument instrument, long timeNanos)
    {
        if (!_traded.TryGetValue(instrument.Symbol, out var traded))
        {
            _traded.Add(instrument.Symbol, traded = (instrument, new TradingDay()));
        }

        if (_splits.Count > 0)
        {
            SplitBefore(timeNanos, instrument, traded.Day);
        }

        return traded.Day;
    }

    /// <summary>Notes a split.</summary>
    public void Apply(SplitEntered entered) => _splits.Add(new PastSplit(
        entered.TimeNanos, entered.UnitAsset,
        new SplitShare(entered.Numerator, entered.Denominator, entered.UnitDecimals, entered.Rate)));

    /// <summary>
    /// Converts earlier trades into new units before a fill after a split. Times decide the sequence of splits and
    /// fills, because fills may be applied after the account's own records.
    /// </summary>
    private void SplitBefore(long timeNanos, Instrument instrument, TradingDay day)
    {
        var known = 0;
        foreach (var past in _splits)
        {
            if (past.Asset == instrument.Base.Name && past.TimeNanos <= timeNanos && known++ == day.Splits)
            {
                day.Split(past.Split);
            }
        }
    }

    /// <summary>Writes the trading without its splits.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Count(_traded.Count);
        foreach (var (symbol, (_, day)) in _traded)
        {
            to.Text(symbol);
            to.Count(day.Day);
            to.Fixed128(day.VolumeOn(day.Day));
            to.Fixed128(day.EarnedOn(day.Day));
            to.Fixed64(day.Quantity);
            to.Fixed128(day.Cost);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from, Func<string, Instrument> instrumentOf)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var symbol = from.Text();
            _traded.Add(symbol, (
                instrumentOf(symbol),
                new TradingDay(from.Count(), from.Fixed128(), from.Fixed128(), from.Fixed64(), from.Fixed128())));
        }
    }

    /// <summary>Writes the splits, and how many of them each symbol's trading has been through.</summary>
    public void WriteSplits(ref RecordWriter to)
    {
        to.Count(_splits.Count);
        foreach (var (timeNanos, asset, split) in _splits)
        {
            to.Fixed64(timeNanos);
            to.Text(asset);
            to.Count(split.Numerator);
            to.Count(split.Denominator);
            to.Count(split.UnitDecimals);
            to.Count(split.Rate);
        }

        foreach (var (_, day) in _traded.Values)
        {
            to.Count(day.Splits);
        }
    }

    /// <summary>Reads what <see cref="WriteSplits"/> wrote.</summary>
    public void ReadSplits(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _splits.Add(
                new PastSplit(
                    from.Fixed64(), from.Text(),
                    new SplitShare(from.Count(), from.Count(), from.Count32(), from.Count())));
        }

        foreach (var (_, day) in _traded.Values)
        {
            day.Splits = from.Count32();
        }
    }

    /// <summary>A split of an asset and the time of its record.</summary>
    private readonly record struct PastSplit(long TimeNanos, string Asset, SplitShare Split);
}
