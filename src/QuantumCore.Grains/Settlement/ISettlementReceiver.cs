using QuantumCore.Contracts;

namespace QuantumCore.Grains.Settlement;

/// <summary>What is sent to the receiver of settlement: the same bytes under the same id, however often.</summary>
/// <param name="Id">Names the batch for ever.</param>
/// <param name="Venue">Where it settles.</param>
/// <param name="Content">What it settles.</param>
public sealed record SettlementBatch(string Id, string Venue, SettlementClosed Content);

/// <summary>Who settles a batch outside: a depository, a chain, a folder.</summary>
public interface ISettlementReceiver
{
    /// <summary>
    /// Gives the receiver a batch, or asks again what became of it. It is called again with the same batch until the answer is true: settled as a
    /// whole, and never to be taken back. Several silos may ask at once: the receiver tells batches apart by their ids. Whatever is thrown means that
    /// nothing is known.
    /// </summary>
    ValueTask<bool> SendAsync(SettlementBatch batch, CancellationToken cancellationToken);
}
