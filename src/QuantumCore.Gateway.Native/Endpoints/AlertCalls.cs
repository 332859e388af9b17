using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for price alerts.</summary>
internal sealed class AlertCalls(PriceAlerts alerts, Listings listings)
{
    /// <summary>GET /alerts: lists the account's price alerts.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Prices are decimal text; an alert that has fired has <c>fired</c>. If
    /// <c>since</c> changes, the exchange has lost the alerts, as a volatile store does at a restart.
    /// </remarks>
    public async Task<Result<Api.AccountAlerts>> ListAsync(HttpContext context, Caller caller)
    {
        var (refusal, shown) = await alerts.OfAsync(caller.Account);
        return refusal is { } refused ? refused : shown!.ToApi();
    }

    /// <summary>POST /alerts: sets a price alert.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>price</c> is decimal text on the tick. The alert fires once, at the
    /// first trade at its price or beyond. Expect <c>NoReference</c> if neither <c>above</c> nor a last price tells the
    /// side, and <c>Forbidden</c> above 50 waiting alerts of the account or 10,000 of the symbol.
    /// </remarks>
    public async Task<Result<Api.PriceAlert>> AddAsync(HttpContext context, Caller caller, Api.AlertBody text)
    {
        if (await listings.FindAsync(text.Symbol ?? "") is not { } instrument)
            return await listings.UnknownAsync(text.Symbol);

        var numbers = new NumberReading(instrument);
        var ticks = text.Price is null ? 0 : numbers.Price("price", text.Price) ?? 0;
        var refusal = text.Price is null
            ? Refusal.Not("price", null, "the price to wait for")
            : numbers.Wrong ?? OrderChecks.Price(instrument, ticks, "price", text.Price);
        ShownAlert? alert = null;
        if (refusal is null)
            (refusal, alert) = await alerts.AddAsync(caller.Account, instrument, ticks, text.Above);
        return refusal is { } refused ? refused : alert!.Value.ToApi();
    }

    /// <summary>DELETE /alerts/{id}: removes a price alert.</summary>
    /// <remarks>
    /// Needs a key or session with an account; returns the alerts that are left. An alert that is already gone is no
    /// error; expect <c>BadRequest</c> if the id is no number.
    /// </remarks>
    public async Task<Result<Api.AccountAlerts>> RemoveAsync(HttpContext context, Caller caller)
    {
        if (Call.Id("id", Call.Path(context, "id"), long.MaxValue, out var id) is { } unread)
            return unread;

        // An alert that is gone already is the requested result.
        var (refusal, shown) = await alerts.RemoveAsync(caller.Account, id);
        return refusal is { } refused ? refused : shown!.ToApi();
    }
}
