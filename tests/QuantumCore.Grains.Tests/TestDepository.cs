using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Tests;

/// <summary>Settles batches, outside all exchanges, and outlives them. Responds as configured.</summary>
internal sealed class TestDepository : ISettlementReceiver
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _sent = new();

    /// <summary>Returns true if a batch is settled.</summary>
    public Func<SettlementBatch, bool> Word { get; set; } = _ => true;

    /// <summary>Undelivered items of a settled batch.</summary>
    public Func<SettlementBatch, ImmutableArray<SettlementShort>> Short { get; set; } = _ => [];

    /// <summary>True if responses are lost after the batch was received.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Ids in arrival sequence, including duplicates.</summary>
    public IReadOnlyCollection<string> Sent => _sent;

    /// <summary>Content of each batch, by id.</summary>
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
