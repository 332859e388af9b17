using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// Encodes book records as bytes. The layout of a version never changes: journals of each release stay readable.
/// </summary>
/// <remarks>
/// Kinds are PROTOCOL's letters as stable numbers: I 1, O 2, V 3, C 4, K 5, B 6, W 7, X 8. Later kinds are an X with
/// more content: 9 with prevented matches; 10 with triggered orders, children of lists that entered or could not, or
/// the order because of which a list was rejected; 11 with a change of an earlier trade. An X of kind 8 has none of
/// these.
/// </remarks>
public static class BookRecordEncoding
{
    private const byte Version = 1;

    private enum Kind : byte
    {
        Instrument = 1,
        Order = 2,
        Voided = 3,
        Closed = 4,
        AllClosed = 5,
        Reduced = 6,
        NothingFound = 7,
        Turn = 8,
        TurnWithPrevented = 9,
        TurnWithStages = 10,
        TurnThatChangesTrade = 11,
    }

    /// <summary>Encodes a record. The same record always gives the same bytes.</summary>
    public static byte[] Encode(BookRecord record) => Write(record).ToArray();

    /// <summary>Returns true if the bytes are the record's encoding.</summary>
    public static bool IsEncoded(BookRecord record, ReadOnlySpan<byte> bytes) => Write(record).SequenceEqual(bytes);

    // The span is valid until the thread encodes its next record.
    private static ReadOnlySpan<byte> Write(BookRecord record) => record switch
    {
        OrderAccepted order => Write(order),
        OrdersClosed closed => Write(closed),
        AllClosed all => Write(all),
        OrderVoided voided => Write(voided),
        OrderReduced reduced => Write(reduced),
        InstrumentDefined defined => Write(defined),
        NothingFound nothing => Write(nothing),
        BookTurn turn => Write(turn),
        _ => throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record)),
    };

    /// <summary>Decodes a record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static BookRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        BookRecord record = (Kind)from.Kind switch
        {
            Kind.Instrument => new InstrumentDefined(from.TimeNanos, new EncodedInstrument([.. from.Bytes()])),
            Kind.Order => ReadOrder(ref from),
            Kind.Voided => new OrderVoided(
                from.TimeNanos,
                from.Count(),
                from.Count(),
                (RejectReason)from.Count16(),
                from.Bool() ? OrderEncoding.Read(ref from) : null),
            Kind.Closed => new OrdersClosed(from.TimeNanos, ReadClosed(ref from)),
            Kind.AllClosed => new AllClosed(from.TimeNanos, from.Count(), from.Count(), ReadClosed(ref from)),
            Kind.Reduced => ReadReduced(ref from),
            Kind.Turn => BookTurnEncoding.Read(ref from, mayPrevent: false, tellsStages: false),
            Kind.TurnWithPrevented => BookTurnEncoding.Read(ref from, mayPrevent: true, tellsStages: false),
            Kind.TurnWithStages => BookTurnEncoding.Read(ref from, mayPrevent: true, tellsStages: true),
            Kind.TurnThatChangesTrade =>
                BookTurnEncoding.Read(ref from, mayPrevent: true, tellsStages: true, changesTrade: true),
            Kind.NothingFound => new NothingFound(from.TimeNanos, from.Count(), from.Count()),
            _ => throw from.UnknownKind("book"),
        };
        from.End();
        return record;
    }

    /// <summary>
    /// Returns a replayed record in the form in which the release that wrote the stored one would have written it.
    /// </summary>
    /// <param name="stored">The bytes in the journal.</param>
    /// <param name="again">The record that the same command gives now.</param>
    public static BookRecord AsToldIn(ReadOnlySpan<byte> stored, BookRecord again) =>
        again is not BookTurn turn ? again : (Kind)new RecordReader(stored, Version).Kind switch
        {
            Kind.Turn => turn.WithoutStages().WithoutPrevented(),
            Kind.TurnWithPrevented => turn.WithoutStages(),
            _ => turn,
        };

    private static RecordWriter Start(Kind kind, BookRecord record) => new(Version, (byte)kind, record.TimeNanos);

    private static ReadOnlySpan<byte> Write(InstrumentDefined record)
    {
        var to = Start(Kind.Instrument, record);
        to.Bytes(record.Definition.Bytes.AsSpan());
        return to.ToSpan();
    }

    private static ReadOnlySpan<byte> Write(OrderAccepted record)
    {
        var to = Start(Kind.Order, record);
        OrderEncoding.Write(ref to, record.Order);
        to.Count(record.OrderId);
        to.Count(record.LeavesLots);
        to.Byte((byte)record.End);
        to.Count(record.Hold);
        to.Count(record.Fills.Length);
        foreach (var fill in record.Fills)
        {
            to.Count(fill.MakerOrderId);
            to.Count(fill.MakerAccount);
            to.Count(fill.MakerNumber);
            to.Count(fill.PriceTicks);
            to.Count(fill.QuantityLots);
            to.Signed(fill.MakerFee);
            to.Signed(fill.TakerFee);
            to.Count(fill.MakerLeavesLots);
            to.Count(fill.MakerHold);
        }

        to.Bool(record.Replaced is not null);
        if (record.Replaced is { } replaced)
        {
            WriteClosed(ref to, replaced);
        }

        return to.ToSpan();
    }

    private static OrderAccepted ReadOrder(ref RecordReader from)
    {
        var order = OrderEncoding.Read(ref from);
        var orderId = from.Count();
        var leaves = from.Count();
        var end = (EndReason)from.Byte();
        var hold = from.Count();
        var count = from.ItemCount();
        var fills = count == 0 ? [] : new TradeFill[count];
        for (var i = 0; i < fills.Length; i++)
        {
            fills[i] = new TradeFill(
                from.Count(),
                from.Count(),
                from.Count(),
                from.Count(),
                from.Count(),
                from.Signed(),
                from.Signed(),
                from.Count(),
                from.Count());
        }

        ClosedOrder? replaced = from.Bool() ? ReadClosedOrder(ref from) : null;
        return new OrderAccepted(
            from.TimeNanos, order, orderId, ImmutableCollectionsMarshal.AsImmutableArray(fills), leaves, end, hold,
            replaced);
    }

    private static ReadOnlySpan<byte> Write(OrderVoided record)
    {
        var to = Start(Kind.Voided, record);
        to.Count(record.Account);
        to.Count(record.Number);
        to.Count((int)record.Reason);
        to.Bool(record.Order is not null);
        if (record.Order is { } order)
        {
            OrderEncoding.Write(ref to, order);
        }

        return to.ToSpan();
    }

    private static ReadOnlySpan<byte> Write(OrdersClosed record)
    {
        var to = Start(Kind.Closed, record);
        WriteClosed(ref to, record.Orders);
        return to.ToSpan();
    }

    private static ReadOnlySpan<byte> Write(AllClosed record)
    {
        var to = Start(Kind.AllClosed, record);
        to.Count(record.Account);
        to.Count(record.Floor);
        WriteClosed(ref to, record.Orders);
        return to.ToSpan();
    }

    private static ReadOnlySpan<byte> Write(OrderReduced record)
    {
        var to = Start(Kind.Reduced, record);
        to.Count(record.Account);
        to.Count(record.Number);
        to.Count(record.OrderId);
        to.Byte((byte)record.Side);
        to.Count(record.PriceTicks);
        to.Count(record.TotalLots);
        to.Count(record.ReducedLots);
        to.Count(record.Hold);
        return to.ToSpan();
    }

    private static OrderReduced ReadReduced(ref RecordReader from) => new(
        from.TimeNanos,
        from.Count(),
        from.Count(),
        from.Count(),
        (Side)from.Byte(),
        from.Count(),
        from.Count(),
        from.Count(),
        from.Count());

    private static ReadOnlySpan<byte> Write(BookTurn record)
    {
        var changesTrade = record.ChangesTrade;
        var tellsStages = changesTrade || record.TellsStages;
        var to = Start(changesTrade
            ? Kind.TurnThatChangesTrade
            : tellsStages ? Kind.TurnWithStages : record.HasPrevented ? Kind.TurnWithPrevented : Kind.Turn, record);
        BookTurnEncoding.Write(ref to, record, tellsStages);
        return to.ToSpan();
    }

    private static ReadOnlySpan<byte> Write(NothingFound record)
    {
        var to = Start(Kind.NothingFound, record);
        to.Count(record.Account);
        to.Count(record.OrderId);
        return to.ToSpan();
    }

    private static void WriteClosed(ref RecordWriter to, ImmutableArray<ClosedOrder> orders)
    {
        to.Count(orders.Length);
        foreach (var order in orders)
        {
            WriteClosed(ref to, order);
        }
    }

    private static void WriteClosed(ref RecordWriter to, in ClosedOrder order)
    {
        to.Count(order.Account);
        to.Count(order.Number);
        to.Count(order.OrderId);
        to.Byte((byte)order.Side);
        to.Count(order.PriceTicks);
        to.Byte((byte)order.Reason);
        to.Count(order.FilledLots);
        to.Count(order.LeavesLots);
    }

    private static ImmutableArray<ClosedOrder> ReadClosed(ref RecordReader from) => from.Items(ReadClosedOrder);

    private static ClosedOrder ReadClosedOrder(ref RecordReader from) => new(
        from.Count(),
        from.Count(),
        from.Count(),
        (Side)from.Byte(),
        from.Count(),
        (EndReason)from.Byte(),
        from.Count(),
        from.Count());
}
