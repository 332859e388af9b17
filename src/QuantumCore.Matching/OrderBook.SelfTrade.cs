using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Self-trade prevention (RULES 11): the taker's mode decides when one of its owner's orders is next in priority.
public sealed partial class OrderBook
{
    /// <summary>
    /// Sets the owners of accounts for all of their open orders, in any place. Nothing trades or ends by it. Later
    /// orders carry their own owner. Reject reason: TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="owners">
    /// Owners by account, as in <see cref="NewOrder.Owner"/>; 0 for none. Other accounts keep theirs.
    /// </param>
    public RejectReason SetOwners(long timeNanos, IReadOnlyDictionary<long, long> owners)
    {
        ArgumentNullException.ThrowIfNull(owners);
        var reject = BeginAt(timeNanos);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            ref var entry = ref Entries[slot];
            if (entry.Id != 0 && owners.TryGetValue(entry.Account, out var owner))
                entry.Owner = owner;
        }

        Conclude();
        return RejectReason.None;
    }

    /// <summary>Applies self-trade prevention to two orders of one owner that meet.</summary>
    /// <returns>True if the taker goes on.</returns>
    private bool PreventSelfTrade<TRun>(ref Taker taker, ref MatchCursor at, long quantity)
        where TRun : struct, IRun
    {
        var mode = taker.SelfTrade.Between(taker.Id, Entries[at.Slot].Id);
        if (!TRun.HasEffects)
        {
            taker.Ended = mode is SelfTradePrevention.ExpireTaker or SelfTradePrevention.ExpireBoth;
            if (taker.Ended)
                return false;

            if (mode == SelfTradePrevention.Decrement)
            {
                taker.Leaves -= quantity;
                taker.Prevented += quantity;
            }

            PassOwn(ref at, mode, quantity);
            return true;
        }

        var next = at.IsLit ? 0 : Entries[at.Slot].Next;
        var maker = at.Slot;
        if (mode == SelfTradePrevention.Decrement)
            return Decrement(ref taker, ref at, quantity, next);

        TellPrevented(in taker, maker, quantity, 0);
        if (mode is SelfTradePrevention.ExpireMaker or SelfTradePrevention.ExpireBoth)
        {
            End(maker, EndReason.SelfTrade);
            if (!at.IsLit)
                StepDark(ref at, next);
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
        if (mode == SelfTradePrevention.Decrement || !at.IsLit)
            PassDry(ref at, quantity);
        else if (at.LitSlot == 0)
            at.FirstReserve++;
        else
            at.LitSlot = Entries[at.LitSlot].Next;
    }

    private bool Decrement(ref Taker taker, ref MatchCursor at, long quantity, int next)
    {
        var maker = at.Slot;
        taker.Leaves -= quantity;
        TellPrevented(in taker, maker, quantity, quantity);
        TakeOff(maker, quantity);
        var makerLeaves = Entries[maker].Leaves;
        Prevented(maker, quantity);
        if (taker.Slot != 0)
        {
            Entries[taker.Slot].Leaves = taker.Leaves;
            Prevented(taker.Slot, quantity);
        }

        if (makerLeaves == 0)
            End(maker, EndReason.SelfTrade);
        if (taker.Leaves == 0)
            EndTaker(ref taker);
        if (makerLeaves > 0)
            AfterSlice(maker);
        else if (!at.IsLit)
            StepDark(ref at, next);
        return taker.Leaves > 0;
    }

    /// <summary>Counts prevented lots for the sibling too, so that both legs stay equal.</summary>
    private void Prevented(int slot, long quantity)
    {
        if (!Has(slot, Traits.Conditional))
            return;

        ConditionsOf(slot).Prevented += quantity;
        if (Entries[slot].Leaves > 0 && Sibling(slot) is not 0 and var sibling)
        {
            // It waits for its trigger or its turn, so no level counts its lots.
            Entries[sibling].Leaves = Entries[slot].Leaves;
            ConditionsOf(sibling).Prevented += quantity;
        }
    }

    private void TellPrevented(in Taker taker, int maker, long quantity, long makerLoses)
    {
        ref var entry = ref Entries[maker];
        Append(
            BookEventKind.SelfTradePrevented, (Side)(taker.Side + 1), EndReason.None, taker.Id,
            Ladder.PriceOf(entry.Level), quantity, taker.Amount >= 0 ? 0 : taker.Leaves);
        Told.MakerId = entry.Id;
        Told.MakerLeavesLots = entry.Leaves - makerLoses;
        Told.Detail = (byte)taker.SelfTrade;
    }

    private void EndTaker(ref Taker taker)
    {
        taker.Ended = true;
        if (taker.Slot == 0)
            throw new InvalidOperationException("A plain order has no self-trade prevention.");

        if (taker.Amount >= 0)
            ConditionsOf(taker.Slot).Amount = taker.Amount;
        Entries[taker.Slot].Leaves = taker.Leaves;
        End(taker.Slot, EndReason.SelfTrade);
    }
}
