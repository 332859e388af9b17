using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>How an order ended. Kept for ever: a late or repeated request gets its answer from here.</summary>
/// <param name="OrderId">Its public id; 0 when it never entered the book.</param>
/// <param name="Sequence">Sequence of the record that entered or voided it; 0 when a floor voided it.</param>
/// <param name="ClosedSequence">Sequence of the record that ended it, whose time is when it ended.</param>
/// <param name="Status">Final status.</param>
/// <param name="End">Why, with something left.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="TotalLots">Final total, in lots.</param>
/// <param name="FilledLots">Filled quantity, in lots.</param>
internal readonly record struct FinishedOrder(
    long OrderId,
    long Sequence,
    long ClosedSequence,
    OrderStatus Status,
    EndReason End,
    RejectReason Reason,
    long TotalLots,
    long FilledLots);

/// <summary>
/// How every order of a book ended, by account and number, and the owner of every public id: some 20 bytes an order and 22 for
/// finding it. Entries stand in the sequence in which orders ended, so that the same records give the same bytes.
/// </summary>
internal sealed class FinishedOrders
{
    // Ids are dense from 1; chunks, so that growing copies nothing. 0: not finished.
    private const int IdBits = 13;
    private const int IdMask = (1 << IdBits) - 1;
    private readonly List<long[]> _byId = [];
    private EntryLog _log = new();

    /// <summary>How an order ended; false for one that did not, or never came.</summary>
    public bool TryGet(long account, long number, out FinishedOrder finished)
    {
        foreach (var position in _log.Find(HashOf(account, number)))
        {
            var from = RecordReader.Headless(_log.At(position));
            if (from.Count() == account && from.Count() == number)
            {
                finished = ReadRest(ref from);
                return true;
            }
        }

        finished = default;
        return false;
    }

    /// <summary>The owner of the id of a finished order; account 0 for any other.</summary>
    public (long Account, long Number) OwnerOf(long orderId)
    {
        if (orderId < 1 || orderId >> IdBits >= _byId.Count
            || _byId[(int)(orderId >> IdBits)][(int)(orderId & IdMask)] is not (> 0 and var next))
        {
            return default;
        }

        var from = RecordReader.Headless(_log.At(next - 1));
        return (from.Count(), from.Count());
    }

    /// <summary>Remembers an order, which is not remembered yet.</summary>
    /// <exception cref="InvalidOperationException">It is: shell and core disagree.</exception>
    public void Add(long account, long number, in FinishedOrder finished)
    {
        if (TryGet(account, number, out _))
        {
            throw new InvalidOperationException($"Order {account}#{number} has ended before.");
        }

        var to = new RecordWriter();
        to.Count(account);
        to.Count(number);
        to.Count(finished.OrderId);
        to.Count(finished.Sequence);
        to.Count(finished.ClosedSequence - finished.Sequence);
        to.Byte((byte)finished.Status);
        to.Byte((byte)finished.End);
        to.Count((int)finished.Reason);
        to.Count(finished.TotalLots);
        to.Count(finished.FilledLots);
        Note(finished.OrderId, _log.Add(HashOf(account, number), to.ToSpan()));
    }

    /// <summary>All of it, for a snapshot.</summary>
    public void Write(ref RecordWriter to) => _log.Write(ref to);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="from">Where it stands.</param>
    /// <param name="lastId">The last order that the book took: none is beyond it.</param>
    public static FinishedOrders Read(ref RecordReader from, long lastId)
    {
        var all = new FinishedOrders();
        all._log = EntryLog.Read(ref from, (ref entry, position) =>
        {
            var hash = HashOf(entry.Count(), entry.Count());
            var orderId = ReadRest(ref entry).OrderId;
            if (orderId > lastId)
            {
                throw new InvalidDataException($"Order {orderId} has ended, and the last one is {lastId}.");
            }

            all.Note(orderId, position);
            return hash;
        });
        return all;
    }

    private static FinishedOrder ReadRest(ref RecordReader from)
    {
        var orderId = from.Count();
        var sequence = from.Count();
        var closed = sequence + from.Count();
        var (status, end, reason) = ((OrderStatus)from.Byte(), (EndReason)from.Byte(), (RejectReason)from.Count16());
        return new FinishedOrder(orderId, sequence, closed, status, end, reason, from.Count(), from.Count());
    }

    private void Note(long orderId, long position)
    {
        if (orderId == 0)
        {
            return;
        }

        while (orderId >> IdBits >= _byId.Count)
        {
            _byId.Add(new long[IdMask + 1]);
        }

        _byId[(int)(orderId >> IdBits)][(int)(orderId & IdMask)] = position + 1;
    }

    // Multiplicative, with odd constants of many mixed bits; accounts and numbers are the exchange's own, no client chooses them.
    private static uint HashOf(long account, long number)
    {
        unchecked
        {
            var mixed = ((ulong)account * 0x9E3779B97F4A7C15) ^ (ulong)number;
            mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
            return (uint)((mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93 >> 32);
        }
    }
}
