using QuantumCore.Instruments;

namespace QuantumCore.Matching;

public sealed partial class OrderBook
{
    /// <summary>
    /// How many ids ago an open order may have been entered. At a million orders a second that is a year; in a
    /// snapshot more is damage, and no reason to reserve memory for the ids in between.
    /// </summary>
    private const long OldestOrder = 1L << 45;

    /// <summary>
    /// The whole book as bytes. The same state gives the same bytes, whatever commands led to it.
    /// </summary>
    /// <remarks>
    /// Version 1: the letters QCBK, a version byte, then numbers of variable length (LEB128): maxLevels, last order
    /// id, last time; for each side, buy first: number of levels, and for each, best first: distance from the level
    /// before (the first: from price 0 for asks, from 2^47 + 1 for bids), number of orders, and for each, first in
    /// line first: id, account (zigzag), total, leaves. At the end a CRC-32C of all before it, little endian.
    /// </remarks>
    public byte[] Snapshot()
    {
        var writer = new SnapshotWriter(64 + (OpenOrders * 16L));
        writer.Write(MaxLevels);
        writer.Write(LastOrderId);
        writer.Write(LastTimeNanos);
        for (var side = Buy; side <= Sell; side++)
            WriteSide(ref writer, side);
        return writer.Finish();
    }

    /// <summary>The book of a snapshot: it goes on exactly as the one that was written.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are damaged, of an unknown version, or no state that a book can be in.
    /// </exception>
    public static OrderBook Restore(ReadOnlySpan<byte> snapshot)
    {
        var reader = new SnapshotReader(snapshot);
        var book = new OrderBook((int)reader.Read(1, int.MaxValue, "maxLevels"))
        {
            LastOrderId = reader.Read(0, long.MaxValue, "last order id"),
            LastTimeNanos = reader.Read(0, long.MaxValue, "last time"),
        };
        for (var side = Buy; side <= Sell; side++)
            book.ReadSide(ref reader, side);
        reader.Finish();
        return book;
    }

    /// <summary>Distance of a price from where its side begins, growing away from the other side.</summary>
    private static long Depth(int side, long priceTicks) =>
        side == Buy ? Instrument.PriceTicksLimit + 1 - priceTicks : priceTicks;

    private void WriteSide(ref SnapshotWriter writer, int side)
    {
        writer.Write(_sides[side].Levels);
        var depth = 0L;
        for (var level = _sides[side].Best; level != 0; level = NextWorse(side, level))
        {
            var next = Depth(side, _ladder.PriceOf(level));
            writer.Write(next - depth);
            writer.Write(_ladder[level].Orders);
            depth = next;
            for (var slot = _ladder[level].First; slot != 0; slot = _entries[slot].Next)
            {
                writer.Write(_entries[slot].Id);
                writer.WriteSigned(_terms[slot].Account);
                writer.Write(_terms[slot].TotalLots);
                writer.Write(_entries[slot].Leaves);
            }
        }
    }

    private void ReadSide(ref SnapshotReader reader, int side)
    {
        var levels = reader.Read(0, MaxLevels, "number of levels");
        var depth = 0L;
        for (; levels > 0; levels--)
        {
            depth += reader.Read(1, Instrument.PriceTicksLimit - depth, "price");
            // Depth is its own inverse.
            var price = Depth(side, depth);
            if (Toward(side, price) >= _sides[side ^ 1].Reach)
                throw new InvalidDataException("Snapshot of a book: it is crossed.");

            var orders = reader.Read(1, int.MaxValue, "number of orders");
            var lots = 0L;
            for (; orders > 0; orders--)
                lots = ReadOrder(ref reader, side, price, lots);
        }
    }

    private long ReadOrder(ref SnapshotReader reader, int side, long price, long lotsBefore)
    {
        var id = reader.Read(Math.Max(1, LastOrderId - OldestOrder), LastOrderId, "order id");
        if (FindOpen(id, out _) == RejectReason.None)
            throw new InvalidDataException($"Snapshot of a book: order {id} is there twice.");

        var account = reader.ReadSigned("account");
        var total = reader.Read(1, Instrument.QuantityLotsLimit, "total");
        var leaves = reader.Read(1, total, "leaves");
        if (lotsBefore > MaxLevelLots - leaves)
            throw new InvalidDataException("Snapshot of a book: a level has too many lots.");

        Rest(id, account, side, price, total, leaves);
        return lotsBefore + leaves;
    }
}
