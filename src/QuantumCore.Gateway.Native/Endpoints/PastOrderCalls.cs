using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for orders that may be done: by client order id, and the newest ones.</summary>
internal sealed class PastOrderCalls(AccountQueries accounts, Listings listings)
{
    /// <summary>GET /orders/by-client-id/{clientOrderId}: finds an order by its client id.</summary>
    /// <remarks>
    /// Needs a key or session with an account; the order may be open or done. <c>fills</c> is empty here:
    /// <c>GET /fills</c> has them. Expect <c>UnknownOrder</c> for an unknown name, which stays unused.
    /// </remarks>
    public async Task<Result<Api.Order>> FindAsync(HttpContext context, Caller caller)
    {
        var name = Call.Path(context, "clientOrderId");
        var listed = await listings.BySymbolAsync();
        var view = await accounts.ViewAsync(caller.Account);
        if (view.OpenOrders.FirstOrDefault(order => order.ClientOrderId == name) is { } open
            && listed.ContainsKey(open.Symbol))
        {
            var sequence = view.Cursors.FirstOrDefault(seen => seen.Symbol == open.Symbol).Sequence;
            return OrderAnswer.Of(open.ToReport(caller.Account, sequence), listed);
        }

        var found = await accounts.LookUpAsync(caller.Account, name);
        var past = found.Reason != RejectReason.None
            ? []
            : await accounts.OrdersAsync(new OrderQuery(caller.Account, found.Symbol, Number: found.Number, Limit: 1));
        return past is [var order, ..] && listed.ContainsKey(order.Symbol)
            ? Result<Api.Order>.Json(
                to => to.WriteOrder(Report(order, caller.Account), listed, order.FilledValue))
            : new Refusal(
                RejectReason.UnknownOrder, "clientOrderId", null,
                $"clientOrderId {RefusalText.Shown(name)} is unknown");
    }

    /// <summary>GET /orders/history: lists past and open orders, newest first.</summary>
    /// <remarks>
    /// Needs a key or session with an account; lists orders that reached a book, without their fills. <c>limit</c> is 1
    /// to 1000, by default 100; pass <c>next</c> as <c>after</c> for the next page, it is null on the last. Expect
    /// <c>BadRequest</c> for a limit or an <c>after</c> that is none, <c>UnknownSymbol</c> for an unlisted symbol.
    /// </remarks>
    public async Task<Result<Api.OrderPage>> NewestAsync(HttpContext context, Caller caller)
    {
        var before = default(long?);
        if ((Call.Limit(context, out var limit)
            ?? Call.After(context, static text => Call.Number(text, 0, long.MaxValue), out before)) is { } refused)
            return refused;

        string? symbol = context.Request.Query["symbol"];
        if (symbol is not null && await listings.FindAsync(symbol) is null)
            return await listings.UnknownAsync(symbol);

        var listed = await listings.BySymbolAsync();
        var orders =
            await accounts.OrdersAsync(new OrderQuery(caller.Account, symbol, Limit: limit + 1, BeforeNumber: before));
        var page = orders.OrderByDescending(order => order.Number).Take(limit).ToArray();
        var known = page.Where(order => listed.ContainsKey(order.Symbol));
        var next = orders.Length > limit ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null;
        return Result<Api.OrderPage>.Members(to =>
        {
            to.WriteStartArray("orders"u8);
            foreach (var order in known)
                to.WriteOrder(Report(order, caller.Account), listed, order.FilledValue);
            to.WriteEndArray();
            to.WriteString("next"u8, next);
        });
    }

    /// <summary>Makes the report of an order from the history. Another call returns its fills.</summary>
    private static ExecutionReport Report(PastOrder order, long account) => new(
        RejectReason.None, null, null, account, order.Number, order.ClientOrderId, order.Symbol, order.OrderId,
        order.Status, order.End,
        order.Side, order.Type, order.TimeInForce, order.PriceTicks, order.QuantityLots, order.FilledLots,
        order.Status is OrderStatus.New or OrderStatus.PartiallyFilled
            ? Math.Max(0, order.QuantityLots - order.FilledLots)
            : 0, 0, order.ChangedNanos, [], order.PostOnly, order.SelfTrade, order.Conditions,
        Stage: order.Stage, Refusal: order.Refusal);
}
