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
internal sealed class FixReporter(FixServices services, FixHolder holder, FixSession session)
{
    private readonly AccountFeed _feed = services.Feeds.Of(holder.Account);
    private readonly Channel<AccountNews> _news = Channel.CreateUnbounded<AccountNews>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);

    // By its name, or by symbol and id: what the session asked to be done to an order, and has not been told of; oldest first.
    private readonly Dictionary<string, List<string>> _asked = new(StringComparer.Ordinal);

    // By name: orders that this session has seen open. By its latest name in the session, and back: one that became smaller.
    private readonly Dictionary<string, PastOrder> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);

    // Names of orders whose refusal, if there is one, is the answer to the request.
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    private PastOrder? _replaced;

    /// <summary>Begins; complete when whatever happens from now on will be told.</summary>
    public async Task Start()
    {
        foreach (var (symbol, sequence) in await _feed.Join(Offer))
        {
            lock (_lock)
                _places.TryAdd(symbol, sequence);
        }

        _ = services.Guard(session, Run());
    }

    /// <summary>Tells nothing more.</summary>
    public void Stop()
    {
        _feed.Leave(Offer);
        _news.Writer.TryComplete();
    }

    /// <summary>How a request by symbol and id names an order.</summary>
    public static string Key(string symbol, long orderId) => string.Create(CultureInfo.InvariantCulture, $"{symbol}/{orderId}");

    /// <summary>The exchange's name of an order by one that the session has for it.</summary>
    public string NameOf(string name)
    {
        lock (_lock)
            return _named.GetValueOrDefault(name, name);
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
            _answered.Add(name);
    }

    /// <summary>The request is answered; whether the records will tell of its refusal, too, and are not heard.</summary>
    public void Answered(string name, bool isOnRecord)
    {
        lock (_lock)
        {
            if (!isOnRecord)
                _answered.Remove(name);
        }
    }

    /// <summary>What becomes of this order next is told under the request's name.</summary>
    /// <param name="key">The order: its name, or <see cref="Key"/>.</param>
    /// <param name="request">The request's ClOrdID.</param>
    public void Ask(string key, string request)
    {
        lock (_lock)
        {
            if (!_asked.TryGetValue(key, out var requests))
                _asked.Add(key, requests = []);
            requests.Add(request);
        }
    }

    /// <summary>An order became smaller by a request: it may be named by that from now on, though it is not told of yet.</summary>
    public void Rename(string name, string request)
    {
        lock (_lock)
        {
            if (_asked.TryGetValue(name, out var requests) && requests.Contains(request))
                _named[request] = name;
        }
    }

    /// <summary>The request is told of in another way, or did nothing.</summary>
    public void Unask(string key, string request)
    {
        lock (_lock)
            Remove(key, request);
    }

    /// <summary>Whether a request was what did it: it is told, or will be. Otherwise it came too late, and nothing will be told under its name.</summary>
    public bool IsDone(string key, string request, ExecutionReport report)
    {
        lock (_lock)
            return report.Sequence > _places.GetValueOrDefault(report.Symbol) || !Remove(key, request);
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
                foreach (var told in news.Events.OfType<OrderEvent>())
                    Tell(told);
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
                    Forget(_replaced);
                _replaced = null;
                break;
            case OrderHappening.Rejected when _answered.Remove(order.ClientOrderId):
                break;
            case OrderHappening.Rejected:
                Send(told, '8', order.ClientOrderId, null);
                break;
            case OrderHappening.Traded:
                _open[order.ClientOrderId] = order;
                Send(told, 'F', Shown(order), null);
                if (order.Status == OrderStatus.Filled)
                    Forget(order);
                break;
            case OrderHappening.Changed:
                _open[order.ClientOrderId] = order;
                TellChange(told, TakeAsked(order));
                break;
            case OrderHappening.Prevented:
                _open[order.ClientOrderId] = order;
                Send(told, 'D', Shown(order), null);
                break;
            case OrderHappening.Ended when order.End == EndReason.Replaced:
                // The order in its place, which the same record opens next, tells it.
                _replaced = order;
                break;
            case OrderHappening.Ended:
                var asked = TakeAsked(order);
                Send(told, order.Status == OrderStatus.Cancelled ? '4' : 'C', asked ?? Shown(order), asked is null ? null : Shown(order));
                Forget(order);
                break;
        }
    }

    /// <summary>An order that became smaller by the session's word has the name of that from now on.</summary>
    private void TellChange(OrderEvent told, string? asked)
    {
        var before = Shown(told.Order);
        if (asked is null)
        {
            Send(told, 'D', before, null);
            return;
        }

        Send(told, '5', asked, before);
        _named.Remove(before);
        _named[asked] = told.Order.ClientOrderId;
        _renamed[told.Order.ClientOrderId] = asked;
    }

    private string Shown(PastOrder order) => _renamed.GetValueOrDefault(order.ClientOrderId, order.ClientOrderId);

    private string? TakeAsked(PastOrder order)
    {
        foreach (var key in (ReadOnlySpan<string>)[order.ClientOrderId, Key(order.Symbol, order.OrderId)])
        {
            if (_asked.TryGetValue(key, out var requests))
            {
                var request = requests[0];
                Remove(key, request);
                return request;
            }
        }

        return null;
    }

    private bool Remove(string key, string request)
    {
        var isThere = _asked.TryGetValue(key, out var requests) && requests.Remove(request);
        if (requests is { Count: 0 })
            _asked.Remove(key);
        return isThere;
    }

    private void Forget(PastOrder order)
    {
        _open.Remove(order.ClientOrderId);
        if (_renamed.Remove(order.ClientOrderId, out var shown))
            _named.Remove(shown);
    }

    private void Send(OrderEvent told, char execType, string name, string? before) =>
        session.Send("8", to => FixReports.WriteEvent(to, holder.Account, told, execType, name, before));
}
