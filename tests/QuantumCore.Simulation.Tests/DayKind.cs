using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Which days a rule is tried in.</summary>
/// <param name="Habit">What their customers do beside all else.</param>
/// <param name="Seeds">Which seeds.</param>
internal sealed record DayKind(Habit Habit, Days Seeds)
{
    /// <summary>Any day.</summary>
    public static readonly DayKind Any = new(Habit.None, Days.All);

    /// <summary>Whether a seed's day is one of them.</summary>
    public bool Has(int seed) => Seeds switch
    {
        Days.OnMargin => Desk.IsOpenIn(seed),
        Days.OfSharedDeficits => Desk.SharesOutIn(seed),
        Days.ThatPass => Nights.PassIn(seed),
        _ => true,
    };
}

/// <summary>What a seed decides about a day before chance does.</summary>
internal enum Days
{
    All,

    /// <summary>Two customers trade on margin.</summary>
    OnMargin,

    /// <summary>Who gained pays for who lost.</summary>
    OfSharedDeficits,

    /// <summary>Nights pass, and trades settle.</summary>
    ThatPass,
}
