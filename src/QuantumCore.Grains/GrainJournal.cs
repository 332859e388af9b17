using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// The journal of one activation: a stream or a bundle of them. The activation owns a stream while it is the stream's
/// newest one. On any proof that it is not, it is discarded, and the next call reloads the grain.
/// </summary>
/// <param name="writer">The silo's journal writer.</param>
/// <param name="time">Clock and timers of the exchange.</param>
/// <param name="log">The log of the grain's class.</param>
/// <param name="discard">Deactivates the grain once its calls have ended.</param>
internal sealed class GrainJournal(JournalWriter writer, TimeProvider time, ILogger log, Action discard)
{
    /// <summary>
    /// Age of a pending record from which the store counts as down or full. Further orders would time out, so they are
    /// rejected at once, with nothing done.
    /// </summary>
    private static readonly TimeSpan s_stalled = TimeSpan.FromSeconds(1);

    private readonly List<JournalStream> _streams = [];
    private Task _opening = Task.CompletedTask;
    private bool _broken;

    /// <summary>The stream; for a bundle, the first one. Available from activation on.</summary>
    public JournalStream Stream =>
        _streams.Count > 0 ? _streams[0] : throw new InvalidOperationException("The grain is not active.");

    /// <summary>
    /// True after a mutation failed halfway: no record explains the state, so it must be discarded.
    /// </summary>
    public bool IsBroken => _broken;

    /// <summary>True if a stream has a newer activation; streams of a bundle are lost together.</summary>
    public bool IsLost => _streams.Exists(stream => stream.IsLost);

    /// <summary>
    /// Raises the stream's epoch: no append of an older activation can succeed from here on. Streams after the first
    /// join its bundle.
    /// </summary>
    public async Task<JournalStream> OpenAsync(string stream, CancellationToken cancellationToken)
    {
        // One at a time, even if requested together: without a first stream there is no bundle to join.
        var (before, done) = (_opening, new TaskCompletionSource());
        _opening = done.Task;
        await before;
        try
        {
            await SettleEarlierAsync(stream);
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
    /// Waits for what an earlier activation on this silo has appended, for a limited time: it would be lost, and so
    /// would the books whose records follow it.
    /// </summary>
    private async Task SettleEarlierAsync(string stream)
    {
        try
        {
            await DurableWithinAsync(s_stalled, writer.WhenSettledAsync(stream));
        }
        catch (StreamLostException)
        {
            // It is lost already.
        }
    }

    /// <summary>
    /// Checks that all streams still belong to this activation after the last one was opened. Another activation may
    /// have opened the first meanwhile and appended to both; then the records read do not belong together.
    /// </summary>
    /// <exception cref="StreamLostException">A stream has a newer activation.</exception>
    public async Task RequireNewestAsync(CancellationToken cancellationToken)
    {
        await writer.CheckEpochsAsync(cancellationToken);
        if (_streams.Find(stream => stream.IsLost) is { } lost)
        {
            throw new StreamLostException(lost.Name);
        }
    }

    /// <summary>Returns a record of another grain that uses the same journal writer.</summary>
    /// <exception cref="StreamLostException">The writer does not have that activation.</exception>
    public AppendedRecord Appended(RecordLocation place) =>
        new(writer.Find(place.Stream, place.Epoch) ?? throw new StreamLostException(place.Stream), place.Sequence);

    /// <summary>Appends records of the bundle's streams, all or none.</summary>
    public long[] AppendTogether((JournalStream Stream, RecordBody Body)[] records, bool urgent) =>
        writer.AppendTogether(records, urgent);

    /// <summary>
    /// Returns the reason why work that appends this many records cannot be accepted now, or None. Cancels pass when
    /// orders no longer do.
    /// </summary>
    public RejectReason Refusal(bool urgent, int records = 1)
    {
        if (_broken || IsLost)
        {
            discard();
            return RejectReason.OutcomeUnknown;
        }

        return (urgent || !IsStalled) && writer.HasRoom(urgent, records) ? RejectReason.None : RejectReason.Overloaded;
    }

    /// <summary>True while the store counts as down or full.</summary>
    public bool IsStalled => writer.OldestPendingAge > s_stalled;

    /// <summary>
    /// Waits until records are durable, but not for a store that is down or full. The caller of a cancel gets its
    /// answer about a second after the store stalls, rather than after the timeout of the call.
    /// </summary>
    /// <exception cref="TimeoutException">
    /// The store is stalled. The records stay queued, and are committed when it works again.
    /// </exception>
    public async Task UnlessStalledAsync(Task durable)
    {
        while (!durable.IsCompleted)
        {
            var left = s_stalled - writer.OldestPendingAge;
            if (left < TimeSpan.Zero)
            {
                throw new TimeoutException($"{Stream.Name} waits for a journal that does not commit.");
            }

            await DurableWithinAsync(left + TimeSpan.FromMilliseconds(1), durable);
        }

        await durable;
    }

    /// <summary>Waits until records are durable, or for a maximum time. Returns true if they are durable.</summary>
    public async Task<bool> DurableWithinAsync(TimeSpan patience, Task durable)
    {
        // A combined task would continue on another thread than the grain's.
        var ended = new TaskCompletionSource<bool>();
        using var late = time.CreateTimer(_ => ended.TrySetResult(false), null, patience, Timeout.InfiniteTimeSpan);
        _ = EndAsync();
        if (!await ended.Task)
        {
            return false;
        }

        await durable;
        return true;

        async Task EndAsync()
        {
            await durable.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            ended.TrySetResult(true);
        }
    }

    /// <summary>
    /// Runs a mutation. An exception halfway leaves a state that no record explains, so the activation is discarded.
    /// The journal still has the valid state.
    /// </summary>
    public T Mutate<T>(Func<T> turn) => Mutate(static turn => turn(), turn);

    /// <summary>Runs a mutation with an argument, so that the path of each order allocates nothing.</summary>
    public T Mutate<TGiven, T>(Func<TGiven, T> turn, TGiven given)
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
            discard();
            throw;
        }
    }

    /// <summary>Gives the streams up: nothing more is appended to them.</summary>
    public void CloseStreams() => _streams.ForEach(stream => stream.Close());

    private async Task LeaveWhenLostAsync(JournalStream stream)
    {
        await stream.Lost;
        GrainLog.StreamLost(log, stream.Name, stream.Epoch);
        discard();
    }
}
