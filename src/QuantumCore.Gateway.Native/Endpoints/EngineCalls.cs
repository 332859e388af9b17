using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
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
    public async Task<Result<EngineOrder>> PlaceAsync(HttpContext context)
    {
        var (stranger, caller) = await TraderAsync(context);
        if (stranger is { } unknown)
            return unknown;

        var (unread, text) = await Call.ReadAsync(context, WireJson.Default.EngineOrderText);
        var account = 0L;
        if ((unread ?? Account(context, caller, text.AccountId, out account)) is { } wrong)
            return wrong;

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
        if (refusal is { } refused)
            return refused;

        var report = await entry.PlaceAsync(account, order);
        if (await listings.FindAsync(order.Symbol) is not { } instrument)
            return OrderAnswer.Refused(report, await listings.BySymbolAsync());
        if (report.Reason != RejectReason.None)
            return OrderAnswer.Refused(
                report, await listings.BySymbolAsync(),
                OrderRefusals.Explain(report, order, instrument, field => WrittenValues.Of(written, field)));

        return EngineValues.Of(new EngineOrder(
            true, report.OrderId, instrument.QuantityOf(report.LeavesLots),
            [.. report.Fills.Select(fill => instrument.LevelOf(fill.PriceTicks, fill.QuantityLots))]));
    }

    /// <summary>GET /book/{symbol} and GET /book?symbol=&amp;levels=</summary>
    public async Task<Result<EngineBook>> BookAsync(HttpContext context)
    {
        if (await listings.FindAsync(Named(context, "symbol")) is not { } instrument)
            return await listings.UnknownAsync(Named(context, "symbol"));
        if (Call.Number((string?)context.Request.Query["levels"] ?? "100", 1, MostLevels) is not { } levels)
            return Refusal.NotInRange("levels", context.Request.Query["levels"], 1, MostLevels);

        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Depth((int)levels);
        return EngineValues.Of(new EngineBook(
            instrument.Symbol,
            [.. view.Bids.Select(level => instrument.LevelOf(level.PriceTicks, level.QuantityLots))],
            [.. view.Asks.Select(level => instrument.LevelOf(level.PriceTicks, level.QuantityLots))]));
    }

    /// <summary>DELETE /order/{symbol}/{order_id} and DELETE /cancel?symbol=&amp;order_id=</summary>
    public async Task<Result<EngineCancel>> CancelAsync(HttpContext context)
    {
        var (stranger, caller) = await TraderAsync(context);
        if (stranger is { } unknown)
            return unknown;

        var orderId = 0L;
        if ((Account(context, caller, context.Request.Query["account_id"], out var account)
            ?? Call.Id("order_id", Named(context, "order_id"), long.MaxValue, out orderId)) is { } wrong)
            return wrong;

        var report = await cancelReplace.CancelAsync(account, Named(context, "symbol"), orderId);
        return report.Reason == RejectReason.None
            ? EngineValues.Of(new EngineCancel(true, report.OrderId))
            : OrderAnswer.Refused(report, await listings.BySymbolAsync());
    }

    /// <summary>
    /// Returns the account of the key, or the first demo account in a demo that needs no key. Without a key, pages of
    /// other sites are rejected, because a browser sends these calls for them without asking.
    /// </summary>
    private async ValueTask<(Refusal? Refusal, long Account)> TraderAsync(HttpContext context)
    {
        if (!NeedsNoKey(context.Request))
        {
            var (refusal, caller) = await Call.EnterAsync(context, keys, Access.Trader);
            return (refusal, caller.Account);
        }

        if (!DemoAccess.IsAllowed(context.Request))
            return (DemoAccess.Stranger, 0);
        return SessionTicket.IsOfThisSite(context.Request)
            ? (null, options.DemoAccounts[0])
            : (new Refusal(RejectReason.Forbidden, null, null, "Another site needs an API key."), 0);
    }

    /// <summary>
    /// Reads the account of a call: the caller's, which <c>account_id</c> may name. In a demo without a key, it chooses
    /// one of the demo's accounts, which this interface calls <c>TRADER1</c>, <c>TRADER2</c> and so on.
    /// </summary>
    private Refusal? Account(HttpContext context, long caller, string? name, out long account)
    {
        account = caller;
        if (name is null)
            return null;

        var isDemo = NeedsNoKey(context.Request);
        ImmutableArray<long> allowed = isDemo ? options.DemoAccounts : [caller];
        for (var i = 0; i < allowed.Length; i++)
        {
            account = allowed[i];
            if (name == new AccountId(account).ToString() || (isDemo && name == $"TRADER{i + 1}"))
                return null;
        }

        var rule = isDemo
            ? $"TRADER1 to TRADER{allowed.Length} trade in a demo without a key."
            : $"This key trades for {new AccountId(caller)}.";
        return new Refusal(RejectReason.Forbidden, "account_id", null, rule);
    }

    private bool NeedsNoKey(HttpRequest request) =>
        options.DemoMode && !request.Headers.ContainsKey("X-Api-Key") && !SessionTicket.IsIn(request);

    private static string Named(HttpContext context, string name) =>
        context.Request.RouteValues[name] as string ?? (string?)context.Request.Query[name] ?? "";
}
