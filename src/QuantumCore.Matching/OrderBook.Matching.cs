using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// The general matching loop: every rule of meeting another order is here, and only here (RULES 3 to 6, 11, 12).
public sealed partial class OrderBook
{
    private (int Slot, long Left)[] _reserves = new (int, long)[16];

    private static Taker PlainTaker(long id, int side, long limit, long leaves) => new()
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
    };

    private void Match<TRun>(ref Taker taker)
        where TRun : struct, IRun
    {
        var at = new MatchCursor { Side = taker.Side ^ 1 };
        at.Lit = Sides[at.Side].Best;
        at.LitSlot = Ladder[at.Lit].First;
        at.Dark = Sides[at.Side + Dark].Best;
        at.DarkSlot = Ladder[at.Dark].First;
        while (taker.Leaves > 0 && taker.Amount != 0 && Next<TRun>(ref at))
        {
            if (Toward(taker.Side, taker.Limit) < Toward(taker.Side, at.Price))
                return;

            var wanted = taker.Amount >= 0 ? taker.Amount / at.Price : taker.Leaves;
            // An amount that buys no lot is spent, whatever bounds the order (RULES 5.2).
            if (wanted == 0)
            {
                taker.Stop = EndReason.Amount;
                return;
            }

            if (Has(at.Slot, Traits.AllOrNone) && wanted < Entries[at.Slot].Leaves)
            {
                // It cannot be met in part, and must not stand in the way of firm orders.
                PassDark(ref at);
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
        if (TRun.HasEffects)
        {
            at.Lit = Sides[at.Side].Best;
            at.LitSlot = Ladder[at.Lit].First;
        }
        else if (at.LitSlot == 0 && at.FirstReserve == at.Reserves && at.Lit != 0)
        {
            at.Lit = NextWorse(at.Side, at.Lit);
            at.LitSlot = Ladder[at.Lit].First;
            at.FirstReserve = at.Reserves = 0;
        }

        if (at.Lit == 0 && at.DarkSlot == 0)
            return false;

        var litPrice = at.Lit == 0 ? 0 : Ladder.PriceOf(at.Lit);
        var darkPrice = at.DarkSlot == 0 ? 0 : Ladder.PriceOf(at.Dark);
        at.IsLit = at.DarkSlot == 0
            || (at.Lit != 0 && Toward(at.Side ^ 1, litPrice) <= Toward(at.Side ^ 1, darkPrice));
        at.Price = at.IsLit ? litPrice : darkPrice;
        at.Slot = !at.IsLit ? at.DarkSlot : at.LitSlot != 0 ? at.LitSlot : _reserves[at.FirstReserve].Slot;
        return true;
    }

    /// <summary>Returns the quantity that the order at the cursor can trade before it queues again, in lots.</summary>
    private long AvailableAt<TRun>(in MatchCursor at)
        where TRun : struct, IRun
    {
        if (!TRun.HasEffects && at.IsLit && at.LitSlot == 0)
            return Math.Min(_reserves[at.FirstReserve].Left, ConditionsOf(at.Slot).Display);
        return Counted(at.Slot);
    }

    /// <summary>Skips an order that is not displayed.</summary>
    private void PassDark(ref MatchCursor at)
    {
        at.DarkSlot = Entries[at.DarkSlot].Next;
        if (at.DarkSlot != 0)
            return;

        at.Dark = NextWorse(at.Side + Dark, at.Dark);
        at.DarkSlot = Ladder[at.Dark].First;
    }

    /// <summary>Advances in a dry run, as if the order had traded the quantity or its whole slice were gone.</summary>
    private void PassDry(ref MatchCursor at, long quantity)
    {
        if (!at.IsLit)
        {
            PassDark(ref at);
            return;
        }

        var left = 0L;
        if (at.LitSlot == 0)
        {
            left = _reserves[at.FirstReserve++].Left - quantity;
        }
        else
        {
            at.LitSlot = Entries[at.LitSlot].Next;
            if (Has(at.Slot, Traits.Iceberg))
                left = Entries[at.Slot].Leaves - quantity;
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
        if (Toward(taker.Side, price) < Toward(taker.Side, taker.Cap))
            taker.Cap = price;
    }

    /// <summary>
    /// Returns the reason why an order may not trade at a price. Of two bounds, the tighter one decides; the protection
    /// if they agree.
    /// </summary>
    private static EndReason StopAt(in Taker taker, long price)
    {
        var beyondCap = Toward(taker.Side, taker.Cap) < Toward(taker.Side, price);
        if (price >= taker.BandLow && price <= taker.BandHigh)
            return beyondCap ? EndReason.Protection : EndReason.None;

        var edge = taker.Side == Buy ? taker.BandHigh : taker.BandLow;
        return beyondCap && Toward(taker.Side, taker.Cap) <= Toward(taker.Side, edge)
            ? EndReason.Protection
            : EndReason.Band;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOwn(in Taker taker, int maker) => taker.SelfTrade != SelfTradePrevention.None
        && taker.Owner != 0 && taker.Owner == Entries[maker].Owner;

    private void Trade(ref Taker taker, ref MatchCursor at, long quantity)
    {
        var slot = at.Slot;
        var makerId = Entries[slot].Id;
        var makerLeaves = Entries[slot].Leaves - quantity;
        if (taker.Amount >= 0)
            taker.Amount -= quantity * at.Price;
        else
            taker.Leaves -= quantity;
        AppendTrade(
            taker.Side, taker.Id, makerId, at.Price, quantity, taker.Amount >= 0 ? 0 : taker.Leaves, makerLeaves);
        LastTradeNumber++;
        if (!taker.IsSilent)
            Print(at.Price);

        var next = at.IsLit ? 0 : Entries[slot].Next;
        TakeOff(slot, quantity);
        AfterSlice(slot);
        if (Sibling(slot) is not 0 and var sibling)
            End(sibling, EndReason.OneCancelsOther);
        if (makerLeaves == 0)
            Complete(slot);
        if (!taker.Traded)
            AfterFirstFill(ref taker);
        if (!at.IsLit && makerLeaves == 0)
            StepDark(ref at, next);
    }

    /// <summary>Ends the sibling of a one-cancels-other taker at its first fill.</summary>
    private void AfterFirstFill(ref Taker taker)
    {
        taker.Traded = true;
        if (taker.Slot != 0 && Sibling(taker.Slot) is not 0 and var sibling)
            End(sibling, EndReason.OneCancelsOther);
    }

    /// <summary>Moves the cursor behind an order that is not displayed and has gone.</summary>
    private void StepDark(ref MatchCursor at, int next)
    {
        at.DarkSlot = next;
        if (next != 0)
            return;

        // Its level is closed. Orders skipped before it are at better prices.
        at.Dark = FirstDarkBeyond(at.Side + Dark, at.Price);
        at.DarkSlot = Ladder[at.Dark].First;
    }

    private int FirstDarkBeyond(int side, long price)
    {
        var level = Sides[side].Best;
        while (level != 0 && Toward(side ^ 1, Ladder.PriceOf(level)) <= Toward(side ^ 1, price))
            level = NextWorse(side, level);
        return level;
    }

    /// <summary>Takes lots off a resting order in place.</summary>
    private void TakeOff(int slot, long quantity)
    {
        ref var entry = ref Entries[slot];
        entry.Leaves -= quantity;
        if (entry.Level != 0)
            Ladder[entry.Level].Lots -= quantity;
        if ((entry.Traits & Traits.Iceberg) != 0)
            ConditionsOf(slot).Shown -= quantity;
    }

    /// <summary>Displays the next slice of an iceberg whose displayed lots are used up, last at its price.</summary>
    private void AfterSlice(int slot)
    {
        ref var entry = ref Entries[slot];
        if ((entry.Traits & Traits.Iceberg) == 0 || entry.Leaves == 0 || ConditionsOf(slot).Shown > 0)
            return;

        var price = Ladder.PriceOf(entry.Level);
        var side = IndexOf(entry.Side);
        Dequeue(slot, side, 0);
        Entries[slot].Priority = NextPriority++;
        var shown = Show(slot);
        Enqueue(slot, side, price, shown);
        Append(BookEventKind.Refilled, entry.Side, EndReason.None, entry.Id, price, shown, entry.Leaves);
    }
}
