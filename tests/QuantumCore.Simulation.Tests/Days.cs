using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Days, by what a seed decides about them before chance does.</summary>
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

    /// <summary>Nights pass, and some deliver less than they owe.</summary>
    OfFails,
}

/// <summary>Reads what a seed decides.</summary>
internal static class DaysOfSeeds
{
    /// <summary>Returns whether a seed's day is one of these.</summary>
    public static bool Has(this Days days, int seed) => days switch
    {
        Days.OnMargin => Desk.IsOpenIn(seed),
        Days.OfSharedDeficits => Desk.SharesOutIn(seed),
        Days.OfDividends => Issuer.IsOpenIn(seed),
        Days.OfFails => Depository.IsShortIn(seed),
        Days.ThatPass => Nights.PassIn(seed),
        _ => true,
    };
}
