using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// The operator log, as the stream "operators". It keeps nothing in memory; the journal is its only state.
/// </summary>
/// <remarks>
/// It is a stream of its own, because a name in a book's record would be a kind that older silos can't read. In the
/// catalog it would slow down every start, since that has no snapshots.
/// </remarks>
[Reentrant]
public sealed class OperatorLogGrain(
    JournalWriter writer, IJournalStore store, TimeProvider time, ILogger<OperatorLogGrain> log)
    : JournaledGrain(writer, time, log), IOperatorLogGrain
{
    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        OpenAsync(OperatorLogEncoding.Stream, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> Note(OperatorAct act)
    {
        if (Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"Nothing can go on record now: {reason}.");
        }

        var sequence = Stream.Append(OperatorLogEncoding.Encode(Now, act), urgent: true);
        await Stream.WhenDurable(sequence);
        return sequence;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AuditLine>> Lines(long before, int limit) =>
        NewestAsync(
            store, before, limit, static record => OperatorLogEncoding.Decode(record.Sequence, record.Body.Span));
}
