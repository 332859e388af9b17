namespace QuantumCore.Gateway;

/// <summary>What the market-wide breaker asks for.</summary>
/// <param name="Level">How far the index has fallen: 0, or level 1 to 3.</param>
/// <param name="Acts">Whether trading is to stop now; levels 1 and 2 stop it once a day, and not late in the day.</param>
public readonly record struct BreakerCall(int Level, bool Acts);

/// <summary>
/// The market-wide circuit breaker (NYSE 7.12): a fall of the index by 7, 13 or 20 per cent from its last close. It
/// knows the rule and what was used up today, and no clock.
/// </summary>
public sealed class MarketWideBreaker
{
    /// <summary>From this local time on levels 1 and 2 no longer stop trading.</summary>
    public static readonly TimeOnly LastStop = new(15, 25);

    /// <summary>How long levels 1 and 2 stop trading.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromMinutes(15);

    /// <summary>How long orders are collected for the auction by which trading is taken up again.</summary>
    public static readonly TimeSpan Reopening = TimeSpan.FromMinutes(5);

    /// <summary>The level that closes the day.</summary>
    public const int ClosingLevel = 3;

    private DateOnly _day;
    private int _used;

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

    /// <summary>What a value of the index asks for. Nothing is used up by asking.</summary>
    /// <param name="index">The index now, in any unit.</param>
    /// <param name="previousClose">Its close of the day before in the same unit, positive.</param>
    /// <param name="local">The exchange's local time.</param>
    public BreakerCall Judge(long index, long previousClose, DateTime local)
    {
        var level = Level(index, previousClose);
        var used = DateOnly.FromDateTime(local) == _day ? _used : 0;
        var acts = level == ClosingLevel || (level > used && TimeOnly.FromDateTime(local) < LastStop);
        return new BreakerCall(level, acts);
    }

    /// <summary>A level has stopped trading: it, and those below it, will not do so again on this day.</summary>
    public void Use(int level, DateTime local)
    {
        var day = DateOnly.FromDateTime(local);
        _used = day == _day ? Math.Max(_used, level) : level;
        _day = day;
    }
}
