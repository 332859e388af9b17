namespace QuantumCore.Clearing;

/// <summary>
/// Log of the latest changes of an account's open orders. A reader gets only the changed orders, because an account may
/// have a hundred thousand.
/// </summary>
public sealed class OrderTrail
{
    /// <summary>Maximum number of changes kept.</summary>
    public const int Room = 4_096;

    // Small at first: most followed accounts have few orders.
    private long[] _numbers = new long[16];
    private long _oldest;
    private long _shown;

    /// <summary>Number of changes so far. Changes of one order in a row count once if nobody read in between.</summary>
    public long Changes { get; private set; }

    /// <summary>
    /// Returns the changes since a reader's last known change; null if the reader knows none.
    /// </summary>
    /// <returns>
    /// Numbers of orders changed since, ascending, including closed ones; null if all may have changed.
    /// </returns>
    public IReadOnlyCollection<long>? After(long? changes)
    {
        _shown = Changes;
        if (changes is not { } known || known < _oldest || known > Changes)
        {
            return null;
        }

        var numbers = new SortedSet<long>();
        for (var i = known; i < Changes; i++)
        {
            numbers.Add(_numbers[i % _numbers.Length]);
        }

        return numbers;
    }

    internal void Note(long number)
    {
        if (Changes > _shown && _numbers[(Changes - 1) % _numbers.Length] == number)
        {
            return;
        }

        if (Changes - _oldest == _numbers.Length)
        {
            MakeRoom();
        }

        _numbers[Changes % _numbers.Length] = number;
        Changes++;
    }

    private void MakeRoom()
    {
        if (_numbers.Length == Room)
        {
            _oldest++;
            return;
        }

        var more = new long[2 * _numbers.Length];
        for (var i = _oldest; i < Changes; i++)
        {
            more[i % more.Length] = _numbers[i % _numbers.Length];
        }

        _numbers = more;
    }
}
