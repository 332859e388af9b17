using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>Noise traders, arriving at random. Some take liquidity, some rest near the market for a while.</summary>
internal sealed class NoiseTraders(MarketModel model, Scale scale, Chance chance)
    : Trader(Participant.Noise, scale, chance)
{
    /// <summary>Additional buying probability for each half spread that the reference is above the market.</summary>
    private const double Tilt = 0.08;

    private readonly PriorityQueue<WorkingOrder, (long Step, long Handle)> _leaving = new();
    private long _nextTaker;

    /// <inheritdoc/>
    public override void Act(in Moment moment, OrderSheet sheet)
    {
        while (_leaving.TryPeek(out var order, out var when) && when.Step <= moment.Step)
        {
            _leaving.Dequeue();
            if (sheet.Working.ContainsKey(order.Handle))
                sheet.Cancel(order);
        }

        if (moment.Sight.BidTicks == 0 || moment.Sight.AskTicks == 0)
            return;

        if (moment.Step >= _nextTaker)
        {
            var wait = Math.Min(Chance.Exponential(1 / (model.TakersPerSecond * moment.Activity)), model.LongestQuiet);
            _nextTaker = moment.Step + Math.Max(1, (long)(wait / model.StepSeconds));
            Take(in moment, sheet, SideOf(in moment), Scale.Draw(Chance));
        }

        for (var arrivals = Chance.Poisson(model.RestersPerSecond * moment.Activity * model.StepSeconds); arrivals > 0;
            arrivals--)
            Rest(in moment, sheet);
    }

    private Side SideOf(in Moment moment)
    {
        var half = Math.Max(0.5, (moment.Sight.AskTicks - moment.Sight.BidTicks) / 2.0);
        var cheap = Math.Clamp((moment.ReferenceTicks - moment.MiddleTicks) / half, -4, 4);
        return Chance.Happens(0.5 + (Tilt * cheap)) ? Side.Buy : Side.Sell;
    }

    /// <summary>
    /// Places an order: sometimes inside the spread, often at the best price, otherwise some levels behind it.
    /// </summary>
    private void Rest(in Moment moment, OrderSheet sheet)
    {
        var side = Chance.Happens(0.5) ? Side.Buy : Side.Sell;
        var (bid, ask) = (moment.Sight.BidTicks, moment.Sight.AskTicks);
        var where = Chance.Unit();
        long behind;
        if (where < 0.25 && ask - bid > 1)
            behind = -1 - Chance.Below((ask - bid) / 2);
        else if (where < 0.5)
            behind = 0;
        else
            behind = (long)(Chance.Exponential(8) * moment.BasisPoint) + 1;

        var price = side == Side.Buy ? bid - behind : ask + behind;
        if ((side == Side.Buy && price >= ask) || (side == Side.Sell && price <= bid) || Scale.Price(price) != price)
            return;

        var life = Math.Min(model.RestersMedianLife * Chance.Exp(1.4 * Chance.Normal()), 1_800);
        var until = moment.Step + Math.Max(1, (long)(life / model.StepSeconds));
        var order = sheet.Add(this, IntentKind.Rest, side, price, Scale.Draw(Chance), until);
        _leaving.Enqueue(order, (until, order.Handle));
    }
}
