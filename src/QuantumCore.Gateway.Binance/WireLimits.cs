using System.Collections.Concurrent;
using System.Net;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Rate limits of the Binance interface: request weight per address, and orders per account. They apply to this
/// interface only. A client that continues after rejections is banned for a while.
/// </summary>
/// <remarks>
/// In memory: a restart resets the counts. At most <see cref="MostCallers"/> callers of each kind are counted
/// separately.
/// </remarks>
internal sealed class WireLimits(BinanceOptions options, TimeProvider time)
{
    /// <summary>Maximum number of callers counted separately; above it, older windows are dropped.</summary>
    public const int MostCallers = 10_000;

    private const int RefusalsBeforeBan = 100;
    private static readonly TimeSpan s_ban = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<IPAddress, Caller> _addresses = new();
    private readonly ConcurrentDictionary<long, Caller> _accounts = new();

    /// <summary>Maximum request weight of one address per minute.</summary>
    public int WeightPerMinute => options.WeightPerMinute;

    /// <summary>Maximum number of orders of one account per ten seconds.</summary>
    public int OrdersPerTenSeconds => options.OrdersPerTenSeconds;

    /// <summary>Maximum number of orders of one account per UTC day.</summary>
    public int OrdersPerDay => options.OrdersPerDay;

    /// <summary>Counts a request. Returns the weight used in this minute, and an error above the limit.</summary>
    public (long Used, WireError? Refusal) TakeWeight(IPAddress? address, int weight)
    {
        var now = time.GetUtcNow();
        var caller = Of(_addresses, address ?? IPAddress.None, now);
        lock (caller)
        {
            caller.Turn(now);
            if (caller.BannedUntil > now)
                return (caller.Weight,
                    new WireError(-1003, BanText(caller.BannedUntil), 418, Seconds(caller.BannedUntil - now)));

            caller.Weight += weight;
            if (caller.Weight <= WeightPerMinute)
                return (caller.Weight, null);

            if (++caller.Refused > RefusalsBeforeBan)
                caller.BannedUntil = now + s_ban;
            var message =
                $"Too much request weight used; current limit is {WeightPerMinute} request weight per 1 MINUTE. "
                + "Please use WebSocket Streams for live updates to avoid polling the API.";
            return (caller.Weight, new WireError(-1003, message, 429, 60 - now.Second));
        }
    }

    /// <summary>Counts orders; returns an error above the limit, or null.</summary>
    public WireError? TakeOrders(long account, int orders)
    {
        var now = time.GetUtcNow();
        var caller = Of(_accounts, account, now);
        lock (caller)
        {
            caller.Turn(now);
            if (caller.TenSeconds + orders > OrdersPerTenSeconds)
                return new WireError(
                    -1015, $"Too many new orders; current limit is {OrdersPerTenSeconds} orders per 10 SECOND.", 429,
                    10 - (now.Second % 10));
            if (caller.Day + orders > OrdersPerDay)
                return new WireError(
                    -1015, $"Too many new orders; current limit is {OrdersPerDay} orders per 1 DAY.", 429,
                    Seconds(now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime));

            caller.TenSeconds += orders;
            caller.Day += orders;
            return null;
        }
    }

    /// <summary>Returns the number of orders counted in the current ten seconds and the current day.</summary>
    public (int TenSeconds, int Day) Orders(long account)
    {
        var now = time.GetUtcNow();
        var caller = Of(_accounts, account, now);
        lock (caller)
        {
            caller.Turn(now);
            return (caller.TenSeconds, caller.Day);
        }
    }

    private static string BanText(DateTimeOffset until) =>
        $"Way too much request weight used; IP banned until {until.ToUnixTimeMilliseconds()}. "
        + "Please use WebSocket Streams for live updates to avoid bans.";

    private static int Seconds(TimeSpan left) => (int)Math.Ceiling(left.TotalSeconds);

    private static Caller Of<T>(ConcurrentDictionary<T, Caller> callers, T who, DateTimeOffset now)
        where T : notnull
    {
        if (callers.Count >= MostCallers && !callers.ContainsKey(who))
        {
            foreach (var (old, state) in callers)
            {
                if (state.IsIdle(now))
                    callers.TryRemove(old, out _);
            }

            if (callers.Count >= MostCallers)
                callers.Clear();
        }

        return callers.GetOrAdd(who, static _ => new Caller());
    }

    private sealed class Caller
    {
        private long _minute;
        private long _tenSeconds;
        private long _day;

        public long Weight { get; set; }

        public int Refused { get; set; }

        public int TenSeconds { get; set; }

        public int Day { get; set; }

        public DateTimeOffset BannedUntil { get; set; }

        public bool IsIdle(DateTimeOffset now) => BannedUntil <= now && _minute < Minute(now) && _day < DayOf(now);

        /// <summary>Resets windows that have passed.</summary>
        public void Turn(DateTimeOffset now)
        {
            if (_minute != Minute(now))
                (_minute, Weight, Refused) = (Minute(now), 0, 0);
            if (_tenSeconds != now.ToUnixTimeSeconds() / 10)
                (_tenSeconds, TenSeconds) = (now.ToUnixTimeSeconds() / 10, 0);
            if (_day != DayOf(now))
                (_day, Day) = (DayOf(now), 0);
        }

        private static long Minute(DateTimeOffset now) => now.ToUnixTimeSeconds() / 60;

        private static long DayOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / 86_400;
    }
}
