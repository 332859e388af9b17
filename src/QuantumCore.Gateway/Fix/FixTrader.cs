using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Following;
using QuantumCore.Gateway.Streams;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>What every session works with.</summary>
internal sealed record FixServices(
    OrderDesk Desk, OrderEntry Entry, Listings Listings, AccountFeeds Feeds, BookFeeds Books, KeyRing Keys, Door Door, Quotas Quotas, ILogger<FixTrader> Log);

/// <summary>Whose session it is.</summary>
/// <param name="Account">The account it trades for.</param>
/// <param name="MayTrade">Whether its key may enter and cancel orders.</param>
/// <param name="Address">Where it comes from.</param>
/// <param name="IsStillIn">Whether the key is still good.</param>
/// <param name="CancelsAtEnd">Whether all its account's orders are cancelled when the connection ends.</param>
internal sealed record FixHolder(long Account, bool MayTrade, IPAddress? Address, Func<ValueTask<bool>> IsStillIn, bool CancelsAtEnd);

/// <summary>
/// A trader's session: requests are begun in the order they come in; when as many are on their way as may be, no more is read. What they
/// do is told by <see cref="FixReporter"/>.
/// </summary>
internal sealed class FixTrader(FixServices services, FixHolder holder) : IFixApplication
{
    /// <summary>What who holds a key no more hears.</summary>
    public const string KeyIsGone = "The key is not valid any more.";

    /// <summary>What who holds a key that only reads hears.</summary>
    public const string MayNotTrade = "This key may not trade.";

    /// <summary>Requests of one session on their way at a time.</summary>
    private const int MostInside = 256;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _room = new(MostInside);
    private readonly Lock _lock = new();

    // Orders of this session that are on their way in, by name: who cancels one means it, and not that it be refused.
    private readonly Dictionary<string, Task> _entering = new(StringComparer.Ordinal);
    private readonly FixMarket _market = new(services, holder);
    private FixSession _session = null!;
    private FixReporter _reporter = null!;
    private FixEntry _entry = null!;
    private Task _begun = Task.CompletedTask;

    // Cancels and replacements on their way: an order that was sent after them may spend what they set free. And the newest order on its way.
    private Task _changes = Task.CompletedTask;
    private Task _newest = Task.CompletedTask;
    private long _refusals;

    private OrderEntry Entry => services.Entry;

    /// <inheritdoc/>
    public bool Knows(string type) => FixDictionary.Knows(type);

    /// <inheritdoc/>
    public bool MayHave(string type, int tag) => FixDictionary.MayHave(type, tag);

    /// <inheritdoc/>
    public void Begin(FixSession session)
    {
        _session = session;
        _reporter = new FixReporter(holder.Account, services.Feeds.Of(holder.Account), session, holder.IsStillIn);
        _entry = new FixEntry(services, holder, session, _reporter, Refuse);
        _entry.Start();
        _begun = _reporter.Start();
    }

    /// <inheritdoc/>
    public async ValueTask Take(FixMessage message)
    {
        await _begun;
        await _room.WaitAsync();
        var serving = message.Type switch
        {
            "D" => _newest = Enter(message, _changes),
            "q" => Serve(message, RefuseBefore(message)),
            _ => Serve(message, Entering(message[message.Type == "H" ? FixTag.ClOrdID : FixTag.OrigClOrdID])),
        };
        if (serving.IsCompleted)
            return;
        if (message.Type is "F" or "G" or "q")
            _changes = _changes.IsCompleted ? serving : Task.WhenAll(_changes, serving);
        if (message.Type is "D" or "G" && message[FixTag.ClOrdID] is { } name)
            Note(name, serving);
    }

    /// <summary>The connection has ended: what is on its way is waited for, and then all is cancelled where that was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        _market.Dispose();
        _reporter?.Stop();
        if (holder.CancelsAtEnd)
            services.Door.RefuseWaiting(holder.Account);
        var left = 0;
        while (left < MostInside && await _room.WaitAsync(s_drain))
            left++;
        _entry?.Stop();
        if (left == MostInside)
            _room.Dispose();
        if (holder.CancelsAtEnd)
            await CancelAll();
    }

    private async ValueTask CancelAll()
    {
        var (reason, cancelled) = await Entry.CancelAllLeft(holder.Account);
        if (reason == RejectReason.None)
            Log.CancelledAtEnd(services.Log, holder.Account, cancelled);
        else
            Log.NotCancelledAtEnd(services.Log, holder.Account);
    }

    private async Task Enter(FixMessage message, Task before)
    {
        await _entry.Enter(message, before);
        _room.Release();
    }

    /// <summary>What was sent before a mass cancel does not survive it: what waits is refused, what is on its way is waited for.</summary>
    private Task RefuseBefore(FixMessage massCancel)
    {
        if (holder.MayTrade)
        {
            _entry.RefuseBefore(massCancel);
            services.Door.RefuseWaiting(holder.Account);
        }

        return Task.WhenAll(_changes, _newest);
    }

    private Task Entering(string? name)
    {
        lock (_lock)
            return name is not null && _entering.TryGetValue(name, out var task) ? task : Task.CompletedTask;
    }

    private void Note(string name, Task serving)
    {
        lock (_lock)
            _entering[name] = serving;
        _ = serving.ContinueWith(
            _ =>
            {
                lock (_lock)
                {
                    if (_entering.GetValueOrDefault(name) == serving)
                        _entering.Remove(name);
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
            if (!await holder.IsStillIn())
                _session.LogOut(KeyIsGone);
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
            Log.RequestFailed(services.Log, "FIX", message.Type, error);
            Refuse(message, new Refusal(RejectReason.OutcomeUnknown));
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Orders come in by the same door as those over HTTP.</summary>
    private async ValueTask EnterByDoor(FixMessage message)
    {
        if (!services.Door.HasRoomForOrders() || !await services.Door.EnterOrders(1, holder.Account))
        {
            Refuse(message, new Refusal(RejectReason.Overloaded));
            return;
        }

        try
        {
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

    private async ValueTask Cancel(FixMessage message)
    {
        if (Named(message) is not { } named)
            return;

        var request = message[FixTag.ClOrdID]!;
        _reporter.Ask(named.Key, request);
        var report = named.Name is { } name
            ? await Entry.CancelByClientOrderId(holder.Account, name)
            : await Entry.Cancel(holder.Account, named.Symbol!, named.OrderId);
        var reason = report.Reason != RejectReason.None ? report.Reason
            : report.OrderId == 0 ? RejectReason.UnknownOrder
            : report.Status == OrderStatus.Cancelled && _reporter.IsDone(named.Key, request, report) ? RejectReason.None
            : RejectReason.OrderClosed;
        if (reason == RejectReason.None)
            return;

        _reporter.Unask(named.Key, request);
        RefuseCancel(message, report.OrderId == 0 ? null : report.View(), new Refusal(reason, report.Field, report.Limit));
    }

    private async ValueTask Replace(FixMessage message)
    {
        if (Named(message) is not { } named)
            return;
        if (ReadChange(message, out var text) is { } fault)
        {
            Reject(message, fault);
            return;
        }

        var open = await Find(named);
        if (open is null)
        {
            var isKnown = named.Name is { } known && (await Entry.LookUp(holder.Account, known)).Reason == RejectReason.None;
            RefuseCancel(message, null, new Refusal(isKnown ? RejectReason.OrderClosed : RejectReason.UnknownOrder));
            return;
        }

        if (Differs(message, open) is { } tag)
        {
            RefuseCancel(message, open, Refusal.Malformed(null, $"A replacement changes Price and OrderQty alone: tag {tag} is not as the order has it."));
            return;
        }

        var (refusal, change) = AmendReading.Read(text, await services.Listings.Find(open.Symbol));
        if (refusal is { } refused)
        {
            RefuseCancel(message, open, refused);
            return;
        }

        _reporter.Ask(open.ClientOrderId, change.Name);
        _reporter.Answers(change.Name);
        var report = await Entry.Amend(holder.Account, open.Symbol, open.OrderId, change.Name, change.PriceTicks, change.TotalLots);
        _reporter.Answered(change.Name, isOnRecord: report.Number != 0 && report.Reason != RejectReason.None && report.ClientOrderId == change.Name);
        // Where it became smaller the records tell that under the request's name; where it was replaced they tell the order in its place.
        var isSame = report.ClientOrderId != change.Name;
        if (report.Reason == RejectReason.None && isSame && _reporter.IsDone(open.ClientOrderId, change.Name, report))
        {
            _reporter.Rename(open.ClientOrderId, change.Name);
            return;
        }

        _reporter.Unask(open.ClientOrderId, change.Name);
        if (report.Reason != RejectReason.None)
            RefuseCancel(message, open, new Refusal(report.Reason, report.Field, report.Limit));
        else if (isSame)
            RefuseCancel(message, open, Refusal.Malformed(null, "The order has this price and quantity already."));
    }

    private static FixFault? ReadChange(FixMessage message, out AmendText text)
    {
        var numbers = new FixNumbers(message);
        text = new AmendText
        {
            Price = numbers.Read(FixTag.Price),
            Quantity = numbers.Read(FixTag.OrderQty),
            ClientOrderId = message[FixTag.ClOrdID],
        };
        return numbers.Fault;
    }

    /// <summary>The first tag of a replacement that is not as its order has it, and can't be replaced.</summary>
    private static int? Differs(FixMessage message, PastOrder order)
    {
        ReadOnlySpan<(int Tag, string Own)> fixedTags =
        [
            (FixTag.Side, order.Side == Side.Buy ? "1" : "2"),
            (FixTag.OrdType, FixReports.TypeOf(order.Type).ToString()),
            (FixTag.TimeInForce, FixReports.TimeOf(order.TimeInForce).ToString()),
            (FixTag.Symbol, order.Symbol),
        ];
        foreach (var (tag, own) in fixedTags)
        {
            if (message[tag] is { } told && told != own)
                return tag;
        }

        return null;
    }

    private async ValueTask CancelMany(FixMessage message)
    {
        var kind = message[FixTag.MassCancelRequestType];
        var symbol = message[FixTag.Symbol];
        var side = message[FixTag.Side] switch { null => null, "1" => "buy", "2" => "sell", _ => "" };
        var fault = Required(message, FixTag.ClOrdID) ?? Required(message, FixTag.MassCancelRequestType)
            ?? (kind is not ("1" or "7") ? new FixFault(FixTag.MassCancelRequestType, FixReject.ValueIncorrect, "1 a symbol, 7 all.")
                : kind == "1" && symbol is null ? new FixFault(FixTag.Symbol, FixReject.RequiredTagMissing, "It is required with MassCancelRequestType 1.")
                : kind == "7" && symbol is not null ? new FixFault(FixTag.Symbol, FixReject.ValueIncorrect, "Only with MassCancelRequestType 1.")
                : side == "" ? new FixFault(FixTag.Side, FixReject.ValueIncorrect, "1 (buy) or 2 (sell).")
                : null);
        if (fault is { } wrong)
        {
            Reject(message, wrong);
            return;
        }

        var (refusal, cancelled) = await services.Desk.CancelAll(holder.Account, symbol, side);
        if (refusal is { } refused)
            Refuse(message, refused);
        else
            TellMassCancel(message, kind![0], null, cancelled);
    }

    private async ValueTask Status(FixMessage message)
    {
        var name = message[FixTag.ClOrdID] is { } told ? _reporter.NameOf(told) : null;
        var query = new OrderQuery(holder.Account, message[FixTag.Symbol]);
        if (OrderIdOf(message) is { } orderId)
        {
            query = query with { OrderId = orderId };
        }
        else if (name is not null && ClientOrderId.IsValid(name) && await Entry.LookUp(holder.Account, name) is { Reason: RejectReason.None } found)
        {
            query = new OrderQuery(holder.Account, found.Symbol, Number: found.Number);
        }
        else if (Required(message, FixTag.ClOrdID) is { } fault)
        {
            Reject(message, fault);
            return;
        }
        else
        {
            Refuse(message, new Refusal(RejectReason.UnknownOrder));
            return;
        }

        if (query.Symbol is null)
            Reject(message, new FixFault(FixTag.Symbol, FixReject.RequiredTagMissing, "It is required with OrderID (37)."));
        else if (await Entry.Orders(query) is [var order] && await services.Listings.Find(order.Symbol) is { } instrument)
            _session.Send("8", to => WriteStatus(to, message, instrument, order));
        else
            Refuse(message, new Refusal(RejectReason.UnknownOrder));
    }

    private void WriteStatus(FixWriter to, FixMessage message, Instrument instrument, PastOrder order)
    {
        FixReports.WriteStatus(to, holder.Account, instrument, order, message[FixTag.ClOrdID] ?? order.ClientOrderId);
        if (message[FixTag.OrdStatusReqID] is { } id)
            to.Add(FixTag.OrdStatusReqID, id);
    }

    private async ValueTask StatusOfMany(FixMessage message)
    {
        var kind = message[FixTag.MassStatusReqType];
        var symbol = message[FixTag.Symbol];
        var fault = Required(message, FixTag.MassStatusReqID) ?? Required(message, FixTag.MassStatusReqType)
            ?? (kind is not ("1" or "7") ? new FixFault(FixTag.MassStatusReqType, FixReject.ValueIncorrect, "1 a symbol, 7 all.")
                : kind == "1" && symbol is null ? Required(message, FixTag.Symbol)
                : null);
        if (fault is { } wrong)
        {
            Reject(message, wrong);
            return;
        }

        var side = message[FixTag.Side] switch { "1" => Side.Buy, "2" => Side.Sell, _ => (Side?)null };
        var listed = await services.Listings.BySymbol();
        var open = (await Entry.Orders(new OrderQuery(holder.Account, kind == "1" ? symbol : null, IsOpen: true, Limit: int.MaxValue)))
            .Where(order => listed.ContainsKey(order.Symbol) && (side is null || order.Side == side)).ToArray();
        if (open.Length == 0)
            _session.Send("8", to => WriteNone(to, message));
        for (var i = 0; i < open.Length; i++)
        {
            var (order, isLast) = (open[i], i == open.Length - 1);
            _session.Send("8", to =>
            {
                FixReports.WriteStatus(to, holder.Account, listed[order.Symbol], order, order.ClientOrderId);
                to.Add(FixTag.MassStatusReqID, message[FixTag.MassStatusReqID]!);
                to.Add(FixTag.TotNumReports, open.Length);
                to.Add(FixTag.LastRptRequested, isLast ? 'Y' : 'N');
            });
        }
    }

    /// <summary>That nothing is open: a report of no order.</summary>
    private static void WriteNone(FixWriter to, FixMessage message)
    {
        to.Add(FixTag.OrderID, "NONE");
        to.Add(FixTag.ExecID, "0");
        to.Add(FixTag.ExecType, 'I');
        to.Add(FixTag.OrdStatus, '8');
        to.Add(FixTag.OrdRejReason, 5);
        to.Add(FixTag.Symbol, message[FixTag.Symbol] ?? "NONE");
        to.Add(FixTag.Side, message[FixTag.Side] ?? "1");
        to.Add(FixTag.LeavesQty, "0");
        to.Add(FixTag.CumQty, "0");
        to.Add(FixTag.AvgPx, "0");
        to.Add(FixTag.Text, "No order is open.");
        to.Add(FixTag.MassStatusReqID, message[FixTag.MassStatusReqID]!);
        to.Add(FixTag.TotNumReports, 0);
        to.Add(FixTag.LastRptRequested, 'Y');
    }

    /// <summary>Which order a cancel or a replacement is about; null when it does not say, and was rejected.</summary>
    private NamedOrder? Named(FixMessage message)
    {
        var fault = Required(message, FixTag.ClOrdID);
        if (message.Has(FixTag.OrderID))
            fault ??= Required(message, FixTag.Symbol);
        else
            fault ??= Required(message, FixTag.OrigClOrdID);
        if (fault is null && message.Has(FixTag.OrderID) && OrderIdOf(message) is null)
            fault = new FixFault(FixTag.OrderID, FixReject.IncorrectDataFormat, "A whole number from 1.");
        if (fault is null && !message.Has(FixTag.OrderID) && !ClientOrderId.IsValid(message[FixTag.OrigClOrdID]))
            fault = new FixFault(FixTag.OrigClOrdID, FixReject.ValueIncorrect, ClientOrderId.Rule);
        if (fault is { } wrong)
        {
            Reject(message, wrong);
            return null;
        }

        if (OrderIdOf(message) is { } orderId)
            return new NamedOrder(null, message[FixTag.Symbol], orderId, FixReporter.Key(message[FixTag.Symbol]!, orderId));
        var name = _reporter.NameOf(message[FixTag.OrigClOrdID]!);
        return new NamedOrder(name, null, 0, name);
    }

    /// <summary>An open order; of one that was open before the session the account knows.</summary>
    private async ValueTask<PastOrder?> Find(NamedOrder named)
    {
        if (named.Name is { } name && _reporter.Open(name) is { } seen)
            return seen;

        var view = await Entry.View(holder.Account);
        return view.OpenOrders.FirstOrDefault(order => order.OrderId > 0
            && (named.Name is null ? order.OrderId == named.OrderId && order.Symbol == named.Symbol : order.ClientOrderId == named.Name)) is { } open
            ? OrderViews.Of(open, [])
            : null;
    }

    private static long? OrderIdOf(FixMessage message) => message[FixTag.OrderID] is { } text
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var orderId) && orderId is > 0 and <= OrderDesk.LargestId
        ? orderId
        : null;

    private static FixFault? Required(FixMessage message, int tag) =>
        message.Has(tag) ? null : new FixFault(tag, FixReject.RequiredTagMissing, "It is required.");

    private void Reject(FixMessage message, FixFault fault) => _session.Reject(message, fault.Tag, fault.Reason, fault.Text);

    /// <summary>Refuses a request in the words of its kind.</summary>
    private void Refuse(FixMessage message, Refusal refusal)
    {
        if (refusal.Reason == RejectReason.OutcomeUnknown)
        {
            _session.RejectBusiness(
                message, 0, message[FixTag.ClOrdID], "The outcome is not known. Ask for its status, or send it again with PossResend (97) Y.");
            return;
        }

        switch (message.Type)
        {
            case "D" or "H":
                var execId = string.Create(CultureInfo.InvariantCulture, $"R-{message.Sequence}-{Interlocked.Increment(ref _refusals)}");
                _session.Send("8", to => FixReports.WriteRefusal(to, holder.Account, message, execId, refusal));
                break;
            case "F" or "G":
                RefuseCancel(message, null, refusal);
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
            _session.Send("9", to => FixReports.WriteCancelReject(to, message, order, refusal));
    }

    private void TellMassCancel(FixMessage message, char response, Refusal? refusal, int cancelled) => _session.Send("r", to =>
    {
        to.Add(FixTag.ClOrdID, message[FixTag.ClOrdID]!);
        to.Add(FixTag.OrderID, "NONE");
        to.Add(FixTag.MassCancelRequestType, message[FixTag.MassCancelRequestType]!);
        to.Add(FixTag.MassCancelResponse, response);
        if (refusal is { } refused)
        {
            to.Add(FixTag.MassCancelRejectReason, refused.Reason == RejectReason.UnknownSymbol ? 1 : 99);
            to.Add(FixTag.Text, FixReports.Sentence(refused));
        }

        to.Add(FixTag.TotalAffectedOrders, cancelled);
        if (message[FixTag.Symbol] is { } symbol)
            to.Add(FixTag.Symbol, symbol);
    });

    /// <summary>An order as a request names it.</summary>
    private readonly record struct NamedOrder(string? Name, string? Symbol, long OrderId, string Key);
}
