using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// The participants of one symbol: a state machine of its seed, the steps of a clock and what it is told of the book and of
/// its orders. It knows no clock, no exchange and no other symbol.
/// </summary>
public sealed class SymbolMarket
{
    private readonly MarketModel _model;
    private readonly ReferencePrice _reference;
    private readonly Scale _scale;
    private readonly Trader[] _traders;
    private readonly OrderSheet _sheet = new();
    private long _steps;

    /// <summary>Begins without orders.</summary>
    /// <param name="instrument">What is traded.</param>
    /// <param name="model">The parameters.</param>
    /// <param name="seed">Of the whole market: symbols of one seed move together.</param>
    /// <param name="homeTicks">The price that is returned to, in ticks.</param>
    /// <param name="startTicks">The price now.</param>
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

    /// <summary>What all movements of the reference price are multiplied by.</summary>
    public double Volatility { get; set; } = 1;

    /// <summary>Who is away: takes out what it has in the book, and does nothing until it is back.</summary>
    public ImmutableArray<Participant> Away { get; set; } = [];

    /// <summary>What the instrument is worth now, in ticks.</summary>
    public double ReferenceTicks => _reference.Ticks;

    /// <summary>Lots that a participant has bought less what it has sold.</summary>
    public long InventoryOf(Participant participant) => _traders[(int)participant].InventoryLots;

    /// <summary>Handles of orders that are open or on their way, as far as it was told.</summary>
    public IEnumerable<long> Working => _sheet.Working.Keys;

    /// <summary>
    /// One step of the clock. What it gives is to be done in that sequence, and told by <see cref="Report"/>; it is valid until
    /// the next step.
    /// </summary>
    public ReadOnlySpan<OrderIntent> Step(in MarketSight sight)
    {
        _sheet.Intents.Clear();
        if (sight.SignedLots != 0)
            _reference.Push(Math.Clamp((double)sight.SignedLots / _scale.RoundLots, -500, 500) * _model.ImpactBasisPoints);
        _reference.Step(Volatility);
        var moment = new Moment(_steps++, sight, _reference.Ticks, _reference.BasisPointsPerSecond, _reference.Activity);
        foreach (var trader in _traders)
        {
            if (Away.Contains(trader.Participant))
                _sheet.CancelAll(trader);
            else
                trader.Act(in moment, _sheet);
        }

        return CollectionsMarshal.AsSpan(_sheet.Intents);
    }

    /// <summary>Tells what became of an order.</summary>
    /// <param name="handle">The order.</param>
    /// <param name="filledLots">Filled of it in all.</param>
    /// <param name="isOpen">Whether something of it is in the book.</param>
    public void Report(long handle, long filledLots, bool isOpen) => _sheet.Report(handle, filledLots, isOpen);

    /// <summary>Tells that an order is in no book any more and nobody took it out: it was filled.</summary>
    public void ReportGone(long handle)
    {
        if (_sheet.Working.TryGetValue(handle, out var order))
            _sheet.Report(handle, order.QuantityLots, isOpen: false);
    }
}
