using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Trading phases (RULES 13), price bands (12) and the operator's commands.
public sealed partial class OrderBook
{
    private readonly HashSet<long> Busted = [];
    private int Extensions;

    /// <summary>
    /// Changes the phase: PhaseChanged, preceded by the auction that ends the old phase, and followed by what the new
    /// one causes. Reject reasons: NotInThisPhase (not possible from here), TimeRegression.
    /// </summary>
    /// <remarks>
    /// The auction may be extended (Extended), so that the phase stays. If its price is confined to the collar and the
    /// book is still crossed, the symbol halts instead of going to Continuous (RULES 12.7).
    /// </remarks>
    public RejectReason SetPhase(long timeNanos, TradingPhase phase)
    {
        var reject = BeginAt(timeNanos);
        if (reject != RejectReason.None)
            return reject;
        if (!Phase.LeadsTo(phase))
            return Refuse(RejectReason.NotInThisPhase);

        LastTimeNanos = timeNanos;
        ChangePhase(phase);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the reference price of the static band: the previous close. Reject reasons: InvalidPrice, TimeRegression.
    /// </summary>
    public RejectReason SetReference(long timeNanos, long priceTicks)
    {
        var reject = BeginAt(
            timeNanos,
            priceTicks is < 1 or > Instrument.PriceTicksLimit ? RejectReason.InvalidPrice : RejectReason.None);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        ReferencePriceTicks = priceTicks;
        Conclude();
        return RejectReason.None;
    }

    /// <summary>Advances the time: due orders expire. Reject reason: TimeRegression.</summary>
    public RejectReason AdvanceTime(long timeNanos)
    {
        var reject = BeginAt(timeNanos);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the book's rules. Orders in the book stay, whatever the rules. Reject reasons: BadRequest (a value out of
    /// range), TimeRegression.
    /// </summary>
    public RejectReason SetRules(long timeNanos, BookRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var reject = BeginAt(timeNanos, rules.IsInRange ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Rules = rules;
        Mind(SlowPath.Rules, rules.HasBands);
        // Pegs may have lost or found a possible price.
        ForgetQuotes();
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Busts a trade: Busted. Orders are not reopened, and no price is undone (RULES 15.3). Reject reasons:
    /// UnknownTrade, TimeRegression.
    /// </summary>
    public RejectReason Bust(long timeNanos, long tradeNumber)
    {
        Begin();
        var reject = JudgeTrade(timeNanos, tradeNumber);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        _ = Busted.Add(tradeNumber);
        Append(BookEventKind.Busted, default, EndReason.None, tradeNumber, 0, 0, 0);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Corrects a trade's price: Corrected. Reject reasons: InvalidPrice, UnknownTrade, TimeRegression.
    /// </summary>
    public RejectReason Correct(long timeNanos, long tradeNumber, long priceTicks)
    {
        Begin();
        if (priceTicks is < 1 or > Instrument.PriceTicksLimit)
            return RejectReason.InvalidPrice;
        var reject = JudgeTrade(timeNanos, tradeNumber);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Append(BookEventKind.Corrected, default, EndReason.None, tradeNumber, priceTicks, 0, 0);
        Conclude();
        return RejectReason.None;
    }

    private RejectReason JudgeTrade(long timeNanos, long tradeNumber)
    {
        var reject = BringTo(timeNanos);
        if (reject != RejectReason.None)
            return reject;
        return tradeNumber < 1 || tradeNumber > LastTradeNumber || Busted.Contains(tradeNumber)
            ? Refuse(RejectReason.UnknownTrade)
            : RejectReason.None;
    }

    private static bool Uncrosses(TradingPhase from, TradingPhase to) => from switch
    {
        TradingPhase.Opening or TradingPhase.Volatility => to == TradingPhase.Continuous,
        TradingPhase.Closing => to == TradingPhase.Closed,
        _ => false,
    };

    private static bool IsCall(TradingPhase phase) =>
        phase is TradingPhase.Opening or TradingPhase.Volatility or TradingPhase.Closing;

    private void ChangePhase(TradingPhase phase)
    {
        if (Uncrosses(Phase, phase))
        {
            var outcome = Uncross();
            if (outcome == AuctionOutcome.Extended)
                return;

            EndLeftovers();
            if (outcome == AuctionOutcome.Confined && phase == TradingPhase.Continuous && IsCrossed())
                phase = TradingPhase.Halt;
        }
        else if (phase == TradingPhase.Closed)
        {
            EndLeftovers(held: true);
        }

        Extensions = 0;
        EnterPhase(phase);
    }

    private void EnterPhase(TradingPhase phase)
    {
        var brokenOff = Phase == TradingPhase.Closing && phase != TradingPhase.Closed;
        Phase = phase;
        Mind(SlowPath.Phase, phase != TradingPhase.Continuous);
        Append(BookEventKind.PhaseChanged, default, EndReason.None, 0, 0, 0, 0);
        Told.Detail = (byte)phase;
        MustTell = IsCall(phase);
        if (phase == TradingPhase.Closing)
            ReleaseHeld();
        if (brokenOff)
            HoldAgain();
        if (phase != TradingPhase.Continuous)
            ParkPegs();
        if (phase == TradingPhase.Closed)
            EndDay();
        else if (phase == TradingPhase.Continuous)
            ResumeMatching();
    }

    /// <summary>Resumes matching: pegs return first, then whatever else waited (RULES 3.2).</summary>
    private void ResumeMatching()
    {
        NoteAllAdded();
        ForgetQuotes();
        _ = RepricePegs();
    }

    /// <summary>
    /// Parks an order until the closing auction with its current priority; for a child, the priority of its activation.
    /// </summary>
    private void Hold(int slot)
    {
        Entries[slot].Place = OrderPlace.Held;
        Entries[slot].Priority = NextPriority++;
        Held.Add(slot);
    }

    /// <summary>Enters the orders that waited for the closing auction, by id, with the priority they had.</summary>
    private void ReleaseHeld()
    {
        Held.Sort((a, b) => Entries[a].Id.CompareTo(Entries[b].Id));
        foreach (var slot in Held)
        {
            if (IsMarketNow(slot))
                PutAtMarket(slot);
            else
                PutByPriority(slot, ConditionsOf(slot).Price);
        }

        Held.Clear();
    }

    /// <summary>
    /// Handles a closing auction that was broken off: its orders wait for the next one, with their priority, and take
    /// no part in an auction before it.
    /// </summary>
    private void HoldAgain()
    {
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && Entries[slot].Place == OrderPlace.Resting && Has(slot, Traits.AtTheClose))
                Held.Add(slot);
        }

        Held.Sort((a, b) => Entries[a].Id.CompareTo(Entries[b].Id));
        foreach (var slot in Held)
        {
            LeaveBook(slot);
            ConditionsOf(slot).Shown = 0;
            Park(slot, OrderPlace.Held);
        }
    }

    /// <summary>Ends market orders and orders for one auction only, after that auction.</summary>
    private void EndLeftovers(bool held = false)
    {
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            ref var entry = ref Entries[slot];
            if (entry.Id == 0 || (entry.Place != OrderPlace.Resting && !(held && entry.Place == OrderPlace.Held)))
                continue;

            var reason = (entry.Traits & Traits.AtTheOpening) != 0 ? EndReason.AtTheOpening
                : (entry.Traits & Traits.AtTheClose) != 0 ? EndReason.AtTheClose
                : (entry.Traits & Traits.AtMarket) != 0 ? EndReason.AuctionEnd
                : EndReason.None;
            if (reason != EndReason.None)
                _ending.Add((entry.Id, reason));
        }

        _ending.Sort();
        EndAll();
    }

    private void EndDay()
    {
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && Has(slot, Traits.Day))
                _ending.Add((Entries[slot].Id, EndReason.Day));
        }

        _ending.Sort();
        EndAll();
    }

    /// <summary>Sends the symbol to an auction after a matching phase hit the dynamic band (RULES 3, 12.3).</summary>
    private void StopAtBand()
    {
        EnterPhase(TradingPhase.Volatility);
        while (Awaiting.TryDequeue(out var id))
        {
            if (FindOpen(id, out var slot) == RejectReason.None)
                EnterCallPhase(slot);
        }
    }

    /// <summary>Enters an order that waited for its taker phase into the call phase, if that can hold it.</summary>
    private void EnterCallPhase(int slot)
    {
        ref var entry = ref Entries[slot];
        ref var kept = ref ConditionsOf(slot);
        var isChild = entry.Place == OrderPlace.Pending;
        if (isChild)
            BeginActive(slot);
        var impossible = !IsWaitingStop(slot)
            && (kept.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
                || kept.Minimum != 0 || (entry.Traits & (Traits.PostOnly | Traits.AllOrNone)) != 0);
        var price = kept.Price;
        if (impossible)
        {
            End(slot, EndReason.Session);
        }
        else if (isChild && CheckChild(slot, ref price) is not RejectReason.None and var refusal)
        {
            End(slot, EndReason.List, refusal);
        }
        else if (isChild && HasPassed(slot))
        {
            // From here on it is treated like orders that had triggered before the band stopped them.
            Trigger(slot);
            EnterCallPhase(slot);
        }
        else
        {
            if (isChild && kept.Type == OrderType.Limit)
                Told.PriceTicks = price;
            _ = Start(slot, price);
        }
    }
}
