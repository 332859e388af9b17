using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Writes a book's state as a sequence of numbers: as bytes it is a snapshot, mixed it is the state hash. It holds
/// everything that decides what the book does next, and nothing about its memory layout.
/// </summary>
internal sealed class BookStateWriter(OrderBook book)
{
    public void Write<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write(book.MaxLevels);
        WriteBook(ref sink);
        WriteIds(ref sink, [.. book.Waiting.Awaiting.Where(id => book.FindOpen(id, out _) == RejectReason.None)]);
        for (var side = Buy; side <= Sell; side++)
            WriteResting(ref sink, side);
        WriteWaiting(ref sink);
        WriteLists(ref sink);
    }

    private void WriteBook<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write(book.LastOrderId);
        sink.Write(book.LastTimeNanos);
        sink.Write(book.LastTradeNumber);
        sink.Write(book.LastPriceTicks);
        sink.Write(book.MarkPriceTicks);
        sink.Write(book.ReferencePriceTicks);
        sink.Write(book.NextPriority);
        sink.Write((long)book.Phase);
        sink.Write(book.Auction.Extensions);
        var tells = Auction.IsCall(book.Phase);
        sink.Write(tells && book.Auction.MustTell ? 1 : 0);
        sink.Write(tells ? book.Auction.ToldResult.PriceTicks : 0);
        WriteWide(ref sink, tells ? book.Auction.ToldResult.Lots : 0);
        WriteWide(ref sink, tells ? book.Auction.ToldResult.Imbalance : 0);
        sink.Write(book.Rules.MinPriceTicks);
        sink.Write(book.Rules.MaxPriceTicks);
        sink.Write(book.Rules.ProtectionTicks ?? -1);
        sink.Write(book.Rules.StaticBandBasisPoints ?? -1);
        sink.Write(book.Rules.DynamicBandBasisPoints ?? -1);
        sink.Write((long)book.Rules.DynamicBandMode);
        sink.Write(book.Rules.AuctionCollarBasisPoints ?? -1);
        sink.Write(book.Rules.MaxExtensions);
        WriteIds(ref sink, [.. book.Blocks.Accounts.Order()]);
        WriteIds(ref sink, [.. book.Blocks.Owners.Order()]);
        WriteIds(ref sink, [.. book.Busted.Order()]);
        WriteIds(ref sink, [.. book.Triggers.Prints]);
    }

    private static void WriteWide<TSink>(ref TSink sink, Int128 number)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write((long)(number >> 62));
        sink.Write((long)(number & ((Int128.One << 62) - 1)));
    }

    private static void WriteIds<TSink>(ref TSink sink, scoped ReadOnlySpan<long> ids)
        where TSink : struct, IStateSink, allows ref struct
    {
        sink.Write(ids.Length);
        foreach (var id in ids)
            sink.Write(id);
    }

    private void WriteResting<TSink>(ref TSink sink, int side)
        where TSink : struct, IStateSink, allows ref struct
    {
        var price = 0L;
        var priority = 0L;
        var orders = new OrdersInPriority(book, side);
        while (orders.MoveNext())
        {
            var slot = orders.Slot;
            var at = book.Ladder.PriceOf(book.Entries[slot].Level);
            sink.Write(book.Entries[slot].Id);
            sink.Write(at - price);
            sink.Write(book.Entries[slot].Priority - priority);
            WriteOrder(ref sink, slot);
            price = at;
            priority = book.Entries[slot].Priority;
        }

        sink.Write(0);
    }

    private void WriteWaiting<TSink>(ref TSink sink)
        where TSink : struct, IStateSink, allows ref struct
    {
        if (book.ArmedCount + book.Waiting.Held.Count + book.Pegs.Slots.Count + book.Waiting.AsideCount
            + book.Lists.Used > 1)
        {
            foreach (var place in (ReadOnlySpan<OrderPlace>)[
                OrderPlace.Armed, OrderPlace.Pending, OrderPlace.Parked, OrderPlace.Held, OrderPlace.Aside])
            {
                foreach (var id in book.OrdersAt(place))
                {
                    var slot = book.Index.Find(id);
                    sink.Write(id);
                    sink.Write((long)place);
                    sink.Write(book.Entries[slot].Priority);
                    WriteOrder(ref sink, slot);
                }
            }
        }

        sink.Write(0);
    }

    private void WriteOrder<TSink>(ref TSink sink, int slot)
        where TSink : struct, IStateSink, allows ref struct
    {
        ref var entry = ref book.Entries[slot];
        sink.Write((long)entry.Side);
        sink.Write(entry.Account);
        sink.Write(entry.Owner);
        sink.Write(entry.TotalLots);
        sink.Write(entry.Leaves);
        sink.Write((long)entry.Traits);
        if ((entry.Traits & Traits.Conditional) != 0)
            WriteConditions(ref sink, in book.ConditionsOf(slot));
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
        sink.Write(Math.Max(kept.ArmedAtPrint - book.Triggers.PrintsSeen, 0));
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
        for (var list = 1; list < book.Lists.Used; list++)
        {
            if (book.Lists.At(list).Alive > 0)
                open.Add(book.Lists.At(list).FirstId, list);
        }

        sink.Write(open.Count);
        foreach (var (firstId, list) in open)
        {
            ref var members = ref book.Lists.At(list);
            sink.Write(firstId);
            sink.Write((long)members.Kind);
            sink.Write(book.Entries[members.Parent].Id);
            sink.Write(book.Entries[members.FirstLeg].Id);
            sink.Write(book.Entries[members.SecondLeg].Id);
        }
    }
}
