using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// The general matching loop: every rule of meeting another order is here, and only here (RULES 3 to 6, 11, 12).
/// </summary>
internal sealed class Matcher(OrderStore store, OrderEndings endings, OrderLists lists, Triggers triggers)
{
    private (int Slot, long Left)[] _reserves = new (int, long)[16];

    public Taker TakerFor(int slot, long price)
    {
        ref var entry = ref store.Entries[slot];
        var side = IndexOf(entry.Side);
        var taker = PlainTaker(entry.Id, side, price, entry.Leaves);
        taker.Slot = slot;
        taker.Owner = store.Entries[slot].Owner;
        taker.SelfTrade = store.SelfTradeOf(slot);
        if (store.IsMarketNow(slot))
        {
            ref var kept = ref store.ConditionsOf(slot);
            taker.Limit = Farthest(side);
            taker.Amount = kept.Amount;
            taker.Protection = kept.Protection >= 0 ? kept.Protection : -1;
            if (store.Rules.ProtectionTicks is { } most && (kept.Protection < 0 || most < kept.Protection))
                taker.Protection = most;
            if (price != 0)
                taker.Cap = price;
        }

        SetBand(ref taker);
        return taker;
    }

    /// <summary>Makes the taker of a limit order as it would enter.</summary>
    public Taker TakerFor(in NewOrder order)
    {
        var taker = PlainTaker(store.LastOrderId + 1, IndexOf(order.Side), order.PriceTicks, order.QuantityLots);
        taker.Owner = order.Owner;
        taker.SelfTrade = order.SelfTrade;
        SetBand(ref taker);
        return taker;
    }

    public static Taker PlainTaker(long id, int side, long limit, long leaves) => new()
    {
        Id = id,
        Side = side,
        Limit = limit,
        Cap = Farthest(side),
        BandLow = 1,
        BandHigh = Instrument.PriceTicksLimit,
        Leaves = leaves,
        Amount = -1,
        Protection = -1,
        MostPrevented = long.MaxValue,
    };

    /// <summary>Sets the bands; the dynamic one uses the last price at the start of the phase (RULES 12.2).</summary>
    private void SetBand(ref Taker taker)
    {
        if ((store.Rules.DynamicBandBasisPoints ?? store.Rules.StaticBandBasisPoints) is not null)
            (taker.BandLow, taker.BandHigh) = store.TradingBand;
    }

    /// <summary>Returns true if an order would trade a quantity now.</summary>
    public bool WouldTrade(in Taker taker, long least)
    {
        var dry = taker;
        dry.MostPrevented = taker.Leaves - least;
        Match<DryRun>(ref dry);
        return taker.Leaves - dry.Leaves - dry.Prevented >= least;
    }

    public void Match<TRun>(ref Taker taker)
        where TRun : struct, IRun
    {
        var at = new MatchCursor { Side = taker.Side ^ 1 };
        at.Displayed = store.Sides[at.Side].Best;
        at.DisplayedSlot = store.Ladder[at.Displayed].First;
        at.Hidden = store.Sides[at.Side + Hidden].Best;
        at.HiddenSlot = store.Ladder[at.Hidden].First;
        while (taker.Leaves > 0 && taker.Amount != 0 && Next<TRun>(ref at))
        {
            if (SignedPriceKey(taker.Side, taker.Limit) < SignedPriceKey(taker.Side, at.Price))
                return;

            var wanted = taker.Amount >= 0 ? taker.Amount / at.Price : taker.Leaves;
            // An amount that buys no lot is spent, whatever bounds the order (RULES 5.2).
            if (wanted == 0)
            {
                taker.Stop = EndReason.Amount;
                return;
            }

            if (store.Has(at.Slot, Traits.AllOrNone) && wanted < store.Entries[at.Slot].Leaves)
            {
                // It cannot be met in part, and must not stand in the way of firm orders.
                PassHidden(ref at);
                continue;
            }

            if (taker.Protection >= 0)
            {
                Protect(ref taker, at.Price);
                taker.Protection = -1;
            }

            taker.Stop = StopAt(in taker, at.Price);
            if (taker.Stop != EndReason.None)
                return;

            var quantity = Math.Min(wanted, AvailableAt<TRun>(in at));
            if (IsOwn(in taker, at.Slot))
            {
                if (!PreventSelfTrade<TRun>(ref taker, ref at, quantity))
                    return;
            }
            else if (TRun.HasEffects)
            {
                Trade(ref taker, ref at, quantity);
            }
            else
            {
                if (taker.Amount >= 0)
                    taker.Amount -= quantity * at.Price;
                else
                    taker.Leaves -= quantity;
                PassDry(ref at, quantity);
            }
        }
    }

    /// <summary>
    /// Moves to the next order in priority: by price, then displayed first. Returns false if none is left.
    /// </summary>
    private bool Next<TRun>(ref MatchCursor at)
        where TRun : struct, IRun
    {
        if (!TRun.HasEffects)
            store.Visited++;
        if (TRun.HasEffects)
        {
            at.Displayed = store.Sides[at.Side].Best;
            at.DisplayedSlot = store.Ladder[at.Displayed].First;
        }
        else if (at.DisplayedSlot == 0 && at.FirstReserve == at.Reserves && at.Displayed != 0)
        {
            at.Displayed = store.NextWorse(at.Side, at.Displayed);
            at.DisplayedSlot = store.Ladder[at.Displayed].First;
            at.FirstReserve = at.Reserves = 0;
            at.HasOwnReserve = false;
        }

        if (at.Displayed == 0 && at.HiddenSlot == 0)
            return false;

        var displayedPrice = at.Displayed == 0 ? 0 : store.Ladder.PriceOf(at.Displayed);
        var hiddenPrice = at.HiddenSlot == 0 ? 0 : store.Ladder.PriceOf(at.Hidden);
        at.IsDisplayed = at.HiddenSlot == 0
            || (at.Displayed != 0
                && SignedPriceKey(at.Side ^ 1, displayedPrice) <= SignedPriceKey(at.Side ^ 1, hiddenPrice));
        at.Price = at.IsDisplayed ? displayedPrice : hiddenPrice;
        at.Slot = !at.IsDisplayed ? at.HiddenSlot
            : at.DisplayedSlot != 0 ? at.DisplayedSlot
            : _reserves[at.FirstReserve].Slot;
        return true;
    }

    /// <summary>Returns the quantity that the order at the cursor can trade before it queues again, in lots.</summary>
    private long AvailableAt<TRun>(in MatchCursor at)
        where TRun : struct, IRun
    {
        if (TRun.HasEffects || !at.IsDisplayed || at.DisplayedSlot != 0)
            return store.Counted(at.Slot);

        // All slices have one price, so their sequence matters only if some of them are own and decrement.
        var left = _reserves[at.FirstReserve].Left;
        return at.HasOwnReserve ? Math.Min(left, store.ConditionsOf(at.Slot).Display) : left;
    }

    /// <summary>Skips an order that is not displayed.</summary>
    private void PassHidden(ref MatchCursor at)
    {
        at.HiddenSlot = store.Entries[at.HiddenSlot].Next;
        if (at.HiddenSlot != 0)
            return;

        at.Hidden = store.NextWorse(at.Side + Hidden, at.Hidden);
        at.HiddenSlot = store.Ladder[at.Hidden].First;
    }

    /// <summary>Advances in a dry run, as if the order had traded the quantity or its whole slice were gone.</summary>
    private void PassDry(ref MatchCursor at, long quantity)
    {
        if (!at.IsDisplayed)
        {
            PassHidden(ref at);
            return;
        }

        var left = 0L;
        if (at.DisplayedSlot == 0)
        {
            left = _reserves[at.FirstReserve++].Left - quantity;
        }
        else
        {
            at.DisplayedSlot = store.Entries[at.DisplayedSlot].Next;
            if (store.Has(at.Slot, Traits.Iceberg))
                left = store.Entries[at.Slot].Leaves - quantity;
        }

        if (left <= 0)
            return;

        if (at.Reserves == _reserves.Length)
            Array.Resize(ref _reserves, _reserves.Length * 2);
        _reserves[at.Reserves++] = (at.Slot, left);
    }

    /// <summary>Limits a market order to its protection from the first order it meets.</summary>
    private static void Protect(ref Taker taker, long firstPrice)
    {
        var price = taker.Side == Buy
            ? Math.Min(firstPrice + taker.Protection, Instrument.PriceTicksLimit)
            : Math.Max(firstPrice - taker.Protection, 1);
        if (SignedPriceKey(taker.Side, price) < SignedPriceKey(taker.Side, taker.Cap))
            taker.Cap = price;
    }

    /// <summary>
    /// Returns the reason why an order may not trade at a price. Of two bounds, the tighter one decides; the protection
    /// if they agree.
    /// </summary>
    private static EndReason StopAt(in Taker taker, long price)
    {
        var beyondCap = SignedPriceKey(taker.Side, taker.Cap) < SignedPriceKey(taker.Side, price);
        if (price >= taker.BandLow && price <= taker.BandHigh)
            return beyondCap ? EndReason.Protection : EndReason.None;

        var edge = taker.Side == Buy ? taker.BandHigh : taker.BandLow;
        return beyondCap && SignedPriceKey(taker.Side, taker.Cap) <= SignedPriceKey(taker.Side, edge)
            ? EndReason.Protection
            : EndReason.Band;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOwn(in Taker taker, int maker) => taker.SelfTrade != SelfTradePrevention.None
        && taker.Owner != 0 && taker.Owner == store.Entries[maker].Owner;

    public void Trade(ref Taker taker, ref MatchCursor at, long quantity)
    {
        var slot = at.Slot;
        var makerId = store.Entries[slot].Id;
        var makerLeaves = store.Entries[slot].Leaves - quantity;
        if (taker.Amount >= 0)
            taker.Amount -= quantity * at.Price;
        else
            taker.Leaves -= quantity;
        store.AppendTrade(
            taker.Side, taker.Id, makerId, at.Price, quantity, taker.Amount >= 0 ? 0 : taker.Leaves, makerLeaves);
        store.LastTradeNumber++;
        if (!taker.IsSilent)
            triggers.Print(at.Price);

        var next = at.IsDisplayed ? 0 : store.Entries[slot].Next;
        TakeOff(slot, quantity);
        AfterSlice(slot);
        if (lists.Sibling(slot) is not 0 and var sibling)
            endings.End(sibling, EndReason.OneCancelsOther);
        if (makerLeaves == 0)
            endings.Complete(slot);
        if (!taker.Traded)
            AfterFirstFill(ref taker);
        if (!at.IsDisplayed && makerLeaves == 0)
            StepHidden(ref at, next);
    }

    /// <summary>Ends the sibling of a one-cancels-other taker at its first fill.</summary>
    private void AfterFirstFill(ref Taker taker)
    {
        taker.Traded = true;
        if (taker.Slot != 0 && lists.Sibling(taker.Slot) is not 0 and var sibling)
            endings.End(sibling, EndReason.OneCancelsOther);
    }

    /// <summary>Moves the cursor behind an order that is not displayed and has gone.</summary>
    private void StepHidden(ref MatchCursor at, int next)
    {
        at.HiddenSlot = next;
        if (next != 0)
            return;

        // Its level is closed. Orders skipped before it are at better prices.
        at.Hidden = FirstHiddenBeyond(at.Side + Hidden, at.Price);
        at.HiddenSlot = store.Ladder[at.Hidden].First;
    }

    private int FirstHiddenBeyond(int side, long price)
    {
        var level = store.Sides[side].Best;
        while (level != 0 && SignedPriceKey(side ^ 1, store.Ladder.PriceOf(level)) <= SignedPriceKey(side ^ 1, price))
            level = store.NextWorse(side, level);
        return level;
    }

    /// <summary>Takes lots off a resting order in place.</summary>
    private void TakeOff(int slot, long quantity)
    {
        ref var entry = ref store.Entries[slot];
        entry.Leaves -= quantity;
        if (entry.Level != 0)
            store.Ladder[entry.Level].Lots -= quantity;
        if ((entry.Traits & Traits.Iceberg) != 0)
            store.ConditionsOf(slot).Shown -= quantity;
    }

    /// <summary>Displays the next slice of an iceberg whose displayed lots are used up, last at its price.</summary>
    private void AfterSlice(int slot)
    {
        ref var entry = ref store.Entries[slot];
        if ((entry.Traits & Traits.Iceberg) == 0 || entry.Leaves == 0 || store.ConditionsOf(slot).Shown > 0)
            return;

        var price = store.Ladder.PriceOf(entry.Level);
        var side = IndexOf(entry.Side);
        store.Dequeue(slot, side, 0);
        store.Entries[slot].Priority = store.NextPriority++;
        var shown = store.Show(slot);
        store.Enqueue(slot, side, price, shown);
        store.Append(BookEventKind.Refilled, entry.Side, EndReason.None, entry.Id, price, shown, entry.Leaves);
    }

    /// <summary>Applies self-trade prevention to two orders of one owner that meet.</summary>
    /// <returns>True if the taker goes on.</returns>
    private bool PreventSelfTrade<TRun>(ref Taker taker, ref MatchCursor at, long quantity)
        where TRun : struct, IRun
    {
        var mode = taker.SelfTrade.Between(taker.Id, store.Entries[at.Slot].Id);
        if (!TRun.HasEffects)
        {
            taker.Ended = mode is SelfTradePrevention.ExpireTaker or SelfTradePrevention.ExpireBoth;
            if (taker.Ended)
                return false;

            if (mode == SelfTradePrevention.Decrement)
            {
                taker.Leaves -= quantity;
                taker.Prevented += quantity;
                if (taker.Prevented > taker.MostPrevented)
                    return false;
            }

            PassOwn(ref at, mode, quantity);
            return true;
        }

        var next = at.IsDisplayed ? 0 : store.Entries[at.Slot].Next;
        var maker = at.Slot;
        if (mode == SelfTradePrevention.Decrement)
            return Decrement(ref taker, ref at, quantity, next);

        TellPrevented(in taker, maker, quantity, 0);
        if (mode is SelfTradePrevention.ExpireMaker or SelfTradePrevention.ExpireBoth)
        {
            endings.End(maker, EndReason.SelfTrade);
            if (!at.IsDisplayed)
                StepHidden(ref at, next);
        }

        if (mode == SelfTradePrevention.ExpireMaker)
            return true;

        EndTaker(ref taker);
        return false;
    }

    /// <summary>
    /// Advances in a dry run: an expiring maker is gone with its reserve; a decremented one would refill.
    /// </summary>
    private void PassOwn(ref MatchCursor at, SelfTradePrevention mode, long quantity)
    {
        at.HasOwnReserve |= mode == SelfTradePrevention.Decrement && store.Has(at.Slot, Traits.Iceberg);
        if (mode == SelfTradePrevention.Decrement || !at.IsDisplayed)
            PassDry(ref at, quantity);
        else if (at.DisplayedSlot == 0)
            at.FirstReserve++;
        else
            at.DisplayedSlot = store.Entries[at.DisplayedSlot].Next;
    }

    private bool Decrement(ref Taker taker, ref MatchCursor at, long quantity, int next)
    {
        var maker = at.Slot;
        taker.Leaves -= quantity;
        TellPrevented(in taker, maker, quantity, quantity);
        TakeOff(maker, quantity);
        var makerLeaves = store.Entries[maker].Leaves;
        Prevented(maker, quantity);
        if (taker.Slot != 0)
        {
            store.Entries[taker.Slot].Leaves = taker.Leaves;
            Prevented(taker.Slot, quantity);
        }

        if (makerLeaves == 0)
            endings.End(maker, EndReason.SelfTrade);
        if (taker.Leaves == 0)
            EndTaker(ref taker);
        if (makerLeaves > 0)
            AfterSlice(maker);
        else if (!at.IsDisplayed)
            StepHidden(ref at, next);
        return taker.Leaves > 0;
    }

    /// <summary>Counts prevented lots for the sibling too, so that both legs stay equal.</summary>
    private void Prevented(int slot, long quantity)
    {
        if (!store.Has(slot, Traits.Conditional))
            return;

        store.ConditionsOf(slot).Prevented += quantity;
        if (store.Entries[slot].Leaves > 0 && lists.Sibling(slot) is not 0 and var sibling)
        {
            // It waits for its trigger or its turn, so no level counts its lots.
            store.Entries[sibling].Leaves = store.Entries[slot].Leaves;
            store.ConditionsOf(sibling).Prevented += quantity;
        }
    }

    private void TellPrevented(in Taker taker, int maker, long quantity, long makerLoses)
    {
        ref var entry = ref store.Entries[maker];
        store.Append(
            BookEventKind.SelfTradePrevented, (Side)(taker.Side + 1), EndReason.None, taker.Id,
            store.Ladder.PriceOf(entry.Level), quantity, taker.Amount >= 0 ? 0 : taker.Leaves);
        store.Told.MakerId = entry.Id;
        store.Told.MakerLeavesLots = entry.Leaves - makerLoses;
        store.Told.Detail = (byte)taker.SelfTrade;
    }

    private void EndTaker(ref Taker taker)
    {
        taker.Ended = true;
        if (taker.Slot == 0)
            throw new InvalidOperationException("A plain order has no self-trade prevention.");

        if (taker.Amount >= 0)
            store.ConditionsOf(taker.Slot).Amount = taker.Amount;
        store.Entries[taker.Slot].Leaves = taker.Leaves;
        endings.End(taker.Slot, EndReason.SelfTrade);
    }
}
