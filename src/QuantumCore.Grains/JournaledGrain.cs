using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// A grain whose state is the fold of one journal stream. It owns the stream while it is the stream's newest
/// activation; on any proof that it is not, it throws itself away and reloads on the next call.
/// </summary>
public abstract class JournaledGrain(JournalWriter writer, TimeProvider time, ILogger log) : Grain
{
    private JournalStream? _stream;
    private bool _broken;

    /// <summary>The stream; there from activation on.</summary>
    protected JournalStream Stream => _stream ?? throw new InvalidOperationException("The grain is not active.");

    /// <summary>The log of the grain's kind.</summary>
    protected ILogger Log => log;

    /// <summary>A turn failed in its middle: the state is explained by no record, and nothing of it may be kept.</summary>
    protected bool IsBroken => _broken;

    /// <summary>Unix nanoseconds now.</summary>
    protected long Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Raises the stream's epoch: from here on nothing of an older activation can land.</summary>
    protected async Task OpenAsync(string stream, CancellationToken cancellationToken)
    {
        _stream = await writer.OpenAsync(stream, cancellationToken);
        _ = LeaveWhenLostAsync(_stream);
    }

    /// <summary>
    /// Why a turn that appends so many records can't be taken now, or none. Cancels pass where orders no longer do.
    /// </summary>
    protected RejectReason Refusal(bool urgent, int records = 1)
    {
        if (_broken || Stream.IsLost)
        {
            DeactivateOnIdle();
            return RejectReason.OutcomeUnknown;
        }

        return writer.HasRoom(urgent, records) ? RejectReason.None : RejectReason.Overloaded;
    }

    /// <summary>
    /// Runs a turn's mutation. An exception in the middle leaves a state that no record explains, so that the
    /// activation is thrown away; the journal still has the truth.
    /// </summary>
    protected T Mutate<T>(Func<T> turn)
    {
        try
        {
            return turn();
        }
        catch (Exception e)
        {
            GrainLog.TurnFailed(log, e, Stream.Name, Stream.Head);
            _broken = true;
            Stream.Close();
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Tells the ledger that the stream has moved on. May be lost: the ledger looks for itself too.</summary>
    protected Task NotifyLedger(long sequence) => this.GetStreamProvider(EventStreams.Provider)
        .GetStream<StreamAdvanced>(StreamId.Create(EventStreams.Ledger, EventStreams.LedgerKey))
        .OnNextAsync(new StreamAdvanced(Stream.Name, sequence));

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _stream?.Close();
        return Task.CompletedTask;
    }

    private async Task LeaveWhenLostAsync(JournalStream stream)
    {
        await stream.Lost;
        GrainLog.StreamLost(log, stream.Name, stream.Epoch);
        DeactivateOnIdle();
    }
}
