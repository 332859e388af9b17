using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>The calls about orders.</summary>
internal sealed class OrderCalls(OrderEntry entry, Listings listings, KeyRing keys, Door door)
{
    private const long LargestId = (1L << 53) - 1;

    /// <summary>POST /orders</summary>
    public async Task Place(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await Call.Read(context, WireJson.Default.OrderText) is not { } text)
        {
            return;
        }

        var (refusal, order) = await OrderReading.Read(text, listings);
        var report = refusal is { } refused ? Refuse(account, order, refused) : await entry.Place(account, order);
        await Answer.Order(context, report, await listings.BySymbol(), refusal?.Detail);
    }

    /// <summary>POST /orders/batch</summary>
    public async Task PlaceBatch(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await Call.Read(context, WireJson.Default.BatchText, Call.LongestBatchBody) is not { } batch)
        {
            return;
        }

        var texts = batch.Orders;
        if (texts is null or { Count: 0 or > OrderEntry.LongestBatch } || texts.Contains(null))
        {
            var wrong = new Refusal(
                RejectReason.BadRequest, "orders", OrderEntry.LongestBatch.ToString(), "1 to 500 orders.");
            await Answer.Refuse(context, wrong);
            return;
        }

        var reports = await PlaceAll(account, texts);
        var listed = await listings.BySymbol();
        await Answer.Json(context, (reports, listed, context.TraceIdentifier), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteStartArray("results"u8);
            foreach (var (report, detail) in answer.reports)
            {
                to.WriteStartObject();
                if (report.Reason == RejectReason.None && answer.listed.ContainsKey(report.Symbol))
                {
                    to.WritePropertyName("order"u8);
                    to.WriteOrder(report, answer.listed);
                }
                else
                {
                    to.WritePropertyName("error"u8);
                    Answer.WriteRefusedOrder(to, report, answer.listed, answer.TraceIdentifier, detail);
                }

                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    /// <summary>GET /orders</summary>
    public async Task List(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account))
            return;

        var query = context.Request.Query;
        if (query.TryGetValue("open", out var open) && open != "true")
        {
            await Answer.Refuse(context, Refusal.Malformed("open", "Only open=true: the open orders."));
            return;
        }

        string? symbol = query["symbol"];
        if (symbol is not null && await listings.Find(symbol) is null)
        {
            await Answer.Refuse(context, new Refusal(RejectReason.UnknownSymbol, "symbol"));
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
            await Answer.Refuse(context, refused);
            return;
        }

        var report = change.Conditions.IsEmpty
            ? await entry.Amend(account, symbol, orderId, change.Name, change.PriceTicks, change.TotalLots)
            : await entry.AmendConditions(account, symbol, orderId, change.Conditions);
        await Answer.Order(context, report, await listings.BySymbol());
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
            await Answer.Refuse(context, Refusal.Malformed("clientOrderId", ClientOrderId.Rule));
            return;
        }

        var report = await entry.CancelByClientOrderId(account, name);
        await Answer.Order(context, report, await listings.BySymbol());
    }

    /// <summary>DELETE /orders</summary>
    public async Task CancelAll(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account))
            return;

        // What is left of ".../by-client-id/.." by a client that folds dot segments itself.
        if (context.Request.Path.Value is ['/', .., '/'])
        {
            await Answer.Refuse(context, Refusal.Malformed(null, "A mass cancel has no slash at its end."));
            return;
        }

        // A misspelt filter must not cancel more than was meant.
        if (context.Request.Query.Keys.FirstOrDefault(name => name is not ("symbol" or "side")) is { } unknown)
        {
            var field = unknown.Length > 100 ? unknown[..100] : unknown;
            await Answer.Refuse(context, Refusal.Malformed(field, "A mass cancel knows symbol and side."));
            return;
        }

        string? symbol = context.Request.Query["symbol"];
        string? sideText = context.Request.Query["side"];
        var side = WireNames.ReadSide(sideText);
        if (sideText is not null && side is null)
        {
            await Answer.Refuse(context, Refusal.Malformed("side", "buy or sell."));
            return;
        }

        if (symbol is not null && await listings.Find(symbol) is null)
        {
            await Answer.Refuse(context, new Refusal(RejectReason.UnknownSymbol, "symbol"));
            return;
        }

        // What waits at the door was sent before this: it does not survive either.
        if (side is null)
            door.RefuseWaiting(account);
        var (reason, cancelled) = await entry.CancelAll(account, symbol, side);
        if (reason != RejectReason.None)
        {
            var detail = $"{cancelled} orders are known to be cancelled.";
            await Answer.Refuse(context, new Refusal(reason, null, null, detail));
            return;
        }

        await Answer.Json(context, cancelled, static (to, count) =>
        {
            to.WriteStartObject();
            to.WriteNumber("cancelled"u8, count);
            to.WriteEndObject();
        });
    }

    private static ExecutionReport Refuse(long account, HoldRequest order, Refusal refusal) =>
        ExecutionReport.Refused(order, account, refusal.Reason, refusal.Field, refusal.Limit);

    private async Task OfOrder(HttpContext context, Func<long, string, long, ValueTask<ExecutionReport>> call)
    {
        if (await Call.Trader(context, keys) is not (> 0 and var account) ||
            await OrderId(context) is not (> 0 and var orderId))
        {
            return;
        }

        var symbol = Call.Path(context, "symbol");
        await Answer.Order(context, await call(account, symbol, orderId), await listings.BySymbol());
    }

    private static async ValueTask<long> OrderId(HttpContext context)
    {
        if (Call.Number(Call.Path(context, "orderId"), 1, LargestId) is { } orderId)
            return orderId;

        await Answer.Refuse(context, Refusal.Malformed("orderId", "A positive whole number below 2^53."));
        return 0;
    }

    /// <summary>Reads and enters a batch: what can't be read is refused in its place, the rest goes in.</summary>
    private async ValueTask<ImmutableArray<(ExecutionReport Report, string? Detail)>> PlaceAll(
        long account, List<OrderText?> texts)
    {
        var reports = new (ExecutionReport Report, string? Detail)?[texts.Count];
        var orders = ImmutableArray.CreateBuilder<HoldRequest>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var (refusal, order) = await OrderReading.Read(texts[i]!, listings);
            if (refusal is { } refused)
                reports[i] = (Refuse(account, order, refused), refused.Detail);
            else
                orders.Add(order);
        }

        var entered = await entry.PlaceBatch(account, orders.ToImmutable());
        var next = 0;
        return [.. reports.Select(report => report ?? (entered[next++], null))];
    }
}
