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
public sealed class BookTails(IJournalStore store, HistoryStore history)
{
    /// <summary>Most records of a book's tail in memory; a longer one is read from the journal each time.</summary>
    internal const int TailLimit = 200_000;

    private readonly ConcurrentDictionary<string, Tail> _tails = new(StringComparer.Ordinal);

    /// <summary>
    /// An account's records of a book after a sequence, oldest first, complete up to the book's durable head now.
    /// </summary>
    internal async Task<Missed> AfterAsync(
        string symbol, long account, long cursor, CancellationToken cancellationToken)
    {
        var stream = "book/" + symbol;
        var heads = await store.HeadsAsync(stream, cancellationToken);
        var head = heads.FirstOrDefault(h => h.Name == stream).Head;
        if (head <= cursor)
        {
            return new Missed([], cursor);
        }

        var tail = _tails.GetOrAdd(symbol, _ => new Tail(stream));
        var missed = new List<DeliveredRecord>();
        var start = await tail.ExtendAsync(store, history, head, cancellationToken);
        if (start > cursor + 1)
        {
            await AddIndexedAsync(missed, stream, account, cursor, start - 1, cancellationToken);
        }

        tail.AddTo(missed, account, Math.Max(cursor, start - 1), head);
        return new Missed(missed, head);
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

    /// <summary>What an account missed of a book, complete through a sequence.</summary>
    internal readonly record struct Missed(List<DeliveredRecord> Records, long Through);

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
                return _extending = ExtendAfterAsync(_extending, store, history, through, cancellationToken);
            }
        }

        public void AddTo(List<DeliveredRecord> records, long account, long after, long through)
        {
            lock (_gate)
            {
                if (_byAccount.TryGetValue(account, out var own))
                {
                    records.AddRange(own.Where(r => r.Sequence > after && r.Sequence <= through));
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
