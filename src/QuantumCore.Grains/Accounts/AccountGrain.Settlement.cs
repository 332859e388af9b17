using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>Funds that an account may give in a settlement batch.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<SettlementFunds?> FundsFor(string venue, long date)
    {
        await CatchUp();
        var funds = _machine.FundsFor(venue, date, Now);
        await SettleAsync();
        return funds;
    }
}
