using System.Collections.Concurrent;

namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Rate limit of requests for each of many callers. Unused requests of the interval may be used at once.
/// </summary>
/// <remarks>
/// The state of a caller is one number: the time at which its next request would be due if requests came evenly. Memory
/// is bounded: idle callers are forgotten after one interval, and callers above the maximum share one number.
/// </remarks>
/// <typeparam name="T">Identity of a caller.</typeparam>
/// <param name="most">Requests within <paramref name="within"/>, from 1; 0 means no limit.</param>
/// <param name="time">The clock.</param>
/// <param name="within">Interval of the limit; one second by default.</param>
internal sealed class RequestRates<T>(int most, TimeProvider time, TimeSpan? within = null)
    where T : notnull
{
    /// <summary>Maximum number of callers counted separately.</summary>
    public const int MostCallers = 10_000;

    private readonly ConcurrentDictionary<T, Caller> _callers = new();
    private readonly Caller _others = new();
    private readonly long _burst = (long)((within ?? TimeSpan.FromSeconds(1)).TotalSeconds * time.TimestampFrequency);
    private long _sweptAt = time.GetTimestamp();

    /// <summary>Number of callers counted separately now.</summary>
    public int Callers => _callers.Count;

    /// <summary>Counts a request; false if this caller made too many.</summary>
    public bool Take(T caller)
    {
        if (most == 0)
            return true;

        var now = time.GetTimestamp();
        if (!_callers.TryGetValue(caller, out var known))
            known = Add(caller, now);
        return known.Take(now, Math.Max(1, _burst / most), _burst);
    }

    private Caller Add(T caller, long now)
    {
        var swept = Interlocked.Read(ref _sweptAt);
        if (_callers.Count >= MostCallers
            && now - swept >= time.TimestampFrequency
            && Interlocked.CompareExchange(ref _sweptAt, now, swept) == swept)
        {
            foreach (var (old, state) in _callers)
            {
                if (state.IsIdle(now))
                    _callers.TryRemove(old, out _);
            }
        }

        return _callers.Count < MostCallers ? _callers.GetOrAdd(caller, static _ => new Caller()) : _others;
    }

    private sealed class Caller
    {
        private long _due;

        /// <summary>Returns true if the caller has its whole allowance left.</summary>
        public bool IsIdle(long now) => Interlocked.Read(ref _due) <= now;

        public bool Take(long now, long interval, long burst)
        {
            while (true)
            {
                var due = Interlocked.Read(ref _due);
                var next = Math.Max(due, now) + interval;
                if (next - now > burst)
                    return false;
                if (Interlocked.CompareExchange(ref _due, next, due) == due)
                    return true;
            }
        }
    }
}
