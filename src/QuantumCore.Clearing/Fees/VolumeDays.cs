namespace QuantumCore.Clearing;

/// <summary>Value traded by UTC day, for as many days as fees need. Times come from records.</summary>
public sealed class VolumeDays
{
    /// <summary>Number of complete days that count.</summary>
    public const int Days = 30;

    private readonly SortedDictionary<long, Int128> _volumes = [];

    // Cached, because every order of a day needs the same sum.
    private (long Day, Int128 Sum) _asked = (-1, 0);

    /// <summary>Days that may still count, oldest first, with the value traded in each, quote minor units.</summary>
    public IReadOnlyDictionary<long, Int128> Volumes => _volumes;

    /// <summary>Adds a traded value.</summary>
    /// <param name="day">The day, in UTC days since 1970.</param>
    /// <param name="value">Traded value, quote minor units.</param>
    public void Add(long day, Int128 value)
    {
        _volumes[day] = _volumes.GetValueOrDefault(day) + value;
        _asked = day < _asked.Day ? (-1, 0) : _asked;
        // Keeps today and one day more: the days of other books may begin a little later.
        while (_volumes.Count > Days + 2)
        {
            _volumes.Remove(_volumes.Keys.First());
        }
    }

    /// <summary>Returns the value traded in the complete days before a day, quote minor units.</summary>
    public Int128 Before(long day)
    {
        if (_asked.Day != day)
        {
            Int128 sum = 0;
            foreach (var (traded, volume) in _volumes)
            {
                sum += traded < day && traded >= day - Days ? volume : 0;
            }

            _asked = (day, sum);
        }

        return _asked.Sum;
    }
}
