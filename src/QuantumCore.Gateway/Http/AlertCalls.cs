using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Gateway.Wire;

namespace QuantumCore.Gateway.Http;

/// <summary>Calls for price alerts.</summary>
internal sealed class AlertCalls(PriceAlerts alerts, Listings listings, KeyRing keys)
{
    /// <summary>GET /alerts</summary>
    public async Task List(HttpContext context)
    {
        if (await Call.Trader(context, keys) is not 0 and var account)
            await AnswerList(context, await alerts.Of(account));
    }

    /// <summary>POST /alerts</summary>
    public async Task Add(HttpContext context)
    {
        if (await Call.Trader(context, keys) is var account && account == 0 || await Call.Read(context, WireJson.Default.AlertText) is not { } text)
            return;

        var instrument = text.Symbol is null ? null : await listings.Find(text.Symbol);
        if (instrument is null)
        {
            await Answer.Refuse(context, await listings.Unknown(text.Symbol));
            return;
        }

        var numbers = new NumberReading(instrument);
        var ticks = text.Price is null ? 0 : numbers.Price("price", text.Price) ?? 0;
        var refusal = text.Price is null
            ? Refusal.Not("price", null, "the price to wait for")
            : numbers.Wrong ?? OrderChecks.Price(instrument, ticks, "price", text.Price);
        ShownAlert? alert = null;
        if (refusal is null)
            (refusal, alert) = await alerts.Add(account, instrument, ticks, text.Above);
        if (refusal is { } refused)
            await Answer.Refuse(context, refused);
        else
            await Answer.Json(context, alert!.Value, static (to, made) => to.WriteAlert(made));
    }

    /// <summary>DELETE /alerts/{id}</summary>
    public async Task Remove(HttpContext context)
    {
        if (await Call.Trader(context, keys) is var account && account == 0)
            return;

        if (Call.Number(Call.Path(context, "id"), 1, long.MaxValue) is not { } id)
        {
            await Answer.Refuse(
                context, Refusal.NotInRange("id", Call.Path(context, "id"), 1, long.MaxValue) with { Limit = null });
            return;
        }

        // An alert that is gone already is the requested result.
        await AnswerList(context, await alerts.Remove(account, id));
    }

    private static async Task AnswerList(HttpContext context, (Refusal? Refusal, ShownAlerts? Alerts) answer)
    {
        if (answer.Refusal is { } refused)
        {
            await Answer.Refuse(context, refused);
            return;
        }

        await Answer.Json(context, answer.Alerts!, static (to, list) =>
        {
            to.WriteStartObject();
            to.WriteAlertMembers(list);
            to.WriteEndObject();
        });
    }
}
