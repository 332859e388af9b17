using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Matching;

namespace QuantumCore.Grains.Books;

/// <summary>
/// One book: translates, applies, appends, and answers when the record is durable. Reentrant, so that orders go
/// on while an append is in flight; each method reads and changes state only before its first await.
/// </summary>
[Reentrant, KeepAlive]
public sealed partial class OrderBookGrain(
    JournalWriter writer, IJournalStore store, TimeProvider time, ILogger<OrderBookGrain> log)
    : JournaledGrain(writer, time, log), IOrderBookGrain
{
    // Readers that fell this far behind catch up from the journal.
    private const int UnpublishedLimit = 100_000;

    private static readonly TimeSpan s_expiryPeriod = TimeSpan.FromSeconds(1);

    private readonly BookOutbox _outbox = new();
    private readonly List<BookRecord> _released = [];
    private readonly Dictionary<long, ImmutableArray<DeliveredRecord>.Builder> _deliveries = [];
    private List<BookRecord> _unpublished = [];
    private BookMachine _machine = null!; // From activation on.
    private string _symbol = "";
    private long _published;
    private long _nextSnapshot;
    private bool _publishing;
    private bool _halted;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _symbol = this.GetPrimaryKeyString();
        await OpenAsync("book/" + _symbol, cancellationToken);
        _machine = await BookRecovery.NewestSnapshotAsync(store, _symbol, Log, cancellationToken);
        var from = _machine.Sequence;
        try
        {
            await BookRecovery.ReplayAsync(store, _machine, Stream, cancellationToken);
            GrainLog.BookReady(Log, _symbol, _machine.Sequence, _machine.Sequence - from);
        }
        catch (Exception e) when (e is DivergenceException or JournalCorruptionException)
        {
            _halted = true;
            GrainMetrics.HaltedBooks.Add(1);
            GrainLog.BookHalted(Log, e, _symbol);
        }

        _published = _machine.Sequence;
        _nextSnapshot = SnapshotAfter(from);
        this.RegisterGrainTimer(
            ExpireInTimeAsync,
            new GrainTimerCreationOptions { DueTime = s_expiryPeriod, Period = s_expiryPeriod, Interleave = true });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_halted)
        {
            GrainMetrics.HaltedBooks.Add(-1);
        }

        // An activation that failed has no machine yet.
        if (_machine?.Instrument is not null && !_halted && !IsBroken && !Stream.IsLost && _machine.Sequence == Stream.DurableHead)
        {
            await SaveSnapshotAsync();
        }

        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask Define(EncodedInstrument definition)
    {
        if (Refuse(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{_symbol} can't be defined now: {reason}.");
        }

        Mutate(() => Record(_machine.Define(definition, Now), urgent: true));
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> Submit(ImmutableArray<SubmitOrder> orders)
    {
        var refusal = Refuse(urgent: false, orders.Length);
        if (refusal != RejectReason.None)
        {
            return [.. orders.Select(order => BookReports.Refused(_symbol, order.Account, refusal) with
            {
                Number = order.Number,
                ClientOrderId = order.ClientOrderId,
            })];
        }

        var answers = new Answer[orders.Length];
        Mutate(() =>
        {
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = Enter(orders[i]);
            }

            return true;
        });
        return await AnswerAsync(answers);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> Close(
        long account, ImmutableArray<long> numbers, EndReason reason)
    {
        var refusal = Refuse(urgent: true, numbers.Length);
        if (refusal != RejectReason.None)
        {
            return [.. numbers.Select(number => BookReports.Refused(_symbol, account, refusal) with { Number = number })];
        }

        var answers = new Answer[numbers.Length];
        Mutate(() =>
        {
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = Cancel(account, numbers[i], reason);
            }

            return true;
        });
        return await AnswerAsync(answers);
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> CloseById(long account, long orderId)
    {
        var refusal = Refuse(urgent: true);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(_symbol, account, refusal);
        }

        var answer = Mutate(() => OwnOrder(account, orderId, out var number)
            ?? Cancel(account, number, EndReason.User));
        return (await AnswerAsync([answer]))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<int> CloseAll(long account, long floor)
    {
        if (Refuse(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{_symbol} can't cancel now: {reason}.");
        }

        var closed = Mutate(() =>
        {
            ExpireDue();
            return Record(_machine.CloseAll(account, floor, Now), urgent: true);
        });
        await SettleAsync();
        return closed switch
        {
            AllClosed all => all.Orders.Length,
            BookTurn turn => turn.Steps.Count(step => step.Kind == StepKind.Ended && step.Account == account),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public async ValueTask Resolve(long account, ImmutableArray<long> numbers)
    {
        if (Refuse(urgent: true, numbers.Length) != RejectReason.None)
        {
            return;
        }

        Mutate(() =>
        {
            foreach (var number in numbers)
            {
                Record(_machine.Resolve(account, number, Now), urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> Reduce(long account, long number, long totalLots)
    {
        var refusal = Refuse(urgent: true);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(_symbol, account, refusal);
        }

        var answer = Mutate(() =>
        {
            if (!_machine.IsKnown(account, number, out var ticket, out var finished))
            {
                Record(_machine.Witness(account, orderId: 0, Now), urgent: true);
                return new Answer(BookReports.Refused(_symbol, account, RejectReason.UnknownOrder));
            }

            return ticket is null ? Closed(account, number, finished, refused: true) : Shrink(ticket, totalLots);
        });
        return (await AnswerAsync([answer]))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> Status(long account, long orderId)
    {
        if (_halted || _machine.Instrument is null)
        {
            return BookReports.Refused(_symbol, account, Refuse(urgent: true));
        }

        var (owner, number) = _machine.OwnerOf(orderId);
        if (owner != account)
        {
            return BookReports.Refused(
                _symbol, account, owner == 0 ? RejectReason.UnknownOrder : RejectReason.NotOwner);
        }

        _machine.IsKnown(account, number, out var ticket, out var finished);
        var answer = ticket is null ? Closed(account, number, finished, refused: false) : OpenNow(ticket);
        return (await AnswerAsync([answer]))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<DepthView> Depth()
    {
        if (_machine.Instrument is null || _halted)
        {
            return new DepthView(_machine.Sequence, _machine.TimeNanos, [], []);
        }

        var view = new DepthView(
            _machine.Sequence, _machine.TimeNanos, Levels(Side.Buy), Levels(Side.Sell));
        await SettleAsync();
        return view;
    }

    /// <inheritdoc/>
    public async ValueTask<BookState> State()
    {
        var state = _machine.Instrument is null || _halted
            ? new BookState(_machine.Sequence, 0, _halted)
            : new BookState(
                _machine.Sequence,
                _machine.Core.OpenOrders,
                IsHalted: false,
                _machine.Core.Phase,
                _machine.Core.LastPriceTicks,
                _machine.Core.MarkPriceTicks,
                _machine.Core.ReferencePriceTicks,
                _machine.Indicative);
        await SettleAsync();
        return state;
    }

    /// <inheritdoc/>
    public async ValueTask<ulong> StateHash()
    {
        var hash = _machine.Instrument is null || _halted ? 0 : _machine.Core.StateHash;
        await SettleAsync();
        return hash;
    }

    // An answer, or where to read it: the record at FirstSequence, ended as Finished says.
    private readonly record struct Answer(
        ExecutionReport? Report,
        long FirstSequence = 0,
        FinishedOrder? Finished = null,
        bool IsRefused = false,
        long Account = 0,
        long Number = 0);

    private static long SnapshotAfter(long sequence) => sequence + Math.Max(10_000, sequence / 4);

    private RejectReason Refuse(bool urgent, int records = 1) =>
        _halted ? RejectReason.SymbolHalted : Refusal(urgent, records);

    private Answer Enter(SubmitOrder order)
    {
        if (_machine.Instrument is null)
        {
            return new Answer(BookReports.Refused(_symbol, order.Account, RejectReason.UnknownSymbol));
        }

        if (_machine.IsKnown(order.Account, order.Number, out var open, out var finished))
        {
            var first = open?.Sequence ?? finished.Sequence;
            return first == 0
                ? new Answer(BookReports.Voided(_symbol, order.Account, order.Number))
                : new Answer(null, first, Account: order.Account, Number: order.Number);
        }

        ExpireDue();
        var record = Record(_machine.Submit(order, Now), urgent: false)!;
        return new Answer(BookReports.First(_symbol, _machine.Sequence, record));
    }

    private Answer Cancel(long account, long number, EndReason reason)
    {
        ExpireDue();
        _machine.IsKnown(account, number, out var open, out _);
        var record = Record(_machine.Close(account, number, reason, Now), urgent: true);
        _machine.IsKnown(account, number, out _, out var finished);

        if (finished.Reason == RejectReason.Voided)
        {
            // It never arrived, and never will: cancelled before it was there.
            return new Answer(BookReports.Voided(_symbol, account, number) with
            {
                Reason = RejectReason.None,
                Status = OrderStatus.Cancelled,
                End = reason,
            });
        }

        // The same cancel again is told what the first one was; a filled order is told as a refusal.
        var refused = record is null && finished.Status != OrderStatus.Cancelled;
        return open is null || record is null
            ? Closed(account, number, finished, refused)
            : new Answer(BookReports.Final(BookReports.Open(_symbol, open, 0, 0), finished));
    }

    private Answer Shrink(OrderTicket ticket, long totalLots)
    {
        ExpireDue();
        if (!_machine.IsKnown(ticket.Order.Account, ticket.Order.Number, out var still, out var expired) || still is null)
        {
            return Closed(ticket.Order.Account, ticket.Order.Number, expired, refused: true);
        }

        var reason = _machine.Reduce(ticket, totalLots, Now, out var record);
        Record(record, urgent: true);
        if (reason != RejectReason.None)
        {
            return new Answer(BookReports.Refused(_symbol, ticket.Order.Account, reason));
        }

        _machine.IsKnown(ticket.Order.Account, ticket.Order.Number, out var open, out var finished);
        return open is null
            ? new Answer(BookReports.Final(BookReports.Open(_symbol, ticket, 0, 0), finished))
            : OpenNow(ticket);
    }

    private Answer? OwnOrder(long account, long orderId, out long number)
    {
        (var owner, number) = _machine.OwnerOf(orderId);
        if (owner == 0)
        {
            // Only an activation that can still append may say that there is no such order.
            Record(_machine.Witness(account, orderId, Now), urgent: true);
            return new Answer(BookReports.Refused(_symbol, account, RejectReason.UnknownOrder));
        }

        return owner == account ? null : new Answer(BookReports.Refused(_symbol, account, RejectReason.NotOwner));
    }

    private Answer OpenNow(OrderTicket ticket) =>
        new(BookReports.Open(_symbol, ticket, _machine.Sequence, _machine.TimeNanos));

    private Answer Closed(long account, long number, in FinishedOrder finished, bool refused) =>
        finished.Sequence == 0
            ? new Answer(BookReports.Voided(_symbol, account, number))
            : new Answer(null, finished.Sequence, finished, refused, account, number);

    private ImmutableArray<DepthLevel> Levels(Side side)
    {
        var levels = new PriceLevel[_machine.Instrument!.MaxLevels];
        var count = _machine.Core.CopyLevels(side, levels);
        return [.. levels.Take(count).Select(l => new DepthLevel(l.PriceTicks, l.Lots, l.Orders))];
    }

    private T? Record<T>(T? record, bool urgent)
        where T : BookRecord
    {
        if (record is null)
        {
            return null;
        }

        var sequence = Stream.Append(BookRecordEncoding.Encode(record), urgent);
        if (sequence != _machine.Sequence)
        {
            throw new InvalidOperationException($"{_symbol}: record {_machine.Sequence} became sequence {sequence}.");
        }

        var touched = record.TouchedAccounts();
        _outbox.Add(sequence, record, [.. touched.Select(account => (account, _machine.Chain(account)))]);
        return record;
    }

    private async ValueTask<ImmutableArray<ExecutionReport>> AnswerAsync(Answer[] answers)
    {
        await SettleAsync();
        var reports = ImmutableArray.CreateBuilder<ExecutionReport>(answers.Length);
        foreach (var answer in answers)
        {
            reports.Add(answer.Report ?? await ReadAsync(answer));
        }

        return reports.MoveToImmutable();
    }

    private async Task<ExecutionReport> ReadAsync(Answer answer)
    {
        var record = await BookRecovery.ReadAsync(store, Stream.Name, answer.FirstSequence);
        var first = BookReports.First(_symbol, answer.FirstSequence, record, answer.Account, answer.Number);
        if (answer.Finished is not { } finished)
        {
            return first;
        }

        var final = BookReports.Final(first, finished);
        return answer.IsRefused ? final with { Reason = RejectReason.OrderClosed } : final;
    }

    // Everything told rests on the head of this turn: wait for it, then let go what is durable.
    private async ValueTask SettleAsync()
    {
        SnapshotWhenDue();
        await Stream.WhenDurable(Stream.Head);
        _outbox.Release(Stream.DurableHead, _released, _deliveries);
        if (_released.Count == 0)
        {
            return;
        }

        foreach (var (account, delivery) in _deliveries)
        {
            var key = account.ToString(CultureInfo.InvariantCulture);
            _ = GrainFactory.GetGrain<IAccountGrain>(key).Deliver(new BookDelivery(_symbol, delivery.DrainToImmutable()));
        }

        _unpublished.AddRange(_released);
        _released.Clear();
        _deliveries.Clear();
        _ = PublishAsync();
    }

    // One publication at a time keeps the order; what comes meanwhile goes out together.
    private async Task PublishAsync()
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
                if (batch.Count <= UnpublishedLimit)
                {
                    await this.GetStreamProvider(EventStreams.Provider)
                        .GetStream<BookBatch>(StreamId.Create(EventStreams.Book, _symbol))
                        .OnNextAsync(new BookBatch(_symbol, first, [.. batch]));
                }

                await NotifyLedger(_published);
            }
        }
        catch (Exception e)
        {
            GrainLog.PublishFailed(Log, e, Stream.Name);
        }
        finally
        {
            _publishing = false;
        }
    }

    private void SnapshotWhenDue()
    {
        if (_machine.Sequence >= _nextSnapshot)
        {
            _nextSnapshot = SnapshotAfter(_machine.Sequence);
            _ = SaveSnapshotAsync();
        }
    }

    private async Task SaveSnapshotAsync()
    {
        try
        {
            var (sequence, snapshot) = (_machine.Sequence, _machine.Snapshot());
            await Stream.WhenDurable(sequence);
            await Stream.PutSnapshotAsync(sequence, snapshot, CancellationToken.None);
        }
        catch (Exception e)
        {
            GrainLog.SnapshotFailed(Log, e, Stream.Name);
        }
    }
}
