using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Accounts;
using QuantumCore.Grains.Books;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Stores snapshots of a silo's books and accounts, one at a time, so that no call waits for their bytes. A busy owner
/// captures its own state. For others the maker makes the state from the journal: the newest valid snapshot, and the
/// records after it. That is also an audit: an inconsistent journal gets no snapshot.
/// </summary>
public sealed class SnapshotMaker(
    IJournalStore store, AccountBookReader bookReader, InstrumentCatalog catalog, ILogger<SnapshotMaker> log)
    : BackgroundService
{
    /// <summary>Maximum interval between snapshots of a stream with new records, nanoseconds.</summary>
    internal const long LongestNanos = 24 * 3_600 * 1_000_000_000L;

    /// <summary>
    /// Most items that a capture may copy. It happens in the owner's turn, and the next commands wait for it. An
    /// estimate: 10,000 items took between 10 and 20 ms on a busy machine.
    /// </summary>
    internal const int MostCopied = 10_000;

    private const string BookPrefix = "book/";
    private const string AccountPrefix = "acct/";
    private readonly Channel<Request> _asked = Channel.CreateUnbounded<Request>();

    // With the epoch: a request of a lost activation must not hide that of the next one.
    private readonly ConcurrentDictionary<(string Stream, long Epoch), bool> _waiting = new();

    /// <summary>Streams that wait for a snapshot.</summary>
    internal IReadOnlyCollection<string> Waiting => [.. _waiting.Keys.Select(static key => key.Stream)];

    /// <summary>
    /// Returns the count of a stream's records at which its next snapshot is due. A snapshot grows with all records of
    /// its stream, so the distance does too.
    /// </summary>
    /// <param name="count">Number of records that the last snapshot covers.</param>
    /// <param name="least">Least number of records between two snapshots.</param>
    internal static long DueAfter(long count, long least) => count + Math.Max(least, count / 4);

    /// <summary>
    /// Requests a snapshot under the epoch of an activation. A second request of that activation changes nothing.
    /// </summary>
    internal void Ask(string stream, long epoch) => Ask(new Request(stream, epoch));

    /// <summary>Requests that a captured state is stored once the record that it includes last is durable.</summary>
    internal void Store(JournalStream stream, long sequence, CapturedState state) =>
        Ask(new Request(stream.Name, stream.Epoch, () => StoreAsync(stream, sequence, state)));

    private void Ask(Request request)
    {
        if (_waiting.TryAdd((request.Stream, request.Epoch), true))
        {
            _asked.Writer.TryWrite(request);
        }
    }

    /// <summary>
    /// Stores a captured state at once, after its last record is durable. Returns false if a newer activation owns the
    /// stream.
    /// </summary>
    internal static async Task<bool> StoreAsync(JournalStream stream, long sequence, CapturedState state)
    {
        await stream.WhenDurable(sequence);
        return await state.UseAsync(body => stream.PutSnapshotAsync(sequence, body, CancellationToken.None));
    }

    /// <summary>
    /// Makes a snapshot of a stream's state at its durable head. Returns false if a newer activation owns the stream.
    /// </summary>
    internal async Task<bool> MakeAsync(string stream, long epoch, CancellationToken cancellationToken)
    {
        var (sequence, body) = stream.StartsWith(BookPrefix, StringComparison.Ordinal)
            ? await BookAsync(stream, cancellationToken)
            : await AccountAsync(stream, cancellationToken);
        return sequence == 0 || await store.PutSnapshotAsync(stream, epoch, sequence, body, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not an async enumeration: it would continue on the thread pool instead of on this scheduler.
        while (await _asked.Reader.WaitToReadAsync(stoppingToken))
        {
            await MakeWaitingAsync(stoppingToken);
        }
    }

    /// <summary>Makes the requested snapshots.</summary>
    internal async Task MakeWaitingAsync(CancellationToken stoppingToken)
    {
        while (_asked.Reader.TryRead(out var next))
        {
            await MakeNextAsync(next, stoppingToken);
        }
    }

    private async Task MakeNextAsync(Request next, CancellationToken stoppingToken)
    {
        _waiting.TryRemove((next.Stream, next.Epoch), out _);
        try
        {
            await (next.Store?.Invoke().WaitAsync(stoppingToken) ?? MakeAsync(next.Stream, next.Epoch, stoppingToken));
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            GrainLog.SnapshotFailed(log, e, next.Stream);
        }
    }

    private async Task<long> HeadAsync(string stream, CancellationToken cancellationToken)
    {
        var heads = await store.HeadsAsync(stream, cancellationToken);
        return heads.FirstOrDefault(head => head.Name == stream).Head;
    }

    private async Task<(long Sequence, byte[] Body)> BookAsync(string stream, CancellationToken cancellationToken)
    {
        var machine =
            await BookRecovery.NewestSnapshotAsync(store, stream[BookPrefix.Length..], log, cancellationToken);
        var head = await HeadAsync(stream, cancellationToken);
        await foreach (var record in store.ReadAsync(stream, machine.Sequence + 1, head, cancellationToken))
        {
            machine.Replay(record.Sequence, record.Body.Span);
        }

        return machine.Instrument is null ? (0, []) : (machine.Sequence, machine.Snapshot());
    }

    /// <remarks>
    /// The books' heads are read before the account's own, because a book's records depend on holds in the account's
    /// records. Holds may then exceed balances, until the account that starts from the snapshot has applied more of its
    /// books.
    /// </remarks>
    private async Task<(long Sequence, byte[] Body)> AccountAsync(string stream, CancellationToken cancellationToken)
    {
        var id = new AccountId(long.Parse(stream.AsSpan(AccountPrefix.Length), CultureInfo.InvariantCulture));
        await catalog.RefreshAsync();
        var books = await bookReader.HeadsAsync(now: true);
        var head = await HeadAsync(stream, cancellationToken);
        var machine = await AccountRecovery.NewestSnapshotAsync(store, id, catalog, stream, log, cancellationToken);
        machine.BeginCatchUp();
        await foreach (var record in store.ReadAsync(stream, machine.Sequence + 1, head, cancellationToken))
        {
            machine.Apply(AccountRecordEncoding.Decode(record.Body.Span));
        }

        foreach (var symbol in machine.Cursors.Keys.ToArray())
        {
            var through = books.GetValueOrDefault(symbol);
            foreach (var record in await bookReader.AfterAsync(
                symbol, id.Value, machine.CursorOf(symbol), through, cancellationToken))
            {
                machine.ApplyStored(symbol, record.Sequence, record.Body.Span, machine.Sequence);
            }

            machine.CaughtUp(symbol, through);
        }

        return machine.Sequence == 0 ? (0, []) : (machine.Sequence, machine.Snapshot());
    }

    /// <summary>A requested snapshot.</summary>
    /// <param name="Stream">The stream's name.</param>
    /// <param name="Epoch">Epoch of the activation that requested it.</param>
    /// <param name="Store">Stores the state that the owner captured; null to make it from the journal.</param>
    private sealed record Request(string Stream, long Epoch, Func<Task<bool>>? Store = null);
}
