using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>What an account may give away in a batch of settlement.</summary>
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
