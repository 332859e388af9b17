using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// The payout of one asset, keyed by the asset's name. It batches withdrawals and sends each batch until the receiver's
/// answer is final. It never calls an account; accounts apply its records.
/// </summary>
[Alias("payout")]
public interface IPayoutGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes durable withdrawals of one account and puts the new ones into one batch. Batches without a final answer
    /// are sent again under the same id. Returns the state of each withdrawal before anything is sent.
    /// </summary>
    /// <param name="decimals">Decimal places of the asset's minor unit.</param>
    /// <param name="items">1 to 100 withdrawals.</param>
    [Alias("enlist")]
    ValueTask<ImmutableArray<PayoutState>> Enlist(int decimals, ImmutableArray<PayoutItem> items);
}
