using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Corporate actions and their effect on open orders and held units.</summary>
internal sealed partial class ConditionalMarket
{
    private long _actions;
    private long _unitsOfSplits;

    private void Adjust()
    {
        if (_random.Next(3) == 0)
        {
            Split();
        }
        else
        {
            Adjust(OrderAdjustment.Dividend(_random.Next(1, 4)), "dividend");
        }
    }

    /// <summary>
    /// Splits, or reverse-splits if there are many units. The book stands still until all accounts are done.
    /// </summary>
    private void Split()
    {
        if (Book.Core.Phase == TradingPhase.Continuous)
        {
            Operate(new SetTradingPhase(TradingPhase.Halt));
        }

        if (Book.Core.Phase is not (TradingPhase.Halt or TradingPhase.Closed))
        {
            return;
        }

        // Nobody traded in the nanosecond of the split.
        _now++;
        var (news, olds) = _unitsOfSplits > Accounts * Units ? (1, 3) : _random.Next(2) == 0 ? (3, 2) : (2, 1);
        Adjust(OrderAdjustment.Split(news, olds), "split");
        for (var i = 0; i < Accounts; i++)
        {
            // Cancels and reductions in between release new units.
            CancelOne();
            Reduce();
            var trader = Traders[i] = AccountMachine.Restore(
                Traders[i].Account.Id, _ => Listed.Aapl, Traders[i].Snapshot(), _ => _fees);
            trader.BeginCatchUp();
            trader.EndCatchUp();
            var record = trader.EnterAction(Action(news, olds), trader.Account.Balances["AAPL"].Total, _now)!;
            _unitsOfSplits += Assert.IsType<SplitEntered>(record).Change;
            Fold(trader, record);
            Assert.True(trader.Account.Balances["AAPL"].Available >= 0, "the new units do not cover the orders");
        }

        if (Book.Core.Phase == TradingPhase.Halt)
        {
            Operate(new SetTradingPhase(TradingPhase.Volatility));
        }
    }

    private CorporateActionView Action(long news, long olds) => new(
        new CorporateActionRequest(
            $"split-{_actions}", CorporateActionKind.Split, "AAPL", 0, 0, 1, "desk", "", news, olds),
        _now, _now, "AAPL", 0, "USD", 2, CorporateActionState.Begun, default);

    /// <summary>
    /// Applies an adjustment once. No order holds more than before, in the asset it was held in before.
    /// </summary>
    private void Adjust(OrderAdjustment adjustment, string name)
    {
        var before = Traders.SelectMany(trader => trader.Account.Orders.Values.Where(order => order.OrderId != 0))
            .ToDictionary(order => order.OrderId, order => (order.Side, order.Held, order.Conditions));
        var listed = Traders.SelectMany(trader => trader.Account.Orders.Values).Count();
        var command = AdjustOrders.Of(++_actions, in adjustment);
        Assert.Equal(RejectReason.None, Book.Operate(command, _now, out var record));
        Publish(record!);
        Assert.Equal(RejectReason.None, Book.Operate(command, _now, out var again));
        Assert.Null(again);

        foreach (var step in ((BookTurn)record!).Steps.OfType<OrderAdjusted>())
        {
            var (side, held, terms) = before[step.OrderId];
            var limit = side == Side.Sell ? adjustment.LotsOf(held) : held;
            Assert.True(
                step.Hold <= limit || ((BookTurn)record).Steps.OfType<HoldChanged>().Any(),
                $"{step} held {held}");
            _seen.Add($"{name} of a {(side == Side.Buy ? "buy" : "sell")}");
            _ = Book.IsKnown(step.Account, step.Number, out var ticket, out _) && ticket?.List is not null
                && _seen.Add($"{name} of a listed order");
            _ = terms?.TriggerTicks is not null && _seen.Add($"{name} of a stop");
            _ = side == Side.Buy && step.Hold < held && _seen.Add($"fewer held after a {name}");
        }

        Assert.True(Traders.SelectMany(trader => trader.Account.Orders.Values).Count() <= listed);
    }
}
