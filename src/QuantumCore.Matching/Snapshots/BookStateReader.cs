using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Reads the state that a <see cref="BookStateWriter"/> wrote into an empty book.</summary>
internal sealed class BookStateReader(OrderBook book)
{
    /// <summary>Largest counter in a snapshot: beyond any real count, and still safe to count on from.</summary>
    private const long MaxCount = 1L << 62;

    /// <summary>
    /// Maximum distance in ids from the newest order to an open one. At a million orders a second that is a year. A
    /// snapshot with more is damaged, and no reason to reserve memory for the ids in between.
    /// </summary>
    private const long OldestOrder = 1L << 45;

    /// <summary>Reads all of a book after its maximum number of levels, to the end of the snapshot.</summary>
    public void Read(ref SnapshotReader from)
    {
        ReadBook(ref from);
        var awaiting = ReadIds(ref from, "waiting orders");
        for (var side = Buy; side <= Sell; side++)
            ReadOrders(ref from, resting: true);
        ReadOrders(ref from, resting: false);
        ReadLists(ref from);
        from.Finish();
        foreach (var id in awaiting)
            book.Waiting.Awaiting.Enqueue(id);
        FinishRestore();
    }

    private void ReadBook(ref SnapshotReader from)
    {
        book.Index.StartAfter(from.Read(0, MaxCount, "last order id"));
        book.LastTimeNanos = from.Read(0, long.MaxValue, "last time");
        book.LastTradeNumber = from.Read(0, MaxCount, "last trade");
        book.LastPriceTicks = from.Read(0, Instrument.PriceTicksLimit, "last price");
        book.MarkPriceTicks = from.Read(0, Instrument.PriceTicksLimit, "mark price");
        book.ReferencePriceTicks = from.Read(0, Instrument.PriceTicksLimit, "reference price");
        book.NextPriority = from.Read(1, MaxCount, "priority");
        book.Phase = (TradingPhase)from.Read(0, (long)TradingPhase.Closed, "phase");
        book.Auction.Extensions = (int)from.Read(0, int.MaxValue, "extensions");
        book.Auction.MustTell = from.Read(0, 0, "indicative") == 1;
        book.Auction.ToldResult = new AuctionResult(
            from.Read(0, Instrument.PriceTicksLimit, "indicative"), ReadWide(ref from), ReadWide(ref from));
        book.Rules = new BookRules
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
        book.Blocks.Accounts.UnionWith(ReadIds(ref from, "blocked accounts"));
        book.Blocks.Owners.UnionWith(ReadIds(ref from, "blocked owners"));
        book.Busted.UnionWith(ReadIds(ref from, "busted trades"));
        book.Triggers.Prints.AddRange(ReadIds(ref from, "prints"));
    }

    private static long? Optional(long number) => number < 0 ? null : number;

    private static Int128 ReadWide(ref SnapshotReader from) =>
        ((Int128)from.ReadAny("lots") << 62) | from.Read(0, (1L << 62) - 1, "lots");

    private static List<long> ReadIds(ref SnapshotReader from, string what)
    {
        var ids = new List<long>();
        for (var count = from.Read(0, int.MaxValue, what); count > 0; count--)
            ids.Add(from.ReadAny(what));
        return ids;
    }

    private void ReadOrders(ref SnapshotReader from, bool resting)
    {
        var price = 0L;
        var priority = 0L;
        while (from.Read(0, book.LastOrderId, "order id") is not 0 and var id)
        {
            if (id < book.LastOrderId - OldestOrder)
                throw new InvalidDataException($"Snapshot of a book: order {id} is too old.");
            if (book.FindOpen(id, out _) == RejectReason.None)
                throw new InvalidDataException($"Snapshot of a book: order {id} is there twice.");

            var slot = book.TakeSlot();
            ref var entry = ref book.Entries[slot];
            entry.Id = id;
            entry.Level = 0;
            entry.Place = OrderPlace.Resting;
            if (resting)
                price = from.ReadStep(price, "price");
            else
                entry.Place = (OrderPlace)from.Read((long)OrderPlace.Armed, (long)OrderPlace.Aside, "place");
            priority = from.ReadStep(resting ? priority : 0, "priority");
            book.Entries[slot].Priority = priority;
            book.Index.Add(id, slot);
            book.OpenOrders++;
            ReadOrder(ref from, slot);
            if (resting)
                StandAt(slot, price);
            else
                Wait(slot);
        }
    }

    private void ReadOrder(ref SnapshotReader from, int slot)
    {
        ref var entry = ref book.Entries[slot];
        entry.Side = (Side)from.Read((long)Side.Buy, (long)Side.Sell, "side");
        entry.Account = from.ReadAny("account");
        entry.Owner = from.ReadAny("owner");
        entry.TotalLots = from.Read(1, Instrument.QuantityLotsLimit, "total");
        entry.Leaves = from.Read(1, entry.TotalLots, "leaves");
        entry.Traits = (Traits)from.Read(0, ushort.MaxValue, "traits");
        if ((entry.Traits & Traits.Conditional) == 0)
        {
            if ((entry.Traits & Traits.Flags & ~OrderStore.PlainTraits) != 0)
                throw new InvalidDataException($"Snapshot of a book: order {entry.Id} lacks its conditions.");
            return;
        }

        if (book.ConditionalLots > OrderStore.MaxConditionalLots - entry.TotalLots)
            throw new InvalidDataException("Snapshot of a book: conditional orders have too many lots.");
        book.ConditionalLots += entry.TotalLots;
        ref var kept = ref book.Attach(slot);
        kept = ReadConditions(ref from);
        if (kept.Expiry != 0)
            book.Expiries.Add(book.Entries[slot].Id, kept.Expiry);
        if (book.Has(slot, Traits.Peg) && book.Entries[slot].Place != OrderPlace.Pending)
            book.Pegs.Slots.Add(slot);
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
        if (book.SideOf(slot) >= MarketOrders && price != 1)
            throw new InvalidDataException($"Snapshot of a book: a market order has no price, and not {price}.");

        var level = book.Ladder.Find(book.SideOf(slot), price);
        if (book.Ladder[level].Orders > 0
            && book.Ladder[level].Lots > OrderStore.MaxLevelLots + OrderStore.MaxConditionalLots
                - book.Entries[slot].Leaves)
            throw new InvalidDataException("Snapshot of a book: a level has too many lots.");

        var lots = book.Has(slot, Traits.Iceberg) ? book.ConditionsOf(slot).Shown : book.Entries[slot].Leaves;
        book.EnqueueBehind(slot, book.Ladder[level].Last, book.SideOf(slot), price, lots);
        if (book.Has(slot, Traits.AllOrNone))
            book.AllOrNone.Count(1);
    }

    private void Wait(int slot)
    {
        if (!book.Has(slot, Traits.Conditional))
            throw new InvalidDataException("Snapshot of a book: a plain order does not wait.");

        switch (book.Entries[slot].Place)
        {
            case OrderPlace.Armed:
                book.Triggers.Restore(slot);
                break;
            case OrderPlace.Held:
                book.Waiting.Held.Add(slot);
                break;
            case OrderPlace.Aside:
                book.Waiting.AsideCount++;
                break;
        }
    }

    private void ReadLists(ref SnapshotReader from)
    {
        var last = 0L;
        for (var count = from.Read(0, int.MaxValue, "lists"); count > 0; count--)
        {
            var list = book.Lists.Take();
            ref var members = ref book.Lists.At(list);
            members = new OrderList
            {
                FirstId = last = from.Read(last + 1, book.LastOrderId, "list"),
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
        var id = from.Read(0, book.LastOrderId, "member of a list");
        if (id == 0)
            return 0;
        if (book.FindOpen(id, out var slot) != RejectReason.None || !book.Has(slot, Traits.Conditional)
            || book.ConditionsOf(slot).List != 0)
            throw new InvalidDataException($"Snapshot of a book: order {id} can't be in that list.");

        ref var kept = ref book.ConditionsOf(slot);
        kept.List = list;
        kept.Role = role;
        book.Lists.At(list).Alive++;
        return slot;
    }

    private void FinishRestore()
    {
        book.Mind(SlowPath.Phase, book.Phase != TradingPhase.Continuous);
        book.Mind(SlowPath.Rules, book.Rules.HasBands);
        book.Blocks.NoteChange();
        book.Mind(SlowPath.HiddenOrders, book.Sides[Hidden].Levels + book.Sides[Hidden + 1].Levels > 0);
        book.Pegs.Slots.Sort((a, b) => book.Entries[a].Id.CompareTo(book.Entries[b].Id));
        book.Watching = book.AllOrNoneCount + book.Pegs.Slots.Count + book.ArmedCount + book.Waiting.Awaiting.Count > 0;
    }
}
