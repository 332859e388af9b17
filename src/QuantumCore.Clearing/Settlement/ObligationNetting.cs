using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Trades due on one date, netted by account and symbol, for a partial settlement.</summary>
/// <param name="date">The date, in UTC days since 1970.</param>
internal sealed class ObligationNetting(long date)
{
    private readonly SortedDictionary<(long Account, string Symbol), Legs> _legs =
        new(Comparer<(long Account, string Symbol)>.Create(
        static (one, other) => one.Account != other.Account
            ? one.Account.CompareTo(other.Account)
            : string.CompareOrdinal(one.Symbol, other.Symbol)));

    /// <summary>Adds trades of a book's record.</summary>
    public void Add(Instrument instrument, long tradeDay, IReadOnlyList<TradeMoney> trades)
    {
        foreach (var line in trades.SelectMany(trade => TradePostings.Of(instrument, trade)))
        {
            if (!_legs.TryGetValue((line.Account.Value, instrument.Symbol), out var legs))
            {
                _legs.Add((line.Account.Value, instrument.Symbol), legs = new Legs(instrument));
            }

            var days = line.Asset == instrument.Base.Name ? legs.Units : legs.Cash;
            days[tradeDay] = checked(days.GetValueOrDefault(tradeDay) + line.Amount);
        }
    }

    /// <summary>Returns what each account gives or receives of each symbol, all of it open.</summary>
    public IEnumerable<SettlementFail> All()
    {
        foreach (var ((account, _), legs) in _legs)
        {
            var (units, cash) = (Parts(legs.Units), Parts(legs.Cash));
            if (units.Length > 0 || cash.Length > 0)
            {
                yield return new SettlementFail(
                    account, legs.Of.Symbol, legs.Of.Base, legs.Of.Quote, date, units.Sum(part => part.Amount),
                    cash.Sum(part => part.Amount), 0, units, cash);
            }

            ImmutableArray<SettlementPart> Parts(SortedDictionary<long, long> days) =>
                [.. days.Where(day => day.Value != 0)
                    .Select(day => new SettlementPart(day.Key, legs.Of.SettlementDays, day.Value))];
        }
    }

    private sealed record Legs(Instrument Of)
    {
        public SortedDictionary<long, long> Units { get; } = [];

        public SortedDictionary<long, long> Cash { get; } = [];
    }
}
