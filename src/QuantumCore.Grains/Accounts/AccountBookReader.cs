using System.Collections.Concurrent;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// Finds the records that a silo's accounts missed: those of a book, a payout or a settlement that touch an account.
/// The history's index covers records up to its cursor. The tail after it is read from the journal once for all
/// accounts of the silo. A symbol names a book; a stream names the others.
/// </summary>
public sealed class AccountBookReader(IJournalStore store, HistoryStore history, TimeProvider time)
{
    private const string Prefix = "book/";

    /// <summary>Number of new records after which a tail drops those that the history has indexed.</summary>
    internal const int TrimAfter = 20_000;

    private static readonly TimeSpan s_headsAge = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Tail> _tails = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task<IReadOnlyDictionary<string, long>>? _heads;
    private long _headsRead;

    /// <summary>
    /// Returns the durable heads of all books and payouts, read now or at most half a second old, with one query for
    /// all callers.
    /// </summary>
    internal Task<IReadOnlyDictionary<string, long>> HeadsAsync(bool now)
    {
        if (now)
        {
            return ReadHeadsAsync();
        }

        lock (_gate)
        {
            if (_heads is null or { IsFaulted: true } || time.GetElapsedTime(_headsRead) > s_headsAge)
            {
                _headsRead = time.GetTimestamp();
                _heads = ReadHeadsAsync();
            }

            return _heads;
        }
    }

    /// <summary>
    /// Returns an account's stored records of a book or payout after its cursor, oldest first, complete through a
    /// durable sequence.
    /// </summary>
    internal async Task<IReadOnlyList<JournalRecord>> AfterAsync(
        string symbol, long account, long cursor, long through, CancellationToken cancellationToken)
    {
        if (through <= cursor)
        {
            return [];
        }

        var stream = StreamOf(symbol);
        var tail = _tails.GetOrAdd(symbol, _ => new Tail(stream));
        await tail.ExtendAsync(store, history, through, cancellationToken);
        var sequences = new List<long>();
        var start = tail.AddTo(sequences, account, cursor, through);
        if (start > cursor + 1)
        {
            sequences.InsertRange(
                0, await IndexedAsync(stream, account, cursor, Math.Min(start - 1, through), cancellationToken));
        }

        return await ReadAsync(stream, sequences, cancellationToken);
    }

    // Read neighbours with one query: a few records of others cost less than another query.
    private async Task<List<JournalRecord>> ReadAsync(
        string stream, List<long> sequences, CancellationToken cancellationToken)
    {
        const int Neighbourhood = 64;
        var records = new List<JournalRecord>(sequences.Count);
        for (var next = 0; next < sequences.Count;)
        {
            var last = next;
            while (last + 1 < sequences.Count && sequences[last + 1] - sequences[last] <= Neighbourhood)
            {
                last++;
            }

            await foreach (var stored in store.ReadAsync(stream, sequences[next], sequences[last], cancellationToken))
            {
                if (stored.Sequence == sequences[next])
                {
                    records.Add(stored);
                    next++;
                }
            }

            if (next != last + 1)
            {
                throw new JournalCorruptionException(stream, sequences[next], "a durable record is missing");
            }
        }

        return records;
    }

    // The history has indexed the records that the tail dropped. While it is being rebuilt, it may be behind.
    private async Task<List<long>> IndexedAsync(
        string stream, long account, long after, long through, CancellationToken cancellationToken)
    {
        var (indexed, sequences) = await history.Recovery.AccountEventsAsync(stream, account, after, cancellationToken);
        var found = sequences.Where(sequence => sequence <= through).ToList();
        var unindexed = Math.Max(after, indexed) + 1;
        await foreach (var stored in store.ReadAsync(stream, unindexed, through, cancellationToken))
        {
            if (TouchedBy(stream, stored).Contains(account))
            {
                found.Add(stored.Sequence);
            }
        }

        return found;
    }

    private async Task<IReadOnlyDictionary<string, long>> ReadHeadsAsync()
    {
        var books = await store.HeadsAsync(Prefix, CancellationToken.None);
        var payouts = await store.HeadsAsync(PayoutRecord.StreamPrefix, CancellationToken.None);
        var settlements = await store.HeadsAsync(SettlementRecord.StreamPrefix, CancellationToken.None);
        return books.Select(head => (Source: head.Name[Prefix.Length..], head.Head))
            .Concat(payouts.Concat(settlements).Select(head => (Source: head.Name, head.Head)))
            .ToDictionary(head => head.Source, head => head.Head, StringComparer.Ordinal);
    }

    private static string StreamOf(string source) => AccountMachine.IsBook(source) ? Prefix + source : source;

    private static IEnumerable<long> TouchedBy(string stream, in JournalRecord stored) =>
        AccountMachine.IsPayout(stream)
        ? PayoutRecordEncoding.Decode(stored.Body.Span).TouchedAccounts()
        : stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal)
        ? SettlementRecordEncoding.Decode(stored.Body.Span).TouchedAccounts()
        : BookRecordEncoding.Decode(stored.Body.Span).TouchedAccounts();

    /// <summary>The records of one book by touched account, from where the history's index ended.</summary>
    private sealed class Tail(string stream)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<long, List<long>> _byAccount = [];
        private long _first;
        private long _last;
        private long _trimmedAt;
        private Task _extending = Task.CompletedTask;

        /// <summary>Reads the journal through a sequence.</summary>
        public Task ExtendAsync(
            IJournalStore store, HistoryStore history, long through, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                return _first > 0 && _last >= through
                    ? Task.CompletedTask
                    : _extending = ExtendAfterAsync(_extending, store, history, through, cancellationToken);
            }
        }

        /// <summary>Adds an account's sequences; returns the first sequence that the tail covers.</summary>
        public long AddTo(List<long> sequences, long account, long after, long through)
        {
            lock (_gate)
            {
                if (_byAccount.TryGetValue(account, out var own))
                {
                    // The requested sequences are nearly always at the end.
                    var from = own.Count;
                    while (from > 0 && own[from - 1] > after)
                    {
                        from--;
                    }

                    sequences.AddRange(own.Skip(from).TakeWhile(sequence => sequence <= through));
                }

                return _first;
            }
        }

        // One at a time: each waits for the previous one, however that ended.
        private async Task ExtendAfterAsync(
            Task before,
            IJournalStore store,
            HistoryStore history,
            long through,
            CancellationToken cancellationToken)
        {
            await Task.WhenAny(before);
            if (_first == 0 || _last - _trimmedAt >= TrimAfter)
            {
                var (indexed, _) = await history.Recovery.AccountEventsAsync(
                    stream, 0, long.MaxValue, cancellationToken);
                Trim(indexed);
            }

            await foreach (var stored in store.ReadAsync(stream, _last + 1, through, cancellationToken))
            {
                Add(stored);
            }
        }

        // The index of a rebuilt history may end before the tail's start; the start stays, and the tail is complete.
        private void Trim(long indexed)
        {
            lock (_gate)
            {
                if (_first == 0)
                {
                    _last = indexed;
                }

                _first = Math.Max(_first, Math.Min(indexed, _last) + 1);
                _trimmedAt = _last;
                foreach (var own in _byAccount.Values)
                {
                    own.RemoveRange(
                        0, own.FindIndex(sequence => sequence >= _first) is var keep and >= 0 ? keep : own.Count);
                }
            }
        }

        private void Add(JournalRecord stored)
        {
            var touched = TouchedBy(stream, stored);
            lock (_gate)
            {
                foreach (var account in touched)
                {
                    if (!_byAccount.TryGetValue(account, out var own))
                    {
                        _byAccount.Add(account, own = []);
                    }

                    own.Add(stored.Sequence);
                }

                _last = stored.Sequence;
            }
        }
    }
}
