using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for fees: rates of an account, and fee schedules.</summary>
internal sealed class FeeCalls(IGrainFactory grains, Listings listings)
{
    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>GET /fees: returns the account's fees.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Fees are those of the next order, in millionths (ppm) of its value;
    /// <c>volume30Days</c> is decimal text, the value traded in 30 complete UTC days.
    /// </remarks>
    public Task ShowAsync(HttpContext context, Caller caller) => AnswerFeesAsync(context, caller.Account);

    /// <summary>GET /admin/accounts/{account}/fees: returns the fees of any account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /fees</c>; expect <c>BadRequest</c> for an
    /// account that is none.
    /// </remarks>
    public Task ShowAnyAsync(HttpContext context, AccountId account) => AnswerFeesAsync(context, account.Value);

    /// <summary>GET /admin/fees: lists the fee schedules.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator. Rates are millionths (ppm), volumes and minimum fees decimal
    /// text of the asset.
    /// </remarks>
    public Task ShowSchedulesAsync(HttpContext context) => AnswerFeesAsync(context, null);

    /// <summary>POST /admin/fees: sets an asset's fee schedule.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; rates are millionths (ppm), <c>fromVolume</c> and
    /// <c>minimumFee</c> decimal text. Without tiers the instruments' own fees apply again. Expect <c>BadRequest</c>
    /// for an asset that no instrument is paid in, and for tiers that do not rise or a rebate above the lowest taker
    /// fee.
    /// </remarks>
    public async Task SetAsync(HttpContext context, Caller officer, Api.FeesBody text)
    {
        if (await listings.FindAssetAsync(text.Asset ?? "") is not { } asset)
        {
            await Answer.RefuseAsync(
                context,
                new Refusal(RejectReason.BadRequest, "asset", Detail: "No listed instrument has this quote asset."));
            return;
        }

        var (refusal, request) = FeesReading.Read(text, asset, officer.Name);
        if (refusal is null && await Catalog.SetFees(request) is { } reason)
            refusal = Refusal.Malformed("tiers", FeesReading.Sentence(reason));
        if (!await Answer.TryRefuseAsync(context, refusal))
            await AnswerFeesAsync(context, null);
    }

    private async Task AnswerFeesAsync(HttpContext context, long? account)
    {
        var schedules = await Catalog.FeeSchedules();
        var fees = account is { } number
            ? await grains.Account(number).Fees()
            : ImmutableArray<AccountFees>.Empty;
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var name in schedules.Select(schedule => schedule.Asset).Concat(fees.Select(fee => fee.Asset)))
        {
            if (await listings.FindAssetAsync(name) is { } asset)
                assets[name] = asset;
        }

        Api.FeeSchedule[] shown = [.. schedules.Select(schedule => schedule.ToApi(assets[schedule.Asset]))];
        if (account is { } of)
            await Answer.JsonAsync(
                context,
                new Api.AccountFees(
                    ApiValues.Account(of), [.. fees.Select(fee => fee.ToApi(assets[fee.Asset]))], shown));
        else
            await Answer.JsonAsync(context, new Api.FeeSchedules(shown));
    }
}
