using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Market;

/// <summary>A trade of a simulated market.</summary>
/// <param name="TimeNanos">Time, in Unix nanoseconds.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="TakerSide">Side of the taker.</param>
public readonly record struct MarketTrade(long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide);

/// <summary>
/// A symbol's participants on a bare order book, with a clock that runs as fast as it is stepped: a day takes about a
/// second. The same seed gives the same commands and trades.
/// </summary>
public sealed class BareMarket
{
    private const long NanosPerSecond = 1_000_000_000;

    private readonly SymbolMarket _market;
    private readonly OrderBook _book = new();
    private readonly Dictionary<long, long> _orderOf = [];
    private readonly Dictionary<long, (long Handle, long Lots)> _handleOf = [];
    private readonly List<MarketTrade> _trades = [];
    private readonly long _stepNanos;
    private long _tradedLots;
    private long _signedLots;

    /// <summary>Creates an empty book at a time.</summary>
    /// <param name="instrument">Traded instrument.</param>
    /// <param name="model">Parameters of the market.</param>
    /// <param name="seed">Seed of the whole market.</param>
    /// <param name="startTicks">Initial price and home price, in ticks.</param>
    /// <param name="startNanos">Start time, in Unix nanoseconds.</param>
    public BareMarket(Instrument instrument, MarketModel model, ulong seed, long startTicks, long startNanos)
    {
        _market = new SymbolMarket(instrument, model, seed, startTicks, startTicks);
        _stepNanos = (long)(model.StepSeconds * NanosPerSecond);
        TimeNanos = startNanos;
    }

    /// <summary>Time of the last step, in Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>The book.</summary>
    public OrderBook Book => _book;

    /// <summary>The participants.</summary>
    public SymbolMarket Participants => _market;

    /// <summary>Number of orders and cancels so far.</summary>
    public long Commands { get; private set; }

    /// <summary>Called with every participant's intent, before it is executed.</summary>
    public Action<OrderIntent>? Watch { get; set; }

    /// <summary>Runs one step and returns its trades, which are valid until the next.</summary>
    public IReadOnlyList<MarketTrade> Step()
    {
        _trades.Clear();
        TimeNanos += _stepNanos;
        _book.TryGetBest(Side.Buy, out var bid, out _);
        _book.TryGetBest(Side.Sell, out var ask, out _);
        var sight = new MarketSight(bid, ask, _tradedLots, _signedLots);
        (_tradedLots, _signedLots) = (0, 0);
        foreach (ref readonly var intent in _market.Step(in sight))
        {
            Watch?.Invoke(intent);
            Commands++;
            if (intent.Kind == IntentKind.Cancel)
                Cancel(in intent);
            else
                Enter(in intent);
        }

        return _trades;
    }

    /// <summary>
    /// Enters an order of an outsider. Its results are in the events of <see cref="Book"/> until the next step, in
    /// which the participants see its trades.
    /// </summary>
    public RejectReason Trade(in NewOrder order)
    {
        var reason = _book.Submit(TimeNanos, in order, out _);
        if (reason == RejectReason.None)
            CollectTrades(order.Side);
        return reason;
    }

    private void Cancel(in OrderIntent intent)
    {
        if (!_orderOf.Remove(intent.Handle, out var order))
            return;

        var known = _handleOf[order];
        _handleOf.Remove(order);
        _book.Cancel(TimeNanos, order, EndReason.User);
        _market.Report(intent.Handle, known.Lots, isOpen: false);
    }

    private void Enter(in OrderIntent intent)
    {
        var rests = intent.Kind == IntentKind.Rest;
        var order = new NewOrder(
            (long)intent.Participant,
            intent.Side,
            OrderType.Limit,
            rests ? TimeInForce.GoodTillCancel : TimeInForce.ImmediateOrCancel,
            PostOnly: rests,
            intent.PriceTicks,
            intent.QuantityLots);
        if (_book.Submit(TimeNanos, in order, out var id) != RejectReason.None)
        {
            _market.Report(intent.Handle, 0, isOpen: false);
            return;
        }

        var filled = CollectTrades(intent.Side);
        if (rests)
        {
            _orderOf.Add(intent.Handle, id);
            _handleOf.Add(id, (intent.Handle, 0));
        }

        _market.Report(intent.Handle, filled, rests);
    }

    /// <summary>Collects the trades of the last order and returns the lots traded.</summary>
    private long CollectTrades(Side taker)
    {
        var filled = 0L;
        foreach (ref readonly var happened in _book.Events)
        {
            if (happened.Kind != BookEventKind.Trade)
                continue;

            filled += happened.QuantityLots;
            _trades.Add(new MarketTrade(TimeNanos, happened.PriceTicks, happened.QuantityLots, taker));
            if (_handleOf.ContainsKey(happened.MakerId))
                TellMaker(happened.MakerId, happened.QuantityLots, happened.MakerLeavesLots);
        }

        _tradedLots += filled;
        _signedLots += taker == Side.Buy ? filled : -filled;
        return filled;
    }

    private void TellMaker(long order, long lots, long leavesLots)
    {
        var (handle, before) = _handleOf[order];
        if (leavesLots == 0)
        {
            _handleOf.Remove(order);
            _orderOf.Remove(handle);
        }
        else
        {
            _handleOf[order] = (handle, before + lots);
        }

        _market.Report(handle, before + lots, leavesLots > 0);
    }
}
