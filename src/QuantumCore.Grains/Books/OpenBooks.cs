using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>The open books of a grain: one, or those of a group. A book is opened by its recovery.</summary>
internal sealed class OpenBooks(
    GrainJournal journal, IJournalStore store, SnapshotMaker snapshots, bool correctsTime, TimeProvider time,
    ILogger log)
{
    private readonly Dictionary<string, OpenBook> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<OpenBook>> _opening = new(StringComparer.Ordinal);

    /// <summary>All open books, in the sequence in which they were opened.</summary>
    public ImmutableArray<OpenBook> All { get; private set; } = [];

    /// <summary>Returns an open book.</summary>
    /// <exception cref="KeyNotFoundException">The grain does not have it.</exception>
    public OpenBook this[string symbol] =>
        Find(symbol) ?? throw new KeyNotFoundException($"{symbol} is not an open book of this grain.");

    /// <summary>Returns an open book, or null.</summary>
    public OpenBook? Find(string symbol) => _books.GetValueOrDefault(symbol);

    /// <summary>Opens a book. One that its journal does not explain is halted.</summary>
    public async Task<OpenBook> OpenAsync(string symbol, CancellationToken cancellationToken)
    {
        var stream = await journal.OpenAsync("book/" + symbol, cancellationToken);
        var machine = await BookRecovery.NewestSnapshotAsync(store, symbol, log, cancellationToken);
        var (from, at) = (machine.Sequence, machine.TimeNanos == 0 ? time.UnixNanos() : machine.TimeNanos);
        Exception? diverged = null;
        try
        {
            await BookRecovery.ReplayAsync(store, machine, stream, cancellationToken);
            GrainLog.BookReady(log, symbol, machine.Sequence, machine.Sequence - from);
        }
        catch (Exception e) when (e is DivergenceException or JournalCorruptionException)
        {
            diverged = e;
        }

        machine.CorrectsTime = correctsTime;
        var book = new OpenBook(machine, stream, from, at, snapshots, log);
        if (diverged is not null)
        {
            book.Halt(diverged);
        }

        _books.Add(symbol, book);
        All = All.Add(book);
        return book;
    }

    /// <summary>Returns a book of this grain; opens one that was just listed.</summary>
    public async Task<OpenBook> MemberAsync(string symbol)
    {
        if (Find(symbol) is { } book)
        {
            return book;
        }

        if (!_opening.TryGetValue(symbol, out var opening))
        {
            _opening.Add(symbol, opening = OpenAsync(symbol, CancellationToken.None));
        }

        try
        {
            return await opening;
        }
        finally
        {
            // Remove it even after a failure, so that the next caller tries again.
            _opening.Remove(symbol);
        }
    }

    /// <summary>Reports the books as left, and stores snapshots of those that are complete.</summary>
    public async Task LeaveAsync()
    {
        foreach (var book in All)
        {
            GrainMetrics.BookLeft(book.Symbol);
            if (book.IsHalted)
            {
                GrainMetrics.BookHalted(-1);
            }
            else if (book.IsServing && !journal.IsBroken && !journal.IsLost
                && book.Machine.Sequence == book.Stream.DurableHead)
            {
                await book.SaveSnapshotAsync();
            }
        }
    }
}
