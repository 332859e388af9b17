namespace QuantumCore.Accounts;

/// <summary>Value traded by UTC day, as many days back as fees ask for. Time comes with each call, from records.</summary>
public sealed class VolumeDays
{
    /// <summary>Complete days that count.</summary>
    public const int Days = 30;

    private readonly SortedDictionary<long, Int128> _volumes = [];

    // Each order of a day asks for the same sum.
    private (long Day, Int128 Sum) _asked = (-1, 0);

    /// <summary>The days that may still count, oldest first, with what was traded in each.</summary>
    public IReadOnlyDictionary<long, Int128> Volumes => _volumes;

    /// <summary>Something was traded.</summary>
    /// <param name="day">Number of the UTC day since 1970.</param>
    /// <param name="value">Quote minor units.</param>
    public void Add(long day, Int128 value)
    {
        _volumes[day] = _volumes.GetValueOrDefault(day) + value;
        _asked = day < _asked.Day ? (-1, 0) : _asked;
        // One day more than counts: days of other books may begin a little later.
        while (_volumes.Count > Days + 2)
        {
            _volumes.Remove(_volumes.Keys.First());
        }
    }

    /// <summary>What was traded in the complete days before a day.</summary>
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
