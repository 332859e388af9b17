using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Pegged orders by id, and their prices by the quotes (RULES 8). They follow the best displayed quotes that are not
/// pegs themselves.
/// </summary>
internal sealed class Pegs(OrderStore store)
{
    /// <summary>Slots of the pegs that entered, by id.</summary>
    public List<int> Slots { get; } = [];

    private long _peggedToBid = -1;
    private long _peggedToAsk = -1;

    public void Add(int slot)
    {
        // Ids ascend, but a child of a list got its id long before it enters.
        var at = Slots.Count;
        while (at > 0 && store.Entries[Slots[at - 1]].Id > store.Entries[slot].Id)
            at--;
        Slots.Insert(at, slot);
        store.Watching = true;
        // This peg uses the current quotes, which may differ from those that last moved the others: check all again.
        ForgetQuotes();
    }

    public void Remove(int slot) => _ = Slots.Remove(slot);

    /// <summary>Notes the quotes for the next call; returns true if they are not those of the last one.</summary>
    public bool NoteQuotes()
    {
        var (bid, ask) = Quotes();
        if (bid == _peggedToBid && ask == _peggedToAsk)
            return false;

        _peggedToBid = bid;
        _peggedToAsk = ask;
        return true;
    }

    /// <summary>
    /// Makes the next <see cref="NoteQuotes"/> return true: pegs may have other prices at the same quotes.
    /// </summary>
    public void ForgetQuotes() => _peggedToBid = _peggedToAsk = -1;

    /// <summary>
    /// Returns the quotes that pegs follow; 0 for none. Walks the pegs that stand before them.
    /// </summary>
    public (long Bid, long Ask) Quotes() => (QuoteFor(Buy), QuoteFor(Sell));

    /// <summary>Returns the current price of a peg; 0 if it has no reference or no possible price.</summary>
    public long PriceOf(int slot) => PriceOf(slot, Quotes());

    /// <summary>Returns the price of a peg at these quotes; 0 if it has no reference or no possible price.</summary>
    public long PriceOf(int slot, (long Bid, long Ask) quotes)
    {
        ref var kept = ref store.ConditionsOf(slot);
        return PriceOf(store.Entries[slot].Side, kept.Peg, kept.PegOffset, kept.Price, quotes);
    }

    public long PriceOf(in NewOrder order) => order.Conditions is { } terms
        ? PriceOf(order.Side, terms.Peg, terms.PegOffsetTicks, order.PriceTicks)
        : 0;

    public long PriceOf(Side side, PegReference peg, long offset, long cap) =>
        PriceOf(side, peg, offset, cap, Quotes());

    private long PriceOf(Side side, PegReference peg, long offset, long cap, (long Bid, long Ask) quotes)
    {
        var buys = side == Side.Buy;
        var (own, other) = buys ? quotes : (quotes.Ask, quotes.Bid);
        var reference = peg switch
        {
            PegReference.Primary => own,
            PegReference.Market => other,
            _ => own == 0 || other == 0 ? 0 : buys ? (own + other) >> 1 : (own + other + 1) >> 1,
        };
        if (reference == 0)
            return 0;

        var price = buys ? reference - offset : reference + offset;
        if (cap != 0)
            price = buys ? Math.Min(price, cap) : Math.Max(price, cap);
        return price < store.Rules.MinPriceTicks || price > store.Rules.MaxPriceTicks ? 0 : price;
    }

    /// <summary>Returns the best displayed price of a side that is not a peg's; 0 for none.</summary>
    private long QuoteFor(int side)
    {
        for (var level = store.Sides[side].Best; level != 0; level = store.NextWorse(side, level))
        {
            if (store.Ladder[level].Conditional < store.Ladder[level].Orders)
                return store.Ladder.PriceOf(level);

            for (var slot = store.Ladder[level].First; slot != 0; slot = store.Entries[slot].Next)
            {
                store.Visited++;
                if (!store.Has(slot, Traits.Peg))
                    return store.Ladder.PriceOf(level);
            }
        }

        return 0;
    }
}
