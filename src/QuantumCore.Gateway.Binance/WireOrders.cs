using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Calls for single orders, which use the same order entry as all orders.</summary>
internal sealed class WireOrders(
    IGrainFactory grains, OrderEntry entry, CancelReplace cancelReplace, MassCancellation massCancellation,
    AccountQueries accounts, Listings listings, Door door, WireLimits limits)
{
    private static readonly Func<WireParameters, int> s_one = static _ => 1;
    private static readonly WireError s_increase = new(-2038, "Order amend (quantity increase) is not supported.");

    public IEnumerable<WireCall> Calls =>
    [
        new("POST", "/api/v3/order", Lane.Orders, WireSecurity.Trade, s_one, 1, PlaceAsync),
        new("POST", "/api/v3/order/test", Lane.Orders, WireSecurity.Trade, s_one, 0, TestAsync),
        new("DELETE", "/api/v3/order", Lane.Urgent, WireSecurity.Trade, s_one, 0, CancelAsync),
        new("DELETE", "/api/v3/openOrders", Lane.Urgent, WireSecurity.Trade, s_one, 0, CancelAllAsync),
        new("POST", "/api/v3/order/cancelReplace", Lane.Orders, WireSecurity.Trade, s_one, 1, CancelReplaceAsync),
        new("PUT", "/api/v3/order/amend/keepPriority", Lane.Orders, WireSecurity.Trade, static _ => 4, 0, AmendAsync),
        WireCall.Get("/api/v3/order", WireSecurity.Read, 4, ShowAsync),
        WireCall.Get("/api/v3/openOrders", WireSecurity.Read, 6, ShowOpenAsync) with
        {
            Weight = parameters => parameters.Has("symbol") ? 6 : 80,
        },
        WireCall.Get("/api/v3/allOrders", WireSecurity.Read, 20, ShowAllAsync),
        WireCall.Get("/api/v3/rateLimit/order", WireSecurity.Read, 40, ShowLimitsAsync),
    ];

    /// <summary>Returns the error of a rejected order; null if it was accepted.</summary>
    public static WireError? Refused(ExecutionReport report, WireError? unknown = null) =>
        report.Reason == RejectReason.None
        ? null
        : WireError.Of(new Refusal(report.Reason, report.Field, report.Limit), unknown);

    private async ValueTask<WireAnswer> PlaceAsync(WireRequest request)
    {
        var (wrong, instrument, order) = await ReadAsync(request.Parameters);
        var response = WireOrderReading.ReadResponse(request.Parameters, order);
        if ((wrong ?? request.Parameters.End()) is { } refused)
            return refused;

        var report = await entry.PlaceNewAsync(request.Account, order);
        return Refused(report) is { } error
            ? error
            : WireAnswer.Of(to => WireOrderWriting.WriteNew(to, instrument!, report, response));
    }

    private async ValueTask<WireAnswer> TestAsync(WireRequest request)
    {
        var (wrong, instrument, order) = await ReadAsync(request.Parameters);
        WireOrderReading.ReadResponse(request.Parameters, order);
        var tellsFees = request.Parameters.Flag("computeCommissionRates");
        if ((wrong ?? request.Parameters.End()) is { } refused)
            return refused;
        if (await entry.TryAsync(request.Account, order) is { } refusal)
            return WireError.Of(refusal);

        var rates = tellsFees ? await AccountRates.OfAsync(grains, request.Account) : null;
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            if (rates?.Of(instrument!) is var (maker, taker))
                WireAccounts.WriteCommissions(to, instrument!, "ForOrder", maker, taker);
            to.WriteEndObject();
        });
    }

    private async ValueTask<WireAnswer> CancelAsync(WireRequest request)
    {
        var (wrong, named, cancelName) = await ReadNamedAsync(request.Parameters, "");
        if ((wrong ?? request.Parameters.End()) is { } refused)
            return refused;

        var (error, order) = await CancelAsync(request.Account, named);
        return error is { } failed
            ? failed
            : WireAnswer.Of(to => WireOrderWriting.WriteCancelled(to, named.Instrument!, order!, cancelName));
    }

    private async ValueTask<WireAnswer> CancelAllAsync(WireRequest request)
    {
        var instrument = await WireMarket.SymbolAsync(request.Parameters, listings);
        if (request.Parameters.End() is { } wrong)
            return wrong;

        // Queued orders were sent before this cancel, so they are rejected too.
        door.RefuseWaiting(request.Account);
        var view = await accounts.ViewAsync(request.Account);
        var open = view.OpenOrders.Where(order => order.Symbol == instrument!.Symbol && order.OrderId > 0).ToArray();
        var (reason, cancelled) = await massCancellation.CancelAllAsync(request.Account, instrument!.Symbol, null);
        if (reason != RejectReason.None)
            return WireError.Of(new Refusal(reason));
        if (open.Length == 0 && cancelled == 0)
            return WireError.UnknownOrder;

        var numbers = open.Select(order => order.Number).ToHashSet();
        var orders = open.Length == 0 ? [] : (await accounts.OrdersAsync(new OrderQuery(
            request.Account, instrument.Symbol, FromNanos: open.Min(order => order.TimeNanos) - 60_000_000_000,
            Limit: int.MaxValue)))
            .Where(order => numbers.Contains(order.Number) && order.Status == OrderStatus.Cancelled)
            .ToArray();
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var order in orders.Where(order => order.ListId is null))
                WireOrderWriting.WriteCancelled(to, instrument, order, order.ClientOrderId);
            foreach (var list in orders.Where(order => order.ListId is not null).GroupBy(order => order.ListId))
                WireOrderLists.WriteCancelled(to, instrument, [.. list], null);
            to.WriteEndArray();
        });
    }

    /// <summary>
    /// Cancels an order, then enters a new one with its own cover. The mode decides what happens if one of the two
    /// fails. The native interface can replace an order in one step, without a moment in between.
    /// </summary>
    private async ValueTask<WireAnswer> CancelReplaceAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        parameters.Needed("cancelReplaceMode");
        var goesOn = parameters.Word<bool>(
            "cancelReplaceMode", text => text switch { "STOP_ON_FAILURE" => false, "ALLOW_FAILURE" => true, _ => null },
            false);
        var (wrongCancel, named, cancelName) = await ReadNamedAsync(parameters, "cancel");
        var (wrong, instrument, order) = await ReadAsync(parameters);
        var response = WireOrderReading.ReadResponse(parameters, order);
        if ((wrong ?? wrongCancel ?? parameters.End()) is { } refused)
            return refused;
        if (await entry.TryAsync(request.Account, order) is { } refusal)
            return WireError.Of(refusal);
        // Many clients give the new order the replaced order's name. That is never accepted here, and must not cost
        // them the existing order.
        if (parameters.Has("newClientOrderId")
            && (await accounts.LookUpAsync(request.Account, order.ClientOrderId)).Reason == RejectReason.None)
            return WireError.Duplicate;

        var (cancelError, cancelled) = await CancelAsync(request.Account, named);
        var isAttempted = cancelError is null || goesOn;
        var report = isAttempted ? await entry.PlaceNewAsync(request.Account, order) : null;
        var orderError = report is null ? null : Refused(report);
        WireError? failure = (cancelError, orderError, isAttempted) switch
        {
            (null, null, _) => null,
            (not null, _, false) or (not null, not null, _) => new WireError(-2022, "Order cancel-replace failed."),
            _ => new WireError(-2021, "Order cancel-replace partially failed.", 409),
        };
        return new WireAnswer(failure, to =>
        {
            to.WriteStartObject();
            to.WriteString("cancelResult"u8, cancelError is null ? "SUCCESS"u8 : "FAILURE"u8);
            to.WriteString(
                "newOrderResult"u8, !isAttempted ? "NOT_ATTEMPTED"u8 : orderError is null ? "SUCCESS"u8 : "FAILURE"u8);
            to.WritePropertyName("cancelResponse"u8);
            if (cancelError is { } cancelFailed)
                WireAnswer.WriteBody(to, cancelFailed);
            else
                WireOrderWriting.WriteCancelled(to, instrument!, cancelled!, cancelName);
            to.WritePropertyName("newOrderResponse"u8);
            if (report is null)
                to.WriteNullValue();
            else if (orderError is { } orderFailed)
                WireAnswer.WriteBody(to, orderFailed);
            else
                WireOrderWriting.WriteNew(to, instrument!, report, response);
            to.WriteEndObject();
        });
    }

    private async ValueTask<WireAnswer> AmendAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var (wrong, named, newName) = await ReadNamedAsync(parameters, "");
        var lots = named.Instrument is { } instrument
            ? new WireOrderReading(parameters, instrument).Lots("newQty", isNeeded: true)
            : 0;
        if ((wrong ?? parameters.End()) is { } refused)
            return refused;
        if (await FindAsync(request.Account, named) is not { } order)
            return WireError.NoSuchOrder;
        lots -= order.Prevented?.TakenOffLots ?? 0;
        if (lots > order.QuantityLots)
            return s_increase;
        if (lots == order.QuantityLots || lots <= order.FilledLots)
            return new WireError(-2038, "The requested action would change no state; rejecting.");

        // The order keeps its name, so the amendment gets another one.
        newName = newName == order.ClientOrderId ? OrderReading.NewClientOrderId() : newName;
        // If a concurrent amendment has made it smaller, this one would enlarge it: the order is kept, and not replaced
        // either.
        var report =
            await cancelReplace.AmendAsync(
                request.Account, order.Symbol, order.OrderId, newName, 0, lots, keepsPlace: true);
        if (Refused(report, report.Reason == RejectReason.WouldGrow ? s_increase : WireError.NoSuchOrder) is { } error)
            return error;

        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteMillis("transactTime"u8, report.TimeNanos);
            to.WriteNumber("executionId"u8, report.Sequence);
            to.WriteStartObject("amendedOrder"u8);
            to.WriteString("symbol"u8, report.Symbol);
            to.WriteNumber("orderId"u8, report.OrderId);
            to.WriteNumber("orderListId"u8, order.ListId ?? -1);
            to.WriteString("origClientOrderId"u8, order.ClientOrderId);
            to.WriteString("clientOrderId"u8, report.ClientOrderId);
            WireOrderWriting.WriteAmended(
                to, named.Instrument!, report.View(order.FilledValue) with { Prevented = order.Prevented });
            WireOrderWriting.WriteWorkingTime(to, order);
            to.WriteEndObject();
            to.WriteEndObject();
        });
    }

    private async ValueTask<WireAnswer> ShowAsync(WireRequest request)
    {
        var (wrong, named, _) = await ReadNamedAsync(request.Parameters, "", isCancel: false);
        if ((wrong ?? request.Parameters.End()) is { } refused)
            return refused;

        return await FindAsync(request.Account, named) is { } order
            ? WireAnswer.Of(to => WireOrderWriting.WriteOrder(to, named.Instrument!, order))
            : WireError.NoSuchOrder;
    }

    private async ValueTask<WireAnswer> ShowOpenAsync(WireRequest request)
    {
        var symbol = request.Parameters.Symbol();
        if (request.Parameters.End() is { } wrong)
            return wrong;
        if (symbol is not null && await listings.FindAsync(symbol) is null)
            return WireError.BadSymbol;

        var view = await accounts.ViewAsync(request.Account);
        var open =
            view.OpenOrders.Where(order => order.OrderId > 0 && (symbol is null || order.Symbol == symbol)).ToArray();
        var past = open.Length == 0
            ? []
            : await accounts.OrdersAsync(new OrderQuery(request.Account, symbol, IsOpen: true, Limit: int.MaxValue));
        var rows = past.ToDictionary(order => order.Number);
        return await ListAsync([.. open.Select(order => Live(order, rows.GetValueOrDefault(order.Number)))]);
    }

    private async ValueTask<WireAnswer> ShowAllAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var limit = parameters.Limit(500, 1_000);
        var from = parameters.Number("orderId", 0, long.MaxValue);
        var (start, end) = (WireMarket.Nanos(parameters, "startTime"), WireMarket.Nanos(parameters, "endTime"));
        var instrument = await WireMarket.SymbolAsync(parameters, listings);
        if (end - start is < 0 or > UtcDay.Nanos)
            parameters.Fail(new WireError(-1127, "More than 24 hours between startTime and endTime."));
        if (parameters.End() is { } wrong)
            return wrong;

        await accounts.ViewAsync(request.Account);
        var orders = await accounts.OrdersAsync(new OrderQuery(
            request.Account, instrument!.Symbol, FromOrderId: from, FromNanos: start, ThroughNanos: end + 999_999,
            Limit: limit, HasEntered: true));
        return await ListAsync([.. orders.OrderBy(order => order.OrderId)]);
    }

    private ValueTask<WireAnswer> ShowLimitsAsync(WireRequest request)
    {
        if (request.Parameters.End() is { } wrong)
            return ValueTask.FromResult<WireAnswer>(wrong);

        var (tenSeconds, day) = limits.Orders(request.Account);
        return ValueTask.FromResult(WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            WireRulebook.WriteLimit(to, "ORDERS", "SECOND", 10, limits.OrdersPerTenSeconds, tenSeconds);
            WireRulebook.WriteLimit(to, "ORDERS", "DAY", 1, limits.OrdersPerDay, day);
            to.WriteEndArray();
        }));
    }

    private async ValueTask<WireAnswer> ListAsync(ImmutableArray<PastOrder> orders)
    {
        var listed = await listings.BySymbolAsync();
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var order in orders)
            {
                if (listed.TryGetValue(order.Symbol, out var instrument))
                    WireOrderWriting.WriteOrder(to, instrument, order);
            }

            to.WriteEndArray();
        });
    }

    private async ValueTask<(WireError? Wrong, Instrument? Instrument,
        HoldRequest Order)> ReadAsync(WireParameters parameters)
    {
        if (await WireMarket.SymbolAsync(parameters, listings) is not { } instrument)
        {
            var none = new HoldRequest("", "", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 0, 0);
            return (parameters.Wrong, null, none);
        }

        return (null, instrument, new WireOrderReading(parameters, instrument).Read());
    }

    /// <summary>Reads the order that a request means, and the client's name for the operation.</summary>
    private async ValueTask<(WireError? Wrong, NamedOrder Named, string Name)> ReadNamedAsync(
        WireParameters parameters, string prefix, bool isCancel = true)
    {
        string Member(string member) =>
            prefix.Length == 0 ? member : $"{prefix}{char.ToUpperInvariant(member[0])}{member[1..]}";
        var orderId = parameters.Number(Member("orderId"), 0, long.MaxValue);
        var name = parameters.Text(Member("origClientOrderId"));
        var own = isCancel ? WireOrderReading.ReadName(parameters, Member("newClientOrderId")) : "";
        if (orderId is null && name is null)
        {
            parameters.Fail(WireError.MissingBoth(Member("origClientOrderId"), Member("orderId")));
        }

        var instrument = await WireMarket.SymbolAsync(parameters, listings);
        return (instrument is null ? parameters.Wrong : null, new NamedOrder(instrument, orderId, name), own);
    }

    /// <summary>
    /// Cancels an order; returns its current state, or an error. The native cancel of a done order returns how it
    /// ended. Here such an order is unknown, even if another cancel came just before. So of two requests that replace
    /// one order, only one enters its own.
    /// </summary>
    private async ValueTask<(WireError? Error, PastOrder? Order)> CancelAsync(long account, NamedOrder named)
    {
        var symbol = named.Instrument!.Symbol;
        if (named.ClientOrderId is { } name)
        {
            if (!ClientOrderId.IsValid(name))
                return (WireError.UnknownOrder, null);
            var found = await accounts.LookUpAsync(account, name);
            if (found.Reason == RejectReason.None && found.Symbol != symbol)
                return (WireError.UnknownOrder, null);
        }

        var order = await FindAsync(account, named);
        if (order is { Status: not (OrderStatus.New or OrderStatus.PartiallyFilled) }
            || (order is null && named.OrderId is not null))
            return (WireError.UnknownOrder, null);

        // A client that cancels a pending exit must not be left with the entry: the whole list is cancelled. An entry
        // that was filled meanwhile stays.
        if (order is { Stage: OrderStage.Pending, ListId: { } list }
            && await accounts.OrdersAsync(new OrderQuery(account, symbol, Number: list)) is [var parent]
            && await cancelReplace.CancelAsync(account, symbol, parent.OrderId) is
            {
                Reason: RejectReason.None,
                Status: OrderStatus.Cancelled, WasCancelled: false
            })
        {
            return (null, await PastAsync(account, symbol, order.OrderId) ?? order);
        }

        // An unknown name is used up: an order in flight under it must not enter.
        var report = order is null
            ? await cancelReplace.CancelByClientOrderIdAsync(account, named.ClientOrderId!)
            : await cancelReplace.CancelAsync(account, symbol, order.OrderId);
        if (Refused(report, WireError.UnknownOrder) is { } error)
            return (error, null);
        if (report.Status != OrderStatus.Cancelled || report.WasCancelled)
            return (WireError.UnknownOrder, null);

        var view = report.View() with { ListId = order?.ListId };
        var isAsEntered = report.FilledLots == 0 && order?.Prevented is null
            && report.QuantityLots == (order?.QuantityLots ?? report.QuantityLots);
        return (null, isAsEntered ? view : await PastAsync(account, symbol, report.OrderId) ?? view);
    }

    /// <summary>Returns the current state of an order; null if the account has none such.</summary>
    private async ValueTask<PastOrder?> FindAsync(long account, NamedOrder named)
    {
        var symbol = named.Instrument!.Symbol;
        var orderId = named.OrderId ?? 0;
        if (named.OrderId is null)
        {
            var found = await accounts.LookUpAsync(account, named.ClientOrderId!);
            if (found.Reason != RejectReason.None || found.Symbol != symbol)
                return null;
            var entered = await accounts.OrdersAsync(new OrderQuery(account, symbol, Number: found.Number));
            if (entered is not [{ OrderId: > 0 } one])
                return null;
            orderId = one.OrderId;
        }

        // The book knows its state; the history must be as new.
        var report = await accounts.StatusAsync(account, symbol, orderId);
        return report.Reason == RejectReason.None
            && await PastAsync(account, symbol, orderId) is { } order
            && (named.ClientOrderId is null || order.ClientOrderId == named.ClientOrderId)
            ? order
            : null;
    }

    private async ValueTask<PastOrder?> PastAsync(long account, string symbol, long orderId) =>
        await accounts.OrdersAsync(new OrderQuery(account, symbol, OrderId: orderId)) is [var order] ? order : null;

    /// <summary>Makes the current state of an open order from the account's view; the history has its fills.</summary>
    private static PastOrder Live(OpenOrder order, PastOrder? past) =>
        past is not null && past.FilledLots >= order.FilledLots
        ? past with { Stage = order.Stage, StageNanos = order.StageNanos }
        : OrderViews.Of(order, []) with
        {
            FilledValue = past?.FilledValue
            ?? 0,
            ListId = past?.ListId,
            Prevented = past?.Prevented
        };

    /// <summary>Order as a request names it.</summary>
    private readonly record struct NamedOrder(Instrument? Instrument, long? OrderId, string? ClientOrderId);
}
