using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// Quotes a ladder on both sides of its reservation price, after Avellaneda and Stoikov: what it owns draws the price down
/// by inventory times risk, and risk and the order flow's density make the spread.
/// </summary>
internal sealed class InventoryMaker : Trader
{
    private const double MostRounds = 60;

    private readonly MarketModel _model;
    private readonly Dictionary<long, WorkingOrder>[] _ladders = [[], []];
    private readonly List<WorkingOrder> _leaving = [];
    private readonly int _levels;
    private readonly long _step;
    private readonly double _halfSpread;
    private readonly double _size;
    private readonly double _pace;
    private readonly double _distance;
    private long _bid;
    private long _ask;
    private bool _isComplete;

    /// <param name="model">The market's parameters.</param>
    /// <param name="scale">Sizes and prices.</param>
    /// <param name="chance">Its chance.</param>
    /// <param name="isFar">The far maker: larger, farther apart, slower.</param>
    /// <param name="priceTicks">The price to begin with.</param>
    public InventoryMaker(MarketModel model, Scale scale, Chance chance, bool isFar, double priceTicks)
        : base(isFar ? Participant.Depth : Participant.Maker, scale, chance)
    {
        _model = model;
        _levels = isFar ? model.DepthLevels : model.Levels;
        _halfSpread = isFar ? model.HalfSpread * 2.5 : model.HalfSpread;
        _step = Math.Max(1, (long)((priceTicks / 10_000 * model.LevelDistance * (isFar ? 2 : 1)) + 0.5));
        _size = isFar ? 3 : 1;
        _pace = Math.Min(1, model.StepSeconds * (isFar ? 1.5 : 4));
        _distance = isFar ? 0.7 : 0.35;
    }

    /// <inheritdoc/>
    public override void Act(in Moment moment, OrderSheet sheet)
    {
        var isNew = _bid == 0;
        if (!isNew && !Chance.Happens(_pace))
            return;

        var variance = moment.Volatility * moment.Volatility * _model.Horizon;
        var inventory = Math.Clamp(InventoryRounds, -MostRounds, MostRounds);
        var reservation = moment.ReferenceTicks - (inventory / _size * _model.RiskAversion * variance * moment.BasisPoint);
        var half = ((_model.RiskAversion * variance / 2)
            + (Chance.Ln(1 + (_model.RiskAversion * _halfSpread)) / _model.RiskAversion)) * moment.BasisPoint;
        if (isNew || IsFarFrom(reservation, half))
            Move(in moment, reservation, half);

        if (!_isComplete)
            Fill(in moment, sheet);
    }

    /// <inheritdoc/>
    public override void Ended(WorkingOrder order)
    {
        _isComplete = false;
        var ladder = Ladder(order.Side);
        if (ladder.TryGetValue(order.PriceTicks, out var standing) && standing == order)
            ladder.Remove(order.PriceTicks);
    }

    private Dictionary<long, WorkingOrder> Ladder(Side side) => _ladders[(int)side - 1];

    /// <summary>Small moves of the price are not worth the place in the queue.</summary>
    private bool IsFarFrom(double reservation, double half) =>
        Math.Abs(reservation - half - _bid - (0.5 * _step)) > (0.5 + _distance) * _step
        || Math.Abs(reservation + half - _ask + (0.5 * _step)) > (0.5 + _distance) * _step;

    private void Move(in Moment moment, double reservation, double half)
    {
        var bid = (long)Math.Floor((reservation - half) / _step) * _step;
        var ask = (long)Math.Ceiling((reservation + half) / _step) * _step;
        if (bid >= ask)
            ask = bid + _step;

        // It waits for who comes: it does not take what others offer.
        if (moment.Sight.AskTicks > 0 && bid >= moment.Sight.AskTicks)
            bid = (long)Math.Floor((moment.Sight.AskTicks - 1.0) / _step) * _step;
        if (moment.Sight.BidTicks > 0 && ask <= moment.Sight.BidTicks)
            ask = (long)Math.Ceiling((moment.Sight.BidTicks + 1.0) / _step) * _step;

        (_bid, _ask, _isComplete) = (bid, ask, false);
    }

    private void Fill(in Moment moment, OrderSheet sheet)
    {
        _isComplete = true;
        Retire(sheet, Side.Buy, _bid, -_step);
        Retire(sheet, Side.Sell, _ask, _step);
        for (var level = 0; level < _levels; level++)
        {
            Quote(in moment, sheet, Side.Buy, _bid - (level * _step), level);
            Quote(in moment, sheet, Side.Sell, _ask + (level * _step), level);
        }
    }

    /// <summary>Takes out what stands before the ladder or far behind it.</summary>
    private void Retire(OrderSheet sheet, Side side, long first, long step)
    {
        _leaving.Clear();
        foreach (var (price, order) in Ladder(side))
        {
            var behind = (price - first) / step;
            if ((price - first) * step < 0 || behind >= _levels + 4)
                _leaving.Add(order);
        }

        foreach (var order in _leaving)
        {
            sheet.Cancel(order);
            Ladder(side).Remove(order.PriceTicks);
        }
    }

    private void Quote(in Moment moment, OrderSheet sheet, Side side, long price, int level)
    {
        var ladder = Ladder(side);
        if (price < 1 || Scale.Price(price) != price || ladder.ContainsKey(price))
            return;

        // More stands farther away, and no two levels are the same.
        var lots = Scale.RoundLots * _size * (1 + (level / 4)) * (0.5 + Chance.Unit());
        var tens = Math.Max(Scale.LeastLots, Scale.RoundLots / 10);
        ladder.Add(price, sheet.Add(
            this, IntentKind.Rest, side, price, Scale.Quantity(Math.Ceiling(lots / tens) * tens), long.MaxValue));
    }
}
