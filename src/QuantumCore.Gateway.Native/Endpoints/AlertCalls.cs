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
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        await AnswerListAsync(context, await alerts.OfAsync(caller.Account));
    }

    /// <summary>POST /alerts: sets a price alert.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>price</c> is decimal text on the tick. The alert fires once, at the
    /// first trade at its price or beyond. Expect <c>NoReference</c> if neither <c>above</c> nor a last price tells the
    /// side, and <c>Forbidden</c> above 50 waiting alerts of the account or 10,000 of the symbol.
    /// </remarks>
    public async Task AddAsync(HttpContext context, Caller caller, Api.AlertBody text)
    {
        if (await Call.ListedAsync(context, listings, text.Symbol) is not { } instrument)
            return;

        var numbers = new NumberReading(instrument);
        var ticks = text.Price is null ? 0 : numbers.Price("price", text.Price) ?? 0;
        var refusal = text.Price is null
            ? Refusal.Not("price", null, "the price to wait for")
            : numbers.Wrong ?? OrderChecks.Price(instrument, ticks, "price", text.Price);
        ShownAlert? alert = null;
        if (refusal is null)
            (refusal, alert) = await alerts.AddAsync(caller.Account, instrument, ticks, text.Above);
        if (!await Answer.TryRefuseAsync(context, refusal))
            await Answer.JsonAsync(context, alert!.Value.ToApi());
    }

    /// <summary>DELETE /alerts/{id}: removes a price alert.</summary>
    /// <remarks>
    /// Needs a key or session with an account; returns the alerts that are left. An alert that is already gone is no
    /// error; expect <c>BadRequest</c> if the id is no number.
    /// </remarks>
    public async Task RemoveAsync(HttpContext context, Caller caller)
    {
        if (Call.Number(Call.Path(context, "id"), 1, long.MaxValue) is not { } id)
        {
            await Answer.RefuseAsync(
                context, Refusal.NotInRange("id", Call.Path(context, "id"), 1, long.MaxValue) with { Limit = null });
            return;
        }

        // An alert that is gone already is the requested result.
        await AnswerListAsync(context, await alerts.RemoveAsync(caller.Account, id));
    }

    private static async Task AnswerListAsync(HttpContext context, (Refusal? Refusal, ShownAlerts? Alerts) answer)
    {
        if (await Answer.TryRefuseAsync(context, answer.Refusal))
            return;

        await Answer.JsonAsync(context, answer.Alerts!.ToApi());
    }
}
