using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>Trades with a move of the last seconds, and exits when it is over.</summary>
internal sealed class MomentumTrader(MarketModel model, Scale scale, Chance chance)
    : Trader(Participant.Momentum, scale, chance)
{
    private const double MostRounds = 30;

    private readonly Average _fast = new(8, model.StepSeconds);
    private readonly Average _slow = new(60, model.StepSeconds);
    private long _rests;

    /// <inheritdoc/>
    public override void Act(in Moment moment, OrderSheet sheet)
    {
        var move = (_fast.Add(moment.MiddleTicks) - _slow.Add(moment.MiddleTicks)) / moment.BasisPoint;
        if (moment.Step < _rests)
            return;

        // A move counts if it is larger than a minute's random move.
        var strength = move / Math.Max(1, moment.Volatility * 5);
        var lots = Scale.Draw(Chance);
        if (Math.Abs(strength) > 0.8 && Math.Abs(InventoryRounds) < MostRounds)
            Take(in moment, sheet, strength > 0 ? Side.Buy : Side.Sell, lots);
        else if (Math.Abs(strength) < 0.2 && InventoryLots != 0)
            Take(in moment, sheet, InventoryLots > 0 ? Side.Sell : Side.Buy, Math.Min(lots, Math.Abs(InventoryLots)));
        else
            return;

        _rests = moment.Step + (long)((1 + Chance.Exponential(4)) / model.StepSeconds);
    }
}

/// <summary>Trades against a price that has left its average of the last minutes, and exits when it returns.</summary>
internal sealed class ReversionTrader(MarketModel model, Scale scale, Chance chance)
    : Trader(Participant.Reversion, scale, chance)
{
    private const double MostRounds = 30;

    private readonly Average _average = new(300, model.StepSeconds);
    private long _rests;

    /// <inheritdoc/>
    public override void Act(in Moment moment, OrderSheet sheet)
    {
        var away = (moment.MiddleTicks - _average.Add(moment.MiddleTicks)) / moment.BasisPoint;
        if (moment.Step < _rests)
            return;

        var strength = away / Math.Max(1, moment.Volatility * 17);
        var lots = Scale.Draw(Chance);
        if (Math.Abs(strength) > 1.0 && Math.Abs(InventoryRounds) < MostRounds)
            Take(in moment, sheet, strength > 0 ? Side.Sell : Side.Buy, lots);
        else if (Math.Abs(strength) < 0.25 && InventoryLots != 0)
            Take(in moment, sheet, InventoryLots > 0 ? Side.Sell : Side.Buy, Math.Min(lots, Math.Abs(InventoryLots)));
        else
            return;

        _rests = moment.Step + (long)((2 + Chance.Exponential(8)) / model.StepSeconds);
    }
}

/// <summary>Exponential moving average with a half-life.</summary>
internal sealed class Average(double halfLifeSeconds, double stepSeconds)
{
    private readonly double _weight = 1 - Chance.Exp(-0.693 * stepSeconds / halfLifeSeconds);
    private double _value = double.NaN;

    /// <summary>Adds a value and returns the average.</summary>
    public double Add(double value) => _value = double.IsNaN(_value) ? value : _value + (_weight * (value - _value));
}
