using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 12.7, 13, 14: phases, the uncross and its indicative result.
internal sealed partial class ReferenceBook
{
    private readonly record struct AuctionResult(long Price, long Lots, long Imbalance);

    private int _extensions;
    private AuctionResult? _told;

    /// <summary>13: returns true for a valid transition.</summary>
    private static bool MayFollow(TradingPhase from, TradingPhase to) => from switch
    {
        TradingPhase.Closed => to is TradingPhase.PreOpen,
        TradingPhase.PreOpen => to is TradingPhase.Opening,
        TradingPhase.Opening => to is TradingPhase.Continuous or TradingPhase.Halt,
        TradingPhase.Continuous => to is TradingPhase.Volatility or TradingPhase.Closing or TradingPhase.Halt
            or TradingPhase.Closed,
        TradingPhase.Volatility => to is TradingPhase.Continuous or TradingPhase.Closing or TradingPhase.Halt,
        TradingPhase.Closing => to is TradingPhase.Closed or TradingPhase.Halt,
        TradingPhase.Halt => to is TradingPhase.Opening or TradingPhase.Volatility or TradingPhase.Closing
            or TradingPhase.Closed,
    };

    private void ChangePhase(TradingPhase to)
    {
        if (to == TradingPhase.Continuous || (Phase == TradingPhase.Closing && to == TradingPhase.Closed))
            Uncross(to);
        else if (to == TradingPhase.Closed)
            Close();
        else
            StopMatching(to);
    }

    /// <summary>
    /// Starts a call phase or a halt: State, Held orders, Parks, at the end of the command Indicative.
    /// </summary>
    private void StopMatching(TradingPhase to)
    {
        var from = Phase;
        SetState(to);
        if (from == TradingPhase.Closing)
        {
            // Their auction is abandoned: they wait again and keep their priority.
            foreach (var order in _open.FindAll(
                order => order.Terms.TimeInForce == TimeInForce.AtTheClose && order.Stay == Stay.Resting))
            {
                order.Stay = Stay.Held;
                Say(BookEventKind.Parked, order, order.Total);
            }
        }

        if (to == TradingPhase.Closing)
        {
            // 13.1: with their original priority.
            foreach (var order in _open.FindAll(order => order.Stay == Stay.Held))
                SitDown(order);
        }

        ParkPegs();
    }

    /// <summary>12.3: State, Parks, queued orders, at the end of the command Indicative.</summary>
    private void StartVolatility()
    {
        SetState(TradingPhase.Volatility);
        ParkPegs();
        DrainQueue();
    }

    private void SetState(TradingPhase to)
    {
        Phase = to;
        _extensions = 0;
        _told = null;
        Tell(BookEventKind.PhaseChanged, default, detail: (byte)to);
    }

    /// <summary>8.3: parks pegs in the book, and those that left to be repriced and are not back.</summary>
    private void ParkPegs()
    {
        foreach (var order in _open)
        {
            if (order.IsPeg && order.Stay is Stay.Resting or Stay.Outside)
                Park(order);
        }
    }

    /// <summary>13.1: closes without an uncross.</summary>
    private void Close()
    {
        EndLeftovers(withHeld: true);
        SetState(TradingPhase.Closed);
        ParkPegs();
        ExpireDay();
    }

    private void EndLeftovers(bool withHeld)
    {
        foreach (var order in _open.ToList())
        {
            var atAuction = order.Terms.TimeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose;
            var there = order.Stay == Stay.Resting || (withHeld && order.Stay == Stay.Held);
            if (there && (order.HasNoLimit || atAuction))
                End(order, order.Terms.TimeInForce switch
                {
                    TimeInForce.AtTheOpening => EndReason.AtTheOpening,
                    TimeInForce.AtTheClose => EndReason.AtTheClose,
                    _ => EndReason.AuctionEnd,
                });
        }
    }

    private (long Low, long High)? Collar =>
        Band(ReferencePriceTicks, Rules.AuctionCollarBasisPoints ?? Rules.StaticBandBasisPoints);

    private void Uncross(TradingPhase to)
    {
        var collar = Collar;
        var result = FindAuctionPrice(null);
        var confined = result is { } found && collar is var (low, high) && !IsIn(found.Price, low, high);
        if (confined && _extensions < Rules.MaxExtensions)
        {
            // 12.7: the call phase goes on.
            _extensions++;
            Tell(BookEventKind.Extended, default, price: result!.Value.Price, lots: _extensions);
            return;
        }

        if (confined)
            result = FindAuctionPrice(collar);
        if (result is { } auction)
            Execute(auction);
        EndLeftovers(withHeld: false);
        // 12.7: a book left crossed halts for the operator.
        SetState(confined && to == TradingPhase.Continuous && IsCrossed() ? TradingPhase.Halt : to);
        if (Phase == TradingPhase.Closed)
            ExpireDay();
        if (Phase != TradingPhase.Continuous)
            return;

        RememberAllAdded();
        _ = MovePegs();
    }

    /// <summary>
    /// 14: returns true for resting orders except all-or-none; pegs are parked, stops armed, at-close orders held.
    /// </summary>
    private static bool TakesPart(ReferenceOrder order) => order.Stay == Stay.Resting && !order.AllOrNone;

    private bool IsCrossed()
    {
        long bid = 0, ask = long.MaxValue;
        foreach (var order in _open)
        {
            if (!TakesPart(order) || order.HasNoLimit)
                continue;
            if (order.Side == Side.Buy)
                bid = Math.Max(bid, order.Price);
            else
                ask = Math.Min(ask, order.Price);
        }

        return bid >= ask;
    }

    /// <summary>14 steps 1 to 6: returns the auction price; null without an uncross.</summary>
    private AuctionResult? FindAuctionPrice((long Low, long High)? collar)
    {
        var reference = LastPriceTicks != 0 ? LastPriceTicks : ReferencePriceTicks;
        var ranges = Candidates(reference);
        if (collar is var (low, high) && ranges.Count > 0
            && _open.Exists(order => TakesPart(order) && !order.HasNoLimit))
        {
            // 12.7: ticks inside the collar; the nearest one when all limits are beyond it.
            ranges = ranges[0].Low > high ? [(high, high)] : ranges[^1].High < low ? [(low, low)]
                : [.. ranges.Select(range => (Math.Max(range.Low, low), Math.Min(range.High, high)))
                    .Where(range => range.Item1 <= range.Item2)];
        }
        else if (collar is var (lowest, highest))
        {
            _ = ranges.RemoveAll(range => !IsIn(range.Low, lowest, highest));
        }

        if (ranges.Count == 0)
            return null;

        // 2: volume and imbalance, the same all over a range.
        var results = new List<(long Low, long High, long Lots, long Imbalance)>();
        foreach (var range in ranges)
        {
            var (bought, sold) = (Demand(range.Low), Supply(range.Low));
            results.Add((range.Low, range.High, Math.Min(bought, sold), bought - sold));
        }

        // 3, 4.
        var lots = results.Max(result => result.Lots);
        if (lots == 0)
            return null;
        _ = results.RemoveAll(result => result.Lots < lots);
        var imbalance = results.Min(result => Math.Abs(result.Imbalance));
        _ = results.RemoveAll(result => Math.Abs(result.Imbalance) > imbalance);

        // 5, 6.
        var (cheapest, dearest) = (results[0].Low, results[^1].High);
        long price;
        if (results.TrueForAll(result => result.Imbalance > 0))
            price = dearest;
        else if (results.TrueForAll(result => result.Imbalance < 0))
            price = cheapest;
        else
            price = Nearest(results.ConvertAll(result => (result.Low, result.High)),
                reference != 0 ? reference : (cheapest + dearest) / 2);
        var chosen = results.Find(result => IsIn(price, result.Low, result.High));
        return new AuctionResult(price, lots, chosen.Imbalance);
    }

    /// <summary>
    /// 14 step 1: returns every tick from the lowest to the highest limit price, as ranges of equivalent ticks: limit
    /// prices and the gaps between them. If no order has a price, only the reference.
    /// </summary>
    private List<(long Low, long High)> Candidates(long reference)
    {
        var prices = new SortedSet<long>();
        var any = false;
        foreach (var order in _open)
        {
            if (!TakesPart(order))
                continue;
            any = true;
            if (!order.HasNoLimit)
                _ = prices.Add(order.Price);
        }

        var ranges = new List<(long Low, long High)>();
        if (prices.Count == 0)
            return any && reference != 0 ? [(reference, reference)] : ranges;
        // A market order's worst price is not a candidate, but demand changes there.
        var (lowest, highest) = (prices.Min, prices.Max);
        foreach (var order in _open)
        {
            if (TakesPart(order) && order.HasNoLimit && order.Price > lowest && order.Price < highest)
                _ = prices.Add(order.Price);
        }

        foreach (var price in prices)
        {
            if (ranges.Count > 0 && ranges[^1].High < price - 1)
                ranges.Add((ranges[^1].High + 1, price - 1));
            ranges.Add((price, price));
        }

        return ranges;
    }

    private long Demand(long price) => LotsThatTradeAt(Side.Buy, price);

    private long Supply(long price) => LotsThatTradeAt(Side.Sell, price);

    private long LotsThatTradeAt(Side side, long price)
    {
        var lots = 0L;
        foreach (var order in _open)
            lots += TakesPart(order) && order.Side == side && TradesAt(order, price) ? order.Leaves : 0;
        return lots;
    }

    /// <summary>
    /// Returns true if an order trades at a price; a market order's worst price holds in an auction too.
    /// </summary>
    private static bool TradesAt(ReferenceOrder order, long price) => order is { HasNoLimit: true, Price: > 0 }
        ? order.Side == Side.Buy ? price <= order.Price : price >= order.Price
        : order.Reaches(price);

    /// <summary>14 step 6: returns the nearest price; of two equally near, the higher.</summary>
    private static long Nearest(List<(long Low, long High)> ranges, long reference)
    {
        var nearest = 0L;
        foreach (var (low, high) in ranges)
        {
            var price = Math.Clamp(reference, low, high);
            if (nearest == 0 || Math.Abs(price - reference) <= Math.Abs(nearest - reference))
                nearest = price;
        }

        return nearest;
    }

    /// <summary>14 steps 7 to 9: each side by priority, front to front. Self-trade prevention is off (11.6).</summary>
    private void Execute(AuctionResult auction)
    {
        Tell(BookEventKind.Uncrossed, default, price: auction.Price, lots: auction.Lots);
        RecordPrint(auction.Price);
        ReferencePriceTicks = auction.Price; // step 11
        var left = auction.Lots;
        while (left > 0)
        {
            var (buyer, seller) = (Front(Side.Buy, auction.Price), Front(Side.Sell, auction.Price));
            var lots = Math.Min(left, Math.Min(buyer.Leaves, seller.Leaves));
            left -= lots;
            FillInAuction(buyer, lots);
            FillInAuction(seller, lots);
            LastTradeNumber++;
            Tell(
                BookEventKind.AuctionTrade, Side.Buy, buyer.Id, seller.Id, auction.Price, lots, buyer.Leaves,
                seller.Leaves);
            // 14.1: the buyer's sibling first.
            AfterFill(buyer);
            AfterFill(seller);
        }
    }

    private ReferenceOrder Front(Side side, long price)
    {
        ReferenceOrder? front = null;
        foreach (var order in _open)
        {
            if (TakesPart(order) && order.Side == side && TradesAt(order, price)
                && (front is null || IsServedBefore(order, front)))
                front = order;
        }

        return front!;
    }

    /// <summary>14 step 7: sorts a market order with a worst price at that price, before limits.</summary>
    private static bool IsServedBefore(ReferenceOrder order, ReferenceOrder other)
    {
        var (first, second) = (order is { HasNoLimit: true, Price: 0 }, other is { HasNoLimit: true, Price: 0 });
        if (first || second)
            return first && (!second || order.Prio < other.Prio);
        if (order.Price != other.Price)
            return order.Side == Side.Buy ? order.Price > other.Price : order.Price < other.Price;
        return order.RanksBefore(other);
    }

    private static void FillInAuction(ReferenceOrder order, long lots)
    {
        order.Filled += lots;
        order.Tip = Math.Min(order.Display, order.Leaves); // step 9
        if (order.Leaves == 0)
            order.Stay = Stay.Done;
    }

    /// <summary>
    /// 13.4: reports the indicative in phases that end in an auction: after entering, and when it changes.
    /// </summary>
    private void TellIndicative()
    {
        if (!IsCall || Phase == TradingPhase.PreOpen)
            return;
        var now = FindAuctionPrice(null) ?? default;
        // The result without further extensions.
        if (now.Lots > 0 && _extensions >= Rules.MaxExtensions && Collar is var (low, high)
            && !IsIn(now.Price, low, high))
            now = FindAuctionPrice((low, high)) ?? default;
        if (_told == now)
            return;

        _told = now;
        Tell(BookEventKind.Indicative, default, price: now.Price, lots: now.Lots, leaves: now.Imbalance);
    }
}
