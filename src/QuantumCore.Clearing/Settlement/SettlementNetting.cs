using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Nets trades of books that are due on one date: what each account gives and receives of each asset, over all
/// counterparties. It sums the trades' own postings, so it is zero over all accounts for each asset. The sequence of
/// trades and books does not matter.
/// </summary>
internal sealed class SettlementNetting
{
    private readonly SortedDictionary<(long Account, string Asset, long TradeDay, int Days), long> _parts =
        new(Comparer<(
        long Account, string Asset, long TradeDay, int Days)>.Create(static (one, other) =>
            one.Account != other.Account ? one.Account.CompareTo(other.Account)
            : string.CompareOrdinal(one.Asset, other.Asset) is var asset and not 0 ? asset
            : (one.TradeDay, one.Days).CompareTo((other.TradeDay, other.Days))));

    private readonly Dictionary<string, int> _decimals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SettledTrades> _trades = new(StringComparer.Ordinal);
    private readonly List<SettlementFail> _carried = [];

    /// <summary>Number of parts in its items.</summary>
    public int Parts => _parts.Count;

    /// <summary>Adds trades of a book's record.</summary>
    /// <param name="instrument">The book's instrument.</param>
    /// <param name="after">The book's sequence at which the previous batch ended.</param>
    /// <param name="sequence">The record's sequence.</param>
    /// <param name="tradeDay">UTC day of the record since 1970.</param>
    /// <param name="trades">Its trades.</param>
    public void Add(Instrument instrument, long after, long sequence, long tradeDay, IReadOnlyList<TradeMoney> trades)
    {
        foreach (var trade in trades)
        {
            foreach (var line in TradePostings.Of(instrument, trade))
            {
                var key = (line.Account.Value, line.Asset, tradeDay, instrument.SettlementDays);
                _parts[key] = checked(_parts.GetValueOrDefault(key) + line.Amount);
            }
        }

        _decimals[instrument.Base.Name] = instrument.Base.Decimals;
        _decimals[instrument.Quote.Name] = instrument.Quote.Decimals;
        var before =
            _trades.GetValueOrDefault(instrument.Symbol, new SettledTrades(instrument.Symbol, after, after, 0));
        _trades[instrument.Symbol] = before with { Through = sequence, Trades = before.Trades + trades.Count };
    }

    /// <summary>Adds fails of earlier batches.</summary>
    public void Carry(IEnumerable<SettlementFail> fails)
    {
        foreach (var fail in fails)
        {
            _carried.Add(fail);
            Carry(fail.Account, fail.Base, fail.UnitParts);
            Carry(fail.Account, fail.Quote, fail.CashParts);
        }
    }

    /// <summary>Returns the sequence up to which it has a book's trades.</summary>
    public long ThroughOf(string symbol) => _trades[symbol].Through;

    /// <summary>Returns its trades, by symbol.</summary>
    public ImmutableArray<SettledTrades> Trades() => [.. _trades.Values];

    /// <summary>Returns what each account gives and receives, by account and asset.</summary>
    /// <exception cref="InvalidOperationException">An asset does not sum to zero, so it must never settle.</exception>
    public ImmutableArray<SettlementItem> Items()
    {
        var items = ImmutableArray.CreateBuilder<SettlementItem>();
        foreach (var item in _parts.Where(part => part.Value != 0).GroupBy(part => (part.Key.Account, part.Key.Asset)))
        {
            items.Add(new SettlementItem(
                item.Key.Account,
                item.Key.Asset,
                _decimals[item.Key.Asset],
                [.. item.Select(part => new SettlementPart(part.Key.TradeDay, part.Key.Days, part.Value))]));
        }

        SettlementMachine.RequireBalance(items, _carried);
        return items.ToImmutable();
    }

    private void Carry(long account, Asset asset, ImmutableArray<SettlementPart> parts)
    {
        _decimals[asset.Name] = asset.Decimals;
        foreach (var part in parts)
        {
            var key = (account, asset.Name, part.TradeDay, part.Days);
            _parts[key] = checked(_parts.GetValueOrDefault(key) + part.Amount);
        }
    }
}
