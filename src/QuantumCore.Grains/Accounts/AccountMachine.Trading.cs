using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>What the account trades each day, which its limits ask for.</summary>
internal sealed partial class AccountMachine
{
    private readonly SortedDictionary<string, TradingDay> _traded = new(StringComparer.Ordinal);

    /// <summary>One side of a trade is the account's.</summary>
    private void Trade(long timeNanos, long number, long priceTicks, long lots, long fee)
    {
        var order = Account.Orders[number];
        var instrument = order.Instrument;
        Account.Fill(number, priceTicks, lots, fee);
        if (!_traded.TryGetValue(instrument.Symbol, out var day))
        {
            _traded.Add(instrument.Symbol, day = new TradingDay());
        }

        day.Fill(timeNanos, order.Side == Side.Buy ? lots : -lots, (long)instrument.Notional(priceTicks, 1), fee);
    }

    private void WriteTrading(ref RecordWriter to)
    {
        to.Count(_traded.Count);
        foreach (var (symbol, day) in _traded)
        {
            to.Text(symbol);
            to.Count(day.Day);
            Write(ref to, day.VolumeOn(day.Day));
            Write(ref to, day.EarnedOn(day.Day));
            to.Fixed64(day.Quantity);
            Write(ref to, day.Cost);
        }
    }

    private void ReadTrading(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _traded.Add(
                from.Text(),
                new TradingDay(from.Count(), ReadWide(ref from), ReadWide(ref from), from.Fixed64(), ReadWide(ref from)));
        }
    }

    private static void Write(ref RecordWriter to, Int128 value)
    {
        to.Fixed64((long)(value >> 64));
        to.Fixed64(unchecked((long)value));
    }

    private static Int128 ReadWide(ref RecordReader from) =>
        ((Int128)from.Fixed64() << 64) | unchecked((ulong)from.Fixed64());
}
