using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Requires that holds do not exceed balances, as soon as the account has applied what it relied on.</summary>
/// <param name="account">The account.</param>
/// <param name="mayLack">Returns true for an asset that may be short for now.</param>
internal sealed class HoldCover(Account account, Func<string, bool> mayLack)
{
    /// <summary>
    /// True if it has applied everything its own decisions relied on; false during recovery. Then a hold may use
    /// proceeds of a book whose records are not applied yet, so that holds may exceed balances.
    /// </summary>
    public bool IsCaughtUp { get; private set; } = true;

    /// <summary>Begins the recovery: from here on its own records are ahead of its books.</summary>
    public void BeginCatchUp() => IsCaughtUp = false;

    /// <summary>
    /// Ends the recovery: every book is applied as far as its own decisions, so that holds must be covered.
    /// </summary>
    public void EndCatchUp()
    {
        IsCaughtUp = true;
        account.RequireCover(mayLack);
    }

    /// <summary>Requires cover in an instrument's assets, after a record of its book.</summary>
    public void Require(Instrument instrument)
    {
        if (IsCaughtUp)
        {
            account.RequireCover(instrument, mayLack);
        }
    }
}
