using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Trading phases (RULES 13), price bands (12) and the operator's commands.
public sealed partial class OrderBook
{
    private BookRules _rules = BookRules.None;
    private readonly HashSet<long> _busted = [];
    private int _extensions;

    /// <summary>The current phase; a new book is in continuous trading.</summary>
    public TradingPhase Phase { get; private set; }

    /// <summary>The rules that its operator set.</summary>
    public BookRules Rules => _rules;

    /// <summary>
    /// Reference price of the static band, in ticks: the last auction price, or the one from
    /// <see cref="SetReference"/>; 0 for none.
    /// </summary>
    public long ReferencePriceTicks { get; private set; }

    /// <summary>Prices that the static band allows now; null without a band or a reference price.</summary>
    public PriceRange? StaticBand
    {
        get
        {
            if (_rules.StaticBandBasisPoints is not { } points || ReferencePriceTicks == 0)
                return null;

            var (low, high) = BandAround(ReferencePriceTicks, points);
            return new PriceRange(low, high);
        }
    }

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

    /// <summary>Time at which the next order is due to expire, Unix nanoseconds; 2^63 - 1 for never.</summary>
    public long NextExpiryNanos => _nextExpiry;

    /// <summary>
    /// Sets the book's rules. Orders in the book stay, whatever the rules. Reject reasons: BadRequest (a value out of
    /// range), TimeRegression.
    /// </summary>
    public RejectReason SetRules(long timeNanos, BookRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var reject = BeginAt(timeNanos, IsInRange(rules) ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        _rules = rules;
        Mind(Care.Rules, rules.ProtectionTicks is not null || rules.StaticBandBasisPoints is not null
            || rules.DynamicBandBasisPoints is not null);
        // Pegs may have lost or found a possible price.
        _peggedToBid = _peggedToAsk = -1;
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
        _ = _busted.Add(tradeNumber);
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
        return tradeNumber < 1 || tradeNumber > LastTradeNumber || _busted.Contains(tradeNumber)
            ? Refuse(RejectReason.UnknownTrade)
            : RejectReason.None;
    }

    private static bool IsInRange(BookRules rules) =>
        rules.MinPriceTicks >= 1 && rules.MaxPriceTicks <= Instrument.PriceTicksLimit
        && rules.MinPriceTicks <= rules.MaxPriceTicks
        && rules.ProtectionTicks is null or (>= 0 and <= Instrument.PriceTicksLimit)
        && rules.StaticBandBasisPoints is null or (>= 0 and <= OrderRules.BasisPointsLimit)
        && rules.DynamicBandBasisPoints is null or (>= 0 and <= OrderRules.BasisPointsLimit)
        && rules.AuctionCollarBasisPoints is null or (>= 0 and <= OrderRules.BasisPointsLimit)
        && rules.DynamicBandMode <= BandMode.Auction && rules.MaxExtensions >= 0;

    private void Mind(Care care, bool on) => _care = on ? _care | care : _care & ~care;

    private bool IsOutsideStaticBand(long price) =>
        price != 0 && StaticBand is { } band && (price < band.LowestTicks || price > band.HighestTicks);

    /// <summary>
    /// Returns a band around a reference price, rounded inward; all prices without a reference price.
    /// </summary>
    private static (long Low, long High) BandAround(long reference, int basisPoints) => reference == 0
        ? (1, Instrument.PriceTicksLimit)
        : (ScaleDown(reference, 10_000 - basisPoints, roundUp: true),
            ScaleDown(reference, 10_000 + basisPoints, roundUp: false));

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

        _extensions = 0;
        EnterPhase(phase);
    }

    private void EnterPhase(TradingPhase phase)
    {
        var brokenOff = Phase == TradingPhase.Closing && phase != TradingPhase.Closed;
        Phase = phase;
        Mind(Care.Phase, phase != TradingPhase.Continuous);
        Append(BookEventKind.PhaseChanged, default, EndReason.None, 0, 0, 0, 0);
        Told.Detail = (byte)phase;
        _mustTell = IsCall(phase);
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
        _added[Buy] = _added[Sell] = long.MinValue;
        _peggedToBid = _peggedToAsk = -1;
        _ = RepricePegs();
    }

    /// <summary>
    /// Parks an order until the closing auction with its current priority; for a child, the priority of its activation.
    /// </summary>
    private void Hold(int slot)
    {
        _entries[slot].Place = OrderPlace.Held;
        _entries[slot].Priority = _nextPriority++;
        _held.Add(slot);
    }

    /// <summary>Enters the orders that waited for the closing auction, by id, with the priority they had.</summary>
    private void ReleaseHeld()
    {
        _held.Sort((a, b) => _entries[a].Id.CompareTo(_entries[b].Id));
        foreach (var slot in _held)
        {
            if (IsMarketNow(slot))
                PutAtMarket(slot);
            else
                PutByPriority(slot, ConditionsOf(slot).Price);
        }

        _held.Clear();
    }

    /// <summary>
    /// Handles a closing auction that was broken off: its orders wait for the next one, with their priority, and take
    /// no part in an auction before it.
    /// </summary>
    private void HoldAgain()
    {
        for (var slot = 1; slot < _entriesUsed; slot++)
        {
            if (_entries[slot].Id != 0 && _entries[slot].Place == OrderPlace.Resting && Has(slot, Traits.AtTheClose))
                _held.Add(slot);
        }

        _held.Sort((a, b) => _entries[a].Id.CompareTo(_entries[b].Id));
        foreach (var slot in _held)
        {
            LeaveBook(slot);
            ConditionsOf(slot).Shown = 0;
            Park(slot, OrderPlace.Held);
        }
    }

    /// <summary>Ends market orders and orders for one auction only, after that auction.</summary>
    private void EndLeftovers(bool held = false)
    {
        for (var slot = 1; slot < _entriesUsed; slot++)
        {
            ref var entry = ref _entries[slot];
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
        for (var slot = 1; slot < _entriesUsed; slot++)
        {
            if (_entries[slot].Id != 0 && Has(slot, Traits.Day))
                _ending.Add((_entries[slot].Id, EndReason.Day));
        }

        _ending.Sort();
        EndAll();
    }

    /// <summary>Sends the symbol to an auction after a matching phase hit the dynamic band (RULES 3, 12.3).</summary>
    private void AfterBand(in Taker taker)
    {
        if (taker.Stop != EndReason.Band || _rules.DynamicBandMode != BandMode.Auction)
            return;

        EnterPhase(TradingPhase.Volatility);
        while (_awaiting.TryDequeue(out var id))
        {
            if (FindOpen(id, out var slot) == RejectReason.None)
                EnterCallPhase(slot);
        }
    }

    /// <summary>Enters an order that waited for its taker phase into the call phase, if that can hold it.</summary>
    private void EnterCallPhase(int slot)
    {
        ref var entry = ref _entries[slot];
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
