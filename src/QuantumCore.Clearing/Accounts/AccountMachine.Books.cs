using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Applies book records. It only adds; the book decided fees and holds.</summary>
internal sealed partial class AccountMachine
{
    /// <summary>Returns the last applied sequence of a book; 0 if the account never had an order in it.</summary>
    public long CursorOf(string symbol) => _cursors.GetValueOrDefault(symbol);

    /// <summary>
    /// Applies a book's record that touches the account. A record that was applied before is ignored. Returns false,
    /// and changes nothing, if records before it are missing.
    /// </summary>
    /// <exception cref="UnknownHoldException">
    /// The record names an order that this activation never held: it is not the account's newest activation.
    /// </exception>
    public bool ApplyBook(string symbol, in DeliveredRecord delivered, long durable)
    {
        var cursor = CursorOf(symbol);
        if (delivered.Sequence <= cursor)
        {
            return true;
        }

        if (delivered.PreviousSequence > cursor)
        {
            return false;
        }

        RequireHeld(delivered.Record, durable);
        Apply(symbol, delivered.Record);
        _lacking.Forget();
        _cursors[symbol] = delivered.Sequence;
        Folded++;
        return true;
    }

    /// <summary>Notes that everything of the account in this book up to a sequence is applied.</summary>
    public void CaughtUp(string symbol, long sequence)
    {
        if (sequence > CursorOf(symbol))
        {
            _cursors[symbol] = sequence;
        }
    }

    private void Apply(string symbol, BookRecord record)
    {
        switch (record)
        {
            case OrderAccepted order:
                ApplyTaker(order);
                ApplyMakers(order);
                break;
            case OrderVoided voided:
                Account.Release(voided.Number);
                break;
            case OrdersClosed closed:
                foreach (var order in closed.Orders)
                {
                    ReleaseOwn(order);
                }

                break;
            case AllClosed all:
                Account.ReleaseUpTo(symbol, all.Floor);
                break;
            case OrderReduced reduced:
                Account.Reduced(reduced.Number, reduced.TotalLots, reduced.Hold);
                break;
            case BookTurn turn:
                Apply(symbol, turn);
                break;
            case InstrumentDefined or NothingFound:
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a book's record.");
        }
    }

    private void ApplyTaker(OrderAccepted record)
    {
        var number = record.Order.Number;
        if (record.Order.Account != Account.Id.Value)
        {
            return;
        }

        Account.Entered(number, record.OrderId);
        if (record.Replaced is { } replaced)
        {
            Account.Replaced(replaced.Number, number);
            _cover.Require(Account.Orders[number].Instrument);
        }

        foreach (var fill in record.Fills)
        {
            Trade(
                record.TimeNanos, number, fill.PriceTicks, fill.QuantityLots, fill.TakerFee, record.Order.TakerFeePpm,
                fill.MakerAccount == Account.Id.Value);
        }

        if (record.LeavesLots == 0)
        {
            Account.Release(number);
        }
        else
        {
            Account.ShrinkHold(number, record.Hold);
        }
    }

    private void ApplyMakers(OrderAccepted record)
    {
        foreach (var fill in record.Fills)
        {
            if (fill.MakerAccount == Account.Id.Value)
            {
                Trade(
                    record.TimeNanos, fill.MakerNumber, fill.PriceTicks, fill.QuantityLots, fill.MakerFee,
                    Account.Orders[fill.MakerNumber].Fees.MakerPpm, record.Order.Account == Account.Id.Value);
                Account.ShrinkHold(fill.MakerNumber, fill.MakerHold);
            }
        }
    }

    /// <summary>
    /// Applies one side of a trade. In a trade of the account with itself, each side is applied by itself, and neither
    /// counts as volume.
    /// </summary>
    private void Trade(long timeNanos, long number, long priceTicks, long lots, long fee, int ratePpm, bool withItself)
    {
        var order = Account.Orders[number];
        var instrument = order.Instrument;
        Account.Fill(number, priceTicks, lots, fee, ratePpm, UtcDay.Of(timeNanos));
        _margin.Standing?.Trade(number, instrument.Notional(priceTicks, lots));
        _traded.DayOf(instrument, timeNanos)
            .Fill(timeNanos, order.Side == Side.Buy ? lots : -lots, (long)instrument.Notional(priceTicks, 1), fee);
        if (!withItself)
        {
            _volumes.Count(instrument.Quote, timeNanos, instrument.Notional(priceTicks, lots));
        }
    }

    private void ChangeTrade(string symbol, in TurnStep step, BookTurn turn)
    {
        var tradedNanos = TradeAsItWas.Of(turn.Command)!.Value.TimeNanos;
        if (step.Account == Account.Id.Value)
        {
            ChangeTrade(symbol, in step, step.Side, step.Fee, turn.TimeNanos, tradedNanos);
        }

        if (step.MakerAccount == Account.Id.Value)
        {
            ChangeTrade(
                symbol, in step, step.Side == Side.Buy ? Side.Sell : Side.Buy, step.MakerFee, turn.TimeNanos,
                tradedNanos);
        }
    }

    private void ChangeTrade(string symbol, in TurnStep step, Side side, long fee, long timeNanos, long tradedNanos)
    {
        var instrument = _instrumentOf(symbol);
        var isTakenBack = step.Kind == StepKind.Reversed;
        var buys = side == Side.Buy != isTakenBack;
        fee = isTakenBack ? -fee : fee;
        Account.Exchange(
            instrument, buys ? Side.Buy : Side.Sell, step.PriceTicks, step.QuantityLots, fee, UtcDay.Of(timeNanos));
        _traded.DayOf(instrument, timeNanos).Change(
            timeNanos, tradedNanos, buys ? step.QuantityLots : -step.QuantityLots,
            (long)instrument.Notional(step.PriceTicks, 1), fee, isTakenBack);
        if (step.Account != step.MakerAccount)
        {
            var value = instrument.Notional(step.PriceTicks, step.QuantityLots);
            _volumes.Count(instrument.Quote, tradedNanos, isTakenBack ? -value : value);
        }
    }

    private void ReleaseOwn(in ClosedOrder order)
    {
        if (order.Account == Account.Id.Value)
        {
            Account.Release(order.Number);
        }
    }

    private void RequireHeld(BookRecord record, long durable)
    {
        switch (record)
        {
            case OrderAccepted order:
                if (order.Order.Account == Account.Id.Value)
                {
                    RequireHeld(order.Order.Number, durable);
                }

                foreach (var fill in order.Fills)
                {
                    if (fill.MakerAccount == Account.Id.Value)
                    {
                        RequireHeld(fill.MakerNumber, durable);
                    }
                }

                break;
            case OrderVoided voided:
                RequireHeld(voided.Number, durable);
                break;
            case OrdersClosed closed:
                foreach (var order in closed.Orders)
                {
                    if (order.Account == Account.Id.Value)
                    {
                        RequireHeld(order.Number, durable);
                    }
                }

                break;
            case AllClosed all:
                RequireHeld(all.Floor, durable);
                break;
            case OrderReduced reduced:
                RequireHeld(reduced.Number, durable);
                break;
            case BookTurn turn:
                RequireHeld(turn, durable);
                break;
        }
    }

    private void RequireHeld(BookTurn turn, long durable)
    {
        foreach (var step in turn.Steps)
        {
            if (step.Account == Account.Id.Value)
            {
                RequireHeld(step.Number, durable);
            }

            if (step.IsOfTrade && step.MakerAccount == Account.Id.Value)
            {
                RequireHeld(step.MakerNumber, durable);
            }
        }

        if (turn.Command.Verb == BookVerb.CancelAll && turn.Command.Account == Account.Id.Value)
        {
            RequireHeld(turn.Command.Number, durable);
        }
    }

    // A book can only know a number whose hold is durable. If the number was never issued here, or its hold is still in
    // flight here, another activation issued it and this one is stale.
    private void RequireHeld(long number, long durable)
    {
        if (number > Account.LastNumber
            || (durable < Sequence && Account.Orders.TryGetValue(number, out var order) && order.Sequence > durable))
        {
            throw new UnknownHoldException(
                $"{Account.Id}: a book knows number {number}; the last one here is {Account.LastNumber}, durable to {durable}.");
        }
    }
}

/// <summary>A book names an order that this activation of the account never held.</summary>
internal sealed class UnknownHoldException(string message) : Exception(message);
