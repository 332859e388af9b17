using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Books;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// The public view of one symbol, built from its book's published records. A lost message is read from the journal; a
/// duplicate is dropped by its sequence. The view can be discarded at any time, because the book provides a new base.
/// </summary>
[Reentrant, ImplicitStreamSubscription(EventStreams.Book)]
public sealed class MarketDataGrain(
    IJournalStore journal, InstrumentCatalog catalog, TimeProvider time, IHostApplicationLifetime lifetime,
    ILogger<MarketDataGrain> log)
    : Grain, IMarketDataGrain, IStreamSubscriptionObserver, IAsyncObserver<BookBatch>
{
    /// <summary>Maximum number of levels, or orders, per side in one answer.</summary>
    public const int LevelsLimit = 1_000;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    // The price watch asks again every five seconds.
    private static readonly TimeSpan s_forwarded = TimeSpan.FromSeconds(30);

    // Market-by-order readers ask again at least every three seconds.
    private static readonly TimeSpan s_ordersKept = TimeSpan.FromSeconds(20);

    private readonly MarketBook _book = new();
    private readonly Dictionary<long, MarketUpdate> _told = [];
    private readonly ChangeWatch _watch = new(time, lifetime.ApplicationStopping);
    private long _toldThrough;
    private long _lastPrice;

    // Records are forwarded to the price watch until this is too long ago.
    private long? _forwardingSince;

    // Market-by-order, only while somebody reads it.
    private OrderByOrder? _orders;
    private Task<OrderByOrder>? _ordersOpening;
    private long _ordersAskedAt;

    // A separate limit of waiting readers, so that market-by-order readers do not use up that of the view by price.
    private readonly ChangeWatch _ordersWatch = new(time, lifetime.ApplicationStopping);

    private string Symbol => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var depth = await (await catalog.BookAsync(Symbol)).Depth(Symbol);
        var trades = new List<BookTrade>();
        var from = Math.Max(1, depth.Sequence - MarketBook.SequencesKept);
        await foreach (var stored in journal.ReadAsync(BookStream, from, depth.Sequence, cancellationToken))
        {
            var record = BookRecordEncoding.Decode(stored.Body.Span);
            BookRecordFold.AddTrades(trades, stored.Sequence, record);
            _lastPrice = BookRecordFold.LastPrice(_lastPrice, record);
        }

        // The newest trade may be older than the records read here, so ask the book for its price.
        _lastPrice = depth.LastPriceTicks != 0 ? depth.LastPriceTicks : _lastPrice;
        _book.Reset(
            new(depth.Sequence, depth.TimeNanos, [.. depth.Bids.Select(Level)], [.. depth.Asks.Select(Level)]), trades);
        _toldThrough = _book.Sequence;
        this.RegisterGrainTimer(
            LookAsync, new GrainTimerCreationOptions { DueTime = s_look, Period = s_look, Interleave = true });
        _ = GrainFactory.PriceWatch(Symbol).Follow();
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<BookBatch>().ResumeAsync(this);

    /// <inheritdoc/>
    public async Task OnNextAsync(BookBatch item, StreamSequenceToken? token = null)
    {
        if (item.FirstSequence > _book.Sequence + 1)
        {
            await ReadJournalAsync(item.FirstSequence - 1, CancellationToken.None);
        }

        for (var i = 0; i < item.Records.Length; i++)
        {
            Fold(item.FirstSequence + i, item.Records[i]);
        }

        Tell();
        if (_forwardingSince is { } since && time.GetElapsedTime(since) < s_forwarded)
        {
            _ = GrainFactory.PriceWatch(Symbol).Take(item);
        }
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<DepthView> Depth(int levels)
    {
        var view = _book.Snapshot(Math.Clamp(levels, 0, LevelsLimit));
        return new(new DepthView(view.Sequence, view.TimeNanos, Levels(view.Bids), Levels(view.Asks)));
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<PublicTrade>> Trades(int limit) => new(Trades(_book.NewestTrades(limit)));

    /// <inheritdoc/>
    public ValueTask<long> LastPrice() => new(_lastPrice);

    /// <inheritdoc/>
    public async ValueTask<MarketUpdate?> WaitForUpdate(long afterSequence) =>
        afterSequence == _book.Sequence && afterSequence > 0 && !await _watch.NextAsync()
            ? null
            : UpdateAfter(afterSequence);

    /// <inheritdoc/>
    public ValueTask ForwardTrades()
    {
        _forwardingSince = time.GetTimestamp();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<OrderByOrderUpdate> DisplayedOrders(int limit) =>
        (await OrdersAsync()).First(Math.Clamp(limit, 0, LevelsLimit));

    /// <inheritdoc/>
    public async ValueTask<OrderByOrderUpdate?> WaitForOrders(long afterSequence)
    {
        var orders = await OrdersAsync();
        if (afterSequence != orders.Sequence || afterSequence <= 0)
        {
            return orders.After(afterSequence);
        }

        // Get the view again: the earlier one may have failed to replay this record.
        return await _ordersWatch.NextAsync() ? (await OrdersAsync()).After(afterSequence) : null;
    }

    private static BookLevel Level(DepthLevel level) => new(level.PriceTicks, level.QuantityLots, level.Orders);

    private static ImmutableArray<DepthLevel> Levels(IEnumerable<BookLevel> levels) =>
        [.. levels.Select(level => new DepthLevel(level.PriceTicks, level.QuantityLots, level.Orders))];

    private static ImmutableArray<PublicTrade> Trades(IEnumerable<BookTrade> trades) => [.. trades.Select(Trade)];

    private static PublicTrade Trade(BookTrade trade) => new(
        trade.Sequence, trade.Index, trade.TimeNanos, trade.PriceTicks, trade.QuantityLots, trade.TakerSide,
        trade.ChangedTicks, trade.IsOfLeg, trade.IsAuction);

    private static ImmutableArray<PublicTradeChange> TradeChanges(IEnumerable<BookTradeChange> changes) =>
        [.. changes.Select(
            c => new PublicTradeChange(c.Sequence, c.TimeNanos, Trade(c.Trade), c.BeforeTicks, c.PriceTicks))];

    private string BookStream => "book/" + Symbol;

    /// <summary>
    /// Returns the market-by-order view. One that contradicts the journal stays broken while readers keep asking. A
    /// failed store is tried again next time.
    /// </summary>
    private async ValueTask<OrderByOrder> OrdersAsync()
    {
        _ordersAskedAt = time.GetTimestamp();
        var opening = _ordersOpening ??= OpenOrdersAsync();
        try
        {
            return await opening;
        }
        catch (Exception fault) when (fault is not (DivergenceException or JournalCorruptionException))
        {
            _ordersOpening = _ordersOpening == opening ? null : _ordersOpening;
            throw;
        }
    }

    /// <summary>Opens it at the sequence of the view by price.</summary>
    private async Task<OrderByOrder> OpenOrdersAsync()
    {
        var orders = await OrderByOrderRecovery.OpenAsync(journal, Symbol, log, lifetime.ApplicationStopping);
        while (orders.Sequence < _book.Sequence)
        {
            var (before, through) = (orders.Sequence, _book.Sequence);
            await orders.CatchUpAsync(journal, through, lifetime.ApplicationStopping);

            // Published records are in the journal. If it has fewer, stop instead of reading again without end.
            if (orders.Sequence == before)
            {
                throw new InvalidOperationException(
                    $"{Symbol}: the journal has nothing after {before}, and the book is at {through}.");
            }
        }

        _orders = orders;
        return orders;
    }

    /// <summary>Applies a record to the market-by-order view. Its errors do not affect the readers by price.</summary>
    private void FoldOrders(long sequence, BookRecord record)
    {
        try
        {
            _orders?.Take(sequence, record);
        }
        catch (DivergenceException fault)
        {
            GrainLog.OrdersDiverge(log, fault, Symbol);
            (_orders, _ordersOpening) = (null, Task.FromException<OrderByOrder>(fault));
        }
    }

    /// <summary>Drops the market-by-order view if nobody has read it lately.</summary>
    private void ForgetOrders()
    {
        if (_ordersOpening is { IsCompleted: true } && time.GetElapsedTime(_ordersAskedAt) > s_ordersKept)
        {
            (_orders, _ordersOpening) = (null, null);
        }
    }

    /// <summary>
    /// Returns the update after a sequence. Readers at the same place share it; those too far behind share the
    /// snapshot.
    /// </summary>
    private MarketUpdate UpdateAfter(long sequence)
    {
        if (_told.TryGetValue(sequence, out var update))
        {
            return update;
        }

        if (sequence > 0 && _book.ChangesAfter(sequence) is { } changes)
        {
            update = new(
                false,
                changes.PreviousSequence,
                changes.Sequence,
                changes.TimeNanos,
                Levels(changes.Bids),
                Levels(changes.Asks),
                Trades(changes.Trades),
                TradeChanges(changes.TradeChanges));
            _told.Add(sequence, update);
            return update;
        }

        return sequence == 0 ? _told[0] = Snapshot() : UpdateAfter(0);
    }

    private MarketUpdate Snapshot()
    {
        var view = _book.Snapshot();
        return new(true, 0, view.Sequence, view.TimeNanos, Levels(view.Bids), Levels(view.Asks), []);
    }

    /// <summary>Checks the journal, so that a lost message is found even if no other follows.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        ForgetOrders();
        try
        {
            var heads = await journal.HeadsAsync(BookStream, cancellationToken);
            var head = heads.FirstOrDefault(h => h.Name == BookStream).Head;
            if (head > _book.Sequence)
            {
                await ReadJournalAsync(head, cancellationToken);
                Tell();
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            GrainLog.MarketDataBehind(log, fault, Symbol);
        }
    }

    private async Task ReadJournalAsync(long throughSequence, CancellationToken cancellationToken)
    {
        // Batches may arrive and be applied while this waits, so each record checks whether it is next.
        await foreach (var stored in journal.ReadAsync(
            BookStream, _book.Sequence + 1, throughSequence, cancellationToken))
        {
            if (stored.Sequence == _book.Sequence + 1)
            {
                Fold(stored.Sequence, BookRecordEncoding.Decode(stored.Body.Span));
            }
        }
    }

    private void Fold(long sequence, BookRecord record)
    {
        if (sequence != _book.Sequence + 1)
        {
            return;
        }

        try
        {
            BookRecordFold.Apply(_book, sequence, record);
            _lastPrice = BookRecordFold.LastPrice(_lastPrice, record);
        }
        catch
        {
            // An inconsistent view is discarded; the next call starts from the book itself.
            DeactivateOnIdle();
            throw;
        }

        FoldOrders(sequence, record);
    }

    /// <summary>Wakes the readers unless nothing is new: a late or duplicate batch is no update.</summary>
    private void Tell()
    {
        if (_toldThrough == _book.Sequence)
        {
            return;
        }

        _toldThrough = _book.Sequence;
        if (_told.Count > 0)
        {
            _told.Clear();
        }

        _watch.Tell();
        _ordersWatch.Tell();
    }
}
