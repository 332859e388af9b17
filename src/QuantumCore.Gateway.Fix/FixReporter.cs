using System.Collections.Immutable;
using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Reports to a session all events of its account's orders, whoever caused them: each event once and in sequence, under
/// the session's names of the orders.
/// </summary>
/// <remarks>
/// Results of requests are reported only here, from the journal's records; the direct answer to a request can only be a
/// rejection. So an order reported as new is durable, and no answer overtakes another.
/// </remarks>
internal sealed class FixReporter(FixServices services, FixHolder holder, FixOrderNames names)
{
    private readonly AccountFeed _feed = services.Feeds.Of(holder.Account);
    private readonly Channel<AccountNews> _news =
        Channel.CreateUnbounded<AccountNews>(new UnboundedChannelOptions { SingleReader = true });
    private readonly FixTradeReports _trades = new(services, holder, names);

    // A request sees the events of a record all or not at all, so the reporter and the names have one lock.
    private readonly Lock _lock = names.Lock;
    private bool _hasStopped;
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);

    // By client order id, or by symbol and order id: changes that the session asked for and that are not reported yet.
    private readonly Dictionary<string, FixChange> _asked = new(StringComparer.Ordinal);

    // Names of orders whose rejection, if any, is the answer to the request; with their number.
    private readonly Dictionary<string, int> _answered = new(StringComparer.Ordinal);

    private PastOrder? _replaced;
    private FixSession _session = null!;
    private Task? _followed;

    /// <summary>Follows the account; completes when all events from now on will be reported.</summary>
    public Task FollowAsync() => _followed ??= FollowFeedAsync();

    /// <summary>Starts to report to a session; completes as <see cref="FollowAsync"/> does.</summary>
    public async Task StartAsync(FixSession session)
    {
        _session = session;
        await FollowAsync();
        _trades.Start(session);
        _ = services.GuardAsync(session, RunAsync());
    }

    private async Task FollowFeedAsync()
    {
        foreach (var (symbol, sequence) in await _feed.JoinAsync(Offer, CancellationToken.None))
        {
            lock (_lock)
                _places.TryAdd(symbol, sequence);
        }
    }

    /// <summary>Stops; nothing more is reported.</summary>
    public void Stop()
    {
        _feed.Leave(Offer);
        _news.Writer.TryComplete();
        _trades.Stop();
        lock (_lock)
        {
            _hasStopped = true;
            foreach (var change in _asked.Values)
                change.Settle(isTold: true);
        }
    }

    /// <summary>Returns, by symbol, the sequence up to which events are reported.</summary>
    public Dictionary<string, long> Places()
    {
        lock (_lock)
            return new(_places, StringComparer.Ordinal);
    }

    /// <summary>Declares that a rejection of this order, if any, will be the answer to its request.</summary>
    public void Answers(string name)
    {
        lock (_lock)
            _answered[name] = _answered.GetValueOrDefault(name) + 1;
    }

    /// <summary>
    /// Records that the request is answered. If its rejection is also on record, the recorded one is skipped later.
    /// </summary>
    public void Answered(string name, bool isOnRecord)
    {
        lock (_lock)
        {
            if (!isOnRecord)
                TakeAnswered(name);
        }
    }

    /// <summary>
    /// Registers a request, so that its result is reported under the request's name. An order has one such request at a
    /// time.
    /// </summary>
    /// <param name="key">Key of the order: its name, or <see cref="FixOrderNames.Key"/>.</param>
    /// <param name="request">ClOrdID (11) of the request.</param>
    /// <param name="isCancel">True for a cancel, false for a change.</param>
    /// <param name="route">Return route to the party behind the request.</param>
    public FixChange Ask(string key, string request, bool isCancel, FixRoute route)
    {
        var change = new FixChange(key, request, isCancel, route);
        lock (_lock)
        {
            // Reporting has stopped, so do not wait.
            if (_hasStopped)
                change.Settle(isTold: true);
            else
                _asked[key] = change;
        }

        return change;
    }

    /// <summary>Unregisters a request that did nothing, or that is reported in another way.</summary>
    public void Unask(FixChange change)
    {
        lock (_lock)
        {
            if (_asked.GetValueOrDefault(change.Key) == change)
                _asked.Remove(change.Key);
        }
    }

    /// <summary>
    /// Returns true if the event behind a report is still to be reported. Otherwise it was reported before, under this
    /// or another name.
    /// </summary>
    public bool WillTell(FixChange change, ExecutionReport report)
    {
        lock (_lock)
            return !change.Told.IsCompleted && report.Sequence > _places.GetValueOrDefault(report.Symbol);
    }

    private void Offer(AccountNews news) => _news.Writer.TryWrite(news);

    private async Task RunAsync()
    {
        await foreach (var news in _news.Reader.ReadAllAsync())
        {
            // A session with a revoked key gets nothing more.
            if (!await holder.IsStillIn())
            {
                _session.LogOut(FixTrader.KeyIsGone);
                return;
            }

            lock (_lock)
            {
                foreach (var told in news.Events)
                {
                    if (told is OrderEvent order)
                        Tell(order);
                    else if (told is TradeChangedEvent trade)
                        _trades.Tell(trade);
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
                names.Note(order);
                Send(
                    told, _replaced is null ? '0' : '5', order.ClientOrderId,
                    _replaced is null ? null : names.Shown(_replaced));
                if (_replaced is not null)
                {
                    TakeAsked(_replaced, isCancel: false, isLast: true);
                    names.Forget(_replaced);
                }

                _replaced = null;
                break;
            case OrderHappening.Rejected when TakeAnswered(order.ClientOrderId):
                break;
            case OrderHappening.Rejected:
                Send(told, '8', order.ClientOrderId, null);
                names.Unroute(order.ClientOrderId);
                break;
            case OrderHappening.Traded:
                names.Note(order);
                Send(told, 'F', names.Shown(order), null);
                if (order.Status == OrderStatus.Filled)
                    names.Forget(order);
                break;
            case OrderHappening.Changed:
                names.Note(order);
                TellChange(told, TakeAsked(order, isCancel: false, isLast: false));
                break;
            case OrderHappening.Prevented or OrderHappening.Adjusted or OrderHappening.Advanced:
                names.Note(order);
                // A trigger too: FIX 4.4 has no ExecType for it. L (triggered) is of FIX 5.0, and clients that check
                // values by their dictionary reject it.
                Send(told, 'D', names.Shown(order), null);
                break;
            case OrderHappening.Ended when order.End == EndReason.Replaced:
                // The replacing order, which the same record opens next, reports it.
                _replaced = order;
                break;
            case OrderHappening.Ended:
                var asked = TakeAsked(order, isCancel: order.End != EndReason.Amended, isLast: true);
                Send(
                    told, order.Status == OrderStatus.Cancelled ? '4' : 'C', asked?.Request ?? names.Shown(order),
                    asked is null ? null : names.Shown(order), asked?.Route);
                names.Forget(order);
                break;
        }
    }

    /// <summary>
    /// Reports a change of an order. If the session made it smaller, it has the request's name from now on.
    /// </summary>
    private void TellChange(OrderEvent told, FixChange? asked)
    {
        var before = names.Shown(told.Order);
        if (asked is null)
        {
            Send(told, 'D', before, null);
            return;
        }

        names.Route(told.Order, asked.Route);
        Send(told, '5', asked.Request, before, asked.Route);
        names.Rename(told.Order, asked.Request);
    }

    /// <summary>
    /// Takes the request that caused an event of an order; null for none. After the order's last event, other requests
    /// for it are too late.
    /// </summary>
    private FixChange? TakeAsked(PastOrder order, bool isCancel, bool isLast)
    {
        FixChange? request = null;
        foreach (var key in (ReadOnlySpan<string>)[order.ClientOrderId, FixOrderNames.Key(order.Symbol, order.OrderId)])
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

    private void Send(OrderEvent told, char execType, string name, string? before, FixRoute? route = null) =>
        _session.Send(
        "8", to => FixReports.WriteEvent(to, holder.Account, told, execType, name, before),
        route: route ?? names.RouteOf(told.Order));
}

/// <summary>A cancel or replacement that a session has asked for.</summary>
/// <param name="key">Key of the order.</param>
/// <param name="request">ClOrdID (11) of the request.</param>
/// <param name="isCancel">True for a cancel.</param>
/// <param name="route">Return route to the party behind it.</param>
internal sealed class FixChange(string key, string request, bool isCancel, FixRoute route)
{
    private readonly TaskCompletionSource<bool> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Key => key;

    public string Request => request;

    public bool IsCancel => isCancel;

    public FixRoute Route => route;

    /// <summary>
    /// Task that completes with true once its result is reported under its name, or with false once that can no longer
    /// happen.
    /// </summary>
    public Task<bool> Told => _told.Task;

    public void Settle(bool isTold) => _told.TrySetResult(isTold);
}
