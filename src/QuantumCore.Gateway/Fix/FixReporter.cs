using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Following;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Tells a session what happens to its account's orders, whoever did it, each event once and in sequence; by the names that the session
/// has for them.
/// </summary>
/// <remarks>
/// What a request did is told here alone, by the journal's records: its own answer is nothing but a refusal. So an order that is told to
/// be new is durable, and no answer overtakes another.
/// </remarks>
internal sealed partial class FixReporter(FixServices services, FixHolder holder, FixSession session)
{
    private const int MostPast = 10_000;

    private readonly AccountFeed _feed = services.Feeds.Of(holder.Account);
    private readonly Channel<AccountNews> _news = Channel.CreateUnbounded<AccountNews>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);

    // By its name, or by symbol and id: what the session asked to be done to an order, and has not been told of.
    private readonly Dictionary<string, FixChange> _asked = new(StringComparer.Ordinal);

    // By name: orders that this session has seen open. By its latest name in the session, and back: one that became smaller.
    private readonly Dictionary<string, PastOrder> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);

    // The last names of orders that are done, oldest first.
    private readonly Queue<string> _past = new();

    // Names of orders whose refusal, if there is one, is the answer to the request; and how many.
    private readonly Dictionary<string, int> _answered = new(StringComparer.Ordinal);

    // By name: the way back to the party behind an order, where its client said that there is one.
    private readonly Dictionary<string, FixRoute> _routes = new(StringComparer.Ordinal);

    private PastOrder? _replaced;

    /// <summary>Begins; complete when whatever happens from now on will be told.</summary>
    public async Task Start()
    {
        foreach (var (symbol, sequence) in await _feed.Join(Offer, CancellationToken.None))
        {
            lock (_lock)
                _places.TryAdd(symbol, sequence);
        }

        _ = services.Guard(session, Run());
        _ = services.Guard(session, TellPast());
    }

    /// <summary>Tells nothing more.</summary>
    public void Stop()
    {
        _feed.Leave(Offer);
        _news.Writer.TryComplete();
        _hasStopped = true;
        _pastTrades.Writer.TryComplete();
        lock (_lock)
        {
            foreach (var change in _asked.Values)
                change.Settle(isTold: true);
        }
    }

    /// <summary>How a request by symbol and id names an order.</summary>
    private static string Key(string symbol, long orderId) => string.Create(CultureInfo.InvariantCulture, $"{symbol}/{orderId}");

    /// <summary>The exchange's name of an order by one that the session has for it.</summary>
    public string NameOf(string name)
    {
        lock (_lock)
            return _named.GetValueOrDefault(name, name);
    }

    /// <summary>Whether the session has seen the order of this name, open.</summary>
    public bool Knows(string name)
    {
        lock (_lock)
            return _named.ContainsKey(name) || _open.ContainsKey(name);
    }

    /// <summary>An order from before the session has this name now, if it is not its first.</summary>
    public void Learn(PastOrder order, string name)
    {
        lock (_lock)
        {
            if (order.ClientOrderId != name && _renamed.TryAdd(order.ClientOrderId, name))
                _named[name] = order.ClientOrderId;
        }
    }

    /// <summary>The session's name of an order.</summary>
    public string Shown(PastOrder order)
    {
        lock (_lock)
            return _renamed.GetValueOrDefault(order.ClientOrderId, order.ClientOrderId);
    }

    /// <summary>How requests name an order that they have by symbol and id: by its name where the session has seen it open.</summary>
    public string KeyOf(string symbol, long orderId)
    {
        lock (_lock)
            return _open.Values.FirstOrDefault(order => order.OrderId == orderId && order.Symbol == symbol)?.ClientOrderId ?? Key(symbol, orderId);
    }

    /// <summary>An order that the session has seen open, by the exchange's name of it; null when it has not, or it is done.</summary>
    public PastOrder? Open(string name)
    {
        lock (_lock)
            return _open.GetValueOrDefault(name);
    }

    /// <summary>By symbol: the sequence through which it has told what happened.</summary>
    public Dictionary<string, long> Places()
    {
        lock (_lock)
            return new(_places, StringComparer.Ordinal);
    }

    /// <summary>A refusal of this order, if there is one, will be the answer to its request.</summary>
    public void Answers(string name)
    {
        lock (_lock)
            _answered[name] = _answered.GetValueOrDefault(name) + 1;
    }

    /// <summary>The request is answered; whether the records will tell of its refusal, too, and are not heard.</summary>
    public void Answered(string name, bool isOnRecord)
    {
        lock (_lock)
        {
            if (!isOnRecord)
                TakeAnswered(name);
        }
    }

    /// <summary>What becomes of this order next, if it is what was asked for, is told under the request's name. One request of an order at a time.</summary>
    /// <param name="key">The order: its name, or <see cref="Key"/>.</param>
    /// <param name="request">The request's ClOrdID.</param>
    /// <param name="isCancel">Whether it is to end, or to change.</param>
    /// <param name="route">The way back to the party behind the request.</param>
    public FixChange Ask(string key, string request, bool isCancel, FixRoute route)
    {
        var change = new FixChange(key, request, isCancel, route);
        lock (_lock)
        {
            // Nobody is told any more: nothing is waited for.
            if (_hasStopped)
                change.Settle(isTold: true);
            else
                _asked[key] = change;
        }

        return change;
    }

    /// <summary>Sets the way back for the reports of an order that is about to be entered; false where its name has one, or none is needed.</summary>
    public bool TryRoute(string name, FixRoute route)
    {
        lock (_lock)
            return route != default && _routes.TryAdd(name, route);
    }

    /// <summary>No order was entered under this name.</summary>
    public void Unroute(string name)
    {
        lock (_lock)
            _routes.Remove(name);
    }

    /// <summary>The request did nothing, or is told of in another way.</summary>
    public void Unask(FixChange change)
    {
        lock (_lock)
        {
            if (_asked.GetValueOrDefault(change.Key) == change)
                _asked.Remove(change.Key);
        }
    }

    /// <summary>Whether what a report says of an order is yet to be told. Otherwise it was told before, under this name or another one.</summary>
    public bool WillTell(FixChange change, ExecutionReport report)
    {
        lock (_lock)
            return !change.Told.IsCompleted && report.Sequence > _places.GetValueOrDefault(report.Symbol);
    }

    private void Offer(AccountNews news) => _news.Writer.TryWrite(news);

    private async Task Run()
    {
        await foreach (var news in _news.Reader.ReadAllAsync())
        {
            // Who has been signed out is told nothing more.
            if (!await holder.IsStillIn())
            {
                session.LogOut(FixTrader.KeyIsGone);
                return;
            }

            lock (_lock)
            {
                foreach (var told in news.Events)
                {
                    if (told is OrderEvent order)
                        Tell(order);
                    else if (told is TradeChangedEvent trade)
                        Tell(trade);
                }

                foreach (var (symbol, sequence) in news.Places)
                    _places[symbol] = sequence;
            }
        }
    }

    private void Tell(OrderEvent told)
    {
        var order = told.Order;
        switch (told.What)
        {
            case OrderHappening.Opened:
                _open[order.ClientOrderId] = order;
                Send(told, _replaced is null ? '0' : '5', order.ClientOrderId, _replaced is null ? null : Shown(_replaced));
                if (_replaced is not null)
                {
                    TakeAsked(_replaced, isCancel: false, isLast: true);
                    Forget(_replaced);
                }

                _replaced = null;
                break;
            case OrderHappening.Rejected when TakeAnswered(order.ClientOrderId):
                break;
            case OrderHappening.Rejected:
                Send(told, '8', order.ClientOrderId, null);
                _routes.Remove(order.ClientOrderId);
                break;
            case OrderHappening.Traded:
                _open[order.ClientOrderId] = order;
                Send(told, 'F', Shown(order), null);
                if (order.Status == OrderStatus.Filled)
                    Forget(order);
                break;
            case OrderHappening.Changed:
                _open[order.ClientOrderId] = order;
                TellChange(told, TakeAsked(order, isCancel: false, isLast: false));
                break;
            case OrderHappening.Prevented or OrderHappening.Adjusted or OrderHappening.Advanced:
                _open[order.ClientOrderId] = order;
                // Of a trigger too: FIX 4.4 has no ExecType for it: L (triggered) is of FIX 5.0, and those who check values by their dictionary refuse it.
                Send(told, 'D', Shown(order), null);
                break;
            case OrderHappening.Ended when order.End == EndReason.Replaced:
                // The order in its place, which the same record opens next, tells it.
                _replaced = order;
                break;
            case OrderHappening.Ended:
                var asked = TakeAsked(order, isCancel: order.End != EndReason.Amended, isLast: true);
                Send(told, order.Status == OrderStatus.Cancelled ? '4' : 'C', asked?.Request ?? Shown(order), asked is null ? null : Shown(order), asked?.Route);
                Forget(order);
                break;
        }
    }

    /// <summary>An order that became smaller by the session's word has the name of that from now on.</summary>
    private void TellChange(OrderEvent told, FixChange? asked)
    {
        var before = Shown(told.Order);
        if (asked is null)
        {
            Send(told, 'D', before, null);
            return;
        }

        if (asked.Route != default)
            _routes[told.Order.ClientOrderId] = asked.Route;
        Send(told, '5', asked.Request, before, asked.Route);
        _named.Remove(before);
        _named[asked.Request] = told.Order.ClientOrderId;
        _renamed[told.Order.ClientOrderId] = asked.Request;
    }

    /// <summary>
    /// The request that asked for what happened to an order; null for none. Where nothing more will happen to it, what else was asked for
    /// comes too late.
    /// </summary>
    private FixChange? TakeAsked(PastOrder order, bool isCancel, bool isLast)
    {
        FixChange? request = null;
        foreach (var key in (ReadOnlySpan<string>)[order.ClientOrderId, Key(order.Symbol, order.OrderId)])
        {
            if (!_asked.TryGetValue(key, out var change))
                continue;

            var isIt = request is null && change.IsCancel == isCancel;
            if (!isIt && !isLast)
                continue;

            _asked.Remove(key);
            change.Settle(isTold: isIt);
            request = isIt ? change : request;
        }

        return request;
    }

    private bool TakeAnswered(string name)
    {
        if (!_answered.Remove(name, out var times))
            return false;
        if (times > 1)
            _answered[name] = times - 1;
        return true;
    }

    private void Forget(PastOrder order)
    {
        _open.Remove(order.ClientOrderId);
        _routes.Remove(order.ClientOrderId);
        if (!_renamed.Remove(order.ClientOrderId, out var shown))
            return;

        // Who asks for it by the name it had last is still understood.
        _past.Enqueue(shown);
        if (_past.Count > MostPast)
            _named.Remove(_past.Dequeue());
    }

    private void Send(OrderEvent told, char execType, string name, string? before, FixRoute? route = null) => session.Send(
        "8", to => FixReports.WriteEvent(to, holder.Account, told, execType, name, before), route: route ?? _routes.GetValueOrDefault(told.Order.ClientOrderId));
}

/// <summary>A cancel or a replacement that an order's session has asked for.</summary>
/// <param name="key">The order.</param>
/// <param name="request">The request's ClOrdID.</param>
/// <param name="isCancel">Whether it is a cancel.</param>
/// <param name="route">The way back to the party behind it.</param>
internal sealed class FixChange(string key, string request, bool isCancel, FixRoute route)
{
    private readonly TaskCompletionSource<bool> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Key => key;

    public string Request => request;

    public bool IsCancel => isCancel;

    public FixRoute Route => route;

    /// <summary>Complete when what it asked for was told under its name, true; or when that can't come any more, false.</summary>
    public Task<bool> Told => _told.Task;

    public void Settle(bool isTold) => _told.TrySetResult(isTold);
}
