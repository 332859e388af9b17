using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 16 for one book: orders aside, and their instructed trades.
internal sealed partial class ReferenceBook
{
    /// <summary>
    /// Admitted order that has neither proceeded nor ended yet; 0 for none. It exists only within a turn.
    /// </summary>
    public long Admitted => _open.Find(order => order.Stay == Stay.Aside && !order.IsLeg)?.Id ?? 0;

    /// <summary>Returns true if no order expires by a time.</summary>
    public bool NothingIsDueBy(long time) => !_open.Exists(order => order.Expiry <= time);

    public RejectReason Judge(long time, in NewOrder terms)
    {
        var reason = Alone(in terms);
        if (reason != RejectReason.None)
            return reason;
        if (time < LastTimeNanos)
            return RejectReason.TimeRegression;

        var now = LastTimeNanos;
        LastTimeNanos = time;
        reason = CheckEntry(new ReferenceOrder(in terms) { Id = LastOrderId + 1 });
        LastTimeNanos = now;
        return reason;
    }

    /// <summary>
    /// 16.2: returns the best price (optionally beyond another one) at which others show lots, and those lots.
    /// </summary>
    public bool TryGetQuote(Side side, long exceptOwner, long beyond, out long price, out long lots)
    {
        var best = QuotesOfOthers(side, exceptOwner)
            .Where(order => beyond == 0 || (side == Side.Buy ? order.Price < beyond : order.Price > beyond))
            .GroupBy(order => order.Price)
            .OrderBy(level => side == Side.Buy ? -level.Key : level.Key)
            .FirstOrDefault();
        price = best?.Key ?? 0;
        lots = best?.Sum(order => order.Shown) ?? 0;
        return best is not null;
    }

    /// <summary>16.3: returns the first price at which an order without a limit would trade.</summary>
    public long FirstPriceFor(Side side, long lots)
    {
        var any = new NewOrder(0, side, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 0, lots);
        return NextMaker(new ReferenceOrder(in any), _open, [])?.Price ?? 0;
    }

    /// <summary>12.2, 12.4, 12.5: both bands.</summary>
    public (long LowTicks, long HighTicks) TradingBand
    {
        get
        {
            var all = (Low: 1L, High: Instrument.PriceTicksLimit);
            var moves =
                Band(LastPriceTicks != 0 ? LastPriceTicks : ReferencePriceTicks, Rules.DynamicBandBasisPoints) ?? all;
            var stands = Band(ReferencePriceTicks, Rules.StaticBandBasisPoints) ?? all;
            return (Math.Max(moves.Low, stands.Low), Math.Min(all.High, Math.Min(moves.High, stands.High)));
        }
    }

    public RejectReason Admit(long time, in NewOrder terms, out long orderId)
    {
        orderId = 0;
        Clear();
        var reason = Alone(in terms);
        if (reason != RejectReason.None)
            return reason;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        var order = new ReferenceOrder(in terms) { Id = LastOrderId + 1 };
        reason = CheckEntry(order);
        if (reason == RejectReason.None)
        {
            orderId = order.Id;
            Accept(order);
            order.Stay = Stay.Aside;
        }

        return Finish(reason);
    }

    /// <summary>True if the last command left nothing unfinished.</summary>
    public bool IsWhole => Admitted == 0 && !PhaseGoesOn;

    /// <summary>True if the last action was part of a taker phase, which ends within its turn.</summary>
    public bool PhaseGoesOn { get; private set; }

    public void TakeQuotes(long time, long orderId, long price, long lots, bool goesOn)
    {
        var taker = BeginAside(time, orderId, lots);
        var quotes = QuotesOfOthers(taker.Side == Side.Buy ? Side.Sell : Side.Buy, taker.Terms.Owner)
            .Where(order => order.Price == price).OrderBy(order => order.Prio).ToList();
        Require(quotes.Sum(order => order.Shown) >= lots);
        // The next tip of an iceberg is not among the quotes that were displayed.
        foreach (var maker in quotes.TakeWhile(_ => lots > 0))
        {
            var some = Math.Min(lots, maker.Shown);
            lots -= some;
            Trade(taker, maker, some, isDry: false, isPrint: false);
        }

        // A single taker phase, however many books it spans: no order moves in between (RULES 3).
        PhaseGoesOn = goesOn;
        if (!goesOn)
            _ = Finish(RejectReason.None);
    }

    public void EndPhase(long time)
    {
        Clear();
        Require(time == LastTimeNanos);
        PhaseGoesOn = false;
        _ = Finish(RejectReason.None);
    }

    public void Cross(long time, long takerId, long makerId, long price, long lots)
    {
        var maker = BeginAside(time, makerId, lots);
        var taker = BeginAside(time, takerId, lots);
        Require(maker.Side != taker.Side && IsPrice(price));
        foreach (var order in new[] { maker, taker })
        {
            order.Filled += lots;
            order.Stay = order.IsSpent ? Stay.Done : order.Stay;
        }

        LastTradeNumber++;
        Tell(BookEventKind.Trade, taker.Side, takerId, makerId, price, lots, taker.Leaves, maker.Leaves);
        AfterFill(maker);
        AfterFill(taker);
        FinishIfDone(taker);
    }

    public void Sweep(long time, long orderId, long price)
    {
        var taker = BeginAside(time, orderId, 1);
        _ = Sweep(taker, _open, isDry: false, out _, upTo: price);
        FinishIfDone(taker);
    }

    public void Proceed(long time, long orderId)
    {
        var order = BeginAside(time, orderId, 1);
        order.Stay = Stay.Outside;
        TakeOrRest(order);
        _ = Finish(RejectReason.None);
    }

    /// <summary>Returns displayed orders of a side except an owner's; owner 0 is nobody (1.6).</summary>
    private List<ReferenceOrder> QuotesOfOthers(Side side, long owner) =>
        _open.FindAll(order => order.Side == side && order.Shown > 0 && (owner == 0 || order.Terms.Owner != owner));

    private ReferenceOrder BeginAside(long time, long orderId, long lots)
    {
        Clear();
        Require(Find(orderId, out var order) == RejectReason.None && order!.Stay == Stay.Aside
            && IsIn(lots, 1, order.Leaves) && time >= LastTimeNanos && NothingIsDueBy(time)
            && Phase == TradingPhase.Continuous);
        LastTimeNanos = time;
        return order!;
    }

    private static void Require(bool isThere)
    {
        if (!isThere)
            throw new InvalidOperationException("Whoever decided saw another book.");
    }

    /// <summary>All parts of an order are one taker phase: its consequences follow the last part (RULES 3).</summary>
    private void FinishIfDone(ReferenceOrder taker)
    {
        if (taker.Stay == Stay.Done)
            _ = Finish(RejectReason.None);
    }
}
