using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// Now and then somebody has much to buy or sell, and works it in slices: half of them by the clock (TWAP), half as a
/// share of what others trade (VWAP).
/// </summary>
internal sealed class LargeOrders(MarketModel model, Scale scale, Chance chance) : Trader(Participant.Institution, scale, chance)
{
    private const double Share = 0.12;
    private const double SliceSeconds = 10;

    private Side _side;
    private bool _isByClock;
    private long _leftLots;
    private long _sliceLots;
    private long _nextSlice;
    private double _dueLots;

    /// <inheritdoc/>
    public override void Act(in Moment moment, OrderSheet sheet)
    {
        if (_leftLots < Scale.LeastLots)
        {
            if (Chance.Happens(model.LargeOrdersPerDay * model.StepSeconds / 86_400))
                Begin(moment.Step);
            return;
        }

        _dueLots += _isByClock ? 0 : Share * moment.Sight.TradedLots;
        if (_isByClock && moment.Step >= _nextSlice)
        {
            _nextSlice = moment.Step + (long)(SliceSeconds / model.StepSeconds);
            Take(in moment, sheet, _side, Math.Min(_sliceLots, _leftLots));
        }
        else if (!_isByClock && _dueLots >= Scale.RoundLots / 2.0)
        {
            Take(in moment, sheet, _side, Math.Min(Scale.Quantity(_dueLots), _leftLots));
            _dueLots = 0;
        }
    }

    /// <inheritdoc/>
    public override void Filled(WorkingOrder order, long lots)
    {
        base.Filled(order, lots);
        _leftLots -= lots;
    }

    private void Begin(long step)
    {
        // What was bought is sold again some time: nobody's inventory grows for ever.
        _side = InventoryLots == 0 ? (Chance.Happens(0.5) ? Side.Buy : Side.Sell)
            : Chance.Happens(0.7) == InventoryLots > 0 ? Side.Sell : Side.Buy;
        _isByClock = Chance.Happens(0.5);
        _leftLots = Scale.RoundLots * (30 + Chance.Below(90));
        _sliceLots = Math.Max(Scale.LeastLots, _leftLots / (20 + Chance.Below(40)));
        _nextSlice = step;
        _dueLots = 0;
    }
}
