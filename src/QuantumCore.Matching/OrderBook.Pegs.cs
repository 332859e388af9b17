using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Pegged orders (RULES 8): they follow the best displayed quotes that are not pegs themselves.
public sealed partial class OrderBook
{
    // By id.
    private List<int> PegSlots { get; } = [];

    private readonly List<int> _moving = [];
    private long _peggedToBid = -1;
    private long _peggedToAsk = -1;

    private void StartPeg(int slot)
    {
        AddPeg(slot);
        var price = Phase == TradingPhase.Continuous ? PegPrice(slot) : 0;
        if (price == 0)
            Park(slot);
        else
            Enter(slot, price);
    }

    private void AddPeg(int slot)
    {
        // Ids ascend, but a child of a list got its id long before it enters.
        var at = PegSlots.Count;
        while (at > 0 && Entries[PegSlots[at - 1]].Id > Entries[slot].Id)
            at--;
        PegSlots.Insert(at, slot);
        Watching = true;
        // This peg uses the current quotes, which may differ from those that last moved the others: check all again.
        ForgetQuotes();
    }

    private void RemovePeg(int slot) => _ = PegSlots.Remove(slot);

    private void Park(int slot, OrderPlace place = OrderPlace.Parked)
    {
        ref var entry = ref Entries[slot];
        entry.Place = place;
        Append(
            BookEventKind.Parked, entry.Side, EndReason.None, entry.Id, ConditionsOf(slot).Price,
            Entries[slot].TotalLots, entry.Leaves);
    }

    /// <summary>Removes all pegs from the book. Pegs that are already out cause no event.</summary>
    private void ParkPegs()
    {
        foreach (var slot in PegSlots)
        {
            ref var entry = ref Entries[slot];
            if (entry.Place == OrderPlace.Parked)
                continue;
            if (entry.Place == OrderPlace.Entering && !ConditionsOf(slot).WasResting)
            {
                entry.Place = OrderPlace.Parked;
                continue;
            }

            if (entry.Place == OrderPlace.Resting)
                Leave(slot);
            Park(slot);
        }

        ForgetQuotes();
    }

    /// <summary>Moves the pegs whose price changed: all leave, then return one by one and match.</summary>
    private bool RepricePegs()
    {
        if (PegSlots.Count == 0 || !NoteQuotes())
            return false;

        MovePegs();
        return _moving.Count > 0;
    }

    /// <summary>Notes the quotes for the next call; returns true if they are not those of the last one.</summary>
    private bool NoteQuotes()
    {
        var bid = QuoteFor(Buy);
        var ask = QuoteFor(Sell);
        if (bid == _peggedToBid && ask == _peggedToAsk)
            return false;

        _peggedToBid = bid;
        _peggedToAsk = ask;
        return true;
    }

    /// <summary>
    /// Makes the next <see cref="NoteQuotes"/> return true: pegs may have other prices at the same quotes.
    /// </summary>
    private void ForgetQuotes() => _peggedToBid = _peggedToAsk = -1;

    private void MovePegs()
    {
        _moving.Clear();
        foreach (var slot in PegSlots)
        {
            ref var entry = ref Entries[slot];
            var price = PegPrice(slot);
            if (price == (entry.Place == OrderPlace.Resting ? Ladder.PriceOf(entry.Level) : 0))
                continue;

            ref var kept = ref ConditionsOf(slot);
            kept.WasResting = entry.Place == OrderPlace.Resting;
            kept.Peak = kept.WasResting ? Ladder.PriceOf(entry.Level) : 0;
            if (kept.WasResting)
                Leave(slot);
            entry.Place = OrderPlace.Entering;
            _moving.Add(slot);
        }

        for (var i = 0; i < _moving.Count; i++)
        {
            // An earlier peg cannot have ended this one: an entering order has no place where it could be met.
            if (Phase == TradingPhase.Continuous)
                ComeBack(_moving[i]);
        }
    }

    private void ComeBack(int slot)
    {
        var price = PegPrice(slot);
        if (price == 0)
        {
            Park(slot);
            return;
        }

        ref var entry = ref Entries[slot];
        Append(
            BookEventKind.Repriced, entry.Side, EndReason.None, entry.Id, price, ConditionsOf(slot).Peak, entry.Leaves);
        ConditionsOf(slot).WasResting = true;
        Enter(slot, price);
    }

    /// <summary>Returns the current price of a peg; 0 if it has no reference or no possible price.</summary>
    private long PegPrice(int slot)
    {
        ref var kept = ref ConditionsOf(slot);
        return PegPrice(Entries[slot].Side, kept.Peg, kept.PegOffset, kept.Price);
    }

    private long PegPrice(in NewOrder order) => order.Conditions is { } terms
        ? PegPrice(order.Side, terms.Peg, terms.PegOffsetTicks, order.PriceTicks)
        : 0;

    private long PegPrice(Side side, PegReference peg, long offset, long cap)
    {
        var buys = side == Side.Buy;
        var own = QuoteFor(buys ? Buy : Sell);
        var other = QuoteFor(buys ? Sell : Buy);
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
        return price < Rules.MinPriceTicks || price > Rules.MaxPriceTicks ? 0 : price;
    }

    /// <summary>Returns the best displayed price of a side that is not a peg's; 0 for none.</summary>
    private long QuoteFor(int side)
    {
        for (var level = Sides[side].Best; level != 0; level = NextWorse(side, level))
        {
            if (Ladder[level].Conditional < Ladder[level].Orders)
                return Ladder.PriceOf(level);

            for (var slot = Ladder[level].First; slot != 0; slot = Entries[slot].Next)
            {
                if (!Has(slot, Traits.Peg))
                    return Ladder.PriceOf(level);
            }
        }

        return 0;
    }
}
