using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>A grain whose state is built from one journal stream or a bundle of them.</summary>
public abstract class JournaledGrain : Grain
{
    /// <summary>Creates a grain that has not opened its streams.</summary>
    protected JournaledGrain(JournalWriter writer, TimeProvider time, ILogger log)
    {
        Time = time;
        Log = log;
        Journal = new GrainJournal(writer, time, log, DeactivateOnIdle);
    }

    /// <summary>The streams of this activation, which the grain's parts use too.</summary>
    private protected GrainJournal Journal { get; }

    /// <summary>The stream; for a bundle, the first one. Available from activation on.</summary>
    protected JournalStream Stream => Journal.Stream;

    /// <summary>The log of the grain's class.</summary>
    protected ILogger Log { get; }

    /// <summary>Clock and timers of the exchange.</summary>
    protected TimeProvider Time { get; }

    /// <summary>Current time, Unix nanoseconds.</summary>
    protected long Now => Time.UnixNanos();

    /// <summary>True if an operator started the silo to correct records dated in the future.</summary>
    protected bool CorrectsTime => ServiceProvider.GetService<TimeCorrection>() is not null;

    /// <inheritdoc cref="GrainJournal.OpenAsync"/>
    protected Task<JournalStream> OpenAsync(string stream, CancellationToken cancellationToken) =>
        Journal.OpenAsync(stream, cancellationToken);

    /// <inheritdoc cref="GrainJournal.Refusal"/>
    protected RejectReason Refusal(bool urgent) => Journal.Refusal(urgent);

    /// <inheritdoc cref="GrainJournal.Mutate{T}(Func{T})"/>
    protected T Mutate<T>(Func<T> turn) => Journal.Mutate(turn);

    /// <summary>
    /// Reads the stream's newest durable records before a sequence, newest first, up to a maximum number.
    /// </summary>
    protected async ValueTask<ImmutableArray<T>> NewestAsync<T>(
        IJournalStore store, long before, int limit, Func<JournalRecord, T> read)
    {
        var last = Math.Min(before - 1, Stream.Head);
        await Stream.WhenDurable(last);
        var newest = new List<T>();
        await foreach (var record in store.ReadAsync(
            Stream.Name, Math.Max(1, last - limit + 1), last, CancellationToken.None))
        {
            newest.Add(read(record));
        }

        newest.Reverse();
        return [.. newest];
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.CloseStreams();
        return Task.CompletedTask;
    }
}
