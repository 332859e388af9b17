using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// Participants of one symbol: a state machine driven by its seed, clock steps, and reports about the book and its
/// orders. It depends on no clock, exchange or other symbol.
/// </summary>
public sealed class SymbolMarket
{
    private readonly MarketModel _model;
    private readonly ReferencePrice _reference;
    private readonly Scale _scale;
    private readonly Trader[] _traders;
    private readonly OrderSheet _sheet = new();
    private long _steps;

    /// <summary>Starts without orders.</summary>
    /// <param name="instrument">Traded instrument.</param>
    /// <param name="model">Parameters of the market.</param>
    /// <param name="seed">Seed of the whole market. Symbols of one seed are correlated.</param>
    /// <param name="homeTicks">Home price, in ticks, to which the price reverts.</param>
    /// <param name="startTicks">Current price, in ticks.</param>
    public SymbolMarket(Instrument instrument, MarketModel model, ulong seed, long homeTicks, double startTicks)
    {
        _model = model;
        _scale = new Scale(instrument, homeTicks);
        _reference = new ReferencePrice(model, seed, instrument.Symbol, homeTicks, startTicks);
        Chance Of(Participant who) => new(seed, $"{who} of {instrument.Symbol}");
        _traders =
        [
            new InventoryMaker(model, _scale, Of(Participant.Maker), isFar: false, startTicks),
            new InventoryMaker(model, _scale, Of(Participant.Depth), isFar: true, startTicks),
            new NoiseTraders(model, _scale, Of(Participant.Noise)),
            new MomentumTrader(model, _scale, Of(Participant.Momentum)),
            new ReversionTrader(model, _scale, Of(Participant.Reversion)),
            new LargeOrders(model, _scale, Of(Participant.Institution)),
        ];
    }

    /// <summary>Factor of all movements of the reference price.</summary>
    public double Volatility { get; set; } = 1;

    /// <summary>Inactive participants. They cancel their orders and do nothing until they are active again.</summary>
    public ImmutableArray<Participant> Away { get; set; } = [];

    /// <summary>Current reference price, in ticks.</summary>
    public double ReferenceTicks => _reference.Ticks;

    /// <summary>Returns a participant's inventory: lots bought less lots sold.</summary>
    public long InventoryOf(Participant participant) => _traders[(int)participant].InventoryLots;

    /// <summary>Handles of orders that are open or in flight, according to the reports.</summary>
    public IEnumerable<long> Working => _sheet.Working.Keys;

    /// <summary>
    /// Runs one step and returns the intents. Execute them in sequence and report the results by <see cref="Report"/>.
    /// The span is valid until the next step.
    /// </summary>
    public ReadOnlySpan<OrderIntent> Step(in MarketSight sight)
    {
        _sheet.Intents.Clear();
        if (sight.SignedLots != 0)
            _reference.Push(
                Math.Clamp((double)sight.SignedLots / _scale.RoundLots, -500, 500) * _model.ImpactBasisPoints);
        _reference.Step(Volatility);
        var moment =
            new Moment(_steps++, sight, _reference.Ticks, _reference.BasisPointsPerSecond, _reference.Activity);
        foreach (var trader in _traders)
        {
            if (Away.Contains(trader.Participant))
                _sheet.CancelAll(trader);
            else
                trader.Act(in moment, _sheet);
        }

        return CollectionsMarshal.AsSpan(_sheet.Intents);
    }

    /// <summary>Reports the state of an order.</summary>
    /// <param name="handle">Handle of the order.</param>
    /// <param name="filledLots">Total filled lots.</param>
    /// <param name="isOpen">True if it still rests in the book.</param>
    public void Report(long handle, long filledLots, bool isOpen) => _sheet.Report(handle, filledLots, isOpen);

    /// <summary>Reports that an order left the book without a cancel, so it was filled.</summary>
    public void ReportGone(long handle)
    {
        if (_sheet.Working.TryGetValue(handle, out var order))
            _sheet.Report(handle, order.QuantityLots, isOpen: false);
    }
}
