using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Users;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>The three calls of the order matching engine, in its spelling: numbers are JSON numbers.</summary>
internal sealed class EngineCalls(
    OrderEntry entry, IGrainFactory grains, Listings listings, KeyRing keys, GatewayOptions options)
{
    /// <summary>POST /order</summary>
    public async Task Place(HttpContext context)
    {
        if (await Trader(context) is not (> 0 and var account) ||
            await Call.Read(context, WireJson.Default.EngineOrderText) is not { } text)
        {
            return;
        }

        var (refusal, order) = await OrderReading.Read(
            new OrderText
            {
                Symbol = text.Symbol,
                Side = text.Side,
                Type = text.Type,
                Price = text.Price,
                Quantity = text.Quantity,
            },
            listings);
        if (refusal is { } refused)
        {
            await Answer.Refuse(context, refused);
            return;
        }

        var report = await entry.Place(account, order);
        var instrument = await listings.Find(order.Symbol);
        if (report.Reason != RejectReason.None || instrument is null)
        {
            await Answer.Order(context, report, await listings.BySymbol());
            return;
        }

        await Answer.Json(context, (report, instrument), static (to, answer) => Write(to, answer.report, answer.instrument));
    }

    /// <summary>GET /book/{symbol}</summary>
    public async Task Book(HttpContext context)
    {
        if (await listings.Find(Call.Path(context, "symbol")) is not { } instrument)
        {
            await Answer.Refuse(context, new Refusal(RejectReason.UnknownSymbol, "symbol"));
            return;
        }

        const int Levels = 100;
        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Depth(Levels);
        await Answer.Json(context, (view, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, answer.instrument.Symbol);
            WriteLevels(to, "bids"u8, answer.view.Bids, answer.instrument);
            WriteLevels(to, "asks"u8, answer.view.Asks, answer.instrument);
            to.WriteEndObject();
        });
    }

    /// <summary>DELETE /order/{symbol}/{orderId}</summary>
    public async Task Cancel(HttpContext context)
    {
        if (await Trader(context) is not (> 0 and var account))
            return;

        if (Call.Number(Call.Path(context, "orderId"), 1, long.MaxValue) is not { } orderId)
        {
            await Answer.Refuse(context, Refusal.Malformed("orderId", "A positive whole number."));
            return;
        }

        var symbol = Call.Path(context, "symbol");
        var report = await entry.Cancel(account, symbol, orderId);
        if (report.Reason != RejectReason.None)
        {
            await Answer.Order(context, report, await listings.BySymbol());
            return;
        }

        await Answer.Json(context, report.OrderId, static (to, id) =>
        {
            to.WriteStartObject();
            to.WriteBoolean("cancelled"u8, true);
            to.WriteNumber("order_id"u8, id);
            to.WriteEndObject();
        });
    }

    /// <summary>
    /// The key's account; the demo account without a key in demo mode. A page of another site is no one's client:
    /// a browser would let it send this call without asking, so its origin is refused where no key is needed.
    /// </summary>
    private async ValueTask<long> Trader(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (!options.DemoMode || headers.ContainsKey("X-Api-Key") || SessionTicket.IsIn(context.Request))
            return await Call.Trader(context, keys);

        if (!Call.IsLocal(context.Request))
        {
            await Answer.Refuse(context, Call.Stranger);
            return 0;
        }

        if (SessionTicket.IsOfThisSite(context.Request))
            return options.DemoAccount;

        await Answer.Refuse(context, new Refusal(RejectReason.Forbidden, null, null, "Another site needs an API key."));
        return 0;
    }

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

/// <summary>Prices and quantities as JSON numbers, written from their decimal text.</summary>
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
