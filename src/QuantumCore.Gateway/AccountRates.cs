using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>The rates that an account's next order pays: those of a schedule where there is one, else the instrument's own.</summary>
internal sealed class AccountRates(ImmutableArray<AccountFees> fees)
{
    /// <summary>Of an account now.</summary>
    public static async ValueTask<AccountRates> OfAsync(IGrainFactory grains, long account) =>
        new(await grains.Account(account).Fees());

    /// <summary>Maker and taker rate in an instrument, millionths.</summary>
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
