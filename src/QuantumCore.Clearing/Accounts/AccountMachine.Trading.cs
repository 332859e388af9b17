using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>The account's trading by day, for its limits.</summary>
internal sealed partial class AccountMachine
{
    private readonly SortedList<string, (Instrument Instrument, TradingDay Day)> _traded = new(StringComparer.Ordinal);

    /// <summary>
    /// Applies one side of a trade. In a trade of the account with itself, each side is applied by itself, and neither
    /// counts as volume.
    /// </summary>
    private void Trade(long timeNanos, long number, long priceTicks, long lots, long fee, int ratePpm, bool withItself)
    {
        var order = Account.Orders[number];
        var instrument = order.Instrument;
        Account.Fill(number, priceTicks, lots, fee, ratePpm, UtcDay.Of(timeNanos));
        _margin?.Trade(number, instrument.Notional(priceTicks, lots));
        DayOf(instrument, timeNanos)
            .Fill(timeNanos, order.Side == Side.Buy ? lots : -lots, (long)instrument.Notional(priceTicks, 1), fee);
        if (!withItself)
        {
            CountVolume(instrument.Quote, timeNanos, instrument.Notional(priceTicks, lots));
        }
    }

    /// <summary>Returns the trading of a symbol at a time, in units of that time.</summary>
    private TradingDay DayOf(Instrument instrument, long timeNanos)
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

    private void WriteTrading(ref RecordWriter to)
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

    private void ReadTrading(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var symbol = from.Text();
            _traded.Add(symbol, (
                instrumentOf(symbol),
                new TradingDay(from.Count(), from.Fixed128(), from.Fixed128(), from.Fixed64(), from.Fixed128())));
        }
    }
}
