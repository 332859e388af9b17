namespace QuantumCore.Accounts;

/// <summary>
/// Which open orders of an account changed last, so that who follows it learns of those alone: an account may have a hundred thousand.
/// </summary>
public sealed class OrderTrail
{
    /// <summary>Changes that are remembered.</summary>
    public const int Room = 4_096;

    // Most accounts that are followed have few orders.
    private long[] _numbers = new long[16];
    private long _oldest;
    private long _shown;

    /// <summary>Changes so far, those of an order that nobody asked about in between as one.</summary>
    public long Changes { get; private set; }

    /// <summary>For somebody who knows the orders as they were after so many changes, or not at all, and is shown now how they are.</summary>
    /// <returns>The orders that have changed since, by number, those that are open no more among them; null: all may have.</returns>
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
