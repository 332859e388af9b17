using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Fee rates of an account's next order: those of its fee schedule, or the instrument's own without one.
/// </summary>
internal sealed class AccountRates(ImmutableArray<AccountFees> fees)
{
    /// <summary>Reads the current rates of an account.</summary>
    public static async ValueTask<AccountRates> OfAsync(IGrainFactory grains, long account) =>
        new(await grains.Account(account).Fees());

    /// <summary>Returns the maker and taker rate in an instrument, in millionths.</summary>
    public (int MakerPpm, int TakerPpm) Of(Instrument instrument)
    {
        foreach (var of in fees)
        {
            if (of.Asset == instrument.Quote.Name)
                return (of.MakerPpm, of.TakerPpm);
        }

        return (instrument.MakerFeePpm, instrument.TakerFeePpm);
    }
}
