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
    public Task<Result<Api.CorporateActions>> ShowAsync(HttpContext context) => ActionsAsync();

    /// <summary>POST /admin/corporate-actions: announces a corporate action.</summary>
    /// <remarks>
    /// Needs the role administrator; <c>type</c> is dividend, split or symbolChange, and <c>amount</c> decimal text of
    /// the quote asset for one unit. Returns all actions. The same announcement again changes nothing; another one
    /// under the same <c>id</c>, or one that is impossible, gets <c>BadRequest</c>.
    /// </remarks>
    public async Task<Result<Api.CorporateActions>> AnnounceAsync(
        HttpContext context, Caller officer, Api.CorporateActionBody text)
    {
        if (await listings.FindAsync(text.Symbol ?? "") is not { } instrument)
            return await listings.UnknownAsync(text.Symbol);

        var (refusal, request) = CorporateReading.Read(text, instrument, officer.Name);
        if (request is not null && await Catalog.AnnounceAction(request) is { } wrong)
            refusal = Refusal.Malformed(wrong.Field, FeesReading.Sentence(wrong.Sentence));
        return refusal is { } refused ? refused : await ActionsAsync();
    }

    /// <summary>GET /admin/corporate-actions/{id}: lists the accounts' parts of an action.</summary>
    /// <remarks>
    /// Needs the role administrator; units and amounts are decimal text, and the part <c>rounding</c> is the remainder
    /// of the rounding. <c>limit</c> is 1 to 1000, by default 100; pass <c>next</c> as <c>after</c>. Expect
    /// <c>BadRequest</c> for an unknown id.
    /// </remarks>
    public async Task<Result<Api.CorporateParts>> PartsAsync(HttpContext context)
    {
        if (Call.Limit(context, out var limit) is { } wrong)
            return wrong;

        var id = Call.Path(context, "id");
        var action = (await Catalog.CorporateActions()).FirstOrDefault(action => action.Request.Id == id);
        var after = (string?)context.Request.Query["after"] is { } text ? Call.Number(text, 0, AccountId.Last) : -1;
        if (action is null)
            return Refusal.Malformed("id", "No such corporate action.");
        if (after is null)
            return Refusal.Malformed("after", "'after' is the 'next' of the page before.");

        var parts = await grains.Ledger().CorporateParts(id, unpaid: false, after.Value, limit);
        return new Api.CorporateParts(
            action.Request.Id,
            [.. parts.Parts.Select(part => part.ToApi(action))],
            parts.HasMore ? parts.Parts[^1].Account.ToString(CultureInfo.InvariantCulture) : null);
    }

    private async Task<Result<Api.CorporateActions>> ActionsAsync() =>
        new Api.CorporateActions([.. (await Catalog.CorporateActions()).Reverse().Select(action => action.ToApi())]);
}
