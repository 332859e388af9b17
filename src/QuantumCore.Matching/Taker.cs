using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// Selects a run of the matching loop with or without effects. The loop is compiled once for each, so that a dry
/// run is the very same loop and an execution pays nothing for it.
/// </summary>
internal interface IRun
{
    static abstract bool HasEffects { get; }
}

internal readonly struct Execution : IRun
{
    public static bool HasEffects => true;
}

internal readonly struct DryRun : IRun
{
    public static bool HasEffects => false;
}

/// <summary>An order that is matching against the other side.</summary>
internal struct Taker
{
    public long Id;
    public long Leaves;

    /// <summary>Its own limit; its remainder rests there.</summary>
    public long Limit;

    /// <summary>Protection price of a market order: it trades no farther.</summary>
    public long Cap;

    /// <summary>The dynamic band: nothing trades outside.</summary>
    public long BandLow;
    public long BandHigh;

    /// <summary>Reason why it stopped; None if its limit or the end of the book did.</summary>
    public EndReason Stop;

    /// <summary>Amount left to spend or receive, in ticks times lots; -1 for an order by quantity.</summary>
    public long Amount;

    /// <summary>Maximum distance from the first order it meets, in ticks; -1 for none.</summary>
    public long Protection;
    public long Owner;
    public int Side;

    /// <summary>Its slot; 0 for a plain order that has none yet.</summary>
    public int Slot;
    public SelfTradePrevention SelfTrade;

    /// <summary>Lots removed from it by self-trade prevention.</summary>
    public long Prevented;

    /// <summary>In a dry run: lots that self-trade prevention may remove before the run is decided.</summary>
    public long MostPrevented;

    /// <summary>True if it ended within the loop.</summary>
    public bool Ended;
    public bool Traded;

    /// <summary>True if its trades are not prints.</summary>
    public bool IsSilent;
}

/// <summary>Cursor on the other side: the best displayed level, and the best level that is not displayed.</summary>
internal struct MatchCursor
{
    public int Side;
    public int Displayed;
    public int DisplayedSlot;
    public int Hidden;
    public int HiddenSlot;

    /// <summary>In a dry run: reserves of icebergs met at this level, which would be met again.</summary>
    public int FirstReserve;
    public int Reserves;

    /// <summary>In a dry run: true if an iceberg of the taker's owner may be among the reserves.</summary>
    public bool HasOwnReserve;
    public bool IsDisplayed;
    public int Slot;
    public long Price;
}
