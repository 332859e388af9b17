using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Records parts of corporate actions when an agent delivers the action.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask EnterAction(CorporateActionView action, long units)
    {
        if (action.Request.ChangesUnits)
        {
            // The new units first belong to the orders that books have adjusted: nothing else may take them.
            await CatchUp();
        }

        await TakeAsync("decide a corporate action", () => _machine.EnterAction(action, units, Now));
    }

    /// <inheritdoc/>
    public ValueTask KeepRounding(CorporateActionView action, long amount) => _machine.Account.Id == AccountId.Rounding
        ? TakeAsync("keep what rounding leaves", () => _machine.KeepRounding(action, amount, Now))
        : throw new ArgumentException($"Account {this.GetPrimaryKeyString()} keeps no rests.", nameof(action));

    /// <inheritdoc/>
    public ValueTask PayAction(string action) => TakeAsync("be paid", () => _machine.PayAction(action, Now));

    private async ValueTask TakeAsync(string what, Func<AccountRecord?> decide)
    {
        RequireRoom(what);
        Mutate(() =>
        {
            if (decide() is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }
}
