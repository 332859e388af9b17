using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Payouts;

/// <summary>
/// The payout of one asset. A batch is durable before it is first sent. Every activation sends it under the id of its
/// record until the receiver's answer is final. Nothing depends on time.
/// </summary>
[Reentrant]
public sealed class PayoutGrain(
    JournalWriter writer, IJournalStore store, IPayoutReceiver receiver, TimeProvider time, ILogger<PayoutGrain> log)
    : JournaledGrain(writer, time, log), IPayoutGrain
{
    /// <summary>Maximum number of withdrawals in one call, and so in one batch.</summary>
    public const int ItemsLimit = 100;

    private readonly PayoutMachine _machine = new();
    private readonly HashSet<long> _sending = [];
    private bool _hasEnded;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(PayoutRecord.StreamPrefix + this.GetPrimaryKeyString(), cancellationToken);
        await foreach (var record in store.ReadAsync(Stream.Name, 1, Stream.Head, cancellationToken))
        {
            _machine.Apply(PayoutRecordEncoding.Decode(record.Body.Span));
        }

        if (_machine.Sequence != Stream.Head)
        {
            throw new JournalCorruptionException(
                Stream.Name, _machine.Sequence + 1, $"the journal's head is {Stream.Head}");
        }

        _machine.CorrectsTime = CorrectsTime;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Answers from here on are left to the next activation, which asks again.
        _hasEnded = true;
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PayoutState>> Enlist(int decimals, ImmutableArray<PayoutItem> items)
    {
        if (items.Length is 0 or > ItemsLimit)
        {
            throw new ArgumentException($"1 to {ItemsLimit} withdrawals.", nameof(items));
        }

        if (Refusal(urgent: false) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{Stream.Name} can't take withdrawals now: {reason}.");
        }

        var (states, open) = Mutate(() =>
        {
            if (_machine.Enlist(decimals, items, Now) is { } made)
            {
                Record(made);
            }

            return (items.Select(_machine.StateOf).ToImmutableArray(), _machine.OpenBatchesOf(items).ToArray());
        });
        await Stream.WhenDurable(Stream.Head);
        foreach (var batch in open)
        {
            _ = SendAsync(batch);
        }

        return states;
    }

    // Call only when its record is durable. The outcome is recorded, and waiting callers ask again.
    private async Task SendAsync(long batch)
    {
        if (_machine.Open(batch) is not { } made || !_sending.Add(batch))
        {
            return;
        }

        try
        {
            var asset = this.GetPrimaryKeyString();
            var answer = await receiver.SendAsync(
                new PayoutBatch(PayoutRecord.BatchId(asset, batch), asset, made.Decimals, made.Items),
                CancellationToken.None);
            if (answer.Verdict != PayoutVerdict.NotYet && !_hasEnded && Refusal(urgent: true) == RejectReason.None)
            {
                Mutate(() =>
                {
                    Record(_machine.End(batch, answer, Now));
                    return true;
                });
            }
        }
        catch (Exception e)
        {
            GrainLog.PayoutFailed(Log, e, PayoutRecord.BatchId(this.GetPrimaryKeyString(), batch));
        }
        finally
        {
            _sending.Remove(batch);
        }
    }

    private void Record(PayoutRecord record)
    {
        var sequence = Stream.Append(PayoutRecordEncoding.Encode(record), urgent: true);
        _machine.Apply(record);
        if (sequence != _machine.Sequence)
        {
            throw new InvalidOperationException($"Record {_machine.Sequence} became sequence {sequence}.");
        }
    }
}
