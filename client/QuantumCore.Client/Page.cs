using System.Collections;

namespace QuantumCore.Client;

/// <summary>A page of a list, with the cursor of the next page.</summary>
public sealed class Page<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _items;

    /// <param name="items">Items of the page.</param>
    /// <param name="next">Cursor of the next page; null on the last page.</param>
    public Page(IReadOnlyList<T> items, string? next) => (_items, Next) = (items, next);

    /// <summary>Cursor to pass as <c>after</c> for the next page; null on the last page.</summary>
    public string? Next { get; }

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
