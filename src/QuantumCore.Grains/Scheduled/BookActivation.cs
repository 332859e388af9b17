using Microsoft.Extensions.Logging;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Scheduled;

/// <summary>
/// Activates every book. Orders expire and planned phases begin by a book's own clock, so a book that ended with its
/// silo must not wait for a caller.
/// </summary>
public sealed class BookActivation(
    InstrumentCatalog catalog, IGrainFactory grains, TimeProvider time, ILogger<BookActivation> log)
{
    /// <summary>Interval between two rounds over the books.</summary>
    public static readonly TimeSpan WakeInterval = TimeSpan.FromSeconds(10);

    private const int WokenTogether = 64;
    private long? _wokeBooks;

    /// <summary>
    /// Does one round over the books, unless the last one began less than <see cref="WakeInterval"/> ago.
    /// </summary>
    public async Task WakeBooksAsync(CancellationToken cancellationToken)
    {
        if (_wokeBooks is { } woke && time.GetElapsedTime(woke) < WakeInterval)
        {
            return;
        }

        _wokeBooks = time.GetTimestamp();
        foreach (var some in catalog.Instruments.DistinctBy(instrument => instrument.BookKey).Chunk(WokenTogether))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var failures = await Task.WhenAll(some.Select(WakeAsync));
            if (Array.Find(failures, failure => failure is not null) is { } first)
            {
                GrainLog.ScheduledWorkFailed(log, first);
            }
        }
    }

    // A book that cannot answer must not block the others. Returns its failure.
    private async Task<Exception?> WakeAsync(Instrument instrument)
    {
        try
        {
            await grains.Book(instrument.BookKey).State(instrument.Symbol);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
