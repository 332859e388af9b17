using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Markets;

/// <summary>Decision of the market-wide breaker.</summary>
/// <param name="Level">Level of the index's fall: 0 for none, or 1 to 3.</param>
/// <param name="Acts">
/// True if trading must stop now. Levels 1 and 2 stop it once a day, and not late in the day.
/// </param>
public readonly record struct BreakerCall(int Level, bool Acts);

/// <summary>
/// The market-wide circuit breaker (NYSE 7.12): a fall of the index by 7, 13 or 20 per cent from its last close. This
/// is the rule alone; the catalog knows which levels were used.
/// </summary>
public static class MarketWideBreaker
{
    /// <summary>Local time from which on levels 1 and 2 no longer stop trading.</summary>
    public static readonly TimeOnly LastStop = new(15, 25);

    /// <summary>Duration of a stop at levels 1 and 2.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromMinutes(15);

    /// <summary>Duration of the reopening auction's call phase.</summary>
    public static readonly TimeSpan Reopening = TimeSpan.FromMinutes(5);

    /// <summary>Level that closes trading for the day.</summary>
    public const int ClosingLevel = 3;

    /// <summary>Returns the level of a fall of the index: 0 for none, or 1 to 3.</summary>
    /// <param name="index">Current index, in any unit.</param>
    /// <param name="previousClose">Index at the previous day's close, in the same unit, positive.</param>
    public static int Level(long index, long previousClose)
    {
        var fall = ((Int128)previousClose - index) * 100;
        return fall >= (Int128)previousClose * 20 ? ClosingLevel
            : fall >= (Int128)previousClose * 13 ? 2
            : fall >= (Int128)previousClose * 7 ? 1
            : 0;
    }

    /// <summary>Decides what a value of the index requires.</summary>
    /// <param name="index">Current index, in any unit.</param>
    /// <param name="previousClose">Index at the previous day's close, in the same unit, positive.</param>
    /// <param name="local">Local time of the exchange.</param>
    /// <param name="used">Level that was last used, and its day.</param>
    public static BreakerCall Judge(long index, long previousClose, DateTime local, BreakerUse used)
    {
        var level = Level(index, previousClose);
        var usedToday = used.Day == DayOf(local) ? used.Level : 0;
        return new BreakerCall(
            level, level == ClosingLevel || (level > usedToday && TimeOnly.FromDateTime(local) < LastStop));
    }

    /// <summary>Returns the day of a local time, in days since 1970-01-01.</summary>
    public static long DayOf(DateTime local) =>
        DateOnly.FromDateTime(local).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
