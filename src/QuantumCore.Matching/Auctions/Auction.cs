using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Single-price auctions (RULES 14) and their indicative results while they collect orders.</summary>
internal sealed class Auction(
    OrderStore store, AuctionPricing pricing, OrderEndings endings, OrderLists lists, Triggers triggers)
{
    public AuctionResult ToldResult { get; set; }
    public bool MustTell { get; set; }
    public int Extensions { get; set; }

    /// <summary>Reports the indicative auction result, if it changed.</summary>
    public void TellIndicative()
    {
        if (!IsCall(store.Phase))
            return;

        var result = WouldGive();
        if (!MustTell && result == ToldResult)
            return;

        MustTell = false;
        ToldResult = result;
        store.Append(
            BookEventKind.Indicative, default, EndReason.None, 0, result.PriceTicks, Saturate(result.Lots),
            Saturate(result.Imbalance));
    }

    /// <summary>
    /// Returns the indicative result. If the auction cannot be extended any more, its price is within the collar (RULES
    /// 13.4).
    /// </summary>
    public AuctionResult WouldGive()
    {
        var free = pricing.FindPrice(1, Instrument.PriceTicksLimit);
        return free.Lots > 0 && Extensions >= store.Rules.MaxExtensions
            && IsOutsideCollar(free.PriceTicks, out var low, out var high)
            ? pricing.FindPrice(low, high)
            : free;
    }

    private static long Saturate(Int128 lots) => (long)Int128.Clamp(lots, -long.MaxValue, long.MaxValue);

    public AuctionOutcome Uncross()
    {
        var result = pricing.FindPrice(1, Instrument.PriceTicksLimit);
        var confined = false;
        if (result.Lots > 0 && IsOutsideCollar(result.PriceTicks, out var low, out var high))
        {
            if (Extensions < store.Rules.MaxExtensions)
            {
                Extensions++;
                store.Append(BookEventKind.Extended, default, EndReason.None, 0, result.PriceTicks, Extensions, 0);
                return AuctionOutcome.Extended;
            }

            confined = true;
            result = pricing.FindPrice(low, high);
        }

        if (result.Lots > 0)
        {
            Execute(in result);
            store.ReferencePriceTicks = result.PriceTicks;
        }

        return confined ? AuctionOutcome.Confined : AuctionOutcome.Done;
    }

    /// <summary>Returns true if orders are left that an auction without a collar would trade.</summary>
    public bool IsCrossed() => pricing.FindPrice(1, Instrument.PriceTicksLimit).Lots > 0;

    private bool IsOutsideCollar(long price, out long low, out long high)
    {
        (low, high) = (1, Instrument.PriceTicksLimit);
        if ((store.Rules.AuctionCollarBasisPoints ?? store.Rules.StaticBandBasisPoints) is not { } points)
            return false;

        (low, high) = PriceBands.Around(store.ReferencePriceTicks, points);
        return price < low || price > high;
    }

    private void Execute(in AuctionResult result)
    {
        store.Append(BookEventKind.Uncrossed, default, EndReason.None, 0, result.PriceTicks, Saturate(result.Lots), 0);
        triggers.BeginPrints();
        triggers.Print(result.PriceTicks);
        var buyers = new AuctionQueue(store, pricing, Buy);
        var sellers = new AuctionQueue(store, pricing, Sell);
        var left = result.Lots;
        while (left > 0)
        {
            var buyer = buyers.Next();
            var seller = sellers.Next();
            var quantity = Math.Min(store.Entries[buyer].Leaves, store.Entries[seller].Leaves);
            quantity = (long)Int128.Min(quantity, left);
            left -= quantity;
            store.LastTradeNumber++;
            store.Append(
                BookEventKind.AuctionTrade, Side.Buy, EndReason.None, store.Entries[buyer].Id, result.PriceTicks,
                quantity,
                store.Entries[buyer].Leaves - quantity);
            store.Told.MakerId = store.Entries[seller].Id;
            store.Told.MakerLeavesLots = store.Entries[seller].Leaves - quantity;
            var first = lists.Sibling(buyer);
            var second = lists.Sibling(seller);
            Fill(ref buyers, buyer, quantity, first);
            Fill(ref sellers, seller, quantity, second);
        }
    }

    /// <summary>Fills an order in place; an iceberg displays what it may and keeps its place.</summary>
    private void Fill(ref AuctionQueue queue, int slot, long quantity, int sibling)
    {
        ref var entry = ref store.Entries[slot];
        var counted = store.Counted(slot);
        entry.Leaves -= quantity;
        if (sibling != 0)
            endings.End(sibling, EndReason.OneCancelsOther);
        if (entry.Leaves > 0)
        {
            var shows = (entry.Traits & Traits.Iceberg) != 0 && entry.Level != 0 ? store.Show(slot) : entry.Leaves;
            store.Ladder[entry.Level].Lots -= counted - shows;
            return;
        }

        store.Ladder[entry.Level].Lots -= counted;
        if ((entry.Traits & Traits.Iceberg) != 0)
            store.ConditionsOf(slot).Shown = 0;
        queue.Step(slot);
        endings.Complete(slot);
    }

    public static bool IsCall(TradingPhase phase) =>
        phase is TradingPhase.Opening or TradingPhase.Volatility or TradingPhase.Closing;
}
