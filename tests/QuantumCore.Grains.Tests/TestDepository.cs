using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Grains.Settlement;

namespace QuantumCore.Grains.Tests;

/// <summary>Who settles batches, outside all exchanges: it outlives them, and says what it is told to say.</summary>
internal sealed class TestDepository : ISettlementReceiver
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _sent = new();

    /// <summary>Answers: whether a batch is settled.</summary>
    public Func<SettlementBatch, bool> Word { get; set; } = _ => true;

    /// <summary>Who was short in a batch that is settled.</summary>
    public Func<SettlementBatch, ImmutableArray<SettlementShort>> Short { get; set; } = _ => [];

    /// <summary>Answers are lost: it has heard, and nobody knows.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Ids in the sequence in which they came, doubles included.</summary>
    public IReadOnlyCollection<string> Sent => _sent;

    /// <summary>What each batch settles.</summary>
    public IReadOnlyDictionary<string, string> Known => _known;

    public ValueTask<SettlementAnswer?> SendAsync(SettlementBatch batch, CancellationToken cancellationToken)
    {
        var text = string.Join(' ', batch.Content.Items.Select(item => $"{item.Account}:{item.Asset}:{item.Amount}"));
        if (_known.GetOrAdd(batch.Id, text) != text)
            throw new InvalidDataException($"{batch.Id} was {_known[batch.Id]} and is {text}.");

        _sent.Enqueue(batch.Id);
        if (IsSilent)
            throw new TimeoutException("The depository does not answer.");
        return ValueTask.FromResult(Word(batch) ? new SettlementAnswer(Short(batch)) : null);
    }
}
