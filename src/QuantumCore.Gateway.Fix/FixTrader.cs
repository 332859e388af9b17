using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// A trader's session. Requests begin in the order they arrive; while too many are in flight, no more are read.
/// <see cref="FixReporter"/> reports their results.
/// </summary>
internal sealed class FixTrader : IFixApplication
{
    /// <summary>Logout text of a session whose client has logged on anew.</summary>
    public const string PlaceIsTaken = "Another connection has logged on with this SenderCompID (49).";

    /// <summary>Logout text for a revoked key.</summary>
    public const string KeyIsGone = "The key is not valid any more.";

    /// <summary>Refusal of an order from a read-only key.</summary>
    public const string MayNotTrade = "This key may not trade.";

    // A logon is answered even if the account cannot be read; the session's requests wait for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly FixServices _services;
    private readonly FixHolder _holder;
    private readonly RequestRoom _room = new();
    private readonly Lock _lock = new();

    // Replacements of this session in flight, and unanswered copies, by name.
    private readonly Dictionary<string, Task> _unanswered = new(StringComparer.Ordinal);
    private readonly OrderQueue _orders;
    private readonly FixMarket _market;
    private readonly FixReporter _reporter;
    private readonly FixResponder _responder;
    private readonly FixNewOrders _newOrders;
    private readonly FixOrderChanges _orderChanges;
    private readonly FixStatuses _statuses;
    private FixSession _session = null!;
    private Task _begun = Task.CompletedTask;

    // Cancels and replacements in flight: a later order may spend what they release. And the newest order in flight.
    private Task _changes = Task.CompletedTask;
    private Task _newest = Task.CompletedTask;
    private volatile bool _hasEnded;
    private SessionClaim? _claim;
    private bool _givesWay;

    /// <summary>Makes the session of a holder; <see cref="Begin"/> starts it.</summary>
    public FixTrader(FixServices services, FixHolder holder)
    {
        (_services, _holder) = (services, holder);
        var account = holder.Account;
        _orders = new OrderQueue(
            services.Desk, new ConnectionOrders(services.Cancels, account), services.Door, account, services.Log);
        _market = new FixMarket(services, holder);
        var names = new FixOrderNames();
        _reporter = new FixReporter(services, holder, names);
        _responder = new FixResponder(account, names, services.Log);
        var lookup = new FixOrderLookup(services.Accounts, account, names);
        _statuses = new FixStatuses(services, holder, names, _responder, lookup);
        _newOrders = new FixNewOrders(
            services, holder, _room, _orders, names, _reporter, _responder, lookup, _statuses);
        _orderChanges =
            new FixOrderChanges(services, holder, _orders.Entered, names, _reporter, _responder, lookup);
    }

    /// <inheritdoc/>
    public bool Knows(string type) => FixDictionary.Knows(type);

    /// <inheritdoc/>
    public bool MayHave(string type, int tag) => FixDictionary.MayHave(type, tag);

    /// <summary>
    /// Makes this the only session of its client. A session with the same SenderCompID is ended first, including its
    /// cleanup. Then it follows the account: an event after the answer to the logon is reported. Returns the refusal,
    /// or null.
    /// </summary>
    /// <param name="client">SenderCompID (49).</param>
    public async ValueTask<string?> TakePlaceAsync(string client)
    {
        var started = _services.Time.GetTimestamp();
        (_claim,
            var refusal) = await _services.Sessions.ClaimAsync(
                _holder.Account, $"FIX {client}", _holder.MayTrade, GiveWay);
        var text = refusal switch
        {
            SessionRefusal.StillEnding => "The session before has not ended yet: log on again.",
            SessionRefusal.Trades => "A session of this SenderCompID (49) trades, and this key may only read.",
            _ => null,
        };
        // The earlier session may have taken long to end, and a logon has little time.
        if (text is null && s_patience - _services.Time.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
            await Task.WhenAny(_reporter.FollowAsync(), Task.Delay(left, _services.Time, CancellationToken.None));
        return text;
    }

    /// <inheritdoc/>
    public void Begin(FixSession session)
    {
        _responder.Start(session);
        bool givesWay;
        lock (_lock)
            (_session, givesWay) = (session, _givesWay);
        if (givesWay)
            _ = session.GiveWayAsync(PlaceIsTaken);
        else
            _begun = _reporter.StartAsync(session);
    }

    /// <summary>
    /// Ends the session for a newer connection of the same identity; this one may not have begun yet.
    /// </summary>
    private void GiveWay()
    {
        FixSession? session;
        lock (_lock)
            (session, _givesWay) = (_session, true);
        _ = session?.GiveWayAsync(PlaceIsTaken);
    }

    /// <inheritdoc/>
    public async ValueTask TakeAsync(FixMessage message)
    {
        await _begun;
        await _room.EnterAsync();
        if (_hasEnded || !await IsStillInAsync(message))
        {
            _room.Leave();
            return;
        }

        var serving = message.Type switch
        {
            "D" => _newOrders.EnterAsync(message, _changes),
            "q" => ServeAsync(message, RefuseBeforeAsync(message)),
            "H" or "AF" => ServeAsync(message, Task.WhenAll(_changes, _newest)),
            _ => ServeAsync(message, EnteringAsync(message[FixTag.OrigClOrdID])),
        };
        if (serving.IsCompleted)
            return;
        if (message.Type == "D")
            _newest = serving;
        if (message.Type is "F" or "G" or "q")
            _changes = _changes.IsCompleted ? serving : Task.WhenAll(_changes, serving);
        if ((message.Type == "G" || FixRequest.IsCopy(message)) && message[FixTag.ClOrdID] is { } name)
            Note(name, serving);
    }

    /// <summary>
    /// Waits for requests in flight, then cancels the session's orders if the client asked for that. The client's next
    /// session begins after that.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _hasEnded = true;
        try
        {
            _market.Dispose();
            _reporter.Stop();
            if (_holder.CancelsAtEnd)
                _orders.Close();
            await _room.DisposeAsync();
            if (_holder.CancelsAtEnd)
                await _orders.Entered.CancelLeftAsync();
        }
        finally
        {
            _claim?.Dispose();
        }
    }

    /// <summary>
    /// Clears the way for a mass cancel: rejects queued orders sent before it, and waits for those in flight.
    /// </summary>
    private Task RefuseBeforeAsync(FixMessage massCancel)
    {
        if (_holder.MayTrade && FixRequest.WrongMassCancel(massCancel) is null)
            _orders.RefuseWaiting(massCancel[FixTag.Symbol], FixRequest.SideOf(massCancel));
        return Task.WhenAll(_changes, _newest);
    }

    /// <summary>
    /// Completes when the earlier order or replacement of this name exists, so that a change applies to it and is not
    /// rejected.
    /// </summary>
    private Task EnteringAsync(string? name)
    {
        if (name is null)
            return Task.CompletedTask;

        lock (_lock)
            return _unanswered.TryGetValue(name, out var serving) ? serving : _orders.EnteringAsync(name);
    }

    private void Note(string name, Task serving)
    {
        lock (_lock)
            _unanswered[name] = serving;
        _ = serving.ContinueWith(
            _ =>
            {
                lock (_lock)
                {
                    if (_unanswered.GetValueOrDefault(name) == serving)
                        _unanswered.Remove(name);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task ServeAsync(FixMessage message, Task before)
    {
        var lane = message.Type switch { "G" => Lane.Orders, "F" or "q" => Lane.Urgent, _ => Lane.Readings };
        using var span = RequestTrace.OfMessage("FIX", message.Type);
        try
        {
            await before;
            if (FixOrderReading.WrongAccount(message, _holder.Account) is { } wrong)
                _responder.Reject(message, wrong);
            else if (!_holder.MayTrade && lane != Lane.Readings)
                _responder.RefuseTrading(message);
            else if (!_services.Quotas.TakeAddress(_holder.Address, lane)
                || !_services.Keys.MayAsk(_holder.Account, lane))
                _responder.Refuse(message, new Refusal(RejectReason.TooManyRequests));
            else if (lane == Lane.Orders)
                await EnterByDoorAsync(message);
            else
                await CarryAsync(message);
        }
        catch (Exception error)
        {
            _responder.Fail(message, error);
        }
        finally
        {
            _room.Leave();
        }
    }

    /// <summary>Returns true if the key is still valid; otherwise ends the session.</summary>
    private async ValueTask<bool> IsStillInAsync(FixMessage message)
    {
        try
        {
            if (await _holder.IsStillIn())
                return true;

            _session.LogOut(KeyIsGone);
        }
        catch (Exception error)
        {
            _responder.Fail(message, error);
        }

        return false;
    }

    /// <summary>Admits orders like those over HTTP.</summary>
    private async ValueTask EnterByDoorAsync(FixMessage message)
    {
        if (!_services.Door.HasRoomForOrders() || !await _services.Door.EnterOrdersAsync(1, _holder.Account))
        {
            _responder.Refuse(message, new Refusal(RejectReason.Overloaded));
            return;
        }

        try
        {
            // An order that was queued when its session ended was not begun, and is not left behind.
            if (_hasEnded && _holder.CancelsAtEnd)
                _responder.Refuse(message, new Refusal(RejectReason.Overloaded));
            else
                await CarryAsync(message);
        }
        finally
        {
            _services.Door.LeaveOrders(1);
        }
    }

    private ValueTask CarryAsync(FixMessage message) => message.Type switch
    {
        "F" => _orderChanges.CancelAsync(message),
        "G" => _orderChanges.ReplaceAsync(message),
        "q" => _orderChanges.CancelManyAsync(message),
        "H" => _statuses.StatusAsync(message),
        "AF" => _statuses.StatusOfManyAsync(message),
        "x" => _market.ListAsync(_session, message),
        _ => _market.FollowAsync(_session, message),
    };
}
