using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Levels of one side, best first.</summary>
internal sealed class PublicLadder(Side side)
{
    private readonly SortedDictionary<long, (long Lots, int Orders)> _levels = new(
        side == Side.Buy ? Comparer<long>.Create(static (a, b) => b.CompareTo(a)) : Comparer<long>.Default);

    public void Reset(IEnumerable<BookLevel> levels)
    {
        _levels.Clear();
        foreach (var level in levels)
        {
            _levels.Add(level.PriceTicks, (level.QuantityLots, level.Orders));
        }
    }

    public void Change(long priceTicks, long lots, int orders)
    {
        _levels.TryGetValue(priceTicks, out var level);
        var changed = (Lots: level.Lots + lots, Orders: level.Orders + orders);
        if (changed.Lots < 0 || changed.Orders < 0 || changed.Lots == 0 != (changed.Orders == 0))
        {
            throw new InvalidOperationException(
                $"The {side} level {priceTicks} cannot hold {changed.Lots} lots in {changed.Orders} orders.");
        }

        if (changed.Orders == 0)
        {
            _levels.Remove(priceTicks);
        }
        else
        {
            _levels[priceTicks] = changed;
        }
    }

    public (long Lots, int Orders) At(long priceTicks) => _levels.GetValueOrDefault(priceTicks);

    public IReadOnlyList<BookLevel> Best(int count)
    {
        var best = new List<BookLevel>(Math.Clamp(count, 0, _levels.Count));
        foreach (var (price, level) in _levels)
        {
            if (best.Count >= count)
            {
                break;
            }

            best.Add(new(price, level.Lots, level.Orders));
        }

        return best;
    }

    /// <summary>Returns the current levels at these prices, best first; removed ones with quantity 0.</summary>
    public IReadOnlyList<BookLevel> At(IEnumerable<long> prices)
    {
        var levels = new List<BookLevel>();
        foreach (var price in prices.Order(_levels.Comparer))
        {
            _levels.TryGetValue(price, out var level);
            levels.Add(new(price, level.Lots, level.Orders));
        }

        return levels;
    }
}
