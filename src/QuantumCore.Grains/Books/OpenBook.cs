using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Matching;

namespace QuantumCore.Grains.Books;

/// <summary>A book of a grain: its machine, its stream, and its outbox.</summary>
internal sealed class OpenBook(
    BookMachine machine, JournalStream stream, long snapshotted, long snapshotNanos, SnapshotMaker snapshots,
    ILogger log)
{
    private readonly BookOutbox _outbox = new();
    private readonly List<BookRecord> _released = [];
    private readonly Dictionary<long, ImmutableArray<DeliveredRecord>.Builder> _deliveries = [];
    private List<BookRecord> _unpublished = [];
    private long _published = machine.Sequence;
    private long _snapshotted = snapshotted;
    private long _snapshotNanos = snapshotNanos;
    private long _lastMatchNanos;
    private bool _publishing;
    private readonly CrossWatch _cross = new();

    // Readers that are this far behind catch up from the journal.
    private const int UnpublishedLimit = 100_000;

    // Records that replay in 0.3 s of the processor (bench/results/recovery.md).
    private const long LeastRecords = 100_000;

    /// <summary>The book's state.</summary>
    public BookMachine Machine => machine;

    /// <summary>The book's stream.</summary>
    public JournalStream Stream => stream;

    /// <summary>Its symbol.</summary>
    public string Symbol => machine.Symbol;

    /// <summary>The catalog's trade groups that the book uses; null before the first. Not part of the state.</summary>
    public IReadOnlyDictionary<long, long>? TradeGroups { get; set; }

    /// <summary>True if it does not trade because its journal is inconsistent.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>True if it can take commands: it is defined and not halted.</summary>
    public bool IsServing => machine.Instrument is not null && !IsHalted;

    /// <summary>Halts the book.</summary>
    public void Halt(Exception why)
    {
        IsHalted = true;
        GrainMetrics.BookHalted(1);
        GrainLog.BookHalted(log, why, Symbol);
    }

    /// <summary>
    /// Notes what to publish of the machine's newest record once it is durable; its sequence is the stream's next.
    /// </summary>
    public void Note(BookRecord record) => _outbox.Add(
        machine.Sequence,
        record,
        ImmutableArray.CreateRange(
            record.TouchedAccounts(), static (account, machine) => (account, machine.Chain(account)), machine));

    /// <summary>Publishes what is durable: to the accounts it touches, then to the book's readers.</summary>
    public void Release(IGrainFactory grains, Func<OpenBook, BookBatch, Task> publish)
    {
        _outbox.Release(stream.DurableHead, _released, _deliveries);
        if (_released.Count == 0)
        {
            return;
        }

        foreach (var (account, delivery) in _deliveries)
        {
            _ = grains.Account(account).Deliver(new BookDelivery(Symbol, delivery.DrainToImmutable()));
        }

        CountTrades();
        _unpublished.AddRange(_released);
        _released.Clear();
        _deliveries.Clear();
        _ = PublishAsync(publish);
    }

    private void CountTrades()
    {
        var trades = 0;
        foreach (var record in _released)
        {
            if (Trades(record) is > 0 and var more)
                (trades, _lastMatchNanos) = (trades + more, record.TimeNanos);
        }

        GrainMetrics.Traded(Symbol, trades);
    }

    /// <summary>
    /// Reports metrics of the book. A crossed book is the first sign of an engine that has stopped matching.
    /// </summary>
    public void Look(long nowNanos)
    {
        var isMatching = IsServing && machine.Core.Phase == TradingPhase.Continuous;
        var crossed = _cross.Look(nowNanos, isMatching, Best(Side.Buy), Best(Side.Sell));
        var isHalted = IsHalted || (IsServing && machine.Core.Phase == TradingPhase.Halt);
        GrainMetrics.BookLooked(Symbol, new BookLook(
            nowNanos / 1_000_000_000, crossed / 1_000_000, isHalted, machine.Sequence - _snapshotted, Levels(Side.Buy),
            Levels(Side.Sell), _lastMatchNanos / 1_000_000_000));
    }

    private int Levels(Side side) => IsServing ? machine.Core.LevelCount(side) : 0;

    private long? Best(Side side)
    {
        Span<PriceLevel> best = stackalloc PriceLevel[1];
        return IsServing && machine.Core.CopyLevels(side, best) == 1 ? best[0].PriceTicks : null;
    }

    /// <summary>
    /// Captures or requests a snapshot if enough has happened since the last one, or if it is from yesterday. Only a
    /// sound state may be captured: not after a failed command.
    /// </summary>
    public void SnapshotWhenDue(long now)
    {
        var isOld = now - _snapshotNanos > SnapshotMaker.LongestNanos && machine.Sequence > _snapshotted;
        var isBusy = machine.Sequence >= SnapshotMaker.DueAfter(_snapshotted, LeastRecords);
        if (!IsServing || (!isOld && !isBusy))
        {
            return;
        }

        (_snapshotted, _snapshotNanos) = (machine.Sequence, now);
        if (isBusy && machine.CopiedItems <= SnapshotMaker.MostCopied && machine.Sequence == stream.Head)
        {
            snapshots.Store(stream, machine.Sequence, machine.Capture());
        }
        else
        {
            snapshots.Ask(stream.Name, stream.Epoch);
        }
    }

    /// <summary>Stores the current state once it is durable.</summary>
    public async Task SaveSnapshotAsync()
    {
        try
        {
            var sequence = machine.Sequence;
            await SnapshotMaker.StoreAsync(stream, sequence, machine.Capture());
            _snapshotted = Math.Max(_snapshotted, sequence);
        }
        catch (Exception e)
        {
            GrainLog.SnapshotFailed(log, e, stream.Name);
        }
    }

    private static int Trades(BookRecord record) => record switch
    {
        OrderAccepted accepted => accepted.Fills.Length,
        BookTurn turn => turn.Steps.Count(static step => step is TradeMade),
        _ => 0,
    };

    // One publication at a time keeps the sequence. Records that arrive meanwhile are published together.
    private async Task PublishAsync(Func<OpenBook, BookBatch, Task> publish)
    {
        if (_publishing)
        {
            return;
        }

        _publishing = true;
        try
        {
            while (_unpublished.Count > 0)
            {
                var batch = _unpublished;
                _unpublished = [];
                var first = _published + 1;
                _published += batch.Count;
                await publish(this, new BookBatch(Symbol, first, batch.Count <= UnpublishedLimit ? [.. batch] : []));
            }
        }
        catch (Exception e)
        {
            GrainLog.PublishFailed(log, e, stream.Name);
        }
        finally
        {
            _publishing = false;
        }
    }
}
