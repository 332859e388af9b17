using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Calls for orders.</summary>
internal sealed class OrderCalls(OrderDesk desk, OrderEntry entry, Listings listings, KeyRing keys)
{
    /// <summary>POST /orders</summary>
    public async Task Place(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await Call.Read(context, WireJson.Default.OrderText) is not { } text)
        {
            return;
        }

        var (report, detail) = await desk.Place(account, text);
        await Answer.Order(context, report, await listings.BySymbol(), detail);
    }

    /// <summary>POST /orders/batch</summary>
    public async Task PlaceBatch(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await Call.Read(context, WireJson.Default.BatchText, Call.LongestBatchBody) is not { } batch)
        {
            return;
        }

        var (refusal, reports) = await desk.PlaceBatch(account, batch.Orders);
        if (refusal is { } refused)
        {
            await Answer.Refuse(context, refused);
            return;
        }

        var listed = await listings.BySymbol();
        await Answer.Json(
            context,
            (reports, listed, context.TraceIdentifier),
            static (to, answer) => OrderDesk.WriteBatch(to, answer.reports, answer.listed, answer.TraceIdentifier));
    }

    /// <summary>GET /orders</summary>
    public async Task List(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account))
            return;

        var query = context.Request.Query;
        if (query.TryGetValue("open", out var open) && open != "true")
        {
            await Answer.Refuse(context, Refusal.NotOneOf("open", open, "true"));
            return;
        }

        string? symbol = query["symbol"];
        if (symbol is not null && await listings.Find(symbol) is null)
        {
            await Answer.Refuse(context, await listings.Unknown(symbol));
            return;
        }

        var view = await entry.View(account);
        var listed = await listings.BySymbol();
        await Answer.Json(context, (view, symbol, listed), static (to, answer) =>
        {
            var cursors = answer.view.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
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

    /// <summary>GET /orders/{symbol}/{orderId}</summary>
    public Task Status(HttpContext context) => OfOrder(context, entry.Status);

    /// <summary>DELETE /orders/{symbol}/{orderId}</summary>
    public Task Cancel(HttpContext context) => OfOrder(context, entry.Cancel);

    /// <summary>PATCH /orders/{symbol}/{orderId}</summary>
    public async Task Amend(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await Call.Read(context, WireJson.Default.AmendText) is not { } text ||
            await OrderId(context) is not (> 0 and var orderId))
        {
            return;
        }

        var symbol = Call.Path(context, "symbol");
        var instrument = await listings.Find(symbol);
        var (refusal, change) = AmendReading.Read(text, instrument);
        if (refusal is { } refused)
        {
            await Answer.Refuse(
                context, refused.Reason == RejectReason.UnknownSymbol ? await listings.Unknown(symbol) : refused);
            return;
        }

        var report = change.Conditions.IsEmpty
            ? await entry.Amend(account, symbol, orderId, change.Name, change.PriceTicks, change.TotalLots, change.ExpectedLots, triggerTicks: change.TriggerTicks)
            : await entry.AmendConditions(account, symbol, orderId, change.Name, change.Conditions);
        await AnswerOrder(context, report, symbol, field => WrittenValues.Of(text, field));
    }

    /// <summary>GET /orders/{symbol}/{orderId}/position</summary>
    public async Task Position(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await OrderId(context) is not (> 0 and var orderId))
        {
            return;
        }

        var symbol = Call.Path(context, "symbol");
        var place = await entry.Position(account, symbol, orderId);
        if (place.Reason != RejectReason.None || await listings.Find(symbol) is not { } instrument)
        {
            await Answer.Refuse(context, new Refusal(place.Reason));
            return;
        }

        await Answer.Json(context, (place, orderId, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, answer.instrument.Symbol);
            to.WriteNumber("orderId"u8, answer.orderId);
            to.WriteNumber("ordersAhead"u8, answer.place.OrdersAhead);
            to.WriteQuantity("quantityAhead"u8, answer.instrument, answer.place.LotsAhead);
            to.WriteEndObject();
        });
    }

    /// <summary>DELETE /orders/by-client-id/{clientOrderId}</summary>
    public async Task CancelByClientOrderId(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account))
            return;

        var name = Call.Path(context, "clientOrderId");
        if (!ClientOrderId.IsValid(name))
        {
            await Answer.Refuse(context, Refusal.NotAKey("clientOrderId", name));
            return;
        }

        var report = await entry.CancelByClientOrderId(account, name);
        var detail = report.Reason == RejectReason.UnknownOrder ? $"clientOrderId {RefusalText.Shown(name)} is unknown" : null;
        await Answer.Order(context, report, await listings.BySymbol(), detail);
    }

    /// <summary>DELETE /orders</summary>
    public async Task CancelAll(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account))
            return;

        // The rest of ".../by-client-id/.." from a client that resolves dot segments itself.
        if (context.Request.Path.Value is ['/', .., '/'])
        {
            await Answer.Refuse(context, Refusal.Malformed(null, "The path of a mass cancel has no slash at its end."));
            return;
        }

        // A misspelt filter must not cancel more than intended.
        if (context.Request.Query.Keys.FirstOrDefault(name => name is not ("symbol" or "side")) is { } unknown)
        {
            var field = unknown.Length > 100 ? unknown[..100] : unknown;
            await Answer.Refuse(
                context, Refusal.Malformed(field, RefusalText.NotOneOf("parameter", unknown, "symbol", "side")));
            return;
        }

        var (refusal, cancelled) = await desk.CancelAll(account, context.Request.Query["symbol"], context.Request.Query["side"]);
        if (refusal is { } refused)
            await Answer.Refuse(context, refused);
        else
            await Answer.Json(context, cancelled, OrderDesk.WriteCancelled);
    }

    private async Task OfOrder(HttpContext context, Func<long, string, long, ValueTask<ExecutionReport>> call)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await OrderId(context) is not (> 0 and var orderId))
        {
            return;
        }

        var symbol = Call.Path(context, "symbol");
        await AnswerOrder(context, await call(account, symbol, orderId), symbol, static _ => null);
    }

    /// <summary>Answers with an order or its rejection, explained with the values of the request.</summary>
    private async ValueTask AnswerOrder(
        HttpContext context, ExecutionReport report, string symbol, Func<string, string?> written)
    {
        var refusal = new Refusal(report.Reason, report.Field, report.Limit);
        var detail = report.Reason switch
        {
            RejectReason.None => null,
            RejectReason.UnknownSymbol => (await listings.Unknown(symbol)).Detail,
            RejectReason.UnknownOrder =>
                $"orderId {RefusalText.Shown(Call.Path(context, "orderId"))} is not an order of "
                    + $"{RefusalText.Shown(symbol)}",
            _ => await listings.Find(symbol) is { } instrument
                ? OrderRefusals.Explain(refusal, instrument, written)
                : null,
        };
        await Answer.Order(context, report, await listings.BySymbol(), detail);
    }

    private static async ValueTask<long> OrderId(HttpContext context)
    {
        if (Call.Number(Call.Path(context, "orderId"), 1, OrderDesk.LargestId) is { } orderId)
            return orderId;

        var refusal = Refusal.NotInRange("orderId", Call.Path(context, "orderId"), 1, OrderDesk.LargestId);
        await Answer.Refuse(context, refusal with { Limit = null });
        return 0;
    }
}
