using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Detects a stale activation of an account: a book knows an order of which it knows nothing.</summary>
/// <param name="account">The account.</param>
internal sealed class KnownHolds(Account account)
{
    /// <summary>Requires that this activation knows all orders of the account that a book's record names.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sequence">Sequence of the account's last own record.</param>
    /// <param name="durable">Sequence up to which they are durable.</param>
    /// <exception cref="UnknownHoldException">It names an order whose hold is unknown or not durable here.</exception>
    public void Require(BookRecord record, long sequence, long durable)
    {
        switch (record)
        {
            case OrderAccepted order:
                if (order.Order.Account == account.Id.Value)
                {
                    Require(order.Order.Number, sequence, durable);
                }

                foreach (var fill in order.Fills)
                {
                    if (fill.MakerAccount == account.Id.Value)
                    {
                        Require(fill.MakerNumber, sequence, durable);
                    }
                }

                break;
            case OrderVoided voided:
                Require(voided.Number, sequence, durable);
                break;
            case OrdersClosed closed:
                foreach (var order in closed.Orders)
                {
                    if (order.Account == account.Id.Value)
                    {
                        Require(order.Number, sequence, durable);
                    }
                }

                break;
            case AllClosed all:
                Require(all.Floor, sequence, durable);
                break;
            case OrderReduced reduced:
                Require(reduced.Number, sequence, durable);
                break;
            case BookTurn turn:
                Require(turn, sequence, durable);
                break;
        }
    }

    private void Require(BookTurn turn, long sequence, long durable)
    {
        foreach (var step in turn.Steps)
        {
            switch (step)
            {
                case OrderStep order:
                    RequireOwn(order.Account, order.Number);
                    break;
                case TradeStep { Trade: var trade }:
                    RequireOwn(trade.Taker.Account, trade.Taker.Number);
                    RequireOwn(trade.Maker.Account, trade.Maker.Number);
                    break;
                case MatchPrevented prevented:
                    RequireOwn(prevented.Taker.Account, prevented.Taker.Number);
                    break;
            }
        }

        if (turn.Command is CancelAllOrders all && all.Account == account.Id.Value)
        {
            Require(all.Floor, sequence, durable);
        }

        void RequireOwn(long owner, long number)
        {
            if (owner == account.Id.Value)
            {
                Require(number, sequence, durable);
            }
        }
    }

    // A book tells of a number once its hold is durable. If the number was never issued here, or its hold is still in
    // flight here, another activation issued it and this one is stale.
    private void Require(long number, long sequence, long durable)
    {
        if (number > account.LastNumber
            || (durable < sequence && account.Orders.TryGetValue(number, out var order) && order.Sequence > durable))
        {
            throw new UnknownHoldException(
                $"{account.Id}: a book knows number {number}; the last one here is {account.LastNumber}, durable to {durable}.");
        }
    }
}

/// <summary>A book names an order that this activation of the account never held.</summary>
internal sealed class UnknownHoldException(string message) : Exception(message);
