using System.Collections.Concurrent;
using QuantumCore.Grains.Payouts;

namespace QuantumCore.Grains.Tests;

/// <summary>Who receives payouts, outside all exchanges: it outlives them, and says what it is told to say.</summary>
internal sealed class TestBank : IPayoutReceiver
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _sent = new();

    /// <summary>What it answers.</summary>
    public Func<PayoutBatch, PayoutVerdict> Word { get; set; } = _ => PayoutVerdict.Final;

    /// <summary>Answers are lost: it has heard, and nobody knows.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Ids in the sequence in which they came, doubles included.</summary>
    public IReadOnlyCollection<string> Sent => _sent;

    /// <summary>What each batch is of.</summary>
    public IReadOnlyDictionary<string, string> Known => _known;

    public ValueTask<PayoutAnswer> SendAsync(PayoutBatch batch, CancellationToken cancellationToken)
    {
        var text = string.Join(' ', batch.Items.Select(item => $"{item.Account}:{item.Sequence}:{item.Amount}:{item.Destination}"));
        if (_known.GetOrAdd(batch.Id, text) != text)
            throw new InvalidDataException($"{batch.Id} was {_known[batch.Id]} and is {text}.");

        _sent.Enqueue(batch.Id);
        if (IsSilent)
            throw new TimeoutException("The bank does not answer.");
        return ValueTask.FromResult(new PayoutAnswer(Word(batch), "no such account"));
    }
}
