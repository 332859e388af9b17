using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Markets;

/// <summary>
/// Keeps the books of an asset halted while a corporate action changes its units, so nobody trades half of a split or
/// an old symbol.
/// </summary>
public sealed class CorporateStandstill(
    BookControl operations, IGrainFactory grains, Listings listings, TimeProvider time)
{
    /// <summary>
    /// Returns why a command may not take a symbol out of a halt, or schedule that; null if it may. An announced action
    /// whose books are halted at its cut begins within a second, so it counts too.
    /// </summary>
    /// <param name="instrument">Instrument of the symbol.</param>
    /// <param name="command">Command that changes the phase.</param>
    public async ValueTask<string?> WhyNotAsync(Instrument instrument, SetTradingPhase command)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        ArgumentNullException.ThrowIfNull(command);
        if (command is { Phase: TradingPhase.Halt or TradingPhase.Closed, Plan: null })
            return null;

        foreach (var action in await grains.Catalog().CorporateActions())
        {
            if (action.UnitAsset != instrument.Base.Name || !action.Request.ChangesUnits)
                continue;

            var isRenamed = action.Request.Kind == CorporateActionKind.SymbolChange;
            var holds = action.State switch
            {
                CorporateActionState.Announced =>
                    action.CutNanos <= time.UnixNanos() && await StandsStillAsync(action.UnitAsset),
                CorporateActionState.Begun => true,
                _ => isRenamed,
            };
            if (holds)
            {
                return isRenamed ? $"It is traded as {action.Request.NewSymbol}: under this name it never trades again."
                    : "Not all accounts have their part of a split of it: it stands still until they have.";
            }
        }

        return null;
    }

    private async Task<bool> StandsStillAsync(string asset)
    {
        foreach (var symbol in (await listings.AllAsync()).Where(instrument => instrument.Base.Name == asset)
            .Select(instrument => instrument.Symbol))
        {
            var (reason, state, _) = await operations.StateAsync(symbol);
            if (reason != RejectReason.None || state is not { StandsStill: true })
                return false;
        }

        return true;
    }
}
