using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing.Tests;

/// <summary>Random requests.</summary>
internal sealed partial class StrategyMarket
{
    private long Price(Instrument instrument) =>
        instrument.ReferencePriceTicks + _random.Next(-Spread(instrument), Spread(instrument) + 1);

    private static int Spread(Instrument instrument) => (int)instrument.ReferencePriceTicks / 10;

    private Side AnySide() => _random.Next(2) == 0 ? Side.Buy : Side.Sell;

    private HoldRequest Request(Instrument instrument, Side side)
    {
        var kind = _random.Next(4) > 0 ? OrderType.Limit : (OrderType)_random.Next(1, 10);
        var terms = new OrderConditions();
        var lots = _random.NextInt64(1, 12);
        var price = Price(instrument);
        var time = TimeInForce.GoodTillCancel;
        if (OrderRules.IsTriggered(kind))
        {
            terms = terms with { TriggerReference = (TriggerReference)_random.Next(3) };
            terms = OrderRules.IsTrailing(kind)
                ? terms with { TrailTicks = _random.Next(1, 6) }
                : terms with { TriggerTicks = Price(instrument) };
        }

        switch (kind)
        {
            case OrderType.TrailingStopLimit:
                terms = terms with { LimitOffsetTicks = _random.Next(3) };
                break;
            case OrderType.Pegged:
                terms = terms with { Peg = (PegReference)_random.Next(1, 4) };
                terms = terms with { PegOffsetTicks = terms.Peg == PegReference.Market ? 1 : _random.Next(2) };
                price = instrument.ReferencePriceTicks + (side == Side.Buy ? 2 : -2);
                break;
            case OrderType.Limit:
                terms = LimitConditions(terms, lots);
                time = (TimeInForce)_random.Next(0, 8) is var drawn && Enum.IsDefined(drawn) && _random.Next(2) == 0
                    ? drawn
                    : time;
                break;
            case not (OrderType.StopLimit or OrderType.TakeProfitLimit):
                price = instrument.ReferencePriceTicks + (side == Side.Buy ? 2 : -2) * Spread(instrument);
                break;
        }

        if (time == TimeInForce.GoodTillDate)
        {
            terms = terms with { ExpiryNanos = _now + _random.Next(1, 60) };
        }

        return new HoldRequest(
            $"n{++_names}", instrument.Symbol, side, kind, time, _random.Next(12) == 0 && kind == OrderType.Limit,
            price, lots,
            (SelfTradePrevention)(_random.Next(3) == 0 ? _random.Next(7) : 0),
            terms == new OrderConditions() ? null : EncodedConditions.From(terms));
    }

    private OrderConditions LimitConditions(OrderConditions terms, long lots) => _random.Next(14) switch
    {
        0 or 1 => terms with { DisplayLots = _random.NextInt64(1, lots + 1) },
        2 => terms with { Hidden = true },
        3 => terms with { AllOrNone = true },
        4 => terms with { MinimumLots = _random.NextInt64(1, lots + 1) },
        _ => terms,
    };

    /// <summary>Returns a net price close to the cost of the legs, mostly a multiple of their smallest step.</summary>
    private long Net(StrategyLeg[] legs)
    {
        var steps = Array.ConvertAll(legs, leg => InstrumentOf(leg.Symbol).TickLotValue * leg.Lots);
        var cost = legs.Select((leg, i) =>
            (leg.Side == Side.Buy ? 1 : -1) * steps[i] * InstrumentOf(leg.Symbol).ReferencePriceTicks).Sum();
        return cost + (steps.Min() * _random.Next(-30, 31) / steps.Min() * steps.Min());
    }

    private long WorstPrice(StrategyLeg leg)
    {
        var instrument = InstrumentOf(leg.Symbol);
        return instrument.ReferencePriceTicks
            + ((leg.Side == Side.Buy ? 1 : -1) * _random.Next(-1, Spread(instrument) + 3));
    }

    /// <summary>Returns a phase change, mostly back to continuous trading.</summary>
    private SetTradingPhase NextPhase(string symbol)
    {
        var next = Books[symbol].Core.Phase switch
        {
            TradingPhase.Continuous => _random.Next(4) switch
            {
                0 => TradingPhase.Volatility,
                1 => TradingPhase.Closing,
                2 => TradingPhase.Halt,
                _ => TradingPhase.Closed,
            },
            TradingPhase.Closed => TradingPhase.PreOpen,
            TradingPhase.PreOpen => TradingPhase.Opening,
            TradingPhase.Closing => TradingPhase.Closed,
            TradingPhase.Halt => TradingPhase.Volatility,
            _ => TradingPhase.Continuous,
        };
        return new SetTradingPhase(next);
    }
}
