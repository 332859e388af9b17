namespace QuantumCore.Grains;

/// <summary>Turns of one grain: the number is odd while one runs.</summary>
/// <param name="name">Name of the grain.</param>
public sealed class TurnCount(string name)
{
    private long _count;

    /// <summary>Name of the grain.</summary>
    public string Name => name;

    internal long Current => Volatile.Read(ref _count);

    internal long Seen { get; set; }

    internal int Looks { get; set; }

    /// <summary>Begins a turn. The grain's own thread alone changes the number.</summary>
    public void Begin() => Volatile.Write(ref _count, _count + 1);

    /// <summary>Ends a turn.</summary>
    public void End() => Volatile.Write(ref _count, _count + 1);
}

/// <summary>
/// Finds a book whose turn never returns. It counts looks instead of time: while the process is stopped, nobody looks.
/// A wait, for example for the disk, is no turn.
/// </summary>
public sealed class TurnWatch
{
    private readonly Lock _lock = new();
    private readonly List<TurnCount> _grains = [];

    /// <summary>Watches a grain.</summary>
    public void Follow(TurnCount grain)
    {
        lock (_lock)
            _grains.Add(grain);
    }

    /// <summary>Stops watching a grain.</summary>
    public void Forget(TurnCount grain)
    {
        lock (_lock)
            _grains.Remove(grain);
    }

    /// <summary>
    /// Looks at all grains; returns the name of one whose turn is the same as at so many looks before, or null.
    /// </summary>
    public string? Look(int most)
    {
        lock (_lock)
        {
            foreach (var grain in _grains)
            {
                var now = grain.Current;
                var isSame = now == grain.Seen && now % 2 != 0;
                (grain.Seen, grain.Looks) = (now, isSame ? grain.Looks + 1 : 0);
            }

            return _grains.Find(grain => grain.Looks >= most)?.Name;
        }
    }

    /// <summary>Begins anew, after a time in which turns may have been stopped.</summary>
    public void Reset()
    {
        lock (_lock)
            _grains.ForEach(static grain => grain.Looks = 0);
    }
}
