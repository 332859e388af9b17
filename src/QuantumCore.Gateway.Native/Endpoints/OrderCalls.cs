using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for orders.</summary>
internal sealed class OrderCalls(
    OrderDesk desk, CancelReplace cancelReplace, AccountQueries accounts, Listings listings)
{
    /// <summary>POST /orders: places an order.</summary>
    /// <remarks>
    /// Needs a key or session with an account; price, quantity and amount are decimal text in steps of the tick, the
    /// lot and the quote asset. The response is sent when the order is durable; the same <c>clientOrderId</c> with the
    /// same content returns the same order, with other content <c>KeyConflict</c>. Expect <c>UnknownSymbol</c>,
    /// <c>InvalidPrice</c>, <c>InvalidQuantity</c>, <c>InsufficientFunds</c>, a risk limit, or a phase that does not
    /// take the order (<c>NotInThisPhase</c>, <c>SymbolHalted</c>); after <c>OutcomeUnknown</c> send it again under the
    /// same name.
    /// </remarks>
    public async Task<Result<Api.Order>> PlaceAsync(HttpContext context, Caller caller, OrderText text)
    {
        var (report, detail) = await desk.PlaceAsync(caller.Account, text);
        return OrderAnswer.Of(report, await listings.BySymbolAsync(), detail);
    }

    /// <summary>POST /orders/batch: places up to 500 orders.</summary>
    /// <remarks>
    /// Needs a key or session with an account; the orders are entered in their sequence, each as by
    /// <c>POST /orders</c>. The call itself succeeds if it can be read: <c>results</c> has an order or an error for
    /// each, at the same index. If the outcome of one is unknown, the later ones are not entered.
    /// </remarks>
    public async Task<Result<Api.BatchResults>> PlaceBatchAsync(HttpContext context, Caller caller, BatchText batch)
    {
        var (refusal, reports) = await desk.PlaceBatchAsync(caller.Account, batch.Orders);
        if (refusal is { } refused)
            return refused;

        var (listed, trace) = (await listings.BySymbolAsync(), context.TraceIdentifier);
        return Result<Api.BatchResults>.Json(to => OrderAnswer.WriteBatch(to, reports, listed, trace));
    }

    /// <summary>GET /orders: lists the open orders.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>symbol</c> selects one symbol, and <c>open</c> has no other value
    /// than <c>true</c>. <c>orderId</c> is 0 while an order is on its way to its book. Quantities and prices are
    /// decimal text; expect <c>UnknownSymbol</c> for a symbol that is not listed.
    /// </remarks>
    public async Task<Result<Api.OrderList>> ListAsync(HttpContext context, Caller caller)
    {
        var query = context.Request.Query;
        if (query.TryGetValue("open", out var open) && open != "true")
            return Refusal.NotOneOf("open", open, "true");

        string? symbol = query["symbol"];
        if (symbol is not null && await listings.FindAsync(symbol) is null)
            return await listings.UnknownAsync(symbol);

        var view = await accounts.ViewAsync(caller.Account);
        var listed = await listings.BySymbolAsync();
        var cursors = view.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
        var orders =
            view.OpenOrders.Where(order => (symbol ?? order.Symbol) == order.Symbol && listed.ContainsKey(order.Symbol))
                .Select(order => order.ToReport(view.Account, cursors.GetValueOrDefault(order.Symbol)));
        return Result<Api.OrderList>.Members(to => to.WriteOrders(orders, listed));
    }

    /// <summary>GET /orders/{symbol}/{orderId}: returns an order with its fills.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; the order may be open or done. Expect <c>UnknownOrder</c> if
    /// the book has no such order, <c>NotOwner</c> for an order of another account.
    /// </remarks>
    public Task<Result<Api.Order>> StatusAsync(HttpContext context, Caller caller) =>
        OfOrderAsync(context, caller, accounts.StatusAsync);

    /// <summary>DELETE /orders/{symbol}/{orderId}: cancels an order by its id.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; the response is the final order. A repeated cancel returns the
    /// same; an order that ended in another way gets <c>OrderClosed</c> with the <c>order</c>, an unknown one
    /// <c>UnknownOrder</c>.
    /// </remarks>
    public Task<Result<Api.Order>> CancelAsync(HttpContext context, Caller caller) =>
        OfOrderAsync(context, caller, cancelReplace.CancelAsync);

    /// <summary>PATCH /orders/{symbol}/{orderId}: amends an open order.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; changes price and total quantity (decimal text), or conditions
    /// such as the trigger. A smaller quantity keeps the priority; any other change replaces the order, and the
    /// response has its new <c>orderId</c>. Expect <c>OrderClosed</c>, <c>StaleLeaves</c> if <c>expectedRemaining</c>
    /// does not match, and <c>InvalidCombination</c> for members that exclude each other.
    /// </remarks>
    public async Task<Result<Api.Order>> AmendAsync(HttpContext context, Caller caller, AmendText text)
    {
        if (OrderId(context, out var orderId) is { } unread)
            return unread;

        var symbol = Call.Path(context, "symbol");
        var instrument = await listings.FindAsync(symbol);
        var (refusal, change) = AmendReading.Read(text, instrument);
        if (refusal is { } refused)
            return refused.Reason == RejectReason.UnknownSymbol ? await listings.UnknownAsync(symbol) : refused;

        var report = change.Conditions == ConditionChanges.None
            ? await cancelReplace.AmendAsync(
                caller.Account, symbol, orderId, change.Name, change.PriceTicks, change.TotalLots, change.ExpectedLots,
                triggerTicks: change.TriggerTicks)
            : await cancelReplace.AmendConditionsAsync(caller.Account, symbol, orderId, change.Name, change.Conditions);
        return await OrderAsync(context, report, symbol, field => WrittenValues.Of(text, field));
    }

    /// <summary>GET /orders/{symbol}/{orderId}/position: returns an order's place in the queue.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; <c>quantityAhead</c> is decimal text and leaves out hidden
    /// parts. Expect <c>NotResting</c> for an order that waits for a trigger, a parent, a quote or the close; expect
    /// <c>OrderClosed</c> for one that is done.
    /// </remarks>
    public async Task<Result<Api.OrderPosition>> PositionAsync(HttpContext context, Caller caller)
    {
        if (OrderId(context, out var orderId) is { } unread)
            return unread;

        var symbol = Call.Path(context, "symbol");
        if (await listings.FindAsync(symbol) is not { } instrument)
            return await listings.UnknownAsync(symbol);

        var place = await accounts.PositionAsync(caller.Account, symbol, orderId);
        return place.Reason switch
        {
            RejectReason.None =>
                new Api.OrderPosition(symbol, orderId, place.OrdersAhead, instrument.QuantityOf(place.LotsAhead)),
            RejectReason.UnknownOrder => new Refusal(place.Reason, "orderId", null, NotOf(context, symbol)),
            _ => new Refusal(place.Reason),
        };
    }

    /// <summary>DELETE /orders/by-client-id/{clientOrderId}: cancels an order by its client id.</summary>
    /// <remarks>
    /// Needs a key or session with an account; the response is the final order. An unknown name gets
    /// <c>UnknownOrder</c> and is used up, so that a late order under it is rejected with <c>KeyCancelled</c>.
    /// </remarks>
    public async Task<Result<Api.Order>> CancelByClientOrderIdAsync(HttpContext context, Caller caller)
    {
        var name = Call.Path(context, "clientOrderId");
        if (!ClientOrderId.IsValid(name))
            return Refusal.NotAKey("clientOrderId", name);

        var report = await cancelReplace.CancelByClientOrderIdAsync(caller.Account, name);
        var detail =
            report.Reason == RejectReason.UnknownOrder ? $"clientOrderId {RefusalText.Shown(name)} is unknown" : null;
        return OrderAnswer.Of(report, await listings.BySymbolAsync(), detail);
    }

    /// <summary>DELETE /orders: cancels all orders, or a part.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>symbol</c> and <c>side</c> (buy or sell) narrow it. Without
    /// <c>side</c> it includes orders that are on their way to a book. Any other query parameter gets
    /// <c>BadRequest</c>, so that a misspelt filter cancels nothing.
    /// </remarks>
    public async Task<Result<Api.CancelCount>> CancelAllAsync(HttpContext context, Caller caller)
    {
        // The rest of ".../by-client-id/.." from a client that resolves dot segments itself.
        if (context.Request.Path.Value is ['/', .., '/'])
            return Refusal.Malformed(null, "The path of a mass cancel has no slash at its end.");

        // A misspelt filter must not cancel more than intended.
        if (context.Request.Query.Keys.FirstOrDefault(name => name is not ("symbol" or "side")) is { } unknown)
        {
            var field = unknown.Length > 100 ? unknown[..100] : unknown;
            return Refusal.Malformed(field, RefusalText.NotOneOf("parameter", unknown, "symbol", "side"));
        }

        var (refusal, cancelled) =
            await desk.CancelAllAsync(caller.Account, context.Request.Query["symbol"], context.Request.Query["side"]);
        return refusal is { } refused ? refused : new Api.CancelCount(cancelled);
    }

    private async Task<Result<Api.Order>> OfOrderAsync(
        HttpContext context, Caller caller, Func<long, string, long, ValueTask<ExecutionReport>> call)
    {
        if (OrderId(context, out var orderId) is { } unread)
            return unread;

        var symbol = Call.Path(context, "symbol");
        return await OrderAsync(context, await call(caller.Account, symbol, orderId), symbol, static _ => null);
    }

    /// <summary>Returns an order or its rejection, explained with the values of the request.</summary>
    private async ValueTask<Result<Api.Order>> OrderAsync(
        HttpContext context, ExecutionReport report, string symbol, Func<string, string?> written)
    {
        var refusal = new Refusal(report.Reason, report.Field, report.Limit);
        var detail = report.Reason switch
        {
            RejectReason.None => null,
            RejectReason.UnknownSymbol => (await listings.UnknownAsync(symbol)).Detail,
            RejectReason.UnknownOrder => NotOf(context, symbol),
            _ => await listings.FindAsync(symbol) is { } instrument
                ? OrderRefusals.Explain(refusal, instrument, written)
                : null,
        };
        return OrderAnswer.Of(report, await listings.BySymbolAsync(), detail);
    }

    private static string NotOf(HttpContext context, string symbol) =>
        $"orderId {RefusalText.Shown(Call.Path(context, "orderId"))} is not an order of {RefusalText.Shown(symbol)}";

    private static Refusal? OrderId(HttpContext context, out long orderId) =>
        Call.Id("orderId", Call.Path(context, "orderId"), OrderDesk.LargestId, out orderId);
}
