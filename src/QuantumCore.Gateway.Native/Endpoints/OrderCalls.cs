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
    public async Task PlaceAsync(HttpContext context, Caller caller, OrderText text)
    {
        var (report, detail) = await desk.PlaceAsync(caller.Account, text);
        await OrderAnswer.OrderAsync(context, report, await listings.BySymbolAsync(), detail);
    }

    /// <summary>POST /orders/batch: places up to 500 orders.</summary>
    /// <remarks>
    /// Needs a key or session with an account; the orders are entered in their sequence, each as by
    /// <c>POST /orders</c>. The call itself succeeds if it can be read: <c>results</c> has an order or an error for
    /// each, at the same index. If the outcome of one is unknown, the later ones are not entered.
    /// </remarks>
    public async Task PlaceBatchAsync(HttpContext context, Caller caller, BatchText batch)
    {
        var (refusal, reports) = await desk.PlaceBatchAsync(caller.Account, batch.Orders);
        if (refusal is { } refused)
        {
            await Answer.RefuseAsync(context, refused);
            return;
        }

        var listed = await listings.BySymbolAsync();
        await Answer.JsonAsync(
            context,
            (reports, listed, context.TraceIdentifier),
            static (to, answer) => OrderAnswer.WriteBatch(to, answer.reports, answer.listed, answer.TraceIdentifier));
    }

    /// <summary>GET /orders: lists the open orders.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>symbol</c> selects one symbol, and <c>open</c> has no other value
    /// than <c>true</c>. <c>orderId</c> is 0 while an order is on its way to its book. Quantities and prices are
    /// decimal text; expect <c>UnknownSymbol</c> for a symbol that is not listed.
    /// </remarks>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        var query = context.Request.Query;
        if (query.TryGetValue("open", out var open) && open != "true")
        {
            await Answer.RefuseAsync(context, Refusal.NotOneOf("open", open, "true"));
            return;
        }

        string? symbol = query["symbol"];
        if (symbol is not null && await listings.FindAsync(symbol) is null)
        {
            await Answer.RefuseAsync(context, await listings.UnknownAsync(symbol));
            return;
        }

        var view = await accounts.ViewAsync(caller.Account);
        var listed = await listings.BySymbolAsync();
        await Answer.JsonAsync(context, (view, symbol, listed), static (to, answer) =>
        {
            var cursors =
                answer.view.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
            to.WriteStartObject();
            to.WriteStartArray("orders"u8);
            foreach (var order in answer.view.OpenOrders)
            {
                if ((answer.symbol is null || order.Symbol == answer.symbol) &&
                    answer.listed.ContainsKey(order.Symbol))
                {
                    var sequence = cursors.GetValueOrDefault(order.Symbol);
                    to.WriteOpenOrder(order, answer.view.Account, sequence, answer.listed);
                }
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    /// <summary>GET /orders/{symbol}/{orderId}: returns an order with its fills.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; the order may be open or done. Expect <c>UnknownOrder</c> if
    /// the book has no such order, <c>NotOwner</c> for an order of another account.
    /// </remarks>
    public Task StatusAsync(HttpContext context, Caller caller) => OfOrderAsync(context, caller, accounts.StatusAsync);

    /// <summary>DELETE /orders/{symbol}/{orderId}: cancels an order by its id.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; the response is the final order. A repeated cancel returns the
    /// same; an order that ended in another way gets <c>OrderClosed</c> with the <c>order</c>, an unknown one
    /// <c>UnknownOrder</c>.
    /// </remarks>
    public Task CancelAsync(HttpContext context, Caller caller) =>
        OfOrderAsync(context, caller, cancelReplace.CancelAsync);

    /// <summary>PATCH /orders/{symbol}/{orderId}: amends an open order.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; changes price and total quantity (decimal text), or conditions
    /// such as the trigger. A smaller quantity keeps the priority; any other change replaces the order, and the
    /// response has its new <c>orderId</c>. Expect <c>OrderClosed</c>, <c>StaleLeaves</c> if <c>expectedRemaining</c>
    /// does not match, and <c>InvalidCombination</c> for members that exclude each other.
    /// </remarks>
    public async Task AmendAsync(HttpContext context, Caller caller, AmendText text)
    {
        if (await OrderIdAsync(context) is not (> 0 and var orderId))
            return;

        var symbol = Call.Path(context, "symbol");
        var instrument = await listings.FindAsync(symbol);
        var (refusal, change) = AmendReading.Read(text, instrument);
        if (refusal is { } refused)
        {
            await Answer.RefuseAsync(
                context, refused.Reason == RejectReason.UnknownSymbol ? await listings.UnknownAsync(symbol) : refused);
            return;
        }

        var report = change.Conditions == ConditionChanges.None
            ? await cancelReplace.AmendAsync(
                caller.Account, symbol, orderId, change.Name, change.PriceTicks, change.TotalLots, change.ExpectedLots,
                triggerTicks: change.TriggerTicks)
            : await cancelReplace.AmendConditionsAsync(caller.Account, symbol, orderId, change.Name, change.Conditions);
        await AnswerOrderAsync(context, report, symbol, field => WrittenValues.Of(text, field));
    }

    /// <summary>GET /orders/{symbol}/{orderId}/position: returns an order's place in the queue.</summary>
    /// <remarks>
    /// Needs a key or session with the order's account; <c>quantityAhead</c> is decimal text and leaves out hidden
    /// parts. Expect <c>NotResting</c> for an order that waits for a trigger, a parent, a quote or the close; expect
    /// <c>OrderClosed</c> for one that is done.
    /// </remarks>
    public async Task PositionAsync(HttpContext context, Caller caller)
    {
        if (await OrderIdAsync(context) is not (> 0 and var orderId))
            return;

        var symbol = Call.Path(context, "symbol");
        var place = await accounts.PositionAsync(caller.Account, symbol, orderId);
        if (place.Reason != RejectReason.None || await listings.FindAsync(symbol) is not { } instrument)
        {
            await Answer.RefuseAsync(context, new Refusal(place.Reason));
            return;
        }

        await Answer.JsonAsync(context, (place, orderId, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, answer.instrument.Symbol);
            to.WriteNumber("orderId"u8, answer.orderId);
            to.WriteNumber("ordersAhead"u8, answer.place.OrdersAhead);
            to.WriteQuantity("quantityAhead"u8, answer.instrument, answer.place.LotsAhead);
            to.WriteEndObject();
        });
    }

    /// <summary>DELETE /orders/by-client-id/{clientOrderId}: cancels an order by its client id.</summary>
    /// <remarks>
    /// Needs a key or session with an account; the response is the final order. An unknown name gets
    /// <c>UnknownOrder</c> and is used up, so that a late order under it is rejected with <c>KeyCancelled</c>.
    /// </remarks>
    public async Task CancelByClientOrderIdAsync(HttpContext context, Caller caller)
    {
        var name = Call.Path(context, "clientOrderId");
        if (!ClientOrderId.IsValid(name))
        {
            await Answer.RefuseAsync(context, Refusal.NotAKey("clientOrderId", name));
            return;
        }

        var report = await cancelReplace.CancelByClientOrderIdAsync(caller.Account, name);
        var detail =
            report.Reason == RejectReason.UnknownOrder ? $"clientOrderId {RefusalText.Shown(name)} is unknown" : null;
        await OrderAnswer.OrderAsync(context, report, await listings.BySymbolAsync(), detail);
    }

    /// <summary>DELETE /orders: cancels all orders, or a part.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>symbol</c> and <c>side</c> (buy or sell) narrow it. Without
    /// <c>side</c> it includes orders that are on their way to a book. Any other query parameter gets
    /// <c>BadRequest</c>, so that a misspelt filter cancels nothing.
    /// </remarks>
    public async Task CancelAllAsync(HttpContext context, Caller caller)
    {
        // The rest of ".../by-client-id/.." from a client that resolves dot segments itself.
        if (context.Request.Path.Value is ['/', .., '/'])
        {
            await Answer.RefuseAsync(
                context, Refusal.Malformed(null, "The path of a mass cancel has no slash at its end."));
            return;
        }

        // A misspelt filter must not cancel more than intended.
        if (context.Request.Query.Keys.FirstOrDefault(name => name is not ("symbol" or "side")) is { } unknown)
        {
            var field = unknown.Length > 100 ? unknown[..100] : unknown;
            await Answer.RefuseAsync(
                context, Refusal.Malformed(field, RefusalText.NotOneOf("parameter", unknown, "symbol", "side")));
            return;
        }

        var (refusal, cancelled) =
            await desk.CancelAllAsync(caller.Account, context.Request.Query["symbol"], context.Request.Query["side"]);
        if (refusal is { } refused)
            await Answer.RefuseAsync(context, refused);
        else
            await Answer.JsonAsync(context, cancelled, OrderAnswer.WriteCancelled);
    }

    private async Task OfOrderAsync(
        HttpContext context, Caller caller, Func<long, string, long, ValueTask<ExecutionReport>> call)
    {
        if (await OrderIdAsync(context) is not (> 0 and var orderId))
            return;

        var symbol = Call.Path(context, "symbol");
        await AnswerOrderAsync(context, await call(caller.Account, symbol, orderId), symbol, static _ => null);
    }

    /// <summary>Answers with an order or its rejection, explained with the values of the request.</summary>
    private async ValueTask AnswerOrderAsync(
        HttpContext context, ExecutionReport report, string symbol, Func<string, string?> written)
    {
        var refusal = new Refusal(report.Reason, report.Field, report.Limit);
        var detail = report.Reason switch
        {
            RejectReason.None => null,
            RejectReason.UnknownSymbol => (await listings.UnknownAsync(symbol)).Detail,
            RejectReason.UnknownOrder =>
                $"orderId {RefusalText.Shown(Call.Path(context, "orderId"))} is not an order of "
                    + $"{RefusalText.Shown(symbol)}",
            _ => await listings.FindAsync(symbol) is { } instrument
                ? OrderRefusals.Explain(refusal, instrument, written)
                : null,
        };
        await OrderAnswer.OrderAsync(context, report, await listings.BySymbolAsync(), detail);
    }

    private static async ValueTask<long> OrderIdAsync(HttpContext context)
    {
        if (Call.Number(Call.Path(context, "orderId"), 1, OrderDesk.LargestId) is { } orderId)
            return orderId;

        var refusal = Refusal.NotInRange("orderId", Call.Path(context, "orderId"), 1, OrderDesk.LargestId);
        await Answer.RefuseAsync(context, refusal with { Limit = null });
        return 0;
    }
}
