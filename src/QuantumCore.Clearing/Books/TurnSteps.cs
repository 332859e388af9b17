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
    public void Add(in TurnStep step) => _steps.Add(step);

    /// <summary>Adds a step of an open order, with its hold.</summary>
    public void Add(
        StepKind kind, OrderTicket ticket, EndReason reason, long price, long lots, long leaves,
        RejectReason refusal = RejectReason.None, long priceBefore = 0) =>
        _steps.Add(new TurnStep(
            kind,
            ticket.Order.Account,
            ticket.Order.Number,
            ticket.OrderId,
            ticket.Order.Side,
            reason,
            price,
            lots,
            leaves,
            0,
            ticket.Hold,
            PriceBeforeTicks: priceBefore,
            Refusal: refusal));

    /// <summary>Adds the step of an order that did not enter.</summary>
    /// <param name="order">The order.</param>
    /// <param name="refusal">The reason, if its list was rejected because of it.</param>
    public void AddVoided(SubmitOrder order, RejectReason refusal) => _steps.Add(new TurnStep(
        StepKind.Voided, order.Account, order.Number, 0, order.Side, EndReason.None, order.PriceTicks,
        order.QuantityLots, 0, 0, 0, Refusal: refusal));

    /// <summary>Adds a change of a trade.</summary>
    public void AddChange(StepKind kind, in TurnStep fill, in TradeInForce at) =>
        _steps.Add(fill with { Kind = kind, PriceTicks = at.PriceTicks, Fee = at.TakerFee, MakerFee = at.MakerFee });

    /// <summary>Removes the activation of an order that could not enter after all.</summary>
    public void RemoveActivation(long orderId)
    {
        // It is near the end: a record may have many orders that could not enter.
        if (_steps.FindLastIndex(step => step.Kind == StepKind.Activated && step.OrderId == orderId) is >= 0 and var at)
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
}
