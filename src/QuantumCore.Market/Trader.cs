using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>An order in flight or in the book.</summary>
internal sealed class WorkingOrder(
    Trader owner, long handle, Side side, long priceTicks, long quantityLots, long untilStep)
{
    public Trader Owner => owner;

    public long Handle => handle;

    public Side Side => side;

    public long PriceTicks => priceTicks;

    public long QuantityLots => quantityLots;

    /// <summary>Step at which its owner cancels it.</summary>
    public long UntilStep => untilStep;

    public long FilledLots { get; set; }

    public bool IsEnding { get; set; }

    public long LeavesLots => quantityLots - FilledLots;
}

/// <summary>Market data of one step, shared by all participants.</summary>
/// <param name="Step">Number of the step, from 0.</param>
/// <param name="Sight">Book before the step.</param>
/// <param name="ReferenceTicks">Reference price, in ticks.</param>
/// <param name="Volatility">Standard deviation of a second's return, in basis points.</param>
/// <param name="Activity">Activity relative to usual: high when prices move.</param>
internal readonly record struct Moment(
    long Step, MarketSight Sight, double ReferenceTicks, double Volatility, double Activity)
{
    /// <summary>Basis point of the reference price, in ticks.</summary>
    public double BasisPoint => ReferenceTicks / 10_000;

    /// <summary>Midpoint of the spread, in ticks; the reference price if there is none.</summary>
    public double MiddleTicks =>
        Sight is { BidTicks: > 0, AskTicks: > 0 } ? (Sight.BidTicks + Sight.AskTicks) / 2.0 : ReferenceTicks;
}

/// <summary>A participant in one symbol. It acts only on the market data and its own random numbers.</summary>
internal abstract class Trader(Participant participant, Scale scale, Chance chance)
{
    public Participant Participant => participant;

    /// <summary>Inventory: lots bought less lots sold.</summary>
    public long InventoryLots { get; private set; }

    protected Scale Scale => scale;

    protected Chance Chance => chance;

    protected double InventoryRounds => (double)InventoryLots / scale.RoundLots;

    /// <summary>Adds its intents of this step.</summary>
    public abstract void Act(in Moment moment, OrderSheet sheet);

    /// <summary>Handles a fill of an order.</summary>
    public virtual void Filled(WorkingOrder order, long lots) => InventoryLots += order.Side == Side.Buy ? lots : -lots;

    /// <summary>Handles the end of an order: nothing of it is left in the book.</summary>
    public virtual void Ended(WorkingOrder order)
    {
    }

    /// <summary>Takes liquidity from the other side, through a few levels at most.</summary>
    protected void Take(in Moment moment, OrderSheet sheet, Side side, long lots)
    {
        var best = side == Side.Buy ? moment.Sight.AskTicks : moment.Sight.BidTicks;
        if (best == 0 || lots < scale.LeastLots)
            return;

        var through = Math.Max(5, (long)(12 * moment.BasisPoint));
        sheet.Add(
            this, IntentKind.Take, side, scale.Price(side == Side.Buy ? best + through : best - through), lots,
            moment.Step);
    }
}

/// <summary>Typical sizes and valid prices of an instrument.</summary>
internal sealed class Scale(Instrument instrument, double priceTicks)
{
    /// <summary>Smallest order, in lots.</summary>
    public long LeastLots { get; } = Math.Max(
        instrument.MinQuantityLots,
        (long)Math.Min(
            instrument.MinNotional * 1.2 / (priceTicks * instrument.TickLotValue), instrument.MaxQuantityLots) + 1);

    /// <summary>Usual size, in lots: 100, or twice the smallest order.</summary>
    public long RoundLots => Math.Clamp(Math.Max(100, 2 * LeastLots), LeastLots, MostLots);

    /// <summary>Largest order, in lots.</summary>
    public long MostLots { get; } = (long)Math.Min(
        instrument.MaxQuantityLots,
        Math.Min(instrument.MaxNotional, Instrument.NotionalLimit) / 4 / (priceTicks * instrument.TickLotValue));

    /// <summary>Returns the closest valid price.</summary>
    public long Price(long ticks) => Math.Clamp(ticks, instrument.MinPriceTicks, instrument.MaxPriceTicks);

    /// <summary>Returns the closest valid quantity.</summary>
    public long Quantity(double lots) => Math.Clamp((long)Math.Min(lots, MostLots), LeastLots, MostLots);

    /// <summary>Draws a typical size: mostly one round lot, some of several, many odd lots.</summary>
    public long Draw(Chance chance)
    {
        var kind = chance.Unit();
        if (kind < 0.45)
            return Quantity(RoundLots);
        if (kind < 0.86)
            return Quantity(1 + (RoundLots * chance.Unit() * chance.Unit()));
        return Quantity(RoundLots * Math.Ceiling(Math.Min(1 + chance.Exponential(1.5), 12)));
    }
}

/// <summary>Orders of all participants of a symbol, and their intents of this step.</summary>
internal sealed class OrderSheet
{
    private readonly Dictionary<long, WorkingOrder> _working = [];
    private readonly List<OrderIntent> _intents = [];
    private long _handles;

    public List<OrderIntent> Intents => _intents;

    public IReadOnlyDictionary<long, WorkingOrder> Working => _working;

    public WorkingOrder Add(Trader owner, IntentKind kind, Side side, long priceTicks, long lots, long untilStep)
    {
        var order = new WorkingOrder(owner, ++_handles, side, priceTicks, lots, untilStep);
        _working.Add(order.Handle, order);
        _intents.Add(new OrderIntent(owner.Participant, kind, order.Handle, side, priceTicks, lots));
        return order;
    }

    public void Cancel(WorkingOrder order)
    {
        if (order.IsEnding)
            return;

        order.IsEnding = true;
        _intents.Add(new OrderIntent(
            order.Owner.Participant, IntentKind.Cancel, order.Handle, order.Side, order.PriceTicks, order.LeavesLots));
    }

    /// <summary>Cancels all orders of a participant.</summary>
    public void CancelAll(Trader owner)
    {
        foreach (var order in _working.Values)
        {
            if (order.Owner == owner)
                Cancel(order);
        }
    }

    /// <summary>Updates the state of an order.</summary>
    public void Report(long handle, long filledLots, bool isOpen)
    {
        if (!_working.TryGetValue(handle, out var order))
            return;

        if (filledLots > order.FilledLots)
        {
            var lots = filledLots - order.FilledLots;
            order.FilledLots = filledLots;
            order.Owner.Filled(order, lots);
        }

        if (!isOpen)
        {
            _working.Remove(handle);
            order.Owner.Ended(order);
        }
    }
}
