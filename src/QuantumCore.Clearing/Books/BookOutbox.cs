using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// Decided records of a book that are not published yet. Records are published only when durable, in the sequence of
/// the stream.
/// </summary>
internal sealed class BookOutbox
{
    private readonly Queue<Entry> _entries = new();

    /// <summary>
    /// Adds a record with, for each account it touches, the sequence of the previous record that did.
    /// </summary>
    public void Add(long sequence, BookRecord record, ImmutableArray<(long Account, long Previous)> touched) =>
        _entries.Enqueue(new Entry(sequence, record, touched));

    /// <summary>
    /// Removes everything up to a durable sequence: the records, and the deliveries for each account.
    /// </summary>
    public void Release(
        long durable, List<BookRecord> records, Dictionary<long, ImmutableArray<DeliveredRecord>.Builder> deliveries)
    {
        while (_entries.TryPeek(out var entry) && entry.Sequence <= durable)
        {
            _entries.Dequeue();
            records.Add(entry.Record);
            foreach (var (account, previous) in entry.Touched)
            {
                if (!deliveries.TryGetValue(account, out var delivery))
                {
                    deliveries.Add(account, delivery = ImmutableArray.CreateBuilder<DeliveredRecord>(1));
                }

                delivery.Add(new DeliveredRecord(entry.Sequence, previous, entry.Record));
            }
        }
    }

    private readonly record struct Entry(
        long Sequence, BookRecord Record, ImmutableArray<(long Account, long Previous)> Touched);
}
