using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>What the market-wide breaker asks for.</summary>
/// <param name="Level">How far the index has fallen: 0, or level 1 to 3.</param>
/// <param name="Acts">Whether trading is to stop now; levels 1 and 2 stop it once a day, and not late in the day.</param>
public readonly record struct BreakerCall(int Level, bool Acts);

/// <summary>
/// The market-wide circuit breaker (NYSE 7.12): a fall of the index by 7, 13 or 20 per cent from its last close. The
/// rule alone: what was used up, the catalog knows.
/// </summary>
public static class MarketWideBreaker
{
    /// <summary>From this local time on levels 1 and 2 no longer stop trading.</summary>
    public static readonly TimeOnly LastStop = new(15, 25);

    /// <summary>How long levels 1 and 2 stop trading.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromMinutes(15);

    /// <summary>How long orders are collected for the auction by which trading is taken up again.</summary>
    public static readonly TimeSpan Reopening = TimeSpan.FromMinutes(5);

    /// <summary>The level that closes the day.</summary>
    public const int ClosingLevel = 3;

    /// <summary>The level a fall of the index amounts to: 0 for none, else 1 to 3.</summary>
    /// <param name="index">The index now, in any unit.</param>
    /// <param name="previousClose">Its close of the day before in the same unit, positive.</param>
    public static int Level(long index, long previousClose)
    {
        var fall = ((Int128)previousClose - index) * 100;
        return fall >= (Int128)previousClose * 20 ? ClosingLevel
            : fall >= (Int128)previousClose * 13 ? 2
            : fall >= (Int128)previousClose * 7 ? 1
            : 0;
    }

    /// <summary>What a value of the index asks for.</summary>
    /// <param name="index">The index now, in any unit.</param>
    /// <param name="previousClose">Its close of the day before in the same unit, positive.</param>
    /// <param name="local">The exchange's local time.</param>
    /// <param name="used">What was used up last.</param>
    public static BreakerCall Judge(long index, long previousClose, DateTime local, BreakerUse used)
    {
        var level = Level(index, previousClose);
        var usedToday = used.Day == DayOf(local) ? used.Level : 0;
        return new BreakerCall(level, level == ClosingLevel || (level > usedToday && TimeOnly.FromDateTime(local) < LastStop));
    }

    /// <summary>The day of a local time, in days since 1970-01-01.</summary>
    public static long DayOf(DateTime local) => DateOnly.FromDateTime(local).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
