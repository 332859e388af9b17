using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>The end of an order. Never removed, because it answers late or repeated requests.</summary>
/// <param name="OrderId">Its public id; 0 if it never entered the book.</param>
/// <param name="Sequence">Sequence of the record that entered or voided it; 0 if a floor voided it.</param>
/// <param name="ClosedSequence">
/// Sequence of the record that ended it; that record's time is the time of the end.
/// </param>
/// <param name="Status">Final status.</param>
/// <param name="End">Reason of its end with open quantity.</param>
/// <param name="Reason">Reject reason.</param>
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
/// Ends of all orders of a book, by account and number, and the owner of every public id. An order takes about 20
/// bytes, plus 22 for lookup. Entries are in the sequence in which orders ended, so that the same records give the same
/// bytes.
/// </summary>
internal sealed class FinishedOrders
{
    // Ids are dense from 1. Chunks, so that growing copies nothing. 0 means not finished.
    private const int IdBits = 13;
    private const int IdMask = (1 << IdBits) - 1;
    private readonly List<long[]> _byId = [];

    // The highest number of each account. A new order is above it, so that it needs no lookup, which costs several
    // cache misses.
    private readonly Dictionary<long, long> _highest = [];
    private EntryLog _log = new();

    /// <summary>Returns the end of an order; false if it did not end or never came.</summary>
    public bool TryGet(long account, long number, out FinishedOrder finished)
    {
        finished = default;
        if (number > _highest.GetValueOrDefault(account))
        {
            return false;
        }

        foreach (var position in _log.Find(HashOf(account, number)))
        {
            var from = RecordReader.Headless(_log.At(position));
            if (from.Count() == account && from.Count() == number)
            {
                finished = ReadRest(ref from);
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the owner of a finished order's id; account 0 for any other.</summary>
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

    /// <summary>Adds an order that is not here yet.</summary>
    /// <exception cref="InvalidOperationException">It is here: machine and core disagree.</exception>
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
        Note(account, number, finished.OrderId, _log.Add(HashOf(account, number), to.ToSpan()));
    }

    /// <summary>Adds all ends to a snapshot.</summary>
    public void AddTo(CapturedState state) => _log.AddTo(state);

    /// <summary>Reads what <see cref="AddTo"/> added.</summary>
    /// <param name="from">The reader.</param>
    /// <param name="lastId">The last id that the book issued; a higher one is an error.</param>
    public static FinishedOrders Read(ref RecordReader from, long lastId)
    {
        var all = new FinishedOrders();
        all._log = EntryLog.Read(ref from, (ref entry, position) =>
        {
            var (account, number) = (entry.Count(), entry.Count());
            var orderId = ReadRest(ref entry).OrderId;
            if (orderId > lastId)
            {
                throw new InvalidDataException($"Order {orderId} has ended, and the last one is {lastId}.");
            }

            all.Note(account, number, orderId, position);
            return HashOf(account, number);
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

    private void Note(long account, long number, long orderId, long position)
    {
        ref var highest = ref CollectionsMarshal.GetValueRefOrAddDefault(_highest, account, out _);
        highest = Math.Max(highest, number);
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

    // Multiplicative, with odd constants of many mixed bits. The exchange, not a client, chooses accounts and numbers.
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
