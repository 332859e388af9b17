namespace QuantumCore.Clearing;

/// <summary>
/// An account's usual order in one symbol: the median quantity of its last orders. A median does not move when a few
/// orders are far larger than the rest.
/// </summary>
public sealed class UsualQuantity
{
    /// <summary>Number of orders in the sample.</summary>
    public const int Most = 31;

    /// <summary>Minimum number of orders for a median.</summary>
    public const int Least = 10;

    private readonly Queue<long> _lots = new();

    /// <summary>Quantities of the last orders, oldest first, in lots.</summary>
    public IReadOnlyCollection<long> Lots => _lots;

    /// <summary>
    /// Median of the last orders, the lower one of two, in lots; 0 while there are fewer than <see cref="Least"/>.
    /// </summary>
    public long Median => _lots.Count < Least ? 0 : _lots.Order().ElementAt((_lots.Count - 1) / 2);

    /// <summary>Adds an order.</summary>
    /// <param name="lots">Its quantity, in lots.</param>
    public void Add(long lots)
    {
        if (_lots.Count == Most)
        {
            _lots.Dequeue();
        }

        _lots.Enqueue(lots);
    }
}
