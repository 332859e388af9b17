using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Kinds of days, by what the seed decides in advance.</summary>
internal enum Days
{
    All,

    /// <summary>Two customers trade on margin.</summary>
    OnMargin,

    /// <summary>Accounts that gained pay for deficits.</summary>
    OfSharedDeficits,

    /// <summary>Nights pass, and trades settle.</summary>
    ThatPass,

    /// <summary>Nights pass, and dividends are paid.</summary>
    OfDividends,

    /// <summary>Nights pass, and some accounts deliver less than they owe.</summary>
    OfFails,

    /// <summary>Orders enter before their holds are durable, also where several silos run.</summary>
    ThatHoldAhead,
}

/// <summary>Determines the kinds of a seed's day.</summary>
internal static class DaysOfSeeds
{
    /// <summary>Returns true if a seed's day is of one of these kinds.</summary>
    public static bool Has(this Days days, int seed) => days switch
    {
        Days.OnMargin => Desk.IsOpenIn(seed),
        Days.OfSharedDeficits => Desk.SharesOutIn(seed),
        Days.OfDividends => Issuer.IsOpenIn(seed),
        Days.OfFails => Depository.IsShortIn(seed),
        Days.ThatPass => Nights.PassIn(seed),
        Days.ThatHoldAhead => SimulatedDay.HoldsAheadIn(seed),
        _ => true,
    };
}
