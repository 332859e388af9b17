namespace QuantumCore.Clearing;

/// <summary>
/// Ring buffer of the newest items, up to a capacity. It grows as it fills, because most books are quiet.
/// </summary>
public sealed class Ring<T>(int capacity)
{
    private const int First = 16;

    private T[] _items = new T[Math.Min(First, capacity)];
    private int _next;

    public int Count { get; private set; }

    /// <summary>Adds an item. Returns true if it displaced the oldest one.</summary>
    public bool Add(T item, out T forgotten)
    {
        if (Count == _items.Length && Count < capacity)
        {
            Grow();
        }

        forgotten = _items[_next];
        _items[_next] = item;
        _next = (_next + 1) % _items.Length;
        if (Count == capacity)
        {
            return true;
        }

        Count++;
        return false;
    }

    /// <summary>Returns an item by age; 0 is the newest.</summary>
    public T FromNewest(int index) => _items[(_next - 1 - index + (2 * _items.Length)) % _items.Length];

    /// <summary>Replaces an item by age; 0 is the newest.</summary>
    public void Replace(int index, T item) => _items[(_next - 1 - index + (2 * _items.Length)) % _items.Length] = item;

    public void Clear() => Count = 0;

    private void Grow()
    {
        var grown = new T[Math.Min(2 * Count, capacity)];
        for (var i = 0; i < Count; i++)
        {
            grown[i] = FromNewest(Count - 1 - i);
        }

        (_items, _next) = (grown, Count);
    }
}
