using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Stops, take-profits and trailing stops that wait for their triggers (RULES 7). They stand on sides of the ladder by
/// the reference that moves them: one side for triggers that a fall reaches and one for those that a rise reaches, the
/// nearest trigger first.
/// </summary>
internal sealed class Triggers(OrderStore store)
{
    /// <summary>First and last print of each phase since the last check of triggers; empty if no order waits.</summary>
    public List<long> Prints { get; } = [];

    /// <summary>Number of earlier prints, already checked.</summary>
    public long PrintsSeen { get; private set; }

    private int _phasePrints;

    // Slots of the trailing stops by reference and side, then by id: those that move to one trigger together then
    // queue up there without a walk.
    private readonly List<int>[] _trailing = [[], [], [], [], [], []];
    private readonly List<TriggerHit> _hits = [];

    /// <summary>Number of armed orders that are due; only while the book does not match.</summary>
    public int DueCount { get; private set; }

    private static readonly Comparison<TriggerHit> s_firstReached = static (a, b) =>
        a.Rise != b.Rise ? (a.Rise ? -1 : 1)
        : a.Trigger != b.Trigger ? (a.Rise ? a.Trigger.CompareTo(b.Trigger) : b.Trigger.CompareTo(a.Trigger))
        : a.Id.CompareTo(b.Id);

    /// <summary>Number of the next print: what is armed now ignores all before it.</summary>
    public long NextPrint => PrintsSeen + Prints.Count;

    public void BeginPrints() => _phasePrints = Prints.Count;

    /// <summary>Sets the last price by a trade.</summary>
    public void Print(long price)
    {
        store.LastPriceTicks = price;
        NotePrint(price);
    }

    /// <summary>
    /// Notes a trade's price. One phase prints in one direction, so its first and last print suffice.
    /// </summary>
    public void NotePrint(long price)
    {
        if (store.ArmedCount == 0)
            return;

        if (Prints.Count < _phasePrints + 2)
            Prints.Add(price);
        else
            Prints[^1] = price;
    }

    public void Arm(int slot)
    {
        ref var entry = ref store.Entries[slot];
        ref var kept = ref store.ConditionsOf(slot);
        entry.Place = OrderPlace.Armed;
        kept.ArmedAtPrint = NextPrint;
        store.ArmedCount++;
        store.Watching = true;
        if (!OrderRules.IsTrailing(kept.Type))
        {
            StandAtTrigger(slot);
            return;
        }

        AddTrailing(slot);
        if (ReferenceFor(entry.Side, kept.Reference) is not 0 and var reference)
            Follow(slot, reference);
    }

    /// <summary>Puts an armed order of a snapshot at its trigger.</summary>
    public void Restore(int slot)
    {
        ref var kept = ref store.ConditionsOf(slot);
        store.ArmedCount++;
        DueCount += kept.IsDue ? 1 : 0;
        if (OrderRules.IsTrailing(kept.Type))
            AddTrailing(slot);
        StandAtTrigger(slot);
    }

    private void AddTrailing(int slot)
    {
        var others = TrailingLike(slot);
        var at = others.Count;
        while (at > 0 && store.Entries[others[at - 1]].Id > store.Entries[slot].Id)
            at--;
        others.Insert(at, slot);
    }

    private List<int> TrailingLike(int slot) => Trailing(store.ConditionsOf(slot).Reference, store.Entries[slot].Side);

    private List<int> Trailing(TriggerReference reference, Side side) =>
        _trailing[((int)reference * 2) + IndexOf(side)];

    public void Disarm(int slot)
    {
        store.ArmedCount--;
        ref var kept = ref store.ConditionsOf(slot);
        if (OrderRules.IsTrailing(kept.Type))
            _ = TrailingLike(slot).Remove(slot);
        SetDue(slot, false);
        LeaveTrigger(slot);
        if (store.ArmedCount == 0)
            ForgetPrints();
    }

    /// <summary>Puts an armed order at its trigger. A trigger out of range can never be reached.</summary>
    public void StandAtTrigger(int slot)
    {
        var trigger = store.ConditionsOf(slot).Trigger;
        if (trigger is < 1 or > Instrument.PriceTicksLimit)
            return;

        var side = TriggerSideOf(slot);
        var before = store.Ladder[store.Ladder.Find(side, trigger)].Last;
        for (; before != 0 && store.Entries[before].Id > store.Entries[slot].Id; store.Visited++)
            before = store.Entries[before].Previous;
        store.EnqueueBehind(slot, before, side, trigger, 0);
    }

    public void LeaveTrigger(int slot)
    {
        if (store.Entries[slot].Level != 0)
            store.Dequeue(slot, TriggerSideOf(slot), 0);
    }

    public int TriggerSideOf(int slot)
    {
        ref var kept = ref store.ConditionsOf(slot);
        var buys = store.Entries[slot].Side == Side.Buy;
        var reference = kept.Reference switch
        {
            TriggerReference.Last => OnLast,
            TriggerReference.Mark => OnMark,
            _ => buys ? OnAsk : OnBid,
        };
        return reference + (RisesTo(store.Entries[slot].Side, kept.Type) ? 1 : 0);
    }

    /// <summary>Returns true if a rise of the reference price triggers it: buy stops and sell take-profits.</summary>
    public static bool RisesTo(Side side, OrderType type) => side == Side.Buy != OrderRules.IsTakeProfit(type);

    /// <summary>Returns the reference price of such an order; 0 if there is none.</summary>
    private long ReferenceFor(Side side, TriggerReference reference) => reference switch
    {
        TriggerReference.Last => store.LastPriceTicks,
        TriggerReference.Mark => store.MarkPriceTicks,
        _ => store.BestDisplayed(side == Side.Buy ? Sell : Buy),
    };

    /// <summary>Returns true if the reference price has already reached a trigger.</summary>
    public bool IsPast(Side side, OrderType type, TriggerReference reference, long trigger)
    {
        var price = ReferenceFor(side, reference);
        return price != 0 && Reaches(price, side, type, trigger);
    }

    private static bool Reaches(long price, Side side, OrderType type, long trigger) =>
        RisesTo(side, type) ? price >= trigger : price <= trigger;

    /// <summary>
    /// Compares the triggers with all reference prices since the last call, and moves those that follow. Takes the
    /// orders reached off the triggers, and returns them until the next call: those reached by a rise before those
    /// reached by a fall, nearest first.
    /// </summary>
    public List<TriggerHit> TakeHits()
    {
        _hits.Clear();
        if (store.ArmedCount == 0)
        {
            ForgetPrints();
            return _hits;
        }

        if (DueCount > 0)
            CollectDue();
        for (var print = 0; print < Prints.Count; print++)
        {
            CollectHits(OnLast, Prints[print], PrintsSeen + print);
            Trail(TriggerReference.Last, Side.Buy, Prints[print], PrintsSeen + print);
            Trail(TriggerReference.Last, Side.Sell, Prints[print], PrintsSeen + print);
        }

        PrintsSeen += Prints.Count;
        Prints.Clear();
        CollectHits(OnBid, store.BestDisplayed(Buy), long.MaxValue);
        Trail(TriggerReference.Quote, Side.Sell, store.BestDisplayed(Buy), long.MaxValue);
        CollectHits(OnAsk, store.BestDisplayed(Sell), long.MaxValue);
        Trail(TriggerReference.Quote, Side.Buy, store.BestDisplayed(Sell), long.MaxValue);
        CollectHits(OnMark, store.MarkPriceTicks, long.MaxValue);
        FollowMark();
        if (_hits.Count > 1)
            _hits.Sort(s_firstReached);
        return _hits;
    }

    /// <summary>Collects the orders reached by prints from before an adjustment of prices, and removes them.</summary>
    private void CollectDue()
    {
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id == 0 || store.Entries[slot].Place != OrderPlace.Armed
                || !store.ConditionsOf(slot).IsDue)
                continue;

            NoteHit(slot, RisesTo(store.Entries[slot].Side, store.ConditionsOf(slot).Type));
            LeaveTrigger(slot);
        }
    }

    private void NoteHit(int slot, bool rise) =>
        _hits.Add(new TriggerHit(store.Entries[slot].Id, store.ConditionsOf(slot).Trigger, rise));

    private void ForgetPrints()
    {
        PrintsSeen += Prints.Count;
        Prints.Clear();
        _phasePrints = 0;
    }

    /// <summary>
    /// Collects the orders that a reference price reaches, if they were armed by then, and removes them.
    /// </summary>
    private void CollectHits(int reference, long price, long print)
    {
        if (price == 0)
            return;

        CollectSide(reference, price, print);
        CollectSide(reference + 1, price, print);
    }

    private void CollectSide(int side, long price, long print)
    {
        var level = store.Sides[side].Best;
        while (level != 0 && SignedPriceKey(side ^ 1, price) >= SignedPriceKey(side ^ 1, store.Ladder.PriceOf(level)))
        {
            var worse = store.NextWorse(side, level);
            var slot = store.Ladder[level].First;
            while (slot != 0)
            {
                var next = store.Entries[slot].Next;
                if (store.ConditionsOf(slot).ArmedAtPrint <= print)
                {
                    NoteHit(slot, (side & 1) != 0);
                    store.Dequeue(slot, side, 0);
                }

                slot = next;
            }

            level = worse;
        }
    }

    /// <summary>Moves the triggers that follow the mark price.</summary>
    public void FollowMark()
    {
        Trail(TriggerReference.Mark, Side.Buy, store.MarkPriceTicks, long.MaxValue);
        Trail(TriggerReference.Mark, Side.Sell, store.MarkPriceTicks, long.MaxValue);
    }

    /// <summary>
    /// Moves the triggers that follow a reference price, after the print has been compared with them.
    /// </summary>
    private void Trail(TriggerReference reference, Side side, long price, long print)
    {
        if (price == 0)
            return;

        foreach (var slot in Trailing(reference, side))
        {
            if (store.ConditionsOf(slot).ArmedAtPrint <= print)
                Follow(slot, price);
        }
    }

    /// <summary>Sets the trigger from the best reference price since it follows; it never moves back.</summary>
    private void Follow(int slot, long price)
    {
        ref var kept = ref store.ConditionsOf(slot);
        // The current check has already triggered it, or it is due: its trigger no longer moves.
        if (kept.IsDue || (kept.Trigger is >= 1 and <= Instrument.PriceTicksLimit && store.Entries[slot].Level == 0))
            return;
        if (!Ratchet(ref kept, store.Entries[slot].Side == Side.Sell, price))
            return;

        LeaveTrigger(slot);
        StandAtTrigger(slot);
    }

    /// <summary>Returns true if a price moves the trigger, which then follows the new peak.</summary>
    private static bool Ratchet(ref Conditions kept, bool sells, long price)
    {
        if (!kept.Follows)
        {
            kept.Follows = kept.Activation == 0 || (sells ? price >= kept.Activation : price <= kept.Activation);
            if (!kept.Follows)
                return false;
        }

        if (kept.Peak != 0 && (sells ? price <= kept.Peak : price >= kept.Peak))
            return false;

        kept.Peak = price;
        kept.Trigger = TrailFrom(in kept, sells);
        return true;
    }

    /// <summary>
    /// Applies unseen prints and the mark price to one armed order, taken off its trigger level, while the book does
    /// not match. If a price reaches the trigger, the order is due even if its trigger moves later. A trailing stop
    /// follows the prints.
    /// </summary>
    public void FollowUnseen(int slot)
    {
        ref var kept = ref store.ConditionsOf(slot);
        if (kept.IsDue)
            return;

        var side = store.Entries[slot].Side;
        if (kept.Reference == TriggerReference.Mark && store.MarkPriceTicks != 0
            && IsReached(in kept, side, store.MarkPriceTicks))
            SetDue(slot, true);
        if (kept.Reference != TriggerReference.Last)
            return;

        for (var print = 0; print < Prints.Count; print++)
        {
            var price = Prints[print];
            if (kept.ArmedAtPrint > PrintsSeen + print)
                continue;
            if (IsReached(in kept, side, price))
            {
                SetDue(slot, true);
                return;
            }

            if (OrderRules.IsTrailing(kept.Type))
                _ = Ratchet(ref kept, side == Side.Sell, price);
        }
    }

    private static bool IsReached(in Conditions kept, Side side, long price) =>
        kept.Trigger is >= 1 and <= Instrument.PriceTicksLimit && Reaches(price, side, kept.Type, kept.Trigger);

    public void SetDue(int slot, bool isDue)
    {
        ref var kept = ref store.ConditionsOf(slot);
        if (kept.IsDue == isDue)
            return;

        kept.IsDue = isDue;
        DueCount += isDue ? 1 : -1;
    }

    /// <summary>
    /// Returns the trigger of a peak, rounded away from the market, so that it is never short of the full distance.
    /// </summary>
    public static long TrailFrom(in Conditions kept, bool sells)
    {
        if (kept.TrailTicks != 0)
            return Math.Max(sells ? kept.Peak - kept.TrailTicks : kept.Peak + kept.TrailTicks, 0);

        var factor = sells ? 10_000 - kept.TrailBasisPoints : 10_000 + kept.TrailBasisPoints;
        return PriceBands.Scale(kept.Peak, factor, roundUp: !sells);
    }

    /// <summary>
    /// Returns the best reference price since a trailing stop follows it, including prints not yet checked because the
    /// book does not match; 0 if it does not follow.
    /// </summary>
    public long PeakNow(int slot)
    {
        var copy = store.ConditionsOf(slot);
        if (copy.Reference != TriggerReference.Last || store.Entries[slot].Place != OrderPlace.Armed)
            return copy.Peak;

        for (var print = 0; print < Prints.Count; print++)
        {
            if (copy.ArmedAtPrint <= PrintsSeen + print)
                _ = Ratchet(ref copy, store.Entries[slot].Side == Side.Sell, Prints[print]);
        }

        return copy.Peak;
    }
}
