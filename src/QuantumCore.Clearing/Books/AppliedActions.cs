using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// Corporate actions that have adjusted a book's orders: each action once, however often it is delivered.
/// </summary>
internal sealed class AppliedActions
{
    private readonly SortedSet<long> _adjusted = [];

    /// <summary>True if there is any.</summary>
    public bool Any => _adjusted.Count > 0;

    /// <summary>Returns true if an action has adjusted the orders.</summary>
    public bool Contains(long action) => _adjusted.Contains(action);

    /// <summary>Notes an action.</summary>
    public void Add(long action) => _adjusted.Add(action);

    /// <summary>Writes the actions for a snapshot.</summary>
    public void Write(ref RecordWriter to) =>
        to.Items(_adjusted, static (ref to, action) => to.Count(action));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from) =>
        _adjusted.UnionWith(from.Items(static (ref from) => from.Count()));
}
