using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.MarketFeeds;

/// <summary>Book by price level, kept up to date by its updates. Not thread-safe.</summary>
internal sealed class PriceBook
{
    private readonly SortedDictionary<long, DepthLevel> _bids =
        new(Comparer<long>.Create(static (left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, DepthLevel> _asks = [];

    /// <summary>True once there was an update.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Sequence of the book after the last update.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of the last update, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>Levels of the buy side, best first.</summary>
    public IReadOnlyCollection<DepthLevel> Bids => _bids.Values;

    /// <summary>Levels of the sell side, best first.</summary>
    public IReadOnlyCollection<DepthLevel> Asks => _asks.Values;

    /// <summary>Best bid and ask; empty if there is none.</summary>
    public (DepthLevel Bid, DepthLevel Ask) Best => (_bids.Values.FirstOrDefault(), _asks.Values.FirstOrDefault());

    /// <summary>Returns the lots at a price; 0 for none.</summary>
    public long Lots(Side side, long priceTicks) =>
        (side == Side.Buy ? _bids : _asks).GetValueOrDefault(priceTicks).QuantityLots;

    /// <summary>Applies an update: a snapshot replaces the book, and a level without quantity is removed.</summary>
    /// <param name="update">Update that follows the previous one, or a snapshot.</param>
    /// <param name="changes">
    /// Takes the levels that the update names, and those that a snapshot removes: bids first. Null if they are not
    /// needed.
    /// </param>
    public void Apply(MarketUpdate update, List<LevelChange>? changes = null)
    {
        Apply(Side.Buy, _bids, update.Bids, update.IsSnapshot, changes);
        Apply(Side.Sell, _asks, update.Asks, update.IsSnapshot, changes);
        Note(update);
    }

    /// <summary>
    /// Merges an update into the levels that are still to be sent: a level without quantity stays, since its removal
    /// must be sent too.
    /// </summary>
    public void Merge(MarketUpdate update)
    {
        if (update.IsSnapshot)
            Clear();
        foreach (var level in update.Bids)
            _bids[level.PriceTicks] = level;
        foreach (var level in update.Asks)
            _asks[level.PriceTicks] = level;
        Note(update);
    }

    /// <summary>Removes all levels.</summary>
    public void Clear()
    {
        _bids.Clear();
        _asks.Clear();
    }

    /// <summary>Forgets the book: the next update must be a snapshot.</summary>
    public void Forget()
    {
        Clear();
        (IsKnown, Sequence, TimeNanos) = (false, 0, 0);
    }

    private void Note(MarketUpdate update) =>
        (IsKnown, Sequence, TimeNanos) = (true, update.Sequence, update.TimeNanos);

    private static void Apply(
        Side side,
        SortedDictionary<long, DepthLevel> levels,
        ImmutableArray<DepthLevel> update,
        bool isSnapshot,
        List<LevelChange>? changes)
    {
        if (isSnapshot)
        {
            var kept = update.Select(static level => level.PriceTicks).ToHashSet();
            foreach (var gone in levels.Values.Where(level => !kept.Contains(level.PriceTicks)).ToArray())
            {
                levels.Remove(gone.PriceTicks);
                changes?.Add(new LevelChange(side, gone.QuantityLots, gone with { QuantityLots = 0 }));
            }
        }

        foreach (var level in update)
        {
            changes?.Add(
                new LevelChange(side, levels.GetValueOrDefault(level.PriceTicks).QuantityLots, level));
            if (level.QuantityLots == 0)
                levels.Remove(level.PriceTicks);
            else
                levels[level.PriceTicks] = level;
        }
    }
}

/// <summary>A level before and after an update.</summary>
/// <param name="Side">Side of the book.</param>
/// <param name="BeforeLots">Lots at this price before; 0 for none.</param>
/// <param name="Level">Level after; without quantity if it is gone.</param>
internal readonly record struct LevelChange(Side Side, long BeforeLots, DepthLevel Level)
{
    /// <summary>True if the quantity changed, and not only the number of orders.</summary>
    public bool ChangesLots => BeforeLots != Level.QuantityLots;
}
