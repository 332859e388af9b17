using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Call for linked orders.</summary>
internal sealed class OrderListCalls(LinkedOrders linkedOrders, Listings listings)
{
    /// <summary>POST /order-lists: places orders that depend on each other.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>kind</c> is oco, oto or otoco, and all orders have one symbol. All
    /// enter or none does, in continuous trading only. Errors are those of <c>POST /orders</c>, with the order's index
    /// in <c>field</c> (<c>orders[1].triggerPrice</c>), and <c>ListPrices</c> for prices that do not fit together.
    /// </remarks>
    public async Task<Result<Api.OrderListReport>> PlaceAsync(HttpContext context, Caller caller, OrderListText text)
    {
        var (refusal, kind, orders) = await ReadAsync(text);
        if (refusal is null)
        {
            (refusal, var reports) = await linkedOrders.PlaceListAsync(caller.Account, kind, orders);
            if (refusal is null)
                return await ReportAsync(kind, reports);
        }

        var wrong = refusal.Value;
        if (!orders.IsDefaultOrEmpty && await listings.FindAsync(orders[0].Symbol) is { } instrument)
            wrong = OrderRefusals.OfList(wrong, instrument, text.Orders!);
        return wrong;
    }

    private async ValueTask<(Refusal? Refusal, OrderListKind Kind,
        ImmutableArray<HoldRequest> Orders)> ReadAsync(OrderListText text)
    {
        if (WireNames.ReadListKind(text.Kind) is not { } kind)
            return (Refusal.NotOneOf("kind", text.Kind, WireNames.ListKinds.AsSpan()), default, []);

        var count = kind.OrderCount();
        if (text.Orders is not { } texts || texts.Count != count || texts.Contains(null))
        {
            var wrong = new Refusal(
                RejectReason.BadRequest, "orders", count.ToString(),
                $"orders has {text.Orders?.Count(order => order is not null) ?? 0} orders; a list of kind "
                    + $"{WireNames.Of(kind)} has {count}");
            return (wrong, kind, []);
        }

        var orders = ImmutableArray.CreateBuilder<HoldRequest>(count);
        for (var i = 0; i < count; i++)
        {
            // A leg without a client order id gets one from the first, so that a repeated list is the same list.
            var order = texts[i]!;
            var named = i == 0
                ? order
                : order with { ClientOrderId = order.ClientOrderId ?? $"{orders[0].ClientOrderId}-{i + 1}" };
            var (refusal, request) = await OrderReading.ReadAsync(named, listings);
            if (refusal is { } refused)
                return (OrderListChecks.OfOrder(i, refused), kind, []);
            if (orders.Any(other => other.ClientOrderId == request.ClientOrderId))
                return (
                    Refusal.Malformed(
                        $"orders[{i}].clientOrderId",
                        $"orders[{i}].clientOrderId {RefusalText.Shown(request.ClientOrderId)} is already in "
                            + $"the list; each order needs its own"), kind, []);
            orders.Add(request);
        }

        var all = orders.MoveToImmutable();
        return (OrderListChecks.Check(kind, all), kind, all);
    }

    private async ValueTask<Result<Api.OrderListReport>> ReportAsync(
        OrderListKind kind, ImmutableArray<ExecutionReport> reports)
    {
        var listed = await listings.BySymbolAsync();
        return Result<Api.OrderListReport>.Members(to =>
        {
            to.WriteString("kind"u8, WireNames.Of(kind));
            to.WriteOrders(reports, listed);
        });
    }
}
