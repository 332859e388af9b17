using System.Globalization;

namespace QuantumCore.Clearing;

/// <summary>
/// Keys of an account that no client names. They begin with a space, because no client order id does.
/// </summary>
internal static class AccountKeys
{
    /// <summary>Returns the key of a deposit.</summary>
    public static string OfDeposit(string key) => " deposit:" + key;

    /// <summary>Returns the key of a corporate action.</summary>
    public static string OfAction(string action) => " action:" + action;

    /// <summary>Returns the key of a paid share of another account's deficit.</summary>
    public static string OfShare(long loser, long deficit) =>
        string.Create(CultureInfo.InvariantCulture, $" deficit:{loser}:{deficit}");
}
