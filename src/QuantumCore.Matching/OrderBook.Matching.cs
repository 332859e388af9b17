using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// The general matching loop: every rule of meeting another order is here, and only here (RULES 3 to 6, 11, 12).
public sealed partial class OrderBook
{
    /// <summary>
    /// Selects a run of the matching loop with or without effects. The loop is compiled once for each, so that a dry
    /// run is the very same loop and an execution pays nothing for it.
    /// </summary>
    private interface IRun
    {
        static abstract bool HasEffects { get; }
    }

    private readonly struct Execution : IRun
    {
        public static bool HasEffects => true;
    }

    private readonly struct DryRun : IRun
    {
        public static bool HasEffects => false;
    }

    /// <summary>An order that is matching against the other side.</summary>
    private struct Taker
    {
        public long Id;
        public long Leaves;

        /// <summary>Its own limit; its remainder rests there.</summary>
        public long Limit;

        /// <summary>Protection price of a market order: it trades no farther.</summary>
        public long Cap;

        /// <summary>The dynamic band: nothing trades outside.</summary>
        public long BandLow;
        public long BandHigh;

        /// <summary>Reason why it stopped; None if its limit or the end of the book did.</summary>
        public EndReason Stop;

        /// <summary>Amount left to spend or receive, in ticks times lots; -1 for an order by quantity.</summary>
        public long Amount;

        /// <summary>Maximum distance from the first order it meets, in ticks; -1 for none.</summary>
        public long Protection;
        public long Owner;
        public int Side;

        /// <summary>Its slot; 0 for a plain order that has none yet.</summary>
        public int Slot;
        public SelfTradePrevention SelfTrade;

        /// <summary>Lots removed from it by self-trade prevention.</summary>
        public long Prevented;

        /// <summary>True if it ended within the loop.</summary>
        public bool Ended;
        public bool Traded;

        /// <summary>True if its trades are not prints.</summary>
        public bool IsSilent;
    }

    /// <summary>Cursor on the other side: the best displayed level, and the best level that is not displayed.</summary>
    private struct Cursor
    {
        public int Side;
        public int Lit;
        public int LitSlot;
        public int Dark;
        public int DarkSlot;

        /// <summary>In a dry run: reserves of icebergs met at this level, which would be met again.</summary>
        public int FirstReserve;
        public int Reserves;
        public bool IsLit;
        public int Slot;
        public long Price;
    }

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

    private static long Farthest(int side) => (side & 1) == Buy ? Instrument.PriceTicksLimit : 1;

    private void Match<TRun>(ref Taker taker)
        where TRun : struct, IRun
    {
        var at = new Cursor { Side = taker.Side ^ 1 };
        at.Lit = _sides[at.Side].Best;
        at.LitSlot = _ladder[at.Lit].First;
        at.Dark = _sides[at.Side + Dark].Best;
        at.DarkSlot = _ladder[at.Dark].First;
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

            if (Has(at.Slot, Traits.AllOrNone) && wanted < _entries[at.Slot].Leaves)
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
    private bool Next<TRun>(ref Cursor at)
        where TRun : struct, IRun
    {
        if (TRun.HasEffects)
        {
            at.Lit = _sides[at.Side].Best;
            at.LitSlot = _ladder[at.Lit].First;
        }
        else if (at.LitSlot == 0 && at.FirstReserve == at.Reserves && at.Lit != 0)
        {
            at.Lit = NextWorse(at.Side, at.Lit);
            at.LitSlot = _ladder[at.Lit].First;
            at.FirstReserve = at.Reserves = 0;
        }

        if (at.Lit == 0 && at.DarkSlot == 0)
            return false;

        var litPrice = at.Lit == 0 ? 0 : _ladder.PriceOf(at.Lit);
        var darkPrice = at.DarkSlot == 0 ? 0 : _ladder.PriceOf(at.Dark);
        at.IsLit = at.DarkSlot == 0
            || (at.Lit != 0 && Toward(at.Side ^ 1, litPrice) <= Toward(at.Side ^ 1, darkPrice));
        at.Price = at.IsLit ? litPrice : darkPrice;
        at.Slot = !at.IsLit ? at.DarkSlot : at.LitSlot != 0 ? at.LitSlot : _reserves[at.FirstReserve].Slot;
        return true;
    }

    /// <summary>Returns the quantity that the order at the cursor can trade before it queues again, in lots.</summary>
    private long AvailableAt<TRun>(in Cursor at)
        where TRun : struct, IRun
    {
        if (!TRun.HasEffects && at.IsLit && at.LitSlot == 0)
            return Math.Min(_reserves[at.FirstReserve].Left, ConditionsOf(at.Slot).Display);
        return Counted(at.Slot);
    }

    /// <summary>Skips an order that is not displayed.</summary>
    private void PassDark(ref Cursor at)
    {
        at.DarkSlot = _entries[at.DarkSlot].Next;
        if (at.DarkSlot != 0)
            return;

        at.Dark = NextWorse(at.Side + Dark, at.Dark);
        at.DarkSlot = _ladder[at.Dark].First;
    }

    /// <summary>Advances in a dry run, as if the order had traded the quantity or its whole slice were gone.</summary>
    private void PassDry(ref Cursor at, long quantity)
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
            at.LitSlot = _entries[at.LitSlot].Next;
            if (Has(at.Slot, Traits.Iceberg))
                left = _entries[at.Slot].Leaves - quantity;
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
        && taker.Owner != 0 && taker.Owner == _entries[maker].Owner;

    private void Trade(ref Taker taker, ref Cursor at, long quantity)
    {
        var slot = at.Slot;
        var makerId = _entries[slot].Id;
        var makerLeaves = _entries[slot].Leaves - quantity;
        if (taker.Amount >= 0)
            taker.Amount -= quantity * at.Price;
        else
            taker.Leaves -= quantity;
        AppendTrade(
            taker.Side, taker.Id, makerId, at.Price, quantity, taker.Amount >= 0 ? 0 : taker.Leaves, makerLeaves);
        LastTradeNumber++;
        if (!taker.IsSilent)
            NotePrint(at.Price);

        var next = at.IsLit ? 0 : _entries[slot].Next;
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
    private void StepDark(ref Cursor at, int next)
    {
        at.DarkSlot = next;
        if (next != 0)
            return;

        // Its level is closed. Orders skipped before it are at better prices.
        at.Dark = FirstDarkBeyond(at.Side + Dark, at.Price);
        at.DarkSlot = _ladder[at.Dark].First;
    }

    private int FirstDarkBeyond(int side, long price)
    {
        var level = _sides[side].Best;
        while (level != 0 && Toward(side ^ 1, _ladder.PriceOf(level)) <= Toward(side ^ 1, price))
            level = NextWorse(side, level);
        return level;
    }

    /// <summary>Takes lots off a resting order in place.</summary>
    private void TakeOff(int slot, long quantity)
    {
        ref var entry = ref _entries[slot];
        entry.Leaves -= quantity;
        if (entry.Level != 0)
            _ladder[entry.Level].Lots -= quantity;
        if ((entry.Traits & Traits.Iceberg) != 0)
            ConditionsOf(slot).Shown -= quantity;
    }

    /// <summary>Displays the next slice of an iceberg whose displayed lots are used up, last at its price.</summary>
    private void AfterSlice(int slot)
    {
        ref var entry = ref _entries[slot];
        if ((entry.Traits & Traits.Iceberg) == 0 || entry.Leaves == 0 || ConditionsOf(slot).Shown > 0)
            return;

        var price = _ladder.PriceOf(entry.Level);
        var side = IndexOf(entry.Side);
        Dequeue(slot, side, 0);
        _entries[slot].Priority = _nextPriority++;
        var shown = Show(slot);
        Enqueue(slot, side, price, shown);
        Append(BookEventKind.Refilled, entry.Side, EndReason.None, entry.Id, price, shown, entry.Leaves);
    }

    /// <summary>Sets and returns the displayed lots of an iceberg; returns all open lots of any other order.</summary>
    private long Show(int slot)
    {
        var leaves = _entries[slot].Leaves;
        if (!Has(slot, Traits.Iceberg))
            return leaves;

        ref var conditions = ref ConditionsOf(slot);
        return conditions.Shown = Math.Min(conditions.Display, leaves);
    }

    /// <summary>Returns the lots of an order that its level counts.</summary>
    private long Counted(int slot) => Has(slot, Traits.Iceberg) && _entries[slot].Level != 0
        ? ConditionsOf(slot).Shown
        : _entries[slot].Leaves;
}
