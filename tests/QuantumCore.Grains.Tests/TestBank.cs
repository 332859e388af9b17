using System.Collections.Concurrent;
using QuantumCore.Clearing;

namespace QuantumCore.Grains.Tests;

/// <summary>Receives payouts, outside all exchanges, and outlives them. Responds as configured.</summary>
internal sealed class TestBank : IPayoutReceiver
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _sent = new();

    /// <summary>Response to each batch.</summary>
    public Func<PayoutBatch, PayoutVerdict> Word { get; set; } = _ => PayoutVerdict.Final;

    /// <summary>True if responses are lost after the batch was received.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Ids in arrival sequence, including duplicates.</summary>
    public IReadOnlyCollection<string> Sent => _sent;

    /// <summary>Content of each batch, by id.</summary>
    public IReadOnlyDictionary<string, string> Known => _known;

    public ValueTask<PayoutAnswer> SendAsync(PayoutBatch batch, CancellationToken cancellationToken)
    {
        var text = string.Join(
            ' ', batch.Items.Select(item => $"{item.Account}:{item.Sequence}:{item.Amount}:{item.Destination}"));
        if (_known.GetOrAdd(batch.Id, text) != text)
            throw new InvalidDataException($"{batch.Id} was {_known[batch.Id]} and is {text}.");

        _sent.Enqueue(batch.Id);
        if (IsSilent)
            throw new TimeoutException("The bank does not answer.");
        return ValueTask.FromResult(new PayoutAnswer(Word(batch), "no such account"));
    }
}
