using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Settlement;

/// <summary>What is sent to the receiver of settlement: the same bytes under the same id, however often.</summary>
/// <param name="Id">Names the batch for ever.</param>
/// <param name="Venue">Where it settles.</param>
/// <param name="Content">What it settles.</param>
public sealed record SettlementBatch(string Id, string Venue, SettlementClosed Content);

/// <summary>What the receiver says of a batch for ever: it has settled, but for what somebody gave less than it owed.</summary>
/// <param name="Shorts">Who gave less; none: it has settled as a whole.</param>
public sealed record SettlementAnswer(ImmutableArray<SettlementShort> Shorts)
{
    /// <summary>Settled as a whole.</summary>
    public static readonly SettlementAnswer Whole = new([]);
}

/// <summary>Who settles a batch outside: a depository, a chain, a folder.</summary>
public interface ISettlementReceiver
{
    /// <summary>
    /// Gives the receiver a batch, or asks again what became of it. It is called again with the same batch until there is an answer, which is never to
    /// be taken back, nor changed; null: not yet. Several silos may ask at once: the receiver tells batches apart by their ids. Whatever is thrown
    /// means that nothing is known.
    /// </summary>
    ValueTask<SettlementAnswer?> SendAsync(SettlementBatch batch, CancellationToken cancellationToken);
}
