using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for corporate actions: announcement and results.</summary>
internal sealed class CorporateCalls(IGrainFactory grains, Listings listings)
{
    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>GET /admin/corporate-actions: lists all corporate actions, newest first.</summary>
    /// <remarks>
    /// Needs the role administrator. Amounts are decimal text; sums are 0 before the state <c>entered</c>.
    /// </remarks>
    public Task ShowAsync(HttpContext context) => AnswerActionsAsync(context);

    /// <summary>POST /admin/corporate-actions: announces a corporate action.</summary>
    /// <remarks>
    /// Needs the role administrator; <c>type</c> is dividend, split or symbolChange, and <c>amount</c> decimal text of
    /// the quote asset for one unit. Returns all actions. The same announcement again changes nothing; another one
    /// under the same <c>id</c>, or one that is impossible, gets <c>BadRequest</c>.
    /// </remarks>
    public async Task AnnounceAsync(HttpContext context, Caller officer, Api.CorporateActionBody text)
    {
        if (await Call.ListedAsync(context, listings, text.Symbol) is not { } instrument)
            return;

        var (refusal, request) = CorporateReading.Read(text, instrument, officer.Name);
        if (request is not null && await Catalog.AnnounceAction(request) is { } wrong)
            refusal = Refusal.Malformed(wrong.Field, FeesReading.Sentence(wrong.Sentence));
        if (!await Answer.TryRefuseAsync(context, refusal))
            await AnswerActionsAsync(context);
    }

    /// <summary>GET /admin/corporate-actions/{id}: lists the accounts' parts of an action.</summary>
    /// <remarks>
    /// Needs the role administrator; units and amounts are decimal text, and the part <c>rounding</c> is the remainder
    /// of the rounding. <c>limit</c> is 1 to 1000, by default 100; pass <c>next</c> as <c>after</c>. Expect
    /// <c>BadRequest</c> for an unknown id.
    /// </remarks>
    public async Task PartsAsync(HttpContext context)
    {
        if (await Call.LimitAsync(context) is not { } limit)
            return;

        var id = Call.Path(context, "id");
        var action = (await Catalog.CorporateActions()).FirstOrDefault(action => action.Request.Id == id);
        var after = (string?)context.Request.Query["after"] is { } text ? Call.Number(text, 0, AccountId.Last) : -1;
        if (action is null || after is null)
        {
            await Answer.RefuseAsync(context, action is null
                ? Refusal.Malformed("id", "No such corporate action.")
                : Refusal.Malformed("after", "'after' is the 'next' of the page before."));
            return;
        }

        var parts = await grains.Ledger().CorporateParts(id, unpaid: false, after.Value, limit);
        await Answer.JsonAsync(context, new Api.CorporateParts(
            action.Request.Id,
            [.. parts.Parts.Select(part => part.ToApi(action))],
            parts.HasMore ? parts.Parts[^1].Account.ToString(CultureInfo.InvariantCulture) : null));
    }

    private async Task AnswerActionsAsync(HttpContext context) => await Answer.JsonAsync(
        context,
        new Api.CorporateActions([.. (await Catalog.CorporateActions()).Reverse().Select(action => action.ToApi())]));
}
