using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// The order book of one instrument: commands in, events out, with priority by price, then display, then time.
/// </summary>
/// <remarks>
/// <para>Prices are in ticks (1 to 2^47), quantities in lots (1 to 2^53), times in nanoseconds that never go back. The
/// book reads no clock and draws no random number: the same commands give the same events.</para>
/// <para>A command is either rejected with one reason, and then nothing has changed, or done. Its events are in
/// <see cref="OrderStore.Events"/> until the next command. Only time may pass with a rejection: orders due by the
/// command's time have expired, and their events are there. A rejection never throws. If a command throws, it is a bug
/// (or memory is exhausted): discard the book and restore it.</para>
/// <para>A plain limit order in a book in continuous trading takes a fast path (<c>EnterPlain</c>, <c>Sweep</c>). One
/// general loop (<c>Match</c>) decides everything else and gives the same result for plain orders.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed partial class OrderBook : OrderStore
{
    /// <summary>Creates an empty book in continuous trading, without bands.</summary>
    /// <param name="maxLevels">Maximum number of price levels on each side, displayed and not displayed each.</param>
    public OrderBook(int maxLevels = 100_000)
        : base(maxLevels)
    {
    }

    /// <summary>
    /// Sets the time back after a fast clock dated the last command in the future. Orders that expired by it stay
    /// expired.
    /// </summary>
    /// <param name="timeNanos">New time, Unix nanoseconds, from 0 to <see cref="OrderStore.LastTimeNanos"/>.</param>
    public void TurnBack(long timeNanos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeNanos);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeNanos, LastTimeNanos);
        LastTimeNanos = timeNanos;
    }

    /// <summary>
    /// Enters an order: Accepted, then its own events, then their consequences.
    /// </summary>
    /// <remarks>
    /// Reject reasons, in this order: BadRequest (an undefined side, type or time in force), InvalidCombination (see
    /// <see cref="OrderRules.Conflict"/>), InvalidQuantity, InvalidPrice, TimeRegression, AccountBlocked, SymbolHalted,
    /// SymbolClosed or NotInThisPhase, ExpiredAlready, PriceBand, StopWouldTrigger, TooManyLevels, Overflow (its level
    /// would exceed <see cref="OrderStore.MaxLevelLots"/>), PegNoReference, PostOnlyWouldTake (RULES 2).
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its public id; 0 if rejected.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Submit(long timeNanos, in NewOrder order, out long orderId)
    {
        // By far the most common case first: an order that meets no other and rests at an open level.
        var side = IndexOf(order.Side);
        var price = order.PriceTicks;
        ref var place = ref Index.NextPlace;
        if (IsPlainLimit(in order) && timeNanos >= LastTimeNanos && timeNanos < NextExpiryNanos
            && SlowPathReasons == SlowPath.None
            && FreeEntry != 0 && place == 0 && Toward(side, price) < Sides[side ^ 1].Reach)
        {
            if (!Ladder.FindRecent(side, price, out var level))
                return SubmitFar(timeNanos, in order, out orderId);

            ref var queue = ref Ladder[level];
            if (queue.Orders == 0)
                return SubmitAlone(timeNanos, in order, level, ref place, out orderId);

            if (queue.Lots <= MaxLevelLots - Instrument.QuantityLotsLimit)
            {
                orderId = Join(timeNanos, in order, level, ref queue, ref place);
                return Watching ? Settled() : RejectReason.None;
            }
        }

        return SubmitOther(timeNanos, in order, out orderId);
    }

    /// <summary>
    /// Cancels an order: Ended, and with it its dependants. Reject reasons: UnknownOrder, OrderClosed, TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="reason">Reason in the event; not None.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Cancel(long timeNanos, long orderId, EndReason reason)
    {
        // By far the most common case first: a plain resting order.
        ref var place = ref Index.Place(orderId);
        if (timeNanos >= LastTimeNanos && timeNanos < NextExpiryNanos && reason != EndReason.None)
        {
            var slot = place;
            ref var entry = ref Entries[slot];
            ref var queue = ref Ladder[entry.Level];
            if (entry.Id == orderId && IsPlainResting(in entry))
            {
                place = 0;
                ReplaceFailure = RejectReason.None;
                LastTimeNanos = timeNanos;
                if (queue.Orders != 1)
                    EndOneOfMany(slot, ref entry, ref queue, reason);
                else
                    EndAlone(slot, ref entry, ref queue, reason);
                if (Watching || SlowPathReasons != SlowPath.None)
                    Conclude();
                return RejectReason.None;
            }
        }

        return CancelOther(timeNanos, orderId, reason);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CancelOther(long timeNanos, long orderId, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        Begin();
        var reject = Find(timeNanos, orderId, out var slot);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        End(slot, reason);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>Finds an open order for a command, after advancing the book to the command's time.</summary>
    private RejectReason Find(long timeNanos, long orderId, out int slot)
    {
        var reject = FindOpen(orderId, out slot);
        return MovesOn(timeNanos, ref reject) ? FindOpen(orderId, out slot) : reject;
    }

    /// <summary>
    /// Advances the book to the time of a command about an order, unless the request alone is rejected. Returns true if
    /// something expired, so that the order must be checked again.
    /// </summary>
    private bool MovesOn(long timeNanos, ref RejectReason reject)
    {
        if (IsOfRequestAlone(reject))
            return false;
        if (timeNanos < LastTimeNanos)
        {
            reject = reject == RejectReason.None ? RejectReason.TimeRegression : reject;
            return false;
        }

        if (timeNanos < NextExpiryNanos)
            return false;

        ExpireDue(timeNanos);
        return true;
    }

    /// <summary>Begins a command: clears the results of the previous one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin()
    {
        EventCount = 0;
        ReplaceFailure = RejectReason.None;
    }

    /// <summary>
    /// Begins an operator's command: rejects an error of the command alone, or advances the book to its time.
    /// </summary>
    private RejectReason BeginAt(long timeNanos, RejectReason wrong = RejectReason.None)
    {
        Begin();
        return wrong != RejectReason.None ? wrong : BringTo(timeNanos);
    }

    /// <summary>Ends a rejected command: orders may have expired by its time.</summary>
    private RejectReason Refuse(RejectReason reason)
    {
        if (EventCount > 0)
            TellIndicative();
        return reason;
    }

    /// <summary>Ends every command that did not take the shortest path.</summary>
    private void Conclude()
    {
        if (Watching)
            Settle();
        if ((SlowPathReasons & SlowPath.Phase) != 0)
            TellIndicative();
    }
}
