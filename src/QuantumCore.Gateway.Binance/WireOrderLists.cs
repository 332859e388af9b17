using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Calls for order lists. The id of a list is the number of its first order within the account.</summary>
internal sealed class WireOrderLists(
    LinkedOrders linkedOrders, CancelReplace cancelReplace, AccountQueries accounts, Listings listings)
{
    private static readonly Func<WireParameters, int> s_one = static _ => 1;

    /// <summary>Parameters of the old pair that do not start with the leg's prefix.</summary>
    private static readonly FrozenDictionary<string, string> s_oldLimit =
        new Dictionary<string, string> { ["price"] = "price" }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_oldStop = new Dictionary<string, string>
    {
        ["price"] = "stopLimitPrice",
        ["timeInForce"] = "stopLimitTimeInForce",
        ["stopPrice"] = "stopPrice",
        ["trailingDelta"] = "trailingDelta",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public IEnumerable<WireCall> Calls =>
    [
        new(
            "POST", "/api/v3/orderList/oco", Lane.Orders, WireSecurity.Trade, s_one, 2,
            request => PlaceAsync(request, ReadPair)),
        new(
            "POST", "/api/v3/order/oco", Lane.Orders, WireSecurity.Trade, s_one, 2,
            request => PlaceAsync(request, ReadOldPair)),
        new(
            "POST", "/api/v3/orderList/oto", Lane.Orders, WireSecurity.Trade, s_one, 2,
            request => PlaceAsync(request, ReadParentAndChild)),
        new(
            "POST", "/api/v3/orderList/otoco", Lane.Orders, WireSecurity.Trade, s_one, 3,
            request => PlaceAsync(request, ReadBracket)),
        new("DELETE", "/api/v3/orderList", Lane.Urgent, WireSecurity.Trade, s_one, 0, CancelAsync),
        WireCall.Get("/api/v3/orderList", WireSecurity.Read, 4, ShowAsync),
        WireCall.Get("/api/v3/allOrderList", WireSecurity.Read, 20, ShowAllAsync),
        WireCall.Get("/api/v3/openOrderList", WireSecurity.Read, 6, ShowOpenAsync),
    ];

    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadPair(
        WireParameters parameters, Instrument instrument)
    {
        var side = new WireOrderReading(parameters, instrument).ReadSide("side");
        return (OrderListKind.OneCancelsOther, Pair(parameters, instrument, side, "quantity", "above", "below"));
    }

    /// <summary>
    /// Reads a pair of the old call, where each order has a fixed kind: a post-only limit order and a stop.
    /// </summary>
    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadOldPair(
        WireParameters parameters, Instrument instrument)
    {
        var side = new WireOrderReading(parameters, instrument).ReadSide("side");
        var limit =
            new WireOrderReading(parameters, instrument, "limit", s_oldLimit).Read(side, "quantity", "LIMIT_MAKER");
        var stop = new WireOrderReading(parameters, instrument, "stop", s_oldStop)
            .Read(side, "quantity", parameters.Has("stopLimitPrice") ? "STOP_LOSS_LIMIT" : "STOP_LOSS");

        // Above and below, in the usual order of pairs: a sell's limit is above its stop, a buy's below.
        return (OrderListKind.OneCancelsOther, side == Side.Sell ? [limit, stop] : [stop, limit]);
    }

    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadParentAndChild(
        WireParameters parameters, Instrument instrument) =>
        (OrderListKind.OneTriggersOther,
            [
                new WireOrderReading(parameters, instrument, "working").Read(),
                new WireOrderReading(parameters, instrument, "pending").Read()]);

    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadBracket(
        WireParameters parameters, Instrument instrument)
    {
        var parent = new WireOrderReading(parameters, instrument, "working").Read();
        var side = new WireOrderReading(parameters, instrument).ReadSide("pendingSide");
        return (OrderListKind.OneTriggersOneCancelsOther,
            [parent, .. Pair(parameters, instrument, side, "pendingQuantity", "pendingAbove", "pendingBelow")]);
    }

    private static ImmutableArray<HoldRequest> Pair(
        WireParameters parameters, Instrument instrument, Side side, string quantity, string above, string below)
    {
        CheckKinds(parameters, side, parameters.Text($"{above}Type"), parameters.Text($"{below}Type"));
        return
        [
            new WireOrderReading(parameters, instrument, above).Read(side, quantity),
            new WireOrderReading(parameters, instrument, below).Read(side, quantity),
        ];
    }

    /// <summary>
    /// Checks the kinds above and below the price: limits and take-profits on the side where a limit rests, stop-losses
    /// on the other side.
    /// </summary>
    private static void CheckKinds(WireParameters parameters, Side side, string? above, string? below)
    {
        if (above is null || below is null)
            return;

        var (isBuy, kinds) = (side == Side.Buy, (KindOf(above), KindOf(below)));
        WireError? wrong = kinds switch
        {
            (null, _) or (_, null) => new(-1158, "Order type not supported in OCO."),
            (Leg.Limit, Leg.Limit) => new(-1168, "At least one OCO order must be contingent."),
            (Leg.Limit, _) when isBuy => new(-1165, "A limit order in a buy OCO must be below."),
            (_, Leg.Limit) when !isBuy => new(-1166, "A limit order in a sell OCO must be above."),
            (_, Leg.StopLoss) when isBuy => new(-1196, "A stop loss order in a buy OCO must be above."),
            (Leg.StopLoss, _) when !isBuy => new(-1197, "A stop loss order in a sell OCO must be below."),
            (Leg.TakeProfit, _) when isBuy => new(-1198, "A take profit order in a buy OCO must be below."),
            (_, Leg.TakeProfit) when !isBuy => new(-1199, "A take profit order in a sell OCO must be above."),
            _ => null,
        };
        if (wrong is { } error)
            parameters.Fail(error);
    }

    private static Leg? KindOf(string type) => type switch
    {
        "LIMIT_MAKER" => Leg.Limit,
        "STOP_LOSS" or "STOP_LOSS_LIMIT" => Leg.StopLoss,
        "TAKE_PROFIT" or "TAKE_PROFIT_LIMIT" => Leg.TakeProfit,
        _ => null,
    };

    private async ValueTask<WireAnswer> PlaceAsync(
        WireRequest request,
        Func<WireParameters, Instrument, (OrderListKind Kind, ImmutableArray<HoldRequest> Orders)> read)
    {
        var parameters = request.Parameters;
        var name = WireOrderReading.ReadName(parameters, "listClientOrderId");
        if (await WireMarket.SymbolAsync(parameters, listings) is not { } instrument)
            return parameters.Wrong ?? WireError.BadSymbol;

        var (kind, orders) = read(parameters, instrument);
        var response = WireOrderReading.ReadResponse(parameters, null);
        if (parameters.End() is { } wrong)
            return wrong;
        if (OrderListChecks.Check(kind, orders) is not null)
            return WireError.BadCombination;

        var terms = orders[0].Conditions.Decode() ?? new OrderConditions();
        orders = orders.SetItem(
            0, orders[0] with { Conditions = EncodedConditions.From(terms with { ListName = name }) });
        var (refusal, reports) = await linkedOrders.PlaceListAsync(request.Account, kind, orders, mustBeNew: true);
        return refusal is { } refused
            ? WireError.Of(refused with { Field = refused.Field?.Split('.')[^1] })
            : WireAnswer.Of(to => WritePlaced(to, instrument, kind, name, reports, response));
    }

    private async ValueTask<WireAnswer> ShowAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var (id, name) = (parameters.Number("orderListId", 0, long.MaxValue), parameters.Text("origClientOrderId"));
        if (id is null && name is null)
            parameters.Fail(WireError.MissingBoth("origClientOrderId", "orderListId"));
        if (parameters.End() is { } wrong)
            return wrong;

        await accounts.ViewAsync(request.Account);
        return await FindAsync(request.Account, id, name) is { IsEmpty: false } orders
            ? WireAnswer.Of(to => Write(to, orders))
            : WireError.NoSuchList;
    }

    /// <summary>Answers with lists up to the limit: the newest ones, or those from an id or a time on.</summary>
    private async ValueTask<WireAnswer> ShowAllAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var limit = parameters.Limit(500, 1_000);
        var from = parameters.Number("fromId", 0, long.MaxValue);
        var (start, end) = (WireMarket.Nanos(parameters, "startTime"), WireMarket.Nanos(parameters, "endTime"));
        if (from is not null && (start ?? end) is not null)
            parameters.Fail(WireError.BadCombination);
        if (end - start is < 0 or > UtcDay.Nanos)
            parameters.Fail(new WireError(-1127, "More than 24 hours between startTime and endTime."));
        if (parameters.End() is { } wrong)
            return wrong;

        await accounts.ViewAsync(request.Account);
        var orders = await accounts.OrdersAsync(new OrderQuery(
            request.Account,
            FromNanos: start,
            ThroughNanos: end + 999_999,
            Limit: limit * OrderListKindExtensions.MostOrders,
            IsListed: true,
            FromNumber: from));
        var lists =
            orders.GroupBy(order => order.ListId).Where(list => list.First().List!.Value.OrderCount() == list.Count());
        return List([.. from is null && start is null ? lists.TakeLast(limit) : lists.Take(limit)]);
    }

    private async ValueTask<WireAnswer> ShowOpenAsync(WireRequest request)
    {
        if (request.Parameters.End() is { } wrong)
            return wrong;

        await accounts.ViewAsync(request.Account);
        var open =
            await accounts.OrdersAsync(
                new OrderQuery(request.Account, IsOpen: true, IsListed: true, Limit: int.MaxValue));
        var lists = new List<IEnumerable<PastOrder>>();
        foreach (var id in open.Select(order => order.ListId).Distinct())
            lists.Add(await FindAsync(request.Account, id, null));
        return List(lists);
    }

    /// <summary>Cancels the open orders of a list; orders that are done stay unchanged.</summary>
    private async ValueTask<WireAnswer> CancelAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var instrument = await WireMarket.SymbolAsync(parameters, listings);
        var (id, name) = (parameters.Number("orderListId", 0, long.MaxValue), parameters.Text("listClientOrderId"));
        if (id is null && name is null)
            parameters.Fail(WireError.MissingBoth("listClientOrderId", "orderListId"));
        var cancelName = WireOrderReading.ReadName(parameters, "newClientOrderId");
        if (parameters.End() is { } wrong)
            return wrong;

        var account = request.Account;
        await accounts.ViewAsync(account);
        var orders = await FindAsync(account, id, name);
        if (orders.IsEmpty || orders[0].Symbol != instrument!.Symbol)
            return WireError.UnknownOrder;

        var cancelled = false;
        foreach (var order in orders.Where(IsOpen))
        {
            // An order that ended with another one, or has traded since, is no failure.
            var report = await cancelReplace.CancelAsync(account, order.Symbol, order.OrderId);
            if (report.Reason is RejectReason.OutcomeUnknown or RejectReason.Overloaded)
                return WireError.Of(new Refusal(report.Reason));
            cancelled |= report is { Reason: RejectReason.None, Status: OrderStatus.Cancelled, WasCancelled: false };
        }

        if (!cancelled)
            return WireError.UnknownOrder;

        orders = await FindAsync(account, orders[0].ListId, null);
        return WireAnswer.Of(to => WriteCancelled(to, instrument, orders, cancelName));
    }

    /// <summary>Writes a cancelled list, with its orders' final states.</summary>
    /// <param name="to">Writer.</param>
    /// <param name="instrument">Instrument of the list.</param>
    /// <param name="orders">Orders of the list.</param>
    /// <param name="cancelName">Client's name for the cancel; null for each order's own.</param>
    public static void WriteCancelled(
        Utf8JsonWriter to, Instrument instrument, ImmutableArray<PastOrder> orders, string? cancelName) =>
        Write(to, orders, () =>
        {
            to.WriteStartArray("orderReports"u8);
            foreach (var order in orders)
                WireOrderWriting.WriteCancelled(to, instrument, order, cancelName ?? order.ClientOrderId);
            to.WriteEndArray();
        });

    /// <summary>Returns the orders of a list; none if the account has no such list.</summary>
    private async ValueTask<ImmutableArray<PastOrder>> FindAsync(long account, long? id, string? name)
    {
        if (id is null
            && await accounts.OrdersAsync(new OrderQuery(account, ListName: name)) is [{ ListId: var named }])
            id = named;
        if (id is null)
            return [];

        var orders = await accounts.OrdersAsync(new OrderQuery(account, ListId: id));
        return orders is [var first, ..] && (name is null || first.ListName == name) ? orders : [];
    }

    private static bool IsOpen(PastOrder order) => order.Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    private static WireAnswer List(IReadOnlyCollection<IEnumerable<PastOrder>> lists) => WireAnswer.Of(to =>
    {
        to.WriteStartArray();
        foreach (var list in lists)
            Write(to, [.. list]);
        to.WriteEndArray();
    });

    /// <summary>Writes a list; it is done if all its orders are.</summary>
    private static void Write(Utf8JsonWriter to, ImmutableArray<PastOrder> orders, Action? more = null)
    {
        var first = orders[0];
        var isDone = !orders.Any(IsOpen);
        to.WriteStartObject();
        to.WriteNumber("orderListId"u8, first.ListId!.Value);
        to.WriteString("contingencyType"u8, WireWords.Of(first.List!.Value));
        to.WriteString("listStatusType"u8, isDone ? "ALL_DONE"u8 : "EXEC_STARTED"u8);
        to.WriteString("listOrderStatus"u8, isDone ? "ALL_DONE"u8 : "EXECUTING"u8);
        to.WriteString("listClientOrderId"u8, first.ListName ?? first.ClientOrderId);
        to.WriteMillis("transactionTime"u8, orders.Max(order => order.ChangedNanos));
        to.WriteString("symbol"u8, first.Symbol);
        WriteMembers(to, orders.Select(order => (order.Symbol, order.OrderId, order.ClientOrderId)));
        more?.Invoke();
        to.WriteEndObject();
    }

    private static void WriteMembers(
        Utf8JsonWriter to, IEnumerable<(string Symbol, long OrderId, string ClientOrderId)> orders)
    {
        to.WriteStartArray("orders"u8);
        foreach (var (symbol, orderId, clientOrderId) in orders)
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, symbol);
            to.WriteNumber("orderId"u8, orderId);
            to.WriteString("clientOrderId"u8, clientOrderId);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    private static void WritePlaced(
        Utf8JsonWriter to, Instrument instrument, OrderListKind kind, string name,
        ImmutableArray<ExecutionReport> reports, WireResponse response)
    {
        var listId = reports[0].Number;
        to.WriteStartObject();
        to.WriteNumber("orderListId"u8, listId);
        to.WriteString("contingencyType"u8, WireWords.Of(kind));
        to.WriteString("listStatusType"u8, "EXEC_STARTED"u8);
        to.WriteString("listOrderStatus"u8, "EXECUTING"u8);
        to.WriteString("listClientOrderId"u8, name);
        to.WriteMillis("transactionTime"u8, reports[0].TimeNanos);
        to.WriteString("symbol"u8, instrument.Symbol);
        WriteMembers(to, reports.Select(report => (instrument.Symbol, report.OrderId, report.ClientOrderId)));
        to.WriteStartArray("orderReports"u8);
        foreach (var report in reports)
            WireOrderWriting.WriteNew(to, instrument, report, response, listId);
        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>Kind of an order in a pair.</summary>
    private enum Leg
    {
        Limit = 0,
        StopLoss = 1,
        TakeProfit = 2,
    }
}
