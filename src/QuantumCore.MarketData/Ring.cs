namespace QuantumCore.MarketData;

/// <summary>The newest items of a sequence, up to a bound.</summary>
internal sealed class Ring<T>(int capacity)
{
    private readonly T[] _items = new T[capacity];
    private int _next;

    public int Count { get; private set; }

    /// <summary>Adds an item; true when the oldest one had to go.</summary>
    public bool Add(T item, out T forgotten)
    {
        forgotten = _items[_next];
        _items[_next] = item;
        _next = (_next + 1) % capacity;
        if (Count == capacity)
        {
            return true;
        }

        Count++;
        return false;
    }

    /// <summary>The newest item is 0.</summary>
    public T FromNewest(int index) => _items[(_next - 1 - index + (2 * capacity)) % capacity];

    public void Clear() => Count = 0;
}
