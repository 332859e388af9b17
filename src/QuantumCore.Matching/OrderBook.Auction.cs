using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Single-price auctions (RULES 14) and their indicative results while they collect orders.
public sealed partial class OrderBook
{
    // Lots by price of each side, best first.
    private readonly List<(long Price, Int128 Lots)>[] _offers = [[], []];

    private readonly List<long> _candidates = [];
    private readonly Int128[] _atMarketLots = new Int128[2];

    // Market orders with a worst price, best first. That price keeps them out as a limit would, but is no price to
    // trade at. They trade in the sequence of those prices: if they traded before better limits, the book would stay
    // crossed.
    private readonly List<CappedOrder>[] Capped = [[], []];

    private AuctionResult ToldResult;
    private bool MustTell;

    /// <summary>Reports the indicative auction result, if it changed.</summary>
    private void TellIndicative()
    {
        if (!IsCall(Phase))
            return;

        var result = WouldGive();
        if (!MustTell && result == ToldResult)
            return;

        MustTell = false;
        ToldResult = result;
        Append(
            BookEventKind.Indicative, default, EndReason.None, 0, result.PriceTicks, Saturate(result.Lots),
            Saturate(result.Imbalance));
    }

    /// <summary>
    /// Returns the indicative result. If the auction cannot be extended any more, its price is within the collar (RULES
    /// 13.4).
    /// </summary>
    private AuctionResult WouldGive()
    {
        var free = FindPrice(1, Instrument.PriceTicksLimit);
        return free.Lots > 0 && Extensions >= Rules.MaxExtensions
            && IsOutsideCollar(free.PriceTicks, out var low, out var high)
            ? FindPrice(low, high)
            : free;
    }

    private static long Saturate(Int128 lots) => (long)Int128.Clamp(lots, -long.MaxValue, long.MaxValue);

    private AuctionOutcome Uncross()
    {
        var result = FindPrice(1, Instrument.PriceTicksLimit);
        var confined = false;
        if (result.Lots > 0 && IsOutsideCollar(result.PriceTicks, out var low, out var high))
        {
            if (Extensions < Rules.MaxExtensions)
            {
                Extensions++;
                Append(BookEventKind.Extended, default, EndReason.None, 0, result.PriceTicks, Extensions, 0);
                return AuctionOutcome.Extended;
            }

            confined = true;
            result = FindPrice(low, high);
        }

        if (result.Lots > 0)
        {
            Execute(in result);
            ReferencePriceTicks = result.PriceTicks;
        }

        return confined ? AuctionOutcome.Confined : AuctionOutcome.Done;
    }

    /// <summary>Returns true if orders are left that an auction without a collar would trade.</summary>
    private bool IsCrossed() => FindPrice(1, Instrument.PriceTicksLimit).Lots > 0;

    private bool IsOutsideCollar(long price, out long low, out long high)
    {
        (low, high) = (1, Instrument.PriceTicksLimit);
        if ((Rules.AuctionCollarBasisPoints ?? Rules.StaticBandBasisPoints) is not { } points)
            return false;

        (low, high) = PriceBands.Around(ReferencePriceTicks, points);
        return price < low || price > high;
    }

    /// <summary>
    /// Returns the price of maximum volume, then of least imbalance, then by market pressure, then nearest to the
    /// reference (RULES 14, 1 to 6). Price 0 means no auction.
    /// </summary>
    private AuctionResult FindPrice(long low, long high)
    {
        Offer(Buy);
        Offer(Sell);
        FindCandidates(low, high);
        var search = new PriceSearch();
        var buys = _offers[Buy];
        var sells = _offers[Sell];
        var demand = _atMarketLots[Buy];
        foreach (var (_, lots) in buys)
            demand += lots;
        foreach (var order in Capped[Buy])
            demand += order.Lots;
        var supply = _atMarketLots[Sell];
        // Candidates rise: the lowest buyers drop out, sellers come in.
        var (lastBuy, lastCapped) = (buys.Count - 1, Capped[Buy].Count - 1);
        var (nextSell, nextCapped) = (0, 0);
        for (var i = 0; i < _candidates.Count; i++)
        {
            var price = _candidates[i];
            for (; lastBuy >= 0 && buys[lastBuy].Price < price; lastBuy--)
                demand -= buys[lastBuy].Lots;
            for (; lastCapped >= 0 && Capped[Buy][lastCapped].Price < price; lastCapped--)
                demand -= Capped[Buy][lastCapped].Lots;
            for (; nextSell < sells.Count && sells[nextSell].Price <= price; nextSell++)
                supply += sells[nextSell].Lots;
            for (; nextCapped < Capped[Sell].Count && Capped[Sell][nextCapped].Price <= price; nextCapped++)
                supply += Capped[Sell][nextCapped].Lots;
            // Demand and supply are constant up to the next candidate.
            var through = i + 1 < _candidates.Count ? _candidates[i + 1] - 1 : price;
            search.Look(price, through, demand, supply);
        }

        return search.Choose(LastPriceTicks != 0 ? LastPriceTicks : ReferencePriceTicks);
    }

    /// <summary>
    /// Finds the candidate prices, ascending and within the bounds: those at which demand or supply changes. If all
    /// limits are beyond a bound, that bound is a candidate, because market orders may trade with them there.
    /// </summary>
    private void FindCandidates(long low, long high)
    {
        _candidates.Clear();
        var buys = _offers[Buy];
        var sells = _offers[Sell];
        if (buys.Count + sells.Count == 0)
        {
            var reference = LastPriceTicks != 0 ? LastPriceTicks : ReferencePriceTicks;
            if (reference != 0 && reference >= low && reference <= high)
                _candidates.Add(reference);
            return;
        }

        var lowest =
            Math.Min(buys.Count > 0 ? buys[^1].Price : long.MaxValue, sells.Count > 0 ? sells[0].Price : long.MaxValue);
        var highest = Math.Max(buys.Count > 0 ? buys[0].Price : 0, sells.Count > 0 ? sells[^1].Price : 0);
        (low, high) = (Math.Clamp(lowest, low, high), Math.Clamp(highest, low, high));
        _candidates.Add(low);
        _candidates.Add(high);
        foreach (var (price, _) in buys)
            AddFall(price, low, high);
        foreach (var order in Capped[Buy])
            AddFall(order.Price, low, high);
        foreach (var (price, _) in sells)
            AddRise(price, low, high);
        foreach (var order in Capped[Sell])
            AddRise(order.Price, low, high);
        _candidates.Sort();
        var kept = 1;
        for (var i = 1; i < _candidates.Count; i++)
        {
            if (_candidates[i] != _candidates[kept - 1])
                _candidates[kept++] = _candidates[i];
        }

        _candidates.RemoveRange(kept, _candidates.Count - kept);
    }

    private void AddFall(long price, long low, long high)
    {
        if (price >= low && price < high)
            _candidates.Add(price + 1);
    }

    private void AddRise(long price, long low, long high)
    {
        if (price > low && price <= high)
            _candidates.Add(price);
    }

    /// <summary>Sums a side's orders for an auction: without all-or-none orders, with whole icebergs.</summary>
    private void Offer(int side)
    {
        var offers = _offers[side];
        offers.Clear();
        var lit = Sides[side].Best;
        var dark = Sides[side + Dark].Best;
        while (lit != 0 || dark != 0)
        {
            var litPrice = lit == 0 ? 0 : Ladder.PriceOf(lit);
            var darkPrice = dark == 0 ? 0 : Ladder.PriceOf(dark);
            var takesLit = dark == 0 || (lit != 0 && Toward(side ^ 1, litPrice) <= Toward(side ^ 1, darkPrice));
            var takesDark = lit == 0 || (dark != 0 && Toward(side ^ 1, darkPrice) <= Toward(side ^ 1, litPrice));
            Int128 lots = 0;
            if (takesLit)
            {
                lots += OpenAt(lit);
                lit = NextWorse(side, lit);
            }

            if (takesDark)
            {
                lots += OpenAt(dark);
                dark = NextWorse(side + Dark, dark);
            }

            if (lots > 0)
                offers.Add((takesLit ? litPrice : darkPrice, lots));
        }

        OfferAtMarket(side);
    }

    private void OfferAtMarket(int side)
    {
        var capped = Capped[side];
        capped.Clear();
        _atMarketLots[side] = 0;
        for (var slot = Ladder[Sides[side + AtMarket].Best].First; slot != 0; slot = Entries[slot].Next)
        {
            ref var entry = ref Entries[slot];
            if (Has(slot, Traits.AllOrNone))
                continue;
            if (IsCapped(slot))
                capped.Add(new CappedOrder(ConditionsOf(slot).Price, entry.Leaves, entry.Priority, slot));
            else
                _atMarketLots[side] += entry.Leaves;
        }

        if (capped.Count > 1)
            capped.Sort(side == Buy ? s_highestFirst : s_lowestFirst);
    }

    private static readonly Comparison<CappedOrder> s_highestFirst = (a, b) =>
        (b.Price, a.Priority).CompareTo((a.Price, b.Priority));

    private static readonly Comparison<CappedOrder> s_lowestFirst = (a, b) =>
        (a.Price, a.Priority).CompareTo((b.Price, b.Priority));

    private bool IsCapped(int slot) => ConditionsOf(slot).Price != 0;

    private Int128 OpenAt(int level)
    {
        if (Ladder[level].Conditional == 0)
            return Ladder[level].Lots;

        Int128 lots = 0;
        for (var slot = Ladder[level].First; slot != 0; slot = Entries[slot].Next)
            lots += Has(slot, Traits.AllOrNone) ? 0 : Entries[slot].Leaves;
        return lots;
    }

    private void Execute(in AuctionResult result)
    {
        Append(BookEventKind.Uncrossed, default, EndReason.None, 0, result.PriceTicks, Saturate(result.Lots), 0);
        BeginPrints();
        Print(result.PriceTicks);
        var buyers = new AuctionQueue { Side = Buy };
        var sellers = new AuctionQueue { Side = Sell };
        var left = result.Lots;
        while (left > 0)
        {
            var buyer = NextIn(ref buyers);
            var seller = NextIn(ref sellers);
            var quantity = Math.Min(Entries[buyer].Leaves, Entries[seller].Leaves);
            quantity = (long)Int128.Min(quantity, left);
            left -= quantity;
            LastTradeNumber++;
            Append(
                BookEventKind.AuctionTrade, Side.Buy, EndReason.None, Entries[buyer].Id, result.PriceTicks, quantity,
                Entries[buyer].Leaves - quantity);
            Told.MakerId = Entries[seller].Id;
            Told.MakerLeavesLots = Entries[seller].Leaves - quantity;
            var first = Sibling(buyer);
            var second = Sibling(seller);
            Fill(ref buyers, buyer, quantity, first);
            Fill(ref sellers, seller, quantity, second);
        }
    }

    /// <summary>Fills an order in place; an iceberg displays what it may and keeps its place.</summary>
    private void Fill(ref AuctionQueue queue, int slot, long quantity, int sibling)
    {
        ref var entry = ref Entries[slot];
        var counted = Counted(slot);
        entry.Leaves -= quantity;
        if (sibling != 0)
            End(sibling, EndReason.OneCancelsOther);
        if (entry.Leaves > 0)
        {
            var shows = (entry.Traits & Traits.Iceberg) != 0 && entry.Level != 0 ? Show(slot) : entry.Leaves;
            Ladder[entry.Level].Lots -= counted - shows;
            return;
        }

        Ladder[entry.Level].Lots -= counted;
        if ((entry.Traits & Traits.Iceberg) != 0)
            ConditionsOf(slot).Shown = 0;
        Step(ref queue, slot);
        Complete(slot);
    }

    /// <summary>
    /// Returns the next order of a side: market orders first, then by price those with a worst price, displayed,
    /// hidden.
    /// </summary>
    private int NextIn(ref AuctionQueue queue)
    {
        while (queue.Slot == 0 || StaysOut(in queue))
        {
            if (queue.Slot != 0)
                Step(ref queue, queue.Slot);
            if (queue.Slot == 0)
                OpenNextLevel(ref queue);
        }

        return queue.Slot;
    }

    // Market orders with a worst price are visited among the prices.
    private bool StaysOut(in AuctionQueue queue) => Has(queue.Slot, Traits.AllOrNone)
        || (!queue.IsAlone && Has(queue.Slot, Traits.AtMarket) && IsCapped(queue.Slot));

    private void Step(ref AuctionQueue queue, int slot) => queue.Slot = queue.IsAlone ? 0 : Entries[slot].Next;

    /// <summary>
    /// Moves to the first order of the next level. Cursors run ahead of the levels that are being emptied.
    /// </summary>
    private void OpenNextLevel(ref AuctionQueue queue)
    {
        if (queue.Stage == 0)
        {
            queue.Stage = 1;
            queue.Lit = Sides[queue.Side].Best;
            queue.Dark = Sides[queue.Side + Dark].Best;
            queue.Slot = Ladder[Sides[queue.Side + AtMarket].Best].First;
            return;
        }

        queue.IsAlone = TryTakeCapped(ref queue);
        if (queue.IsAlone)
            return;
        if (queue.Lit == 0 && queue.Dark == 0)
            throw new InvalidOperationException("An auction gives more lots than a side has.");

        var takesLit = queue.Dark == 0 || (queue.Lit != 0
            && Toward(
                queue.Side ^ 1, Ladder.PriceOf(queue.Lit)) <= Toward(queue.Side ^ 1, Ladder.PriceOf(queue.Dark)));
        if (takesLit)
        {
            queue.Slot = Ladder[queue.Lit].First;
            queue.Lit = NextWorse(queue.Side, queue.Lit);
        }
        else
        {
            queue.Slot = Ladder[queue.Dark].First;
            queue.Dark = NextWorse(queue.Side + Dark, queue.Dark);
        }
    }

    /// <summary>Moves to the next market order with a worst price, if no level is better.</summary>
    private bool TryTakeCapped(ref AuctionQueue queue)
    {
        var capped = Capped[queue.Side];
        // One may have ended meanwhile, with a sibling.
        while (queue.Capped < capped.Count && !IsStillAtMarket(capped[queue.Capped]))
            queue.Capped++;
        if (queue.Capped == capped.Count)
            return false;

        var next = capped[queue.Capped];
        foreach (var level in (ReadOnlySpan<int>)[queue.Lit, queue.Dark])
        {
            if (level != 0 && Toward(queue.Side ^ 1, Ladder.PriceOf(level)) < Toward(queue.Side ^ 1, next.Price))
                return false;
        }

        queue.Capped++;
        queue.Slot = next.Slot;
        return true;
    }

    private bool IsStillAtMarket(in CappedOrder order) => Entries[order.Slot] is { Id: not 0 } entry
        && entry.Priority == order.Priority && (entry.Traits & Traits.AtMarket) != 0;
}
