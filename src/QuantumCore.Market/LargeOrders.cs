using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// Institutions that occasionally work a large order in slices: half of them by time (TWAP), half as a share of the
/// traded volume (VWAP).
/// </summary>
internal sealed class LargeOrders(MarketModel model, Scale scale, Chance chance)
    : Trader(Participant.Institution, scale, chance)
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
        // Positions are unwound at some time, so that no inventory grows without limit.
        _side = InventoryLots == 0 ? (Chance.Happens(0.5) ? Side.Buy : Side.Sell)
            : Chance.Happens(0.7) == InventoryLots > 0 ? Side.Sell : Side.Buy;
        _isByClock = Chance.Happens(0.5);
        _leftLots = Scale.RoundLots * (30 + Chance.Below(90));
        _sliceLots = Math.Max(Scale.LeastLots, _leftLots / (20 + Chance.Below(40)));
        _nextSlice = step;
        _dueLots = 0;
    }
}
