using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// Market maker after Avellaneda and Stoikov: quotes a ladder on both sides of its reservation price. Its inventory
/// times its risk aversion shifts that price. Risk aversion and the density of the order flow determine the spread.
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

    /// <param name="model">Parameters of the market.</param>
    /// <param name="scale">Scale of sizes and prices.</param>
    /// <param name="chance">Random numbers.</param>
    /// <param name="isFar">True for the far maker: larger, farther from the market, slower.</param>
    /// <param name="priceTicks">Initial price, in ticks.</param>
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
        var reservation =
            moment.ReferenceTicks - (inventory / _size * _model.RiskAversion * variance * moment.BasisPoint);
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
        if (ladder.TryGetValue(order.PriceTicks, out var open) && open == order)
            ladder.Remove(order.PriceTicks);
    }

    private Dictionary<long, WorkingOrder> Ladder(Side side) => _ladders[(int)side - 1];

    /// <summary>
    /// Returns true if the price has moved far enough to requote. Small moves are not worth the queue position.
    /// </summary>
    private bool IsFarFrom(double reservation, double half) =>
        Math.Abs(reservation - half - _bid - (0.5 * _step)) > (0.5 + _distance) * _step
        || Math.Abs(reservation + half - _ask + (0.5 * _step)) > (0.5 + _distance) * _step;

    private void Move(in Moment moment, double reservation, double half)
    {
        var bid = (long)Math.Floor((reservation - half) / _step) * _step;
        var ask = (long)Math.Ceiling((reservation + half) / _step) * _step;
        if (bid >= ask)
            ask = bid + _step;

        // A maker rests. It never takes liquidity.
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

    /// <summary>Cancels orders in front of the ladder or far behind it.</summary>
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

        // Sizes grow with distance, and no two levels are equal.
        var lots = Scale.RoundLots * _size * (1 + (level / 4)) * (0.5 + Chance.Unit());
        var tens = Math.Max(Scale.LeastLots, Scale.RoundLots / 10);
        ladder.Add(price, sheet.Add(
            this, IntentKind.Rest, side, price, Scale.Quantity(Math.Ceiling(lots / tens) * tens), long.MaxValue));
    }
}
