using System.Collections.Concurrent;

namespace QuantumCore.Gateway.Admission;

/// <summary>
/// So many requests in some time for each of many callers; what was not used in that time may be used at once.
/// </summary>
/// <remarks>
/// A caller is one number: when its next request would be due if they came evenly. It is bounded: callers that have
/// not asked for so long are forgotten, and when too many ask within it, those that do not fit share one number.
/// </remarks>
/// <typeparam name="T">What callers are told apart by.</typeparam>
/// <param name="most">Requests within <paramref name="within"/>, from 1; 0: no limit.</param>
/// <param name="time">Tells the time.</param>
/// <param name="within">A second unless told otherwise.</param>
internal sealed class RequestRates<T>(int most, TimeProvider time, TimeSpan? within = null)
    where T : notnull
{
    /// <summary>Most callers that are told apart.</summary>
    public const int MostCallers = 10_000;

    private readonly ConcurrentDictionary<T, Caller> _callers = new();
    private readonly Caller _others = new();
    private readonly long _burst = (long)((within ?? TimeSpan.FromSeconds(1)).TotalSeconds * time.TimestampFrequency);
    private long _sweptAt = time.GetTimestamp();

    /// <summary>Callers that are told apart now.</summary>
    public int Callers => _callers.Count;

    /// <summary>Counts a request; false when there were too many of this caller.</summary>
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

        /// <summary>It has used up nothing of what it may.</summary>
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
