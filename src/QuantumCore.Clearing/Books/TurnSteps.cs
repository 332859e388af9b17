using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Steps and displayed levels of the record in the making.</summary>
internal sealed class TurnSteps
{
    private readonly List<TurnStep> _steps = [];
    private readonly List<(Side Side, long PriceTicks)> _touched = [];

    // The same, to find them; filled only for a record of several commands.
    private readonly HashSet<(Side Side, long PriceTicks)> _found = [];

    /// <summary>Begins a record.</summary>
    public void Clear()
    {
        _steps.Clear();
        _touched.Clear();
        _found.Clear();
    }

    /// <summary>Adds a step.</summary>
    public void Add(TurnStep step) => _steps.Add(step);

    /// <summary>An order entered.</summary>
    public void AddOpened(OrderTicket ticket, long priceTicks) => _steps.Add(new OrderOpened(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, priceTicks, ticket.TotalLots,
        ticket.LeavesLots, ticket.Hold));

    /// <summary>An order did not enter.</summary>
    /// <param name="order">The order.</param>
    /// <param name="refusal">The reason, if its list was rejected because of it.</param>
    public void AddRefused(SubmitOrder order, RejectReason refusal) => _steps.Add(new OrderRefused(
        order.Account, order.Number, order.Side, order.PriceTicks, order.QuantityLots, refusal));

    /// <summary>Two orders traded.</summary>
    public void AddTrade(OrderTicket taker, OrderTicket maker, in BookEvent trade, long takerFee, long makerFee) =>
        _steps.Add(new TradeMade(new(
            taker.Order.Side, trade.PriceTicks, trade.QuantityLots, SideOf(taker, takerFee), SideOf(maker, makerFee),
            trade.Kind == BookEventKind.AuctionTrade)));

    /// <summary>An order ended with open quantity.</summary>
    public void AddEnded(OrderTicket ticket, in BookEvent ended) => _steps.Add(new OrderEnded(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, ended.EndReason,
        ended.PriceTicks, ticket.FilledLots, ticket.LeavesLots, ended.Refusal));

    /// <summary>An order was reduced, or its conditions changed.</summary>
    public void AddChanged(OrderTicket ticket, long priceTicks, long reducedLots) => _steps.Add(new OrderChanged(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, priceTicks, reducedLots,
        ticket.LeavesLots, ticket.Hold));

    /// <summary>The amount held for an order changed.</summary>
    public void AddHeld(OrderTicket ticket) => _steps.Add(new HoldChanged(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, ticket.LeavesLots, ticket.Hold));

    /// <summary>A corporate action changed an order.</summary>
    public void AddAdjusted(OrderTicket ticket, long priceBeforeTicks, long addedLots) => _steps.Add(new OrderAdjusted(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, ticket.Order.PriceTicks,
        priceBeforeTicks, addedLots, ticket.LeavesLots, ticket.Hold));

    /// <summary>An order triggered.</summary>
    public void AddTriggered(OrderTicket ticket, long priceTicks) => _steps.Add(new OrderTriggered(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, priceTicks, ticket.LeavesLots,
        ticket.Hold));

    /// <summary>A list's child enters.</summary>
    public void AddActivated(OrderTicket ticket, long priceTicks) => _steps.Add(new OrderActivated(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, ticket.Order.Side, priceTicks, ticket.LeavesLots,
        ticket.Hold));

    /// <summary>Removes the activation of an order that could not enter after all.</summary>
    public void RemoveActivation(long orderId)
    {
        // It is near the end: a record may have many orders that could not enter.
        if (_steps.FindLastIndex(step => step is OrderActivated of && of.OrderId == orderId) is >= 0 and var at)
        {
            _steps.RemoveAt(at);
        }
    }

    /// <summary>Notes the displayed levels that a command touched.</summary>
    public void Touch(ReadOnlySpan<LevelChange> levels)
    {
        // One command reports each level once, and most records are of one command.
        var isFirst = _touched.Count == 0;
        if (!isFirst && _found.Count == 0)
        {
            _found.UnionWith(_touched);
        }

        foreach (ref readonly var level in levels)
        {
            if (isFirst || _found.Add((level.Side, level.PriceTicks)))
            {
                _touched.Add((level.Side, level.PriceTicks));
            }
        }
    }

    /// <summary>Returns the steps.</summary>
    public ImmutableArray<TurnStep> ToSteps() => [.. _steps];

    /// <summary>Returns the touched levels as they are in the core now.</summary>
    public ImmutableArray<LevelState> ToLevels(OrderBook core)
    {
        var levels = ImmutableArray.CreateBuilder<LevelState>(_touched.Count);
        foreach (var (side, price) in _touched)
        {
            var level = core.LevelAt(side, price);
            levels.Add(new LevelState(side, price, level.Lots, level.Orders));
        }

        return levels.MoveToImmutable();
    }

    private static TradeSide SideOf(OrderTicket ticket, long fee) => new(
        ticket.Order.Account, ticket.Order.Number, ticket.OrderId, fee, ticket.LeavesLots, ticket.Hold);
}
