using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>
/// A book, or all books of a group: translates, applies, appends, and answers once the records are durable. It is
/// reentrant, so that orders go on while an append is in flight. The objects in its fields do the work, one subject
/// each.
/// </summary>
[Reentrant, KeepAlive]
public sealed class OrderBookGrain(
    JournalWriter writer, IJournalStore store, InstrumentCatalog catalog, SnapshotMaker snapshots, TurnWatch turns,
    TimeProvider time, ILogger<OrderBookGrain> log)
    : JournaledGrain(writer, time, log), IOrderBookGrain
{
    private static readonly TimeSpan s_expiryPeriod = TimeSpan.FromSeconds(1);

    private OpenBooks? _books;
    private TurnCount? _turns;
    private BookSchedule _schedule = null!;
    private OrderEntries _entries = null!;
    private StrategyEntries _strategies = null!;
    private OrderCancellations _cancellations = null!;
    private BookAmendments _amendments = null!;
    private TradeCorrections _corrections = null!;
    private BookOperations _operations = null!;
    private BookViews _views = null!;

    private string Key => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var count = new TurnCount(Key);
        _books = new OpenBooks(Journal, store, snapshots, CorrectsTime, Time, Log);
        var journal = CreateParts(_books, count);
        if (!Key.StartsWith(Instrument.GroupKeyPrefix, StringComparison.Ordinal))
        {
            await _books.OpenAsync(Key, cancellationToken);
        }
        else
        {
            foreach (var symbol in await BookRecovery.MembersAsync(store, Key, cancellationToken))
            {
                await _books.OpenAsync(symbol, cancellationToken);
            }

            await Journal.RequireNewestAsync(cancellationToken);
            journal.RestoreStrategies();
        }

        // Not before: a replay that never ended would end the process at each start.
        turns.Follow(_turns = count);
        this.RegisterGrainTimer(
            ExpireInTimeAsync,
            new GrainTimerCreationOptions { DueTime = s_expiryPeriod, Period = s_expiryPeriod, Interleave = true });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_turns is not null)
        {
            turns.Forget(_turns);
        }

        if (_books is not null)
        {
            await _books.LeaveAsync();
        }

        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask Define(string symbol, EncodedInstrument definition) =>
        _operations.DefineAsync(symbol, definition);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ExecutionReport>> Submit(string symbol, ImmutableArray<SubmitOrder> orders) =>
        _entries.SubmitAsync(symbol, orders);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ExecutionReport>> SubmitAfter(
        string symbol, ImmutableArray<SubmitOrder> orders, RecordLocation hold) =>
        _entries.SubmitAfterAsync(symbol, orders, hold);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ExecutionReport>> SubmitList(
        string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders) =>
        _entries.SubmitListAsync(symbol, kind, orders);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategy(ImmutableArray<SubmitOrder> legs) =>
        _strategies.SubmitStrategyAsync(legs);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ExecutionReport>> Close(
        string symbol, long account, ImmutableArray<long> numbers, EndReason reason) =>
        _cancellations.CloseAsync(symbol, account, numbers, reason);

    /// <inheritdoc/>
    public ValueTask<ExecutionReport> CloseById(string symbol, long account, long orderId) =>
        _cancellations.CloseByIdAsync(symbol, account, orderId);

    /// <inheritdoc/>
    public ValueTask<int> CloseAll(string symbol, long account, long floor) =>
        _cancellations.CloseAllAsync(symbol, account, floor);

    /// <inheritdoc/>
    public ValueTask Resolve(string symbol, long account, ImmutableArray<long> numbers) =>
        _cancellations.ResolveAsync(symbol, account, numbers);

    /// <inheritdoc/>
    public ValueTask<ExecutionReport> Reduce(
        string symbol, long account, long number, long totalLots, long expectedLots) =>
        _amendments.ReduceAsync(symbol, account, number, totalLots, expectedLots);

    /// <inheritdoc/>
    public ValueTask<ExecutionReport> Amend(
        string symbol, long account, long orderId, ConditionChanges changes) =>
        _amendments.AmendAsync(symbol, account, orderId, changes);

    /// <inheritdoc/>
    public ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks) =>
        _corrections.ChangeTradeAsync(symbol, trade, priceTicks);

    /// <inheritdoc/>
    public ValueTask<RejectReason> Operate(string symbol, BookCommand command) =>
        _operations.OperateAsync(symbol, command);

    /// <inheritdoc/>
    public ValueTask<HaltAnswer> Halt(string symbol, BookCommand command) => _operations.HaltAsync(symbol, command);

    /// <inheritdoc/>
    public ValueTask<ExecutionReport> Status(string symbol, long account, long orderId) =>
        _views.StatusAsync(symbol, account, orderId);

    /// <inheritdoc/>
    public ValueTask<PlaceInLine> Position(string symbol, long account, long orderId) =>
        _views.PositionAsync(symbol, account, orderId);

    /// <inheritdoc/>
    public ValueTask<DepthView> Depth(string symbol) => _views.DepthAsync(symbol);

    /// <inheritdoc/>
    public ValueTask<BookState> State(string symbol) => _views.StateAsync(symbol);

    /// <inheritdoc/>
    public ValueTask<ulong> StateHash(string symbol) => _views.StateHashAsync(symbol);

    // Each part knows only those before it.
    private BookJournal CreateParts(OpenBooks books, TurnCount count)
    {
        var journal = new BookJournal(Journal, books, count, GrainFactory, PublishAsync, Time);
        var reporter = new OrderReporter(journal, store);
        _schedule = new BookSchedule(books, journal, Journal, catalog, Time);
        _entries = new OrderEntries(journal, _schedule, reporter, Journal);
        _strategies = new StrategyEntries(journal, _schedule, reporter, _entries);
        _cancellations = new OrderCancellations(books, journal, _schedule, reporter);
        _amendments = new BookAmendments(journal, _schedule, reporter);
        _corrections = new TradeCorrections(books, journal, _schedule, Journal, store);
        _operations = new BookOperations(books, journal, _schedule, Key);
        _views = new BookViews(books, journal, reporter);
        return journal;
    }

    private Task ExpireInTimeAsync(CancellationToken cancellationToken) => _schedule.RunDueAsync();

    private Task PublishAsync(OpenBook book, BookBatch batch) => batch.Records.IsEmpty
        ? Task.CompletedTask
        : this.GetStreamProvider(EventStreams.Provider)
            .GetStream<BookBatch>(StreamId.Create(EventStreams.Book, book.Symbol))
            .OnNextAsync(batch);
}
