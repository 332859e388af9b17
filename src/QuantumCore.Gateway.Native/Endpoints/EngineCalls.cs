using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls of the order matching engine's README, in its spelling: numbers are JSON numbers.</summary>
internal sealed class EngineCalls(
    OrderEntry entry, CancelReplace cancelReplace, IGrainFactory grains, Listings listings, KeyRing keys,
    GatewayOptions options)
{
    private const int MostLevels = 100;

    /// <summary>POST /order</summary>
    public async Task PlaceAsync(HttpContext context)
    {
        if (await TraderAsync(context) is not (> 0 and var caller))
            return;

        var (unread, text) = await Call.ReadAsync(context, WireJson.Default.EngineOrderText);
        if (await Answer.TryRefuseAsync(context, unread)
            || await AccountOfAsync(context, caller, text.AccountId) is not (> 0 and var account))
            return;

        var written = new OrderText
        {
            Symbol = text.Symbol,
            Side = text.Side,
            Type = text.Type is "ioc" or "fok" ? "limit" : text.Type,
            TimeInForce = text.Type is "ioc" or "fok" ? text.Type : null,
            Price = text.Price,
            Quantity = text.Quantity,
        };
        var (refusal, order) = await OrderReading.ReadAsync(written, listings);
        if (await Answer.TryRefuseAsync(context, refusal))
            return;

        var report = await entry.PlaceAsync(account, order);
        var instrument = await listings.FindAsync(order.Symbol);
        if (report.Reason != RejectReason.None || instrument is null)
        {
            var detail = instrument is null
                ? null
                : OrderRefusals.Explain(report, order, instrument, field => WrittenValues.Of(written, field));
            await OrderAnswer.OrderAsync(context, report, await listings.BySymbolAsync(), detail);
            return;
        }

        await Answer.JsonAsync(
            context, (report, instrument), static (to, answer) => Write(to, answer.report, answer.instrument));
    }

    /// <summary>GET /book/{symbol} and GET /book?symbol=&amp;levels=</summary>
    public async Task BookAsync(HttpContext context)
    {
        if (await listings.FindAsync(Named(context, "symbol") ?? "") is not { } instrument)
        {
            await Answer.RefuseAsync(context, await listings.UnknownAsync(Named(context, "symbol")));
            return;
        }

        if (Call.Number((string?)context.Request.Query["levels"] ?? "100", 1, MostLevels) is not { } levels)
        {
            await Answer.RefuseAsync(
                context, Refusal.NotInRange("levels", context.Request.Query["levels"], 1, MostLevels));
            return;
        }

        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Depth((int)levels);
        await Answer.JsonAsync(context, (view, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, answer.instrument.Symbol);
            WriteLevels(to, "bids"u8, answer.view.Bids, answer.instrument);
            WriteLevels(to, "asks"u8, answer.view.Asks, answer.instrument);
            to.WriteEndObject();
        });
    }

    /// <summary>DELETE /order/{symbol}/{order_id} and DELETE /cancel?symbol=&amp;order_id=</summary>
    public async Task CancelAsync(HttpContext context)
    {
        if (await TraderAsync(context) is not (> 0 and var caller) ||
            await AccountOfAsync(context, caller, context.Request.Query["account_id"]) is not (> 0 and var account))
        {
            return;
        }

        if (Call.Number(Named(context, "order_id"), 1, long.MaxValue) is not { } orderId)
        {
            var refusal = Refusal.NotInRange("order_id", Named(context, "order_id"), 1, long.MaxValue);
            await Answer.RefuseAsync(context, refusal with { Limit = null });
            return;
        }

        var symbol = Named(context, "symbol");
        var report = await cancelReplace.CancelAsync(account, symbol, orderId);
        if (report.Reason != RejectReason.None)
        {
            await OrderAnswer.OrderAsync(context, report, await listings.BySymbolAsync());
            return;
        }

        await Answer.JsonAsync(context, report.OrderId, static (to, id) =>
        {
            to.WriteStartObject();
            to.WriteBoolean("cancelled"u8, true);
            to.WriteNumber("order_id"u8, id);
            to.WriteEndObject();
        });
    }

    /// <summary>
    /// Returns the account of the key, or the first demo account in a demo that needs no key. Without a key, pages of
    /// other sites are rejected, because a browser sends these calls for them without asking.
    /// </summary>
    private async ValueTask<long> TraderAsync(HttpContext context)
    {
        if (!NeedsNoKey(context.Request))
            return (await Call.EnterAsync(context, keys, Access.Trader))?.Account ?? 0;

        if (!DemoAccess.IsAllowed(context.Request))
        {
            await Answer.RefuseAsync(context, DemoAccess.Stranger);
            return 0;
        }

        if (SessionTicket.IsOfThisSite(context.Request))
            return options.DemoAccounts[0];

        await Answer.RefuseAsync(
            context, new Refusal(RejectReason.Forbidden, null, null, "Another site needs an API key."));
        return 0;
    }

    /// <summary>
    /// Returns the account of a call: the caller's, which <c>account_id</c> may name. In a demo without a key, it
    /// chooses one of the demo's accounts, which this interface calls <c>TRADER1</c>, <c>TRADER2</c> and so on. 0 if
    /// the request was rejected.
    /// </summary>
    private async ValueTask<long> AccountOfAsync(HttpContext context, long caller, string? name)
    {
        if (name is null)
            return caller;

        var isDemo = NeedsNoKey(context.Request);
        ImmutableArray<long> allowed = isDemo ? options.DemoAccounts : [caller];
        for (var i = 0; i < allowed.Length; i++)
        {
            if (name == new AccountId(allowed[i]).ToString() || (isDemo && name == $"TRADER{i + 1}"))
                return allowed[i];
        }

        var rule = isDemo
            ? $"TRADER1 to TRADER{allowed.Length} trade in a demo without a key."
            : $"This key trades for {new AccountId(caller)}.";
        await Answer.RefuseAsync(context, new Refusal(RejectReason.Forbidden, "account_id", null, rule));
        return 0;
    }

    private bool NeedsNoKey(HttpRequest request) =>
        options.DemoMode && !request.Headers.ContainsKey("X-Api-Key") && !SessionTicket.IsIn(request);

    private static string Named(HttpContext context, string name) =>
        context.Request.RouteValues[name] as string ?? (string?)context.Request.Query[name] ?? "";

    private static void Write(Utf8JsonWriter to, ExecutionReport report, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteBoolean("accepted"u8, true);
        to.WriteNumber("order_id"u8, report.OrderId);
        to.WriteLots("remaining"u8, instrument, report.LeavesLots);
        to.WriteStartArray("fills"u8);
        foreach (var fill in report.Fills)
        {
            to.WriteStartObject();
            to.WriteTicks("price"u8, instrument, fill.PriceTicks);
            to.WriteLots("quantity"u8, instrument, fill.QuantityLots);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void WriteLevels(
        Utf8JsonWriter to, ReadOnlySpan<byte> name, IEnumerable<DepthLevel> levels, Instrument instrument)
    {
        to.WriteStartArray(name);
        foreach (var level in levels)
        {
            to.WriteStartObject();
            to.WriteTicks("price"u8, instrument, level.PriceTicks);
            to.WriteLots("quantity"u8, instrument, level.QuantityLots);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }
}

/// <summary>Writes prices and quantities as JSON numbers, from their decimal text.</summary>
internal static class EngineNumbers
{
    public static void WriteTicks(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks)
    {
        to.WritePropertyName(name);
        to.WriteRawValue(instrument.FormatPrice(ticks));
    }

    public static void WriteLots(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long lots)
    {
        to.WritePropertyName(name);
        to.WriteRawValue(instrument.FormatQuantity(lots));
    }
}
