using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;
using QuantumCore.Market;

namespace QuantumCore.Silo.Demo;

/// <summary>
/// The exchange rejected an order of the simulated participants, or its outcome is unknown: they start again.
/// </summary>
internal sealed class MarketInterruptedException(string symbol, RejectReason reason)
    : Exception($"{symbol}: {reason}.");

/// <summary>Participants of one symbol: sends their intents to the exchange and reports the results to them.</summary>
internal sealed class SimulatedSymbol(
    OrderEntry entry, CancelReplace cancelReplace, IGrainFactory grains, Instrument instrument, SymbolMarket market,
    string names)
{
    private const int StepsBetweenLooks = 10;
    private const int TradesLooked = 64;

    // Public ids of resting orders, by handle.
    private readonly Dictionary<long, long> _ids = [];
    private TradePlace _seen = new(-1, 0);

    // Sequence of the book up to which it knows its own actions or has read the book. The market data that it reads is
    // not older.
    private long _done;
    private long _steps;
    private bool _trades = true;

    /// <summary>Symbol that the participants trade.</summary>
    public string Symbol => instrument.Symbol;

    /// <summary>Sequence of the last trade in which a participant was the taker; 0 before the first.</summary>
    public long Traded { get; private set; }

    /// <summary>The participants.</summary>
    public SymbolMarket Market => market;

    /// <summary>
    /// True if the last check found that the book trades again. That step does nothing, since a split may have changed
    /// its units.
    /// </summary>
    public bool HasResumed { get; private set; }

    /// <summary>Reports the open orders of the accounts to the participants.</summary>
    public void Learn(IEnumerable<OpenOrder> ofAccounts)
    {
        var open = new Dictionary<long, OpenOrder>();
        foreach (var order in ofAccounts)
        {
            if (order.ClientOrderId.StartsWith(names, StringComparison.Ordinal))
                open[long.Parse(order.ClientOrderId.AsSpan(names.Length), CultureInfo.InvariantCulture)] = order;
        }

        foreach (var handle in market.Working.ToArray())
        {
            if (open.TryGetValue(handle, out var order))
            {
                market.Report(handle, order.FilledLots, isOpen: true);
            }
            else
            {
                _ids.Remove(handle);
                market.ReportGone(handle);
            }
        }
    }

    /// <summary>Takes one step if the book is in continuous trading.</summary>
    /// <exception cref="MarketInterruptedException">
    /// The outcome of an order is unknown, or the exchange rejects orders as such.
    /// </exception>
    public async Task StepAsync()
    {
        if (_steps++ % StepsBetweenLooks == 0)
        {
            var state = await grains.Book(instrument.BookKey).State(Symbol);
            // Market data lags a moment behind. At first, it would still contain earlier orders that were cancelled.
            _done = Math.Max(_done, state.Sequence);
            var trades = state is { Phase: TradingPhase.Continuous, IsHalted: false };
            (HasResumed, _trades) = (trades && !_trades, trades);
            if (HasResumed)
                return;
        }

        if (!_trades)
            return;

        var sight = await LookAsync();
        var intents = market.Step(in sight).ToArray();
        for (var first = 0; first < intents.Length;)
        {
            var last = first;
            while (last < intents.Length && intents[last].Participant == intents[first].Participant)
                last++;

            await CarryOutAsync(DemoExchange.AccountOf(intents[first].Participant), intents[first..last]);
            first = last;
        }
    }

    private async ValueTask<MarketSight> LookAsync()
    {
        var data = grains.GetGrain<IMarketDataGrain>(Symbol);
        var depth = await data.Depth(1);
        while (depth.Sequence < _done && await data.WaitForUpdate(depth.Sequence) is not null)
            depth = await data.Depth(1);

        var trades = await data.Trades(TradesLooked);
        var (lots, signed) = (0L, 0L);
        foreach (var trade in trades)
        {
            if (new TradePlace(trade.Sequence, trade.Index) is var place && !IsAfter(place, _seen))
                break;

            lots += trade.QuantityLots;
            signed += trade.Aggressor switch
            {
                Side.Buy =>
                trade.QuantityLots,
                Side.Sell => -trade.QuantityLots,
                null => 0
            };
        }

        // Trades before the first look do not count.
        if (_seen.Sequence < 0)
            (lots, signed) = (0, 0);
        _seen = trades.IsEmpty ? new TradePlace(0, 0) : new TradePlace(trades[0].Sequence, trades[0].Index);
        return new MarketSight(Best(depth.Bids), Best(depth.Asks), lots, signed);
    }

    private static bool IsAfter(TradePlace place, TradePlace other) =>
        place.Sequence > other.Sequence || (place.Sequence == other.Sequence && place.Index > other.Index);

    private static long Best(ImmutableArray<DepthLevel> levels) => levels.IsEmpty ? 0 : levels[0].PriceTicks;

    private async Task CarryOutAsync(long account, OrderIntent[] intents)
    {
        await CancelAsync(account, [.. intents.Where(intent => intent.Kind == IntentKind.Cancel)]);
        var orders = intents.Where(intent => intent.Kind != IntentKind.Cancel).ToArray();
        if (orders.Length == 0)
            return;

        var reports = await entry.PlaceBatchAsync(account, [.. orders.Select(Request)]);
        for (var i = 0; i < orders.Length; i++)
        {
            _done = Math.Max(_done, reports[i].Sequence);
            if (reports[i].FilledLots > 0)
                Traded = Math.Max(Traded, reports[i].Sequence);
            Tell(orders[i].Handle, reports[i]);
        }
    }

    private async Task CancelAsync(long account, OrderIntent[] intents)
    {
        var asked = new List<(long Handle, Task<ExecutionReport> Report)>();
        foreach (var intent in intents)
        {
            if (_ids.Remove(intent.Handle, out var id))
                asked.Add((intent.Handle, cancelReplace.CancelAsync(account, Symbol, id).AsTask()));
        }

        // Responses arrive on several threads; the participants get them one at a time.
        await Task.WhenAll(asked.Select(one => one.Report));
        foreach (var (handle, answer) in asked)
        {
            var report = await answer;
            if (report.Reason is RejectReason.Overloaded or RejectReason.OutcomeUnknown)
                throw new MarketInterruptedException(Symbol, report.Reason);

            _done = Math.Max(_done, report.Sequence);

            // Its account reported its end before: it is filled.
            if (report.Reason == RejectReason.None)
                market.Report(handle, report.FilledLots, isOpen: false);
            else
                market.ReportGone(handle);
        }
    }

    private void Tell(long handle, ExecutionReport report)
    {
        switch (report.Reason)
        {
            case RejectReason.None:
                var isOpen = report.Status is OrderStatus.New or OrderStatus.PartiallyFilled;
                if (isOpen)
                    _ids[handle] = report.OrderId;
                market.Report(handle, report.FilledLots, isOpen);
                break;
            case RejectReason.PostOnlyWouldTake or RejectReason.InvalidPrice or RejectReason.PriceBand:
                market.Report(handle, 0, isOpen: false);
                break;
            case RejectReason.SymbolHalted or RejectReason.SymbolClosed or RejectReason.NotInThisPhase:
                market.Report(handle, 0, isOpen: false);
                _trades = false;
                break;
            default:
                throw new MarketInterruptedException(Symbol, report.Reason);
        }
    }

    private HoldRequest Request(OrderIntent intent) => new(
        names + intent.Handle.ToString(CultureInfo.InvariantCulture),
        Symbol,
        intent.Side,
        OrderType.Limit,
        intent.Kind == IntentKind.Rest ? TimeInForce.GoodTillCancel : TimeInForce.ImmediateOrCancel,
        PostOnly: intent.Kind == IntentKind.Rest,
        intent.PriceTicks,
        intent.QuantityLots);
}
