using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Parts of corporate actions, put on record when somebody brings the action.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask EnterAction(CorporateActionView action, long units)
    {
        if (action.Request.ChangesUnits)
        {
            // The new units are of the orders first that books have adjusted: nothing else may take them.
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
