using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// State of a book: the matching core, and what the core does not know, as parts that own their fields. The records
/// alone determine it.
/// </summary>
internal sealed class BookMachineState
{
    private OrderBook? _core;
    private DisplayedBook? _displayed;

    /// <summary>Creates the state of a book without an instrument.</summary>
    public BookMachineState(string symbol)
    {
        Symbol = symbol;
        Tickets = new BookTickets(symbol);
        Phases = new BookPhases();
    }

    /// <summary>Creates the state of a snapshot.</summary>
    public BookMachineState(
        Instrument instrument, OrderBook core, BookTickets tickets, long sequence, long timeNanos, string symbol)
    {
        Symbol = symbol;
        Instrument = instrument;
        _core = core;
        _displayed = new DisplayedBook(core);
        Tickets = tickets;
        Phases = new BookPhases(core.Phase);
        (Sequence, TimeNanos) = (sequence, timeNanos);
    }

    /// <summary>The book's symbol.</summary>
    public string Symbol { get; }

    /// <summary>The instrument; null until it is defined.</summary>
    public Instrument? Instrument { get; private set; }

    /// <summary>Sequence of the last record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of the last record, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime { get; set; }

    /// <summary>
    /// Called for each change of displayed orders as it is made; null in the book itself, which reports only levels.
    /// </summary>
    public Action<OrderChange>? OnDisplayed { get; set; }

    /// <summary>The matching core; it exists once the instrument is defined.</summary>
    public OrderBook Core => _core ?? throw new InvalidOperationException($"{Symbol} is not defined.");

    /// <summary>The displayed levels that the core's last command touched.</summary>
    public ReadOnlySpan<LevelChange> DisplayedLevels => _displayed is null ? [] : _displayed.Levels;

    /// <summary>The indicative auction result, in a call phase.</summary>
    public IndicativeAuction? Indicative { get; set; }

    /// <summary>Its orders.</summary>
    public BookTickets Tickets { get; }

    /// <summary>Its phases.</summary>
    public BookPhases Phases { get; }

    /// <summary>Its trade groups.</summary>
    public TradeGroups Groups { get; } = new();

    /// <summary>The corporate actions that have adjusted its orders.</summary>
    public AppliedActions Actions { get; } = new();

    /// <summary>Its changed trades.</summary>
    public ChangedTrades Trades { get; } = new();

    /// <summary>Returns true if orders are due to expire.</summary>
    public bool IsExpiryDue(long now) => _core is not null && _core.NextExpiryNanos <= At(now);

    /// <summary>Defines the instrument. Returns null if the definition is unchanged.</summary>
    /// <exception cref="ArgumentException">The units of a defined instrument never change.</exception>
    public BookRecord? Define(EncodedInstrument definition, long now)
    {
        var instrument = definition.Decode();
        if (Instrument is { } old)
        {
            if (old == instrument)
            {
                return null;
            }

            if (!HasSameUnits(old, instrument))
            {
                throw new ArgumentException(
                    $"{Symbol}: assets, tick, lot and group of a listed instrument never change.", nameof(definition));
            }
        }

        var record = new InstrumentDefined(At(now), definition);
        Instrument = instrument;
        _core ??= new OrderBook(instrument.MaxLevels);
        _displayed ??= new DisplayedBook(_core);
        return Count(record);
    }

    /// <summary>Returns the time of a command, which is not before the last record's.</summary>
    public long At(long now)
    {
        var at = TimeCorrection.After(TimeNanos, now, CorrectsTime);
        if (at < TimeNanos)
            TurnBack(at);
        return at;
    }

    /// <summary>Sets the time back.</summary>
    public void TurnBack(long now)
    {
        TimeNanos = now;
        _core?.TurnBack(now);
    }

    /// <summary>Advances the state by one record. Every record passes here last.</summary>
    public T Count<T>(T record)
        where T : BookRecord
    {
        TimeNanos = record.TimeNanos;
        Sequence++;
        return record;
    }

    /// <summary>Ends an order with the record in the making.</summary>
    public void Finish(OrderTicket ticket, EndReason end) => Tickets.Finish(ticket, end, Sequence + 1);

    /// <summary>Updates the public view to the core's last command.</summary>
    public void Follow()
    {
        _displayed?.Follow();
        if (OnDisplayed is { } tell && _displayed is { } displayed)
        {
            foreach (var change in displayed.Orders)
            {
                tell(change);
            }
        }
    }

    /// <summary>Converts the order for the core.</summary>
    public NewOrder Request(SubmitOrder order) => new(
        order.Account,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.PostOnly,
        order.PriceTicks,
        order.QuantityLots,
        Groups.PartyOf(order.Account),
        order.SelfTrade,
        order.Conditions.Decode());

    /// <summary>Stops if the core rejects what is valid by the machine's state: they disagree.</summary>
    public static void Require(RejectReason reason)
    {
        if (reason != RejectReason.None)
        {
            throw new InvalidOperationException($"The core refused what the shell knows to be right: {reason}.");
        }
    }

    /// <summary>Stops if the core has other open quantities after a trade than the tickets.</summary>
    public void RequireSameLots(OrderTicket taker, OrderTicket maker, in BookEvent trade)
    {
        if (maker.LeavesLots != trade.MakerLeavesLots || taker.LeavesLots != trade.LeavesLots)
        {
            throw new InvalidOperationException($"{Symbol}: shell and core count the lots of a trade differently.");
        }
    }

    private static bool HasSameUnits(Instrument a, Instrument b) =>
        a.Symbol == b.Symbol && a.Base == b.Base && a.Quote == b.Quote && a.PriceDecimals == b.PriceDecimals
        && a.TickSize == b.TickSize && a.QuantityDecimals == b.QuantityDecimals && a.LotSize == b.LotSize
        && a.Group == b.Group
        && a.SettlementDays == b.SettlementDays && a.SettlementVenue == b.SettlementVenue;
}
