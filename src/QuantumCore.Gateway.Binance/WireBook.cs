using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Book by price level, kept up to date by a feed.</summary>
internal sealed class WireBook
{
    private readonly SortedDictionary<long, DepthLevel> _bids =
        new(Comparer<long>.Create((left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, DepthLevel> _asks = [];

    /// <summary>True once there was a snapshot.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Sequence of the book.</summary>
    public long Sequence { get; private set; }

    /// <summary>Best bid and ask; empty if there is none.</summary>
    public (DepthLevel Bid, DepthLevel Ask) Best => (_bids.Values.FirstOrDefault(), _asks.Values.FirstOrDefault());

    public IEnumerable<DepthLevel> Bids => _bids.Values;

    public IEnumerable<DepthLevel> Asks => _asks.Values;

    /// <summary>Clears the book.</summary>
    public void Forget()
    {
        _bids.Clear();
        _asks.Clear();
        (IsKnown, Sequence) = (false, 0);
    }

    /// <summary>
    /// Applies an update and returns the changed levels. A snapshot changes those in which it differs from the previous
    /// book.
    /// </summary>
    public ImmutableArray<(Side Side, long PriceTicks)> Take(MarketUpdate update)
    {
        var changes = ImmutableArray.CreateBuilder<(Side Side, long PriceTicks)>();
        Take(Side.Buy, _bids, update.Bids, update.IsSnapshot, changes);
        Take(Side.Sell, _asks, update.Asks, update.IsSnapshot, changes);
        (IsKnown, Sequence) = (true, update.Sequence);
        return changes.ToImmutable();
    }

    /// <summary>Returns the lots at a price; 0 for none.</summary>
    public long Lots(Side side, long priceTicks) =>
        (side == Side.Buy ? _bids : _asks).GetValueOrDefault(priceTicks).QuantityLots;

    private static void Take(
        Side side,
        SortedDictionary<long, DepthLevel> levels,
        ImmutableArray<DepthLevel> update,
        bool isSnapshot,
        ImmutableArray<(Side Side, long PriceTicks)>.Builder changes)
    {
        if (isSnapshot)
        {
            var kept = update.Select(level => level.PriceTicks).ToHashSet();
            foreach (var gone in levels.Keys.Where(price => !kept.Contains(price)).ToArray())
            {
                levels.Remove(gone);
                changes.Add((side, gone));
            }
        }

        foreach (var level in update)
        {
            if (levels.GetValueOrDefault(level.PriceTicks).QuantityLots == level.QuantityLots)
                continue;
            if (level.QuantityLots == 0)
                levels.Remove(level.PriceTicks);
            else
                levels[level.PriceTicks] = level;
            changes.Add((side, level.PriceTicks));
        }
    }
}
