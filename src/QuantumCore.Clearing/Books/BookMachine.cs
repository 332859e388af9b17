using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// A book's state machine: each command gives at most one record, with the command and everything it caused. The
/// records alone determine the state. It is pure: no I/O and no clock; the time comes with the command.
/// </summary>
/// <remarks>
/// A replay runs each record's command again and compares the bytes (<see cref="Replay"/>), so that a book that
/// contradicts its journal never trades.
/// </remarks>
internal sealed class BookMachine
{
    private readonly BookMachineState _book;
    private readonly OrderSubmission _submission;
    private readonly OrderChanges _changes;
    private readonly MassCancels _cancels;
    private readonly LegActs _legs;
    private readonly OperatorCommands _operations;
    private readonly BookReplay _replay;

    /// <summary>Creates the machine of a book without an instrument.</summary>
    public BookMachine(string symbol)
        : this(new BookMachineState(symbol))
    {
    }

    private BookMachine(BookMachineState book)
    {
        var steps = new TurnSteps();
        var holds = new ListHolds(book, steps);
        var plain = new PlainRecords(book, holds);
        var recorder = new TurnRecorder(book, steps, holds);
        _book = book;
        _submission = new OrderSubmission(book, plain, recorder);
        _changes = new OrderChanges(book, plain, recorder);
        _cancels = new MassCancels(book, recorder);
        _legs = new LegActs(book, recorder);
        _operations = new OperatorCommands(book, steps, recorder);
        _replay = new BookReplay(book, _submission, _changes, _cancels, _legs, _operations);
    }

    /// <summary>Restores the machine of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged, or its state hash is not the book's.</exception>
    public static BookMachine Restore(string symbol, ReadOnlySpan<byte> snapshot) =>
        new(BookMachineSnapshot.Read(symbol, snapshot));

    /// <summary>Its symbol.</summary>
    public string Symbol => _book.Symbol;

    /// <summary>The instrument; null until it is defined.</summary>
    public Instrument? Instrument => _book.Instrument;

    /// <summary>Sequence of the last record.</summary>
    public long Sequence => _book.Sequence;

    /// <summary>Time of the last record, Unix nanoseconds.</summary>
    public long TimeNanos => _book.TimeNanos;

    /// <inheritdoc cref="BookMachineState.CorrectsTime"/>
    public bool CorrectsTime
    {
        get => _book.CorrectsTime;
        set => _book.CorrectsTime = value;
    }

    /// <inheritdoc cref="BookMachineState.OnDisplayed"/>
    public Action<OrderChange>? OnDisplayed
    {
        get => _book.OnDisplayed;
        set => _book.OnDisplayed = value;
    }

    /// <summary>The matching core; it exists once the instrument is defined.</summary>
    public OrderBook Core => _book.Core;

    /// <inheritdoc cref="OperatorCommands.MarkNanos"/>
    public long MarkNanos => _operations.MarkNanos;

    /// <summary>The indicative auction result, in a call phase.</summary>
    public IndicativeAuction? Indicative => _book.Indicative;

    /// <summary>The rules in force, in the form in which they are set.</summary>
    public RuleChanges Rules => Core.Rules.ToValues();

    /// <inheritdoc cref="BookPhases.Reason"/>
    public PhaseReason PhaseReason => _book.Phases.Reason;

    /// <inheritdoc cref="BookPhases.SinceNanos"/>
    public long PhaseNanos => _book.Phases.SinceNanos;

    /// <inheritdoc cref="BookPhases.Plan"/>
    public PhasePlan? Plan => _book.Phases.Plan;

    /// <inheritdoc cref="BookPhases.AuctionNanos"/>
    public long AuctionNanos => _book.Phases.AuctionNanos;

    /// <summary>The open leg orders here.</summary>
    public IEnumerable<OrderTicket> OpenLegs => _book.Tickets.Legs;

    /// <inheritdoc cref="BookMachineState.Define"/>
    public BookRecord? Define(EncodedInstrument definition, long now) => _book.Define(definition, now);

    /// <summary>Returns true if an order is known here, with its end if it ended.</summary>
    public bool IsKnown(long account, long number, out OrderTicket? open, out FinishedOrder finished) =>
        _book.Tickets.IsKnown(account, number, out open, out finished);

    /// <summary>Returns true if this ticket itself is open.</summary>
    public bool IsOpen(OrderTicket ticket) => _book.Tickets.IsOpen(ticket);

    /// <summary>Returns the owner of a public id; account 0 if it was never issued.</summary>
    public (long Account, long Number) OwnerOf(long orderId) => _book.Tickets.OwnerOf(orderId);

    /// <inheritdoc cref="OrderSubmission.Submit(SubmitOrder, long)"/>
    public BookRecord Submit(SubmitOrder order, long now) => _submission.Submit(order, now);

    /// <inheritdoc cref="OrderSubmission.SubmitList"/>
    public BookTurn SubmitList(OrderListKind kind, ImmutableArray<SubmitOrder> orders, long now) =>
        _submission.SubmitList(kind, orders, now);

    /// <inheritdoc cref="OrderSubmission.Judge"/>
    public RejectReason Judge(SubmitOrder order, long now) => _submission.Judge(order, now);

    /// <inheritdoc cref="OrderSubmission.Decline(SubmitOrder, RejectReason, long)"/>
    public BookRecord Decline(SubmitOrder order, RejectReason reason, long now) =>
        _submission.Decline(order, reason, now);

    /// <inheritdoc cref="OrderChanges.Close"/>
    public BookRecord? Close(long account, long number, EndReason reason, long now) =>
        _changes.Close(account, number, reason, now);

    /// <inheritdoc cref="OrderChanges.Resolve"/>
    public BookRecord? Resolve(long account, long number, long now) => _changes.Resolve(account, number, now);

    /// <inheritdoc cref="OrderChanges.Reduce"/>
    public RejectReason Reduce(OrderTicket ticket, long totalLots, long now, out BookRecord? record) =>
        _changes.Reduce(ticket, totalLots, now, out record);

    /// <inheritdoc cref="OrderChanges.Amend"/>
    public RejectReason Amend(OrderTicket ticket, ConditionChanges changes, long now, out BookRecord? record) =>
        _changes.Amend(ticket, changes, now, out record);

    /// <inheritdoc cref="OrderChanges.Witness"/>
    public BookRecord Witness(long account, long orderId, long now) => _changes.Witness(account, orderId, now);

    /// <inheritdoc cref="MassCancels.CloseAll"/>
    public BookRecord? CloseAll(long account, long floor, long now, bool together = true) =>
        _cancels.CloseAll(account, floor, now, together);

    /// <inheritdoc cref="MassCancels.CloseTogether"/>
    public BookTurn CloseTogether(long account, ImmutableArray<long> numbers, EndReason reason, long now) =>
        _cancels.CloseTogether(account, numbers, reason, now);

    /// <summary>
    /// Marks that the last record touches an account; returns the sequence of the previous one that did.
    /// </summary>
    public long Chain(long account) => _book.Tickets.Chain(account, Sequence);

    /// <summary>Carries out an operator's command.</summary>
    public RejectReason Operate(BookCommand command, long now, out BookRecord? record) =>
        _operations.Operate(command, now, out record);

    /// <summary>Returns true if orders are due to expire.</summary>
    public bool IsExpiryDue(long now) => _book.IsExpiryDue(now);

    /// <inheritdoc cref="OperatorCommands.IsPhaseDue"/>
    public bool IsPhaseDue(long now) => _operations.IsPhaseDue(now);

    /// <inheritdoc cref="OperatorCommands.FollowPlan"/>
    public BookRecord? FollowPlan(long now) => _operations.FollowPlan(now);

    /// <inheritdoc cref="ChangedTrades.InForce"/>
    public TradeInForce InForce(in RecordedTrade trade) => _book.Trades.InForce(in trade);

    /// <inheritdoc cref="TradeGroups.CallFor"/>
    public SetTradeGroups? CallForTradeGroups(IReadOnlyDictionary<long, long> groups) => _book.Groups.CallFor(groups);

    /// <inheritdoc cref="TradeGroups.PartyOf"/>
    public long PartyOf(long account) => _book.Groups.PartyOf(account);

    /// <inheritdoc cref="LegActs.EnterAside"/>
    public OrderTicket EnterAside(SubmitOrder order, long now) => _legs.EnterAside(order, now);

    /// <inheritdoc cref="LegActs.TakeQuotes"/>
    public void TakeQuotes(OrderTicket ticket, long priceTicks, long lots, long now) =>
        _legs.TakeQuotes(ticket, priceTicks, lots, now);

    /// <inheritdoc cref="LegActs.EndPhase"/>
    public void EndPhase(long now) => _legs.EndPhase(now);

    /// <inheritdoc cref="LegActs.Cross"/>
    public void Cross(OrderTicket taker, OrderTicket maker, long priceTicks, long lots, long now) =>
        _legs.Cross(taker, maker, priceTicks, lots, now);

    /// <inheritdoc cref="LegActs.Sweep"/>
    public void Sweep(OrderTicket ticket, long priceTicks, long now) => _legs.Sweep(ticket, priceTicks, now);

    /// <inheritdoc cref="LegActs.Proceed"/>
    public void Proceed(OrderTicket ticket, long now) => _legs.Proceed(ticket, now);

    /// <inheritdoc cref="LegActs.CloseLeg"/>
    public void CloseLeg(OrderTicket ticket, EndReason reason, long now) => _legs.CloseLeg(ticket, reason, now);

    /// <inheritdoc cref="LegActs.EndActs"/>
    public BookTurn? EndActs() => _legs.EndActs();

    /// <inheritdoc cref="BookReplay.Replay"/>
    public BookRecord Replay(long sequence, ReadOnlySpan<byte> stored) => _replay.Replay(sequence, stored);

    /// <summary>Encodes the whole state. The same state always gives the same bytes.</summary>
    public byte[] Snapshot() => Capture().ToArray();

    /// <summary>Number of items that <see cref="Capture"/> copies: open orders, and all accounts.</summary>
    public int CopiedItems => Core.OpenOrders + _book.Tickets.Accounts;

    /// <summary>Captures the bytes of <see cref="Snapshot"/>, which any thread may then join.</summary>
    public CapturedState Capture() => BookMachineSnapshot.Capture(_book, BookMachineSnapshot.Version);

    /// <summary>
    /// Encodes the state as an older release did, for comparison; returns null for a version that this release cannot
    /// read.
    /// </summary>
    public byte[]? SnapshotOf(byte version) =>
        BookMachineSnapshot.CanRead(version) ? BookMachineSnapshot.Capture(_book, version).ToArray() : null;
}
