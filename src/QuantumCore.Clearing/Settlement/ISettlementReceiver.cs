using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>A batch for the settlement receiver: the same bytes under the same id, however often.</summary>
/// <param name="Id">Permanent id of the batch.</param>
/// <param name="Venue">The settlement venue.</param>
/// <param name="Content">Content of the batch.</param>
public sealed record SettlementBatch(string Id, string Venue, SettlementClosed Content);

/// <summary>The receiver's final answer about a batch: it has settled, except for shortfalls.</summary>
/// <param name="Shorts">Shortfalls; empty if it has settled completely.</param>
public sealed record SettlementAnswer(ImmutableArray<SettlementShort> Shorts)
{
    /// <summary>Answer for a batch that has settled completely.</summary>
    public static readonly SettlementAnswer Whole = new([]);
}

/// <summary>A receiver of settlement batches: a depository, a chain, a folder.</summary>
public interface ISettlementReceiver
{
    /// <summary>
    /// Sends a batch, or asks for its outcome. It is called again with the same batch until there is an answer, which
    /// must never change; null means not yet. Several silos may call at once: the receiver tells batches apart by id.
    /// An exception means that the outcome is unknown.
    /// </summary>
    ValueTask<SettlementAnswer?> SendAsync(SettlementBatch batch, CancellationToken cancellationToken);
}
