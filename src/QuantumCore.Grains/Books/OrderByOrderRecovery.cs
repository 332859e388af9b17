using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>
/// Recovers the view of a book's orders from the journal. It may take long, so it runs outside the caller's Orleans
/// turn.
/// </summary>
internal static class OrderByOrderRecovery
{
    /// <summary>
    /// Opens a view at the newest valid snapshot, or at the book's beginning; <see cref="CatchUpAsync"/> must follow.
    /// </summary>
    public static async Task<OrderByOrder> OpenAsync(
        IJournalStore journal, string symbol, ILogger log, CancellationToken cancellationToken) => new(
        await Task.Run(
            () => BookRecovery.NewestSnapshotAsync(journal, symbol, log, cancellationToken), cancellationToken));

    /// <summary>Reads the journal up to a sequence. Nobody else may use the view meanwhile.</summary>
    /// <exception cref="DivergenceException">A command did something else than its record says.</exception>
    /// <exception cref="JournalCorruptionException">A record is damaged.</exception>
    public static Task CatchUpAsync(
        this OrderByOrder view, IJournalStore journal, long throughSequence, CancellationToken cancellationToken) =>
        Task.Run(
        async () =>
        {
            await foreach (var stored in journal.ReadAsync(
                "book/" + view.Symbol, view.Sequence + 1, throughSequence, cancellationToken))
            {
                view.Take(stored.Sequence, stored.Body.Span);
            }
        },
        cancellationToken);
}
