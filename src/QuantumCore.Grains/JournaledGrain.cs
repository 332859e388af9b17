using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// A grain whose state is the fold of one journal stream, or of a bundle of them. It owns a stream while it is the
/// stream's newest activation; on any proof that it is not, it throws itself away and reloads on the next call.
/// </summary>
public abstract class JournaledGrain(JournalWriter writer, TimeProvider time, ILogger log) : Grain
{
    /// <summary>
    /// A record that waits longer for its commit says that the store is down or full. An order that joined it would
    /// be answered by a time-out; it is better refused at once, with nothing done.
    /// </summary>
    private static readonly TimeSpan s_stalled = TimeSpan.FromSeconds(1);

    private readonly List<JournalStream> _streams = [];
    private Task _opening = Task.CompletedTask;
    private bool _broken;

    /// <summary>The stream, of a bundle the first; there from activation on.</summary>
    protected JournalStream Stream => _streams.Count > 0 ? _streams[0] : throw new InvalidOperationException("The grain is not active.");

    /// <summary>The log of the grain's kind.</summary>
    protected ILogger Log => log;

    /// <summary>A turn failed in its middle: the state is explained by no record, and nothing of it may be kept.</summary>
    protected bool IsBroken => _broken;

    /// <summary>Clock and timers of the exchange.</summary>
    protected TimeProvider Time => time;

    /// <summary>Unix nanoseconds now.</summary>
    protected long Now => time.UnixNanos();

    /// <summary>Whether an operator started the silo to correct records of the future.</summary>
    protected bool CorrectsTime => ServiceProvider.GetService<TimeCorrection>() is not null;

    /// <summary>Whether a stream has a newer activation; those of a bundle are lost together.</summary>
    protected bool IsLost => _streams.Exists(stream => stream.IsLost);

    /// <summary>
    /// Raises the stream's epoch: from here on nothing of an older activation can land. Streams after the first join
    /// its bundle.
    /// </summary>
    protected async Task<JournalStream> OpenAsync(string stream, CancellationToken cancellationToken)
    {
        // One after the other, though they be asked for together: without a first one there is none to join.
        var (before, done) = (_opening, new TaskCompletionSource());
        _opening = done.Task;
        await before;
        try
        {
            var opened = await writer.OpenAsync(stream, _streams.FirstOrDefault(), cancellationToken);
            _streams.Add(opened);
            _ = LeaveWhenLostAsync(opened);
            return opened;
        }
        finally
        {
            done.SetResult();
        }
    }

    /// <summary>
    /// Asks whether all streams are still this activation's now that the last one is open: another one may have opened
    /// the first meanwhile and appended to both, and then what was read of them does not belong together.
    /// </summary>
    /// <exception cref="StreamLostException">One is not.</exception>
    protected async Task RequireNewestAsync(CancellationToken cancellationToken)
    {
        await writer.CheckEpochsAsync(cancellationToken);
        if (_streams.Find(stream => stream.IsLost) is { } lost)
        {
            throw new StreamLostException(lost.Name);
        }
    }

    /// <summary>Appends records of the bundle's streams, all or none.</summary>
    protected long[] AppendTogether((JournalStream Stream, ReadOnlyMemory<byte> Body)[] records, bool urgent) =>
        writer.AppendTogether(records, urgent);

    /// <summary>
    /// Why a turn that appends so many records can't be taken now, or none. Cancels pass where orders no longer do.
    /// </summary>
    protected RejectReason Refusal(bool urgent, int records = 1)
    {
        if (_broken || IsLost)
        {
            DeactivateOnIdle();
            return RejectReason.OutcomeUnknown;
        }

        var isStalled = !urgent && writer.OldestPendingAge > s_stalled;
        return !isStalled && writer.HasRoom(urgent, records) ? RejectReason.None : RejectReason.Overloaded;
    }

    /// <summary>
    /// Runs a turn's mutation. An exception in the middle leaves a state that no record explains, so that the
    /// activation is thrown away; the journal still has the truth.
    /// </summary>
    protected T Mutate<T>(Func<T> turn) => Mutate(static turn => turn(), turn);

    /// <summary>The same for a turn that is given what it needs: what each order passes makes no objects of its own.</summary>
    protected T Mutate<TGiven, T>(Func<TGiven, T> turn, TGiven given)
    {
        try
        {
            return turn(given);
        }
        catch (Exception e)
        {
            GrainLog.TurnFailed(log, e, Stream.Name, Stream.Head);
            _broken = true;
            CloseStreams();
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>What the stream's newest records before a sequence say, so many at most, newest first; they are durable.</summary>
    protected async ValueTask<ImmutableArray<T>> NewestAsync<T>(IJournalStore store, long before, int limit, Func<JournalRecord, T> read)
    {
        var last = Math.Min(before - 1, Stream.Head);
        await Stream.WhenDurable(last);
        var newest = new List<T>();
        await foreach (var record in store.ReadAsync(Stream.Name, Math.Max(1, last - limit + 1), last, CancellationToken.None))
        {
            newest.Add(read(record));
        }

        newest.Reverse();
        return [.. newest];
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        CloseStreams();
        return Task.CompletedTask;
    }

    private void CloseStreams() => _streams.ForEach(stream => stream.Close());

    private async Task LeaveWhenLostAsync(JournalStream stream)
    {
        await stream.Lost;
        GrainLog.StreamLost(log, stream.Name, stream.Epoch);
        DeactivateOnIdle();
    }
}
