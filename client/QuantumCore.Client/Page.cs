using System.Collections;

namespace QuantumCore.Client;

/// <summary>Some of a list that is read page by page, and where the next page begins.</summary>
public sealed class Page<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _items;

    /// <param name="items">The page.</param>
    /// <param name="next">Where the next one begins; null after the last.</param>
    public Page(IReadOnlyList<T> items, string? next) => (_items, Next) = (items, next);

    /// <summary>What the call for the next page is given as <c>after</c>; null after the last one.</summary>
    public string? Next { get; }

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
