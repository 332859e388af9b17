using System.Collections.Concurrent;
using QuantumCore.Contracts;
using QuantumCore.Grains.Books;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// Where a silo's accounts pull what they missed: which records of a book touch an account. The history's index
/// knows up to its cursor; the tail after it is read from the journal once for all accounts of the silo.
/// </summary>
public sealed class BookTails(IJournalStore store, HistoryStore history, TimeProvider time)
{
    private const string Prefix = "book/";

    /// <summary>After so many records a book's tail starts anew where the history's index ends.</summary>
    internal const int TailLimit = 20_000;

    private static readonly TimeSpan s_headsAge = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Tail> _tails = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task<IReadOnlyDictionary<string, long>>? _heads;
    private long _headsRead;

    /// <summary>
    /// The durable heads of all books: read now, or half a second old at most, with one query for all who ask.
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
    /// An account's records of a book after its cursor, oldest first, complete through a sequence that is durable.
    /// </summary>
    internal async Task<IReadOnlyList<DeliveredRecord>> AfterAsync(
        string symbol, long account, long cursor, long through, CancellationToken cancellationToken)
    {
        if (through <= cursor)
        {
            return [];
        }

        var stream = Prefix + symbol;
        var tail = _tails.GetOrAdd(symbol, _ => new Tail(stream));
        var missed = new List<DeliveredRecord>();
        var start = await tail.ExtendAsync(store, history, through, cancellationToken);
        if (start > cursor + 1)
        {
            await AddIndexedAsync(missed, stream, account, cursor, Math.Min(start - 1, through), cancellationToken);
        }

        tail.AddTo(missed, account, Math.Max(cursor, start - 1), through);
        return missed;
    }

    private async Task<IReadOnlyDictionary<string, long>> ReadHeadsAsync()
    {
        var heads = await store.HeadsAsync(Prefix, CancellationToken.None);
        return heads.ToDictionary(head => head.Name[Prefix.Length..], head => head.Head, StringComparer.Ordinal);
    }

    private async Task AddIndexedAsync(
        List<DeliveredRecord> missed,
        string stream,
        long account,
        long after,
        long through,
        CancellationToken cancellationToken)
    {
        var (indexed, sequences) = await history.AccountEventsAsync(stream, account, after, cancellationToken);
        foreach (var sequence in sequences.Where(sequence => sequence <= through))
        {
            var record = await BookRecovery.ReadAsync(store, stream, sequence);
            missed.Add(new DeliveredRecord(sequence, 0, record));
        }

        // The tail starts where the index ended when it was first read; one that was rebuilt since may be behind.
        var unindexed = Math.Max(after, indexed) + 1;
        await foreach (var record in store.ReadAsync(stream, unindexed, through, cancellationToken))
        {
            Tail.AddIfTouched(missed, account, record);
        }
    }

    private sealed class Tail(string stream)
    {
        private readonly Lock _gate = new();
        private Dictionary<long, List<DeliveredRecord>> _byAccount = [];
        private long _first;
        private long _last;
        private Task<long> _extending = Task.FromResult(0L);

        public static void AddIfTouched(List<DeliveredRecord> records, long account, JournalRecord stored)
        {
            var record = BookRecordEncoding.Decode(stored.Body.Span);
            if (BookMachine.Touched(record).Contains(account))
            {
                records.Add(new DeliveredRecord(stored.Sequence, 0, record));
            }
        }

        /// <summary>Reads the journal through a sequence; gives the first sequence that the tail holds.</summary>
        public Task<long> ExtendAsync(
            IJournalStore store, HistoryStore history, long through, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (_last >= through)
                {
                    return Task.FromResult(_first);
                }

                return _extending = ExtendAfterAsync(_extending, store, history, through, cancellationToken);
            }
        }

        public void AddTo(List<DeliveredRecord> records, long account, long after, long through)
        {
            lock (_gate)
            {
                if (!_byAccount.TryGetValue(account, out var own))
                {
                    return;
                }

                // What is asked for is nearly always at the end.
                var from = own.Count;
                while (from > 0 && own[from - 1].Sequence > after)
                {
                    from--;
                }

                for (; from < own.Count && own[from].Sequence <= through; from++)
                {
                    records.Add(own[from]);
                }
            }
        }

        // One at a time: each waits for the one before it, however that ended.
        private async Task<long> ExtendAfterAsync(
            Task<long> before,
            IJournalStore store,
            HistoryStore history,
            long through,
            CancellationToken cancellationToken)
        {
            await Task.WhenAny(before);
            if (_first == 0 || _last - _first >= TailLimit)
            {
                await RestartAsync(history, cancellationToken);
            }

            await foreach (var stored in store.ReadAsync(stream, _last + 1, through, cancellationToken))
            {
                Add(stored);
            }

            return _first;
        }

        private async Task RestartAsync(HistoryStore history, CancellationToken cancellationToken)
        {
            var (indexed, _) = await history.AccountEventsAsync(stream, 0, long.MaxValue, cancellationToken);
            lock (_gate)
            {
                _first = indexed + 1;
                _last = indexed;
                _byAccount = [];
            }
        }

        private void Add(JournalRecord stored)
        {
            var record = BookRecordEncoding.Decode(stored.Body.Span);
            lock (_gate)
            {
                foreach (var account in BookMachine.Touched(record))
                {
                    if (!_byAccount.TryGetValue(account, out var own))
                    {
                        _byAccount.Add(account, own = []);
                    }

                    own.Add(new DeliveredRecord(stored.Sequence, 0, record));
                }

                _last = stored.Sequence;
            }
        }
    }
}
