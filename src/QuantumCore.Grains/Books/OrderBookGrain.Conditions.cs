using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Lists, orders that change their conditions or expire, and the operator's commands.</summary>
public sealed partial class OrderBookGrain
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitList(
        string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var refusal = Refuse(symbol, urgent: false, out var book, orders.Length);
        if (refusal == RejectReason.None && book.Machine.Instrument is null)
        {
            refusal = RejectReason.UnknownSymbol;
        }

        if (refusal != RejectReason.None)
        {
            return [.. orders.Select(order => BookReports.Refused(symbol, order.Account, refusal) with
            {
                Number = order.Number,
                ClientOrderId = order.ClientOrderId,
            })];
        }

        return await AnswerAsync(book, Turn(() => EnterList(book, kind, orders)));
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> Amend(
        string symbol, long account, long orderId, ConditionChanges changes)
    {
        var refusal = Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(symbol, account, refusal);
        }

        var answer =
            Turn(() => OwnOrder(book, account, orderId, out var number) ?? Change(book, account, number, changes));
        return (await AnswerAsync(book, [answer]))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<RejectReason> Operate(string symbol, BookCommand command)
    {
        var reason = OperateInMemory(symbol, command);
        await SettleAsync();
        return reason;
    }

    /// <inheritdoc/>
    public async ValueTask<HaltAnswer> Halt(string symbol, BookCommand command)
    {
        var reason = OperateInMemory(symbol, command);
        if (Find(symbol) is not { IsServing: true } book)
        {
            return new HaltAnswer(reason, true, null);
        }

        var state = StateOf(book);
        var isOnRecord =
            await Journal.DurableWithinAsync(
                TimeSpan.FromMilliseconds(HaltAnswer.PatienceMillis), SettleAsync().AsTask());
        return new HaltAnswer(reason, isOnRecord, state);
    }

    private RejectReason OperateInMemory(string symbol, BookCommand command)
    {
        var refusal = Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None || book.Machine.Instrument is null)
        {
            return refusal == RejectReason.None ? RejectReason.UnknownSymbol : refusal;
        }

        // A bust or correction needs the trade as the journal has it, not as the caller says.
        if (command is ChangeTrade)
        {
            return RejectReason.BadRequest;
        }

        return Turn(() =>
        {
            CatchUp();
            var reason = book.Machine.Operate(command, _now, out var record);
            Record(book, record, urgent: true);
            return reason;
        });
    }

    /// <inheritdoc/>
    public async ValueTask<PlaceInLine> Position(string symbol, long account, long orderId)
    {
        var book = Find(symbol);
        if (book is not { IsServing: true })
        {
            return new PlaceInLine(Refuse(symbol, urgent: true, out _), 0, 0);
        }

        var owner = book.Machine.OwnerOf(orderId).Account;
        if (owner != account)
        {
            return new PlaceInLine(owner == 0 ? RejectReason.UnknownOrder : RejectReason.NotOwner, 0, 0);
        }

        var reason = book.Machine.Core.TryGetQueuePosition(orderId, out var position) ? RejectReason.None
            : book.Machine.Core.TryGetOrder(orderId, out _) ? RejectReason.NotResting
            : RejectReason.OrderClosed;
        await SettleAsync();
        return new PlaceInLine(reason, position.OrdersAhead, position.LotsAhead);
    }

    /// <summary>
    /// Enters a list whose orders are all new; returns a known list's first reports again; voids a broken one.
    /// </summary>
    private Answer[] EnterList(OpenBook book, OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var answers = new Answer[orders.Length];
        if (!orders.Any(order => book.Machine.IsKnown(order.Account, order.Number, out _, out _)))
        {
            CatchUp();
            var record = book.Machine.SubmitList(kind, orders, _now);
            var sequence = book.Machine.Sequence;
            Record(book, record, urgent: false);
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = new Answer(BookReports.First(
                    book.Symbol, sequence, record, orders[i].Account, orders[i].Number));
            }

            return answers;
        }

        for (var i = 0; i < answers.Length; i++)
        {
            // An order that was cancelled before the list came voids the others too.
            Record(book, book.Machine.Resolve(orders[i].Account, orders[i].Number, _now), urgent: true);
            answers[i] = Enter(book, orders[i]);
        }

        return answers;
    }

    private Answer Change(OpenBook book, long account, long number, ConditionChanges changes)
    {
        CatchUp();
        if (!book.Machine.IsKnown(account, number, out var ticket, out var finished) || ticket is null)
        {
            return Closed(book, account, number, finished, refused: true);
        }

        BookRecord? record = null;
        var trigger = book.Machine.Core.TryGetOrder(ticket.OrderId, out var there) ? there.TriggerTicks : 0;
        var complete = changes;
        var reason = StopProtection.Complete(ticket.Order, trigger, book.Machine.Instrument!, ref complete);
        if (reason == RejectReason.None)
        {
            reason = book.Machine.Amend(ticket, complete, _now, out record);
        }

        Record(book, record, urgent: true);
        if (reason != RejectReason.None)
        {
            return new Answer(BookReports.Refused(book.Symbol, account, reason) with
            {
                Field = RefusedChange.OfConditions(reason, ticket.Order, changes),
                Limit = RefusedChange.LimitOf(reason, ticket.TotalLots, changes) is > 0 and var limit
                    ? book.Machine.Instrument!.FormatQuantity(limit)
                    : null,
            });
        }

        book.Machine.IsKnown(account, number, out var open, out finished);
        return open is null ? Closed(book, account, number, finished, refused: false) : OpenNow(book, open);
    }

    /// <summary>
    /// Expires due orders and updates the accounts' owners from the catalog before anything else happens, each in its
    /// own record.
    /// </summary>
    private void CatchUp()
    {
        FollowTradeGroups();
        foreach (var book in _all)
        {
            if (book.IsServing && book.Machine.IsExpiryDue(_now))
            {
                book.Machine.Operate(new AdvanceTime(), _now, out var record);
                Record(book, record, urgent: true);
            }
        }
    }

    /// <summary>
    /// Updates the trade groups of all books before a multi-leg order acts on them: an account must have one owner in
    /// all of its books.
    /// </summary>
    private void FollowTradeGroups()
    {
        if (catalog.TradeGroups is not { } groups)
        {
            return;
        }

        var changed = false;
        foreach (var book in _all)
        {
            if (!book.IsServing || ReferenceEquals(book.TradeGroups, groups))
            {
                continue;
            }

            book.TradeGroups = groups;
            if (book.Machine.CallForTradeGroups(groups) is not { } call)
            {
                continue;
            }

            book.Machine.Operate(call, _now, out var record);
            if (_strategies is null)
            {
                Record(book, record, urgent: true);
            }
            else if (record is not null)
            {
                Gather(book, record);
                changed = true;
            }
        }

        if (changed)
        {
            _strategies!.FollowAll(_now);
            AppendGathered(urgent: true);
        }
    }

    /// <summary>Begins planned phases that are due, each in its own record.</summary>
    private void FollowPlans()
    {
        foreach (var book in _all)
        {
            if (book.IsServing)
            {
                Record(book, book.Machine.FollowPlan(_now), urgent: true);
            }
        }
    }

    private bool IsAnythingDue(OpenBook book) =>
        book.IsServing && (book.Machine.IsExpiryDue(Now) || book.Machine.IsPhaseDue(Now));

    private async Task ExpireInTimeAsync(CancellationToken cancellationToken)
    {
        foreach (var book in _all)
        {
            book.Look(Now);
            book.SnapshotWhenDue(Now);
        }

        if (!Array.Exists(_all, IsAnythingDue) || Refusal(urgent: true) != RejectReason.None)
        {
            return;
        }

        Turn(() =>
        {
            CatchUp();
            FollowPlans();
            return true;
        });
        await SettleAsync();
    }
}
