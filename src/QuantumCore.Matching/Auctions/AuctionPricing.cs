using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Price of an auction over the orders of a book (RULES 14). It changes no order.</summary>
internal sealed class AuctionPricing(OrderStore store)
{
    // Lots by price of each side, best first.
    private readonly List<(long Price, Int128 Lots)>[] _offers = [[], []];

    private readonly List<long> _candidates = [];
    private readonly Int128[] _marketLots = new Int128[2];

    // Market orders with a worst price, best first, since a price was last found. Their price keeps them out as a limit
    // would, but is no price to trade at. They trade in the sequence of those prices: if they traded before better
    // limits, the book would stay crossed.
    public List<CappedOrder>[] Capped { get; } = [[], []];

    private static readonly Comparison<CappedOrder> s_highestFirst = (a, b) =>
        (b.Price, a.Priority).CompareTo((a.Price, b.Priority));

    private static readonly Comparison<CappedOrder> s_lowestFirst = (a, b) =>
        (a.Price, a.Priority).CompareTo((b.Price, b.Priority));

    /// <summary>
    /// Returns the price of maximum volume, then of least imbalance, then by market pressure, then nearest to the
    /// reference (RULES 14, 1 to 6). Price 0 means no auction.
    /// </summary>
    public AuctionResult FindPrice(long low, long high)
    {
        Offer(Buy);
        Offer(Sell);
        FindCandidates(low, high);
        var search = new PriceSearch();
        var buys = _offers[Buy];
        var sells = _offers[Sell];
        var demand = _marketLots[Buy];
        foreach (var (_, lots) in buys)
            demand += lots;
        foreach (var order in Capped[Buy])
            demand += order.Lots;
        var supply = _marketLots[Sell];
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

        return search.Choose(store.LastPriceTicks != 0 ? store.LastPriceTicks : store.ReferencePriceTicks);
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
            var reference = store.LastPriceTicks != 0 ? store.LastPriceTicks : store.ReferencePriceTicks;
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
        var displayed = store.Sides[side].Best;
        var hidden = store.Sides[side + Hidden].Best;
        while (displayed != 0 || hidden != 0)
        {
            var displayedPrice = displayed == 0 ? 0 : store.Ladder.PriceOf(displayed);
            var hiddenPrice = hidden == 0 ? 0 : store.Ladder.PriceOf(hidden);
            var takesDisplayed = hidden == 0
                || (displayed != 0
                    && SignedPriceKey(side ^ 1, displayedPrice) <= SignedPriceKey(side ^ 1, hiddenPrice));
            var takesHidden = displayed == 0
                || (hidden != 0 && SignedPriceKey(side ^ 1, hiddenPrice) <= SignedPriceKey(side ^ 1, displayedPrice));
            Int128 lots = 0;
            if (takesDisplayed)
            {
                lots += OpenAt(displayed);
                displayed = store.NextWorse(side, displayed);
            }

            if (takesHidden)
            {
                lots += OpenAt(hidden);
                hidden = store.NextWorse(side + Hidden, hidden);
            }

            if (lots > 0)
                offers.Add((takesDisplayed ? displayedPrice : hiddenPrice, lots));
        }

        OfferMarketOrders(side);
    }

    private void OfferMarketOrders(int side)
    {
        var capped = Capped[side];
        capped.Clear();
        _marketLots[side] = 0;
        for (var slot =
            store.Ladder[store.Sides[side + MarketOrders].Best].First; slot != 0; slot = store.Entries[slot].Next)
        {
            ref var entry = ref store.Entries[slot];
            if (store.Has(slot, Traits.AllOrNone))
                continue;
            if (IsCapped(slot))
                capped.Add(new CappedOrder(store.ConditionsOf(slot).Price, entry.Leaves, entry.Priority, slot));
            else
                _marketLots[side] += entry.Leaves;
        }

        if (capped.Count > 1)
            capped.Sort(side == Buy ? s_highestFirst : s_lowestFirst);
    }

    public bool IsCapped(int slot) => store.ConditionsOf(slot).Price != 0;

    public Int128 OpenAt(int level)
    {
        if (store.Ladder[level].Conditional == 0)
            return store.Ladder[level].Lots;

        Int128 lots = 0;
        for (var slot = store.Ladder[level].First; slot != 0; slot = store.Entries[slot].Next)
            lots += store.Has(slot, Traits.AllOrNone) ? 0 : store.Entries[slot].Leaves;
        return lots;
    }
}
