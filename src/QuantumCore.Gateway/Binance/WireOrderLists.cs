using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Lists of orders that depend on each other. A list is numbered by the public id of its first order.</summary>
internal sealed class WireOrderLists(OrderEntry entry, Listings listings)
{
    private static readonly Func<WireParameters, int> s_one = static _ => 1;

    public IEnumerable<WireCall> Calls =>
    [
        new("POST", "/api/v3/orderList/oco", Lane.Orders, WireSecurity.Trade, s_one, 2, request => Place(request, ReadPair)),
        new("POST", "/api/v3/orderList/oto", Lane.Orders, WireSecurity.Trade, s_one, 2, request => Place(request, ReadParentAndChild)),
        new("POST", "/api/v3/orderList/otoco", Lane.Orders, WireSecurity.Trade, s_one, 3, request => Place(request, ReadBracket)),
    ];

    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadPair(WireParameters parameters, Instrument instrument)
    {
        var side = new WireOrderReading(parameters, instrument).ReadSide("side");
        return (OrderListKind.OneCancelsOther, Pair(parameters, instrument, side, "quantity", "above", "below"));
    }

    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadParentAndChild(
        WireParameters parameters, Instrument instrument) =>
        (OrderListKind.OneTriggersOther,
            [new WireOrderReading(parameters, instrument, "working").Read(), new WireOrderReading(parameters, instrument, "pending").Read()]);

    private static (OrderListKind Kind, ImmutableArray<HoldRequest> Orders) ReadBracket(WireParameters parameters, Instrument instrument)
    {
        var parent = new WireOrderReading(parameters, instrument, "working").Read();
        var side = new WireOrderReading(parameters, instrument).ReadSide("pendingSide");
        return (OrderListKind.OneTriggersOneCancelsOther,
            [parent, .. Pair(parameters, instrument, side, "pendingQuantity", "pendingAbove", "pendingBelow")]);
    }

    private static ImmutableArray<HoldRequest> Pair(
        WireParameters parameters, Instrument instrument, Side side, string quantity, string above, string below) =>
        [
            new WireOrderReading(parameters, instrument, above).Read(side, quantity),
            new WireOrderReading(parameters, instrument, below).Read(side, quantity),
        ];

    private async ValueTask<WireAnswer> Place(
        WireRequest request,
        Func<WireParameters, Instrument, (OrderListKind Kind, ImmutableArray<HoldRequest> Orders)> read)
    {
        var parameters = request.Parameters;
        var name = WireOrderReading.ReadName(parameters, "listClientOrderId");
        if (await WireMarket.Symbol(parameters, listings) is not { } instrument)
            return parameters.Wrong ?? WireError.BadSymbol;

        var (kind, orders) = read(parameters, instrument);
        var response = WireOrderReading.ReadResponse(parameters, orders[0]);
        if (parameters.End() is { } wrong)
            return wrong;
        if (OrderListChecks.Check(kind, orders) is not null)
            return WireError.BadCombination;

        var (refusal, reports) = await entry.PlaceList(request.Account, kind, orders, mustBeNew: true);
        return refusal is { } refused
            ? WireError.Of(refused with { Field = refused.Field?.Split('.')[^1] })
            : WireAnswer.Of(to => Write(to, instrument, kind, name, reports, response));
    }

    private static void Write(
        Utf8JsonWriter to, Instrument instrument, OrderListKind kind, string name, ImmutableArray<ExecutionReport> reports, WireResponse response)
    {
        var listId = reports[0].OrderId;
        to.WriteStartObject();
        to.WriteNumber("orderListId"u8, listId);
        to.WriteString("contingencyType"u8, WireWords.Of(kind));
        to.WriteString("listStatusType"u8, "EXEC_STARTED"u8);
        to.WriteString("listOrderStatus"u8, "EXECUTING"u8);
        to.WriteString("listClientOrderId"u8, name);
        to.WriteMillis("transactionTime"u8, reports[0].TimeNanos);
        to.WriteString("symbol"u8, instrument.Symbol);
        to.WriteStartArray("orders"u8);
        foreach (var report in reports)
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("orderId"u8, report.OrderId);
            to.WriteString("clientOrderId"u8, report.ClientOrderId);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteStartArray("orderReports"u8);
        foreach (var report in reports)
            WireOrderWriting.WriteNew(to, instrument, report, response, listId);
        to.WriteEndArray();
        to.WriteEndObject();
    }
}
