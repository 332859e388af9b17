using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Following;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Services that every session uses.</summary>
internal sealed record FixServices(
    OrderDesk Desk,
    CancelReplace CancelReplace,
    CancelOnDisconnect Cancels,
    AccountQueries Accounts,
    Listings Listings,
    AccountFeeds Feeds,
    BookFeeds Books,
    KeyRing Keys,
    SessionRegistry Sessions,
    Door Door,
    Quotas Quotas,
    TimeProvider Time,
    ILogger<FixTrader> Log)
{
    /// <summary>
    /// Watches background work of a session. If it fails, the session ends, so that the client begins again.
    /// </summary>
    public async Task Guard(FixSession session, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception error)
        {
            Gateway.Log.RequestFailed(Log, "FIX", "reports", error);
            session.LogOut("The exchange could not go on with this session: log on again.");
        }
    }
}

/// <summary>Holder of a session.</summary>
/// <param name="Account">Account it trades for.</param>
/// <param name="MayTrade">True if its key may enter and cancel orders.</param>
/// <param name="Address">Client IP.</param>
/// <param name="IsStillIn">Returns true while the key is valid.</param>
/// <param name="CancelsAtEnd">
/// True if the orders that the session entered are cancelled when its connection ends.
/// </param>
internal sealed record FixHolder(
    long Account, bool MayTrade, IPAddress? Address, Func<ValueTask<bool>> IsStillIn, bool CancelsAtEnd);

/// <summary>
/// A trader's session. Requests begin in the order they arrive; while too many are in flight, no more are read.
/// <see cref="FixReporter"/> reports their results.
/// </summary>
internal sealed partial class FixTrader(FixServices services, FixHolder holder) : IFixApplication
{
    /// <summary>Logout text of a session whose client has logged on anew.</summary>
    public const string PlaceIsTaken = "Another connection has logged on with this SenderCompID (49).";

    /// <summary>Logout text for a revoked key.</summary>
    public const string KeyIsGone = "The key is not valid any more.";

    /// <summary>Refusal of an order from a read-only key.</summary>
    public const string MayNotTrade = "This key may not trade.";

    // A logon is answered even if the account cannot be read; the session's requests wait for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // Random per session, so that ids of its rejections are unique across sessions.
    private readonly string _name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private readonly RequestRoom _room = new();
    private readonly Lock _lock = new();

    // Replacements of this session in flight, and unanswered copies, by name.
    private readonly Dictionary<string, Task> _unanswered = new(StringComparer.Ordinal);
    private readonly OrderQueue _orders = new(
        services.Desk, new ConnectionOrders(services.Cancels, holder.Account), services.Door, holder.Account,
        services.Log);
    private readonly FixMarket _market = new(services, holder);
    private FixSession _session = null!;
    private readonly FixReporter _reporter = new(services, holder);
    private Task _begun = Task.CompletedTask;

    // Cancels and replacements in flight: a later order may spend what they release. And the newest order in flight.
    private Task _changes = Task.CompletedTask;
    private Task _newest = Task.CompletedTask;
    private volatile bool _hasEnded;
    private SessionClaim? _claim;
    private bool _givesWay;
    private long _refusals;

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
    public async ValueTask<string?> TakePlace(string client)
    {
        var started = services.Time.GetTimestamp();
        (_claim,
            var refusal) = await services.Sessions.Claim(holder.Account, $"FIX {client}", holder.MayTrade, GiveWay);
        var text = refusal switch
        {
            SessionRefusal.StillEnding => "The session before has not ended yet: log on again.",
            SessionRefusal.Trades => "A session of this SenderCompID (49) trades, and this key may only read.",
            _ => null,
        };
        // The earlier session may have taken long to end, and a logon has little time.
        if (text is null && s_patience - services.Time.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
            await Task.WhenAny(_reporter.Follow(), Task.Delay(left, services.Time, CancellationToken.None));
        return text;
    }

    /// <inheritdoc/>
    public void Begin(FixSession session)
    {
        bool givesWay;
        lock (_lock)
            (_session, givesWay) = (session, _givesWay);
        if (givesWay)
            _ = session.GiveWay(PlaceIsTaken);
        else
            _begun = _reporter.Start(session);
    }

    /// <summary>
    /// Ends the session for a newer connection of the same identity; this one may not have begun yet.
    /// </summary>
    private void GiveWay()
    {
        FixSession? session;
        lock (_lock)
            (session, _givesWay) = (_session, true);
        _ = session?.GiveWay(PlaceIsTaken);
    }

    /// <inheritdoc/>
    public async ValueTask Take(FixMessage message)
    {
        await _begun;
        await _room.Enter();
        if (_hasEnded || !await IsStillIn(message))
        {
            _room.Leave();
            return;
        }

        var serving = message.Type switch
        {
            "D" => Enter(message, _changes),
            "q" => Serve(message, RefuseBefore(message)),
            "H" or "AF" => Serve(message, Task.WhenAll(_changes, _newest)),
            _ => Serve(message, Entering(message[FixTag.OrigClOrdID])),
        };
        if (serving.IsCompleted)
            return;
        if (message.Type == "D")
            _newest = serving;
        if (message.Type is "F" or "G" or "q")
            _changes = _changes.IsCompleted ? serving : Task.WhenAll(_changes, serving);
        if ((message.Type == "G" || IsCopy(message)) && message[FixTag.ClOrdID] is { } name)
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
            if (holder.CancelsAtEnd)
                _orders.Close();
            await _room.DisposeAsync();
            if (holder.CancelsAtEnd)
                await _orders.Entered.CancelLeft();
        }
        finally
        {
            _claim?.Dispose();
        }
    }

    /// <summary>
    /// Clears the way for a mass cancel: rejects queued orders sent before it, and waits for those in flight.
    /// </summary>
    private Task RefuseBefore(FixMessage massCancel)
    {
        if (holder.MayTrade && WrongMassCancel(massCancel) is null)
            _orders.RefuseWaiting(massCancel[FixTag.Symbol], SideOf(massCancel));
        return Task.WhenAll(_changes, _newest);
    }

    /// <summary>
    /// Completes when the earlier order or replacement of this name exists, so that a change applies to it and is not
    /// rejected.
    /// </summary>
    private Task Entering(string? name)
    {
        if (name is null)
            return Task.CompletedTask;

        lock (_lock)
            return _unanswered.TryGetValue(name, out var serving) ? serving : _orders.Entering(name);
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

    private async Task Serve(FixMessage message, Task before)
    {
        var lane = message.Type switch { "G" => Lane.Orders, "F" or "q" => Lane.Urgent, _ => Lane.Readings };
        using var span = RequestTrace.OfMessage("FIX", message.Type);
        try
        {
            await before;
            if (FixOrderReading.WrongAccount(message, holder.Account) is { } wrong)
                Reject(message, wrong);
            else if (!holder.MayTrade && lane != Lane.Readings)
                _session.RejectBusiness(message, 6, message[FixTag.ClOrdID], MayNotTrade);
            else if (!services.Quotas.TakeAddress(holder.Address, lane) || !services.Keys.MayAsk(holder.Account, lane))
                Refuse(message, new Refusal(RejectReason.TooManyRequests));
            else if (lane == Lane.Orders)
                await EnterByDoor(message);
            else
                await Carry(message);
        }
        catch (Exception error)
        {
            Fail(message, error);
        }
        finally
        {
            _room.Leave();
        }
    }

    /// <summary>Returns true if the key is still valid; otherwise ends the session.</summary>
    private async ValueTask<bool> IsStillIn(FixMessage message)
    {
        try
        {
            if (await holder.IsStillIn())
                return true;

            _session.LogOut(KeyIsGone);
        }
        catch (Exception error)
        {
            Fail(message, error);
        }

        return false;
    }

    private void Fail(FixMessage message, Exception error)
    {
        Log.RequestFailed(services.Log, "FIX", message.Type, error);
        Refuse(message, new Refusal(RejectReason.OutcomeUnknown));
    }

    /// <summary>Admits orders like those over HTTP.</summary>
    private async ValueTask EnterByDoor(FixMessage message)
    {
        if (!services.Door.HasRoomForOrders() || !await services.Door.EnterOrders(1, holder.Account))
        {
            Refuse(message, new Refusal(RejectReason.Overloaded));
            return;
        }

        try
        {
            // An order that was queued when its session ended was not begun, and is not left behind.
            if (_hasEnded && holder.CancelsAtEnd)
                Refuse(message, new Refusal(RejectReason.Overloaded));
            else
                await Carry(message);
        }
        finally
        {
            services.Door.LeaveOrders(1);
        }
    }

    private ValueTask Carry(FixMessage message) => message.Type switch
    {
        "F" => Cancel(message),
        "G" => Replace(message),
        "q" => CancelMany(message),
        "H" => Status(message),
        "AF" => StatusOfMany(message),
        "x" => _market.List(_session, message),
        _ => _market.Follow(_session, message),
    };

    private static long? OrderIdOf(FixMessage message) => message[FixTag.OrderID] is { } text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var orderId)
        && orderId is > 0 and <= OrderDesk.LargestId
        ? orderId
        : null;

    private static bool IsCopy(FixMessage message) => message[FixTag.PossResend] == "Y";

    private static Side? SideOf(FixMessage message) =>
        message[FixTag.Side] switch { "1" => Side.Buy, "2" => Side.Sell, _ => null };

    private static FixFault? Required(FixMessage message, int tag) =>
        message.Has(tag) ? null : new FixFault(tag, FixReject.RequiredTagMissing, "It is required.");

    private void Reject(FixMessage message, FixFault fault) =>
        _session.Reject(message, fault.Tag, fault.Reason, fault.Text);

    /// <summary>Rejects a request in the format of its type.</summary>
    private void Refuse(FixMessage message, Refusal refusal)
    {
        if (refusal.Reason == RejectReason.OutcomeUnknown)
        {
            _session.RejectBusiness(
                message, 0, message[FixTag.ClOrdID],
                "The outcome is not known. Ask for its status, or send it again with PossResend (97) Y.");
            return;
        }

        switch (message.Type)
        {
            // The copy is rejected: the original order may well exist.
            case "D"
                when IsCopy(message) && refusal.Reason is (RejectReason.Overloaded or RejectReason.TooManyRequests):
                _session.RejectBusiness(message, 4, message[FixTag.ClOrdID], FixReports.Sentence(refusal));
                break;
            // This tells nothing about the order, which may be open.
            case "H" when refusal.Reason != RejectReason.UnknownOrder:
                _session.RejectBusiness(message, 4, message[FixTag.ClOrdID], FixReports.Sentence(refusal));
                break;
            case "D" or "H":
                var execId =
                    string.Create(CultureInfo.InvariantCulture, $"R-{_name}-{Interlocked.Increment(ref _refusals)}");
                _session.Send(
                    "8", to => FixReports.WriteRefusal(to, holder.Account, message, execId, refusal),
                    route: FixRoute.BackOf(message));
                break;
            case "F" or "G":
                RefuseCancel(
                    message, message[FixTag.OrigClOrdID] is { } named ? _reporter.Open(_reporter.NameOf(named)) : null,
                    refusal);
                break;
            case "q":
                TellMassCancel(message, '0', refusal, 0);
                break;
            default:
                _session.RejectBusiness(message, 4, null, FixReports.Sentence(refusal));
                break;
        }
    }

    private void RefuseCancel(FixMessage message, PastOrder? order, Refusal refusal)
    {
        if (refusal.Reason == RejectReason.OutcomeUnknown)
            Refuse(message, refusal);
        else
            _session.Send(
                "9", to => FixReports.WriteCancelReject(to, message, order, refusal), route: FixRoute.BackOf(message));
    }

    private void TellMassCancel(FixMessage message, char response, Refusal? refusal, int cancelled) =>
        _session.Send("r", to =>
        {
            to.Add(FixTag.ClOrdID, message[FixTag.ClOrdID] ?? "NONE");
            to.Add(FixTag.OrderID, "NONE");
            to.Add(FixTag.MassCancelRequestType, message[FixTag.MassCancelRequestType] ?? "7");
            to.Add(FixTag.MassCancelResponse, response);
            if (refusal is { } refused)
            {
                // A char in FIX 4.4, one letter only, so clients cannot read its value 99 (other).
                if (refused.Reason == RejectReason.UnknownSymbol)
                    to.Add(FixTag.MassCancelRejectReason, '1');
                to.Add(FixTag.Text, FixReports.Sentence(refused));
            }

            to.Add(FixTag.TotalAffectedOrders, cancelled);
            if (message[FixTag.Symbol] is { } symbol)
                to.Add(FixTag.Symbol, symbol);
        }, route: FixRoute.BackOf(message));
}
