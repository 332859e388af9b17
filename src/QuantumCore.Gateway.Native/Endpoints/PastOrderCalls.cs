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
    public async Task FindAsync(HttpContext context, Caller caller)
    {
        var name = Call.Path(context, "clientOrderId");
        var listed = await listings.BySymbolAsync();
        var view = await accounts.ViewAsync(caller.Account);
        if (view.OpenOrders.FirstOrDefault(order => order.ClientOrderId == name) is { } open
            && listed.ContainsKey(open.Symbol))
        {
            var sequence = view.Cursors.FirstOrDefault(seen => seen.Symbol == open.Symbol).Sequence;
            await Answer.JsonAsync(context, (open, caller.Account, sequence, listed), static (to, answer) =>
                to.WriteOpenOrder(answer.open, answer.Account, answer.sequence, answer.listed));
            return;
        }

        var found = await accounts.LookUpAsync(caller.Account, name);
        var past = found.Reason != RejectReason.None
            ? []
            : await accounts.OrdersAsync(new OrderQuery(caller.Account, found.Symbol, Number: found.Number, Limit: 1));
        if (past is [var order, ..] && listed.ContainsKey(order.Symbol))
            await Answer.JsonAsync(
                context, (order, caller.Account, listed),
                static (to, answer) =>
                    to.WriteOrder(Report(answer.order, answer.Account), answer.listed, answer.order.FilledValue));
        else
            await Answer.RefuseAsync(context, new Refusal(
                RejectReason.UnknownOrder, "clientOrderId", null,
                $"clientOrderId {RefusalText.Shown(name)} is unknown"));
    }

    /// <summary>GET /orders/history: lists past and open orders, newest first.</summary>
    /// <remarks>
    /// Needs a key or session with an account; lists orders that reached a book, without their fills. <c>limit</c> is 1
    /// to 1000, by default 100; pass <c>next</c> as <c>after</c> for the next page, it is null on the last. Expect
    /// <c>BadRequest</c> for a limit or an <c>after</c> that is none, <c>UnknownSymbol</c> for an unlisted symbol.
    /// </remarks>
    public async Task NewestAsync(HttpContext context, Caller caller)
    {
        if (await Call.LimitAsync(context) is not { } limit
            || await Call.AfterAsync(context, static text => Call.Number(text, 0, long.MaxValue))
                is not (true, var before))
            return;

        string? symbol = context.Request.Query["symbol"];
        if (symbol is not null && await Call.ListedAsync(context, listings, symbol) is null)
            return;

        var listed = await listings.BySymbolAsync();
        var orders =
            await accounts.OrdersAsync(new OrderQuery(caller.Account, symbol, Limit: limit + 1, BeforeNumber: before));
        var page = orders.OrderByDescending(order => order.Number).Take(limit).ToArray();
        var known = page.Where(order => listed.ContainsKey(order.Symbol));
        var next = orders.Length > limit ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null;
        await Answer.JsonAsync(context, (known, caller.Account, listed, next), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteStartArray("orders"u8);
            foreach (var order in answer.known)
                to.WriteOrder(Report(order, answer.Account), answer.listed, order.FilledValue);
            to.WriteEndArray();
            to.WriteString("next"u8, answer.next);
            to.WriteEndObject();
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
