using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// The book's state as a sequence of numbers: as bytes it is a snapshot, mixed it is the state hash. It holds everything
// that decides what the book does next, and nothing about its memory layout.
public sealed partial class OrderBook
{
    /// <summary>Largest counter in a snapshot: beyond any real count, and still safe to count on from.</summary>
    private const long MaxCount = 1L << 62;

    /// <summary>
    /// Maximum distance in ids from the newest order to an open one. At a million orders a second that is a year. A
    /// snapshot with more is damaged, and no reason to reserve memory for the ids in between.
    /// </summary>
    private const long OldestOrder = 1L << 45;

    private struct HashSink : IStateSink
    {
        public ulong Hash;

        public void Write(long number)
        {
            // The hash wraps.
            Hash = unchecked((Hash ^ (ulong)number) * 0x100_0000_01B3UL);
            Hash ^= Hash >> 32;
        }
    }

    /// <summary>
    /// Fingerprint of everything that decides what the book does next, independent of its memory layout.
    /// </summary>
    /// <remarks>
    /// It mixes the numbers of <see cref="Snapshot"/> in that sequence. The hash starts at 0xCBF29CE484222325. A 64-bit
    /// number is mixed by <c>hash = (hash ^ number) * 0x100000001B3; hash ^= hash &gt;&gt; 32</c>. Walks the whole
    /// book.
    /// </remarks>
    public ulong StateHash
    {
        get
        {
            var sink = new HashSink { Hash = 0xCBF2_9CE4_8422_2325UL };
            WriteState(ref sink);
            return sink.Hash;
        }
    }

    /// <summary>
    /// Returns the whole book as bytes. The same state gives the same bytes, whatever commands led to it.
    /// </summary>
    /// <remarks>
    /// Version 2: the letters QCBK, a version byte, then numbers as zigzag LEB128. First comes the book: limits,
    /// counters, prices, phase, rules, blocks, busted trades, prints not yet seen by triggers, orders that wait to
    /// enter. Then come the resting buy orders and the resting sell orders, both in priority order, all others by id,
    /// and the lists. A CRC-32C of everything before it, little-endian, ends the snapshot.
    /// </remarks>
    public byte[] Snapshot()
    {
        var sink = new SnapshotWriter(256 + (OpenOrders * 24L));
        WriteState(ref sink);
        return sink.Finish();
    }

    /// <summary>Restores the book of a snapshot. It continues exactly like the book that was written.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are damaged, of an unknown version, or not a possible state of a book.
    /// </exception>
    public static OrderBook Restore(ReadOnlySpan<byte> snapshot)
    {
        var reader = new SnapshotReader(snapshot);
        var book = new OrderBook((int)reader.Read(1, int.MaxValue, "maxLevels"));
        book.ReadBook(ref reader);
        var awaiting = ReadIds(ref reader, "waiting orders");
        for (var side = Buy; side <= Sell; side++)
            book.ReadOrders(ref reader, resting: true);
        book.ReadOrders(ref reader, resting: false);
        book.ReadLists(ref reader);
        reader.Finish();
        foreach (var id in awaiting)
            book.Awaiting.Enqueue(id);
        book.FinishRestore();
        if (book.Audit() is { } wrong)
            throw new InvalidDataException($"Snapshot of a book: {wrong}.");

        // A state has exactly one encoding.
        var echo = new SnapshotEcho(snapshot);
        book.WriteState(ref echo);
        return book;
    }

    private void FinishRestore()
    {
        Mind(SlowPath.Phase, Phase != TradingPhase.Continuous);
        Mind(SlowPath.Rules, Rules.HasBands);
        NoteBlocks();
        Mind(SlowPath.DarkOrders, Sides[Dark].Levels + Sides[Dark + 1].Levels > 0);
        PegSlots.Sort((a, b) => Entries[a].Id.CompareTo(Entries[b].Id));
        Watching = AllOrNoneCount + PegSlots.Count + ArmedCount + Awaiting.Count > 0;
    }

    private void WriteState<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write(MaxLevels);
        WriteBook(ref sink);
        WriteIds(ref sink, [.. Awaiting.Where(id => FindOpen(id, out _) == RejectReason.None)]);
        for (var side = Buy; side <= Sell; side++)
            WriteResting(ref sink, side);
        WriteWaiting(ref sink);
        WriteLists(ref sink);
    }

    private void WriteBook<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write(LastOrderId);
        sink.Write(LastTimeNanos);
        sink.Write(LastTradeNumber);
        sink.Write(LastPriceTicks);
        sink.Write(MarkPriceTicks);
        sink.Write(ReferencePriceTicks);
        sink.Write(NextPriority);
        sink.Write((long)Phase);
        sink.Write(Extensions);
        var tells = IsCall(Phase);
        sink.Write(tells && MustTell ? 1 : 0);
        sink.Write(tells ? ToldResult.PriceTicks : 0);
        WriteWide(ref sink, tells ? ToldResult.Lots : 0);
        WriteWide(ref sink, tells ? ToldResult.Imbalance : 0);
        sink.Write(Rules.MinPriceTicks);
        sink.Write(Rules.MaxPriceTicks);
        sink.Write(Rules.ProtectionTicks ?? -1);
        sink.Write(Rules.StaticBandBasisPoints ?? -1);
        sink.Write(Rules.DynamicBandBasisPoints ?? -1);
        sink.Write((long)Rules.DynamicBandMode);
        sink.Write(Rules.AuctionCollarBasisPoints ?? -1);
        sink.Write(Rules.MaxExtensions);
        WriteIds(ref sink, [.. BlockedAccounts.Order()]);
        WriteIds(ref sink, [.. BlockedOwners.Order()]);
        WriteIds(ref sink, [.. Busted.Order()]);
        WriteIds(ref sink, [.. Prints]);
    }

    private void ReadBook(ref SnapshotReader from)
    {
        Index.StartAfter(from.Read(0, MaxCount, "last order id"));
        LastTimeNanos = from.Read(0, long.MaxValue, "last time");
        LastTradeNumber = from.Read(0, MaxCount, "last trade");
        LastPriceTicks = from.Read(0, Instrument.PriceTicksLimit, "last price");
        MarkPriceTicks = from.Read(0, Instrument.PriceTicksLimit, "mark price");
        ReferencePriceTicks = from.Read(0, Instrument.PriceTicksLimit, "reference price");
        NextPriority = from.Read(1, MaxCount, "priority");
        Phase = (TradingPhase)from.Read(0, (long)TradingPhase.Closed, "phase");
        Extensions = (int)from.Read(0, int.MaxValue, "extensions");
        MustTell = from.Read(0, 0, "indicative") == 1;
        ToldResult = new AuctionResult(
            from.Read(0, Instrument.PriceTicksLimit, "indicative"), ReadWide(ref from), ReadWide(ref from));
        Rules = new BookRules
        {
            MinPriceTicks = from.Read(1, Instrument.PriceTicksLimit, "lowest price"),
            MaxPriceTicks = from.Read(1, Instrument.PriceTicksLimit, "highest price"),
            ProtectionTicks = Optional(from.Read(-1, Instrument.PriceTicksLimit, "protection")),
            StaticBandBasisPoints = (int?)Optional(from.Read(-1, OrderRules.BasisPointsLimit, "static band")),
            DynamicBandBasisPoints = (int?)Optional(from.Read(-1, OrderRules.BasisPointsLimit, "dynamic band")),
            DynamicBandMode = (BandMode)from.Read(0, (long)BandMode.Auction, "band mode"),
            AuctionCollarBasisPoints = (int?)Optional(from.Read(-1, OrderRules.BasisPointsLimit, "collar")),
            MaxExtensions = (int)from.Read(0, int.MaxValue, "extensions"),
        };
        BlockedAccounts.UnionWith(ReadIds(ref from, "blocked accounts"));
        BlockedOwners.UnionWith(ReadIds(ref from, "blocked owners"));
        Busted.UnionWith(ReadIds(ref from, "busted trades"));
        Prints.AddRange(ReadIds(ref from, "prints"));
    }

    private static long? Optional(long number) => number < 0 ? null : number;

    private static void WriteWide<TSink>(ref TSink sink, Int128 number)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write((long)(number >> 62));
        sink.Write((long)(number & ((Int128.One << 62) - 1)));
    }

    private static Int128 ReadWide(ref SnapshotReader from) =>
        ((Int128)from.ReadAny("lots") << 62) | from.Read(0, (1L << 62) - 1, "lots");

    private static void WriteIds<TSink>(ref TSink sink, scoped ReadOnlySpan<long> ids)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write(ids.Length);
        foreach (var id in ids)
            sink.Write(id);
    }

    private static List<long> ReadIds(ref SnapshotReader from, string what)
    {
        var ids = new List<long>();
        for (var count = from.Read(0, int.MaxValue, what); count > 0; count--)
            ids.Add(from.ReadAny(what));
        return ids;
    }

    private void WriteResting<TSink>(ref TSink sink, int side)
        where TSink : struct, IStateSink, allows ref struct
    {
        var price = 0L;
        var priority = 0L;
        var orders = new OrdersInPriority(this, side);
        while (orders.MoveNext())
        {
            var slot = orders.Slot;
            var at = Ladder.PriceOf(Entries[slot].Level);
            sink.Write(Entries[slot].Id);
            sink.Write(at - price);
            sink.Write(Entries[slot].Priority - priority);
            WriteOrder(ref sink, slot);
            price = at;
            priority = Entries[slot].Priority;
        }

        sink.Write(0);
    }

    private void WriteWaiting<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        if (ArmedCount + Held.Count + PegSlots.Count + AsideCount + ListsUsed > 1)
        {
            foreach (var place in (ReadOnlySpan<OrderPlace>)[
                OrderPlace.Armed, OrderPlace.Pending, OrderPlace.Parked, OrderPlace.Held, OrderPlace.Aside])
            {
                foreach (var id in OrdersAt(place))
                {
                    var slot = Index.Find(id);
                    sink.Write(id);
                    sink.Write((long)place);
                    sink.Write(Entries[slot].Priority);
                    WriteOrder(ref sink, slot);
                }
            }
        }

        sink.Write(0);
    }

    private void WriteOrder<TSink>(ref TSink sink, int slot)
        where TSink : struct, IStateSink, allows ref struct
    {
        ref var entry = ref Entries[slot];
        sink.Write((long)entry.Side);
        sink.Write(entry.Account);
        sink.Write(entry.Owner);
        sink.Write(entry.TotalLots);
        sink.Write(entry.Leaves);
        sink.Write((long)entry.Traits);
        if ((entry.Traits & Traits.Conditional) != 0)
            WriteConditions(ref sink, in ConditionsOf(slot));
    }

    private void WriteConditions<TSink>(ref TSink sink, in Conditions kept)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write((long)kept.Type);
        sink.Write((long)kept.TimeInForce);
        sink.Write((long)kept.Reference);
        sink.Write((long)kept.Peg);
        sink.Write(kept.Triggered ? 1 : 0);
        // The other bits were added later and changed nothing else.
        sink.Write((kept.Follows ? 1 : 0) | (kept.KeepsPrice ? 2 : 0) | (kept.IsDue ? 4 : 0));
        sink.Write(kept.TrailBasisPoints);
        sink.Write(kept.Price);
        sink.Write(kept.Display);
        sink.Write(kept.Shown);
        sink.Write(kept.Minimum);
        sink.Write(kept.Trigger);
        sink.Write(kept.TrailTicks);
        sink.Write(kept.Activation);
        sink.Write(kept.LimitOffset);
        sink.Write(kept.Peg == PegReference.None ? kept.Peak : 0);
        // Prints that were already seen count no more.
        sink.Write(Math.Max(kept.ArmedAtPrint - PrintsSeen, 0));
        sink.Write(kept.PegOffset);
        sink.Write(kept.Protection);
        sink.Write(kept.Amount);
        sink.Write(kept.Expiry);
        sink.Write(kept.Prevented);
    }

    private void WriteLists<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        var open = new SortedDictionary<long, int>();
        for (var list = 1; list < ListsUsed; list++)
        {
            if (ListAt(list).Alive > 0)
                open.Add(ListAt(list).FirstId, list);
        }

        sink.Write(open.Count);
        foreach (var (firstId, list) in open)
        {
            ref var members = ref ListAt(list);
            sink.Write(firstId);
            sink.Write((long)members.Kind);
            sink.Write(Entries[members.Parent].Id);
            sink.Write(Entries[members.FirstLeg].Id);
            sink.Write(Entries[members.SecondLeg].Id);
        }
    }

    private void ReadOrders(ref SnapshotReader from, bool resting)
    {
        var price = 0L;
        var priority = 0L;
        while (from.Read(0, LastOrderId, "order id") is not 0 and var id)
        {
            if (id < LastOrderId - OldestOrder)
                throw new InvalidDataException($"Snapshot of a book: order {id} is too old.");
            if (FindOpen(id, out _) == RejectReason.None)
                throw new InvalidDataException($"Snapshot of a book: order {id} is there twice.");

            var slot = TakeSlot();
            ref var entry = ref Entries[slot];
            entry.Id = id;
            entry.Level = 0;
            entry.Place = OrderPlace.Resting;
            if (resting)
                price = from.ReadStep(price, "price");
            else
                entry.Place = (OrderPlace)from.Read((long)OrderPlace.Armed, (long)OrderPlace.Aside, "place");
            priority = from.ReadStep(resting ? priority : 0, "priority");
            Entries[slot].Priority = priority;
            Index.Add(id, slot);
            OpenOrders++;
            ReadOrder(ref from, slot);
            if (resting)
                StandAt(slot, price);
            else
                Wait(slot);
        }
    }

    private void ReadOrder(ref SnapshotReader from, int slot)
    {
        ref var entry = ref Entries[slot];
        entry.Side = (Side)from.Read((long)Side.Buy, (long)Side.Sell, "side");
        entry.Account = from.ReadAny("account");
        entry.Owner = from.ReadAny("owner");
        entry.TotalLots = from.Read(1, Instrument.QuantityLotsLimit, "total");
        entry.Leaves = from.Read(1, entry.TotalLots, "leaves");
        entry.Traits = (Traits)from.Read(0, ushort.MaxValue, "traits");
        if ((entry.Traits & Traits.Conditional) == 0)
        {
            if ((entry.Traits & Traits.Flags & ~PlainTraits) != 0)
                throw new InvalidDataException($"Snapshot of a book: order {entry.Id} lacks its conditions.");
            return;
        }

        if (ConditionalLots > MaxConditionalLots - entry.TotalLots)
            throw new InvalidDataException("Snapshot of a book: conditional orders have too many lots.");
        ConditionalLots += entry.TotalLots;
        ref var kept = ref Attach(slot);
        kept = ReadConditions(ref from);
        if (kept.Expiry != 0)
            ExpireAt(Entries[slot].Id, kept.Expiry);
        if (Has(slot, Traits.Peg) && Entries[slot].Place != OrderPlace.Pending)
            PegSlots.Add(slot);
    }

    private static Conditions ReadConditions(ref SnapshotReader from)
    {
        var kept = new Conditions
        {
            Type = (OrderType)from.Read((long)OrderType.Market, (long)OrderType.Leg, "type"),
            TimeInForce = (TimeInForce)from.Read(0, (long)TimeInForce.AtTheClose, "time in force"),
            Reference = (TriggerReference)from.Read(0, (long)TriggerReference.Mark, "trigger reference"),
            Peg = (PegReference)from.Read(0, (long)PegReference.Midpoint, "peg"),
            Triggered = from.Read(0, 1, "triggered") == 1,
        };
        var flags = from.Read(0, 7, "follows");
        (kept.Follows, kept.KeepsPrice, kept.IsDue) = ((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
        ReadNumbers(ref from, ref kept);
        return kept;
    }

    private static void ReadNumbers(ref SnapshotReader from, ref Conditions kept)
    {
        kept.TrailBasisPoints = (int)from.Read(0, OrderRules.BasisPointsLimit, "trail");
        kept.Price = from.Read(0, Instrument.PriceTicksLimit, "limit");
        kept.Display = from.Read(0, Instrument.QuantityLotsLimit, "display");
        kept.Shown = from.Read(0, Instrument.QuantityLotsLimit, "shown");
        kept.Minimum = from.Read(0, Instrument.QuantityLotsLimit, "minimum");
        kept.Trigger = from.Read(0, 2 * Instrument.PriceTicksLimit, "trigger");
        kept.TrailTicks = from.Read(0, Instrument.PriceTicksLimit, "trail");
        kept.Activation = from.Read(0, Instrument.PriceTicksLimit, "activation");
        kept.LimitOffset = from.Read(0, Instrument.PriceTicksLimit, "offset");
        kept.Peak = from.Read(0, Instrument.PriceTicksLimit, "peak");
        kept.ArmedAtPrint = from.Read(0, long.MaxValue, "print");
        kept.PegOffset = from.Read(0, Instrument.PriceTicksLimit, "offset");
        kept.Protection = from.Read(-1, Instrument.PriceTicksLimit, "protection");
        kept.Amount = from.Read(-1, OrderRules.AmountLimit, "amount");
        kept.Expiry = from.Read(0, long.MaxValue, "expiry");
        kept.Prevented = from.Read(0, Instrument.QuantityLotsLimit, "prevented");
    }

    /// <summary>
    /// Puts a restored order where it was. Orders come in priority order, so last in the queue is right.
    /// </summary>
    private void StandAt(int slot, long price)
    {
        if (price is < 1 or > Instrument.PriceTicksLimit)
            throw new InvalidDataException($"Snapshot of a book: price {price} is out of range.");
        if (SideOf(slot) >= AtMarket && price != 1)
            throw new InvalidDataException($"Snapshot of a book: a market order has no price, and not {price}.");

        var level = Ladder.Find(SideOf(slot), price);
        if (Ladder[level].Orders > 0
            && Ladder[level].Lots > MaxLevelLots + MaxConditionalLots - Entries[slot].Leaves)
            throw new InvalidDataException("Snapshot of a book: a level has too many lots.");

        var lots = Has(slot, Traits.Iceberg) ? ConditionsOf(slot).Shown : Entries[slot].Leaves;
        EnqueueBehind(slot, Ladder[level].Last, SideOf(slot), price, lots);
        if (Has(slot, Traits.AllOrNone))
            CountAllOrNone(1);
    }

    private void Wait(int slot)
    {
        if (!Has(slot, Traits.Conditional))
            throw new InvalidDataException("Snapshot of a book: a plain order does not wait.");

        switch (Entries[slot].Place)
        {
            case OrderPlace.Armed:
                RestoreArmed(slot);
                break;
            case OrderPlace.Held:
                Held.Add(slot);
                break;
            case OrderPlace.Aside:
                AsideCount++;
                break;
        }
    }

    private void ReadLists(ref SnapshotReader from)
    {
        var last = 0L;
        for (var count = from.Read(0, int.MaxValue, "lists"); count > 0; count--)
        {
            var list = TakeList();
            ref var members = ref ListAt(list);
            members = new OrderList
            {
                FirstId = last = from.Read(last + 1, LastOrderId, "list"),
                Kind = (OrderListKind)from.Read(1, (long)OrderListKind.OneTriggersOneCancelsOther, "kind of list"),
            };
            members.Parent = ReadMember(ref from, list, ListRole.Parent);
            var legs = members.Kind == OrderListKind.OneTriggersOther ? ListRole.Child : ListRole.Leg;
            members.FirstLeg = ReadMember(ref from, list, legs);
            members.SecondLeg = ReadMember(ref from, list, legs);
        }
    }

    private int ReadMember(ref SnapshotReader from, int list, ListRole role)
    {
        var id = from.Read(0, LastOrderId, "member of a list");
        if (id == 0)
            return 0;
        if (FindOpen(id, out var slot) != RejectReason.None || !Has(slot, Traits.Conditional)
            || ConditionsOf(slot).List != 0)
            throw new InvalidDataException($"Snapshot of a book: order {id} can't be in that list.");

        ref var kept = ref ConditionsOf(slot);
        kept.List = list;
        kept.Role = role;
        ListAt(list).Alive++;
        return slot;
    }
}
