using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Adjusts open orders for corporate actions: each action once, however often it is delivered.</summary>
internal sealed partial class BookMachine
{
    private readonly SortedSet<long> _adjusted = [];
    private OrderAdjustment? _adjustment;

    private RejectReason Adjust(long time, long action, OrderAdjustment adjustment)
    {
        var reason = Core.Adjust(time, in adjustment, Instrument!.MinPriceTicks);
        if (reason == RejectReason.None)
        {
            _adjustment = adjustment;
            _adjusted.Add(action);
            // A change of units needs a halted or closed book. In a trading book, an adjustment without split and price
            // fall is a dividend in another currency: orders end, and units stay.
            var areNew = adjustment.IsSplit
                || (adjustment.FallTicks == 0 && Core.Phase is TradingPhase.Halt or TradingPhase.Closed);
            _newUnitsFrom = areNew ? Sequence + 1 : _newUnitsFrom;
        }

        return reason;
    }

    private void Adjust(in BookEvent amended, in OrderAdjustment adjustment)
    {
        var ticket = TicketOf(amended.OrderId);
        var (lots, price) = (ticket.TotalLots, ticket.Order.PriceTicks);
        ticket.TotalLots = amended.QuantityLots - ticket.PreventedLots;
        ticket.Adjust(in adjustment);
        ticket.Hold = HoldOf(ticket);
        Add(
            StepKind.Adjusted, ticket, EndReason.None, ticket.Order.PriceTicks, ticket.TotalLots - lots,
            ticket.LeavesLots);
        _steps[^1] = _steps[^1] with { PriceBeforeTicks = price };
        if (ticket.List is { } list)
        {
            Rebalance(list);
        }
    }
}
