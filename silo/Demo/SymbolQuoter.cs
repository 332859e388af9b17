using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Instruments;

namespace QuantumCore.Silo.Demo;

/// <summary>The quotes of one symbol. One step is one new quote, with the oldest taken out, or one taking order.</summary>
/// <param name="entry">The way in.</param>
/// <param name="instrument">The instrument.</param>
/// <param name="startTicks">The price to start from, in ticks.</param>
/// <param name="run">A number of this run alone, part of every order's name.</param>
/// <param name="seed">Seed of this symbol's chance.</param>
internal sealed class SymbolQuoter(OrderEntry entry, Instrument instrument, long startTicks, long run, int seed)
{
    private const int QuotesPerSide = 45;
    private const int Levels = 30;
    private const int MostLots = 100;

    private readonly Random _random = new(seed);
    private readonly Queue<long> _bids = new();
    private readonly Queue<long> _asks = new();

    /// <summary>One tick of the demo: about a hundredth of a percent of the price.</summary>
    private readonly long _step = Math.Max(1, startTicks / 10_000);

    /// <summary>Where the price is drawn back to, in ticks.</summary>
    private readonly long _home = startTicks;

    private long _price = startTicks;
    private long _orders;

    /// <summary>Takes one step; the reason says how it went.</summary>
    public async Task<RejectReason> StepAsync()
    {
        Wander();
        if (_random.Next(5) == 0)
            return (await PlaceAsync(DemoExchange.Taker, Chance(), TimeInForce.ImmediateOrCancel, 2 * _step)).Reason;

        var side = Chance();
        var report = await PlaceAsync(
            DemoExchange.Maker, side, TimeInForce.GoodTillCancel, -_step * _random.NextInt64(1, Levels + 1));
        if (report is { Reason: RejectReason.None, LeavesLots: > 0 })
            Quotes(side).Enqueue(report.OrderId);

        if (Quotes(side).Count > QuotesPerSide)
            await entry.Cancel(DemoExchange.Maker, instrument.Symbol, Quotes(side).Dequeue());

        return report.Reason;
    }

    private Queue<long> Quotes(Side side) => side == Side.Buy ? _bids : _asks;

    private Side Chance() => _random.Next(2) == 0 ? Side.Buy : Side.Sell;

    /// <summary>A step up or down, drawn back to where it started the further it is away.</summary>
    private void Wander()
    {
        var pull = (_home - _price) / (50 * _step);
        _price = Math.Clamp(
            _price + _step * (_random.NextInt64(-1, 2) + Math.Clamp(pull, -1, 1)),
            instrument.MinPriceTicks,
            instrument.MaxPriceTicks);
    }

    /// <summary>An order this many ticks beyond the price, as its side sees it: negative rests, positive takes.</summary>
    private ValueTask<ExecutionReport> PlaceAsync(long account, Side side, TimeInForce timeInForce, long beyondTicks)
    {
        var price = side == Side.Buy ? _price + beyondTicks : _price - beyondTicks;
        var most = Math.Min(MostLots, instrument.MaxQuantityLots - instrument.MinQuantityLots + 1);
        return entry.Place(account, new HoldRequest(
            $"mm-{run}-{seed}-{++_orders}",
            instrument.Symbol,
            side,
            OrderType.Limit,
            timeInForce,
            PostOnly: timeInForce == TimeInForce.GoodTillCancel,
            Math.Clamp(price, instrument.MinPriceTicks, instrument.MaxPriceTicks),
            instrument.MinQuantityLots - 1 + _random.NextInt64(1, most + 1)));
    }
}
