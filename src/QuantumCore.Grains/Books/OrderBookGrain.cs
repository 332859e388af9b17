using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Matching;

namespace QuantumCore.Grains.Books;

/// <summary>
/// A book, or all books of a group: translates, applies, appends, and answers once the records are durable. It is
/// reentrant, so that orders go on while an append is in flight. Each method reads and changes state only before its
/// first await.
/// </summary>
[Reentrant, KeepAlive]
public sealed partial class OrderBookGrain(
    JournalWriter writer, IJournalStore store, InstrumentCatalog catalog, SnapshotMaker snapshots, TurnWatch turns,
    TimeProvider time, ILogger<OrderBookGrain> log)
    : JournaledGrain(writer, time, log), IOrderBookGrain
{
    private static readonly TimeSpan s_expiryPeriod = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, OpenBook> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<OpenBook>> _opening = new(StringComparer.Ordinal);
    private readonly List<(OpenBook Book, BookRecord Record, long Sequence)> _together = [];
    private OpenBook[] _all = [];

    // For a group only: a single book has no multi-leg orders.
    private StrategyGroup? _strategies;
    private Func<OpenBook, BookBatch, Task>? _publish;
    private TurnCount? _turns;
    private long _now;

    // The holds of the orders that are entering, while they may not be durable.
    private AppendedRecord? _held;

    private string Key => this.GetPrimaryKeyString();

    private bool IsGroup => Key.StartsWith(Instrument.GroupKeyPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!IsGroup)
        {
            await OpenBookAsync(Key, cancellationToken);
        }
        else
        {
            foreach (var symbol in await BookRecovery.MembersAsync(store, Key, cancellationToken))
            {
                await OpenBookAsync(symbol, cancellationToken);
            }

            await Journal.RequireNewestAsync(cancellationToken);
            RestoreStrategies();
        }

        // Not before: a replay that never ended would end the process at each start.
        turns.Follow(_turns = new TurnCount(Key));
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

        foreach (var book in _all)
        {
            GrainMetrics.BookLeft(book.Symbol);
            if (book.IsHalted)
            {
                GrainMetrics.BookHalted(-1);
            }
            else if (book.IsServing && !Journal.IsBroken && !Journal.IsLost
                && book.Machine.Sequence == book.Stream.DurableHead)
            {
                await book.SaveSnapshotAsync();
            }
        }

        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask Define(string symbol, EncodedInstrument definition)
    {
        var instrument = definition.Decode();
        if (instrument.Symbol != symbol || instrument.BookKey != Key)
        {
            throw new ArgumentException(
                $"{instrument.Symbol} is not of {Key}: the group of a listed instrument never changes.",
                nameof(definition));
        }

        var book = await MemberAsync(symbol);
        if (Refuse(symbol, urgent: true, out _) is not RejectReason.None and var reason)
        {
            throw new InvalidOperationException($"{symbol} can't be defined now: {reason}.");
        }

        Turn(() => Record(book, book.Machine.Define(definition, _now), urgent: true));
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> Status(string symbol, long account, long orderId)
    {
        var book = Find(symbol);
        if (book is not { IsServing: true })
        {
            return BookReports.Refused(symbol, account, Refuse(symbol, urgent: true, out _));
        }

        var (owner, number) = book.Machine.OwnerOf(orderId);
        if (owner != account)
        {
            return BookReports.Refused(
                symbol, account, owner == 0 ? RejectReason.UnknownOrder : RejectReason.NotOwner);
        }

        book.Machine.IsKnown(account, number, out var ticket, out var finished);
        var answer = ticket is null ? Closed(book, account, number, finished, refused: false) : OpenNow(book, ticket);
        return (await AnswerAsync(book, [answer]))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<DepthView> Depth(string symbol)
    {
        var book = Find(symbol);
        if (book is not { IsServing: true })
        {
            return new DepthView(book?.Machine.Sequence ?? 0, book?.Machine.TimeNanos ?? 0, [], []);
        }

        var view = new DepthView(
            book.Machine.Sequence, book.Machine.TimeNanos, Levels(book, Side.Buy), Levels(book, Side.Sell),
            book.Machine.Core.LastPriceTicks);
        await SettleAsync();
        return view;
    }

    /// <inheritdoc/>
    public async ValueTask<BookState> State(string symbol)
    {
        var book = Find(symbol);
        var state = book is { IsServing: true }
            ? StateOf(book)
            : new BookState(book?.Machine.Sequence ?? 0, 0, book?.IsHalted == true);
        await SettleAsync();
        return state;
    }

    /// <inheritdoc/>
    public async ValueTask<ulong> StateHash(string symbol)
    {
        var book = Find(symbol);
        var hash = book is { IsServing: true } ? book.Machine.Core.StateHash : 0;
        await SettleAsync();
        return hash;
    }

    private static BookState StateOf(OpenBook book) => new(
        book.Machine.Sequence,
        book.Machine.Core.OpenOrders,
        IsHalted: false,
        book.Machine.Core.Phase,
        book.Machine.Core.LastPriceTicks,
        book.Machine.Core.MarkPriceTicks,
        book.Machine.Core.ReferencePriceTicks,
        book.Machine.Indicative,
        book.Machine.MarkNanos,
        book.Machine.PhaseReason,
        book.Machine.PhaseNanos,
        book.Machine.Plan,
        book.Machine.AuctionNanos,
        book.Machine.Rules,
        book.Machine.Core.StaticBand?.LowestTicks ?? 0,
        book.Machine.Core.StaticBand?.HighestTicks ?? 0);

    private static ImmutableArray<DepthLevel> Levels(OpenBook book, Side side)
    {
        var levels = new PriceLevel[book.Machine.Core.LevelCount(side)];
        var count = book.Machine.Core.CopyLevels(side, levels);
        return [.. levels.Take(count).Select(l => new DepthLevel(l.PriceTicks, l.Lots, l.Orders))];
    }

    private OpenBook? Find(string symbol) => _books.GetValueOrDefault(symbol);

    /// <summary>
    /// Returns the reason why a book cannot take the records now. Unless it is UnknownSymbol, there is a book.
    /// </summary>
    private RejectReason Refuse(string symbol, bool urgent, out OpenBook book, int records = 1)
    {
        book = Find(symbol)!;
        if (book is null)
        {
            return RejectReason.UnknownSymbol;
        }

        // Multi-leg orders may add their own records to a command's.
        return book.IsHalted
            ? RejectReason.SymbolUnavailable
            : Journal.Refusal(urgent, _strategies is null ? records : records * 16);
    }

    /// <summary>Runs a mutation with one time for all of its records.</summary>
    private T Turn<T>(Func<T> turn) => Turn(static turn => turn(), turn);

    private T Turn<TGiven, T>(Func<TGiven, T> turn, TGiven given)
    {
        _turns?.Begin();
        try
        {
            _now = Now;
            return Journal.Mutate(turn, given);
        }
        finally
        {
            _turns?.End();
        }
    }

    /// <summary>
    /// Appends a command's record to the journal, together with what multi-leg orders do because of it, all or none.
    /// Null means that the command did nothing.
    /// </summary>
    private T? Record<T>(OpenBook book, T? record, bool urgent)
        where T : BookRecord
    {
        if (record is null)
        {
            return null;
        }

        if (_strategies is null)
        {
            var sequence = book.Stream.Append(BodyOf(record), urgent, _held);
            RequireSequence(book, sequence, book.Machine.Sequence);
            book.Note(record);
            return record;
        }

        Gather(book, record);
        _strategies.Follow(book.Symbol, _now);
        AppendGathered(urgent);
        return record;
    }

    private void Gather(OpenBook book, BookRecord record)
    {
        _together.Add((book, record, book.Machine.Sequence));
        book.Note(record);
    }

    private (OpenBook Book, BookRecord Record, long Sequence)[] AppendGathered(bool urgent)
    {
        var sequences = Journal.AppendTogether(
            [.. _together.Select(one => (one.Book.Stream, BodyOf(one.Record)))], urgent);
        for (var i = 0; i < sequences.Length; i++)
        {
            RequireSequence(_together[i].Book, sequences[i], _together[i].Sequence);
        }

        var appended = _together.ToArray();
        _together.Clear();
        return appended;
    }

    private static RecordBody BodyOf(BookRecord record) => new(BookRecordEncoding.Encode(record), record);

    private static void RequireSequence(OpenBook book, long sequence, long expected)
    {
        if (sequence != expected)
        {
            throw new InvalidOperationException($"{book.Symbol}: record {expected} became sequence {sequence}.");
        }
    }

    private async Task<OpenBook> OpenBookAsync(string symbol, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync("book/" + symbol, cancellationToken);
        var machine = await BookRecovery.NewestSnapshotAsync(store, symbol, Log, cancellationToken);
        var (from, at) = (machine.Sequence, machine.TimeNanos == 0 ? Now : machine.TimeNanos);
        Exception? diverged = null;
        try
        {
            await BookRecovery.ReplayAsync(store, machine, stream, cancellationToken);
            GrainLog.BookReady(Log, symbol, machine.Sequence, machine.Sequence - from);
        }
        catch (Exception e) when (e is DivergenceException or JournalCorruptionException)
        {
            diverged = e;
        }

        machine.CorrectsTime = CorrectsTime;
        var book = new OpenBook(machine, stream, from, at, snapshots, Log);
        if (diverged is not null)
        {
            book.Halt(diverged);
        }

        _books.Add(symbol, book);
        _all = [.. _all, book];
        return book;
    }

    /// <summary>Returns a book of this grain; opens one that was just listed.</summary>
    private async Task<OpenBook> MemberAsync(string symbol)
    {
        if (Find(symbol) is { } book)
        {
            return book;
        }

        if (!_opening.TryGetValue(symbol, out var opening))
        {
            _opening.Add(symbol, opening = OpenBookAsync(symbol, CancellationToken.None));
        }

        try
        {
            return await opening;
        }
        finally
        {
            // Remove it even after a failure, so that the next caller tries again.
            _opening.Remove(symbol);
        }
    }

    private void RestoreStrategies()
    {
        _strategies = new StrategyGroup((machine, record) => Gather(_books[machine.Symbol], record));
        try
        {
            _strategies.Restore([.. _all.Where(book => book.IsServing).Select(book => book.Machine)]);
        }
        catch (InvalidDataException e)
        {
            foreach (var book in _all.Where(book => !book.IsHalted))
            {
                book.Halt(e);
            }
        }
    }

    // Answers depend on records up to the current heads: wait until those are durable, then publish them.
    private async ValueTask SettleAsync()
    {
        await WhenDurable();
        LetGo();
    }

    private Task WhenDurable()
    {
        foreach (var book in _all)
        {
            book.SnapshotWhenDue(_now);
        }

        return _all.Length == 1
            ? Stream.WhenDurable(Stream.Head)
            : WhenAllDurableAsync();
    }

    private async Task WhenAllDurableAsync()
    {
        foreach (var durable in Array.ConvertAll(_all, book => book.Stream.WhenDurable(book.Stream.Head)))
        {
            await durable;
        }
    }

    private void LetGo()
    {
        foreach (var book in _all)
        {
            book.Release(GrainFactory, _publish ??= PublishAsync);
        }
    }

    private Task PublishAsync(OpenBook book, BookBatch batch) => batch.Records.IsEmpty
        ? Task.CompletedTask
        : this.GetStreamProvider(EventStreams.Provider)
            .GetStream<BookBatch>(StreamId.Create(EventStreams.Book, book.Symbol))
            .OnNextAsync(batch);
}
