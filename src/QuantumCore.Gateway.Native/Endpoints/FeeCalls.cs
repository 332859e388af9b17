using Microsoft.AspNetCore.Http;
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
    public Task<Result<Api.AccountFees>> ShowAsync(HttpContext context, Caller caller) => FeesOfAsync(caller.Account);

    /// <summary>GET /admin/accounts/{account}/fees: returns the fees of any account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /fees</c>; expect <c>BadRequest</c> for an
    /// account that is none.
    /// </remarks>
    public Task<Result<Api.AccountFees>> ShowAnyAsync(HttpContext context, AccountId account) =>
        FeesOfAsync(account.Value);

    /// <summary>GET /admin/fees: lists the fee schedules.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator. Rates are millionths (ppm), volumes and minimum fees decimal
    /// text of the asset.
    /// </remarks>
    public async Task<Result<Api.FeeSchedules>> ShowSchedulesAsync(HttpContext context) =>
        new Api.FeeSchedules(await SchedulesAsync());

    /// <summary>POST /admin/fees: sets an asset's fee schedule.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; rates are millionths (ppm), <c>fromVolume</c> and
    /// <c>minimumFee</c> decimal text. Without tiers the instruments' own fees apply again. Expect <c>BadRequest</c>
    /// for an asset that no instrument is paid in, and for tiers that do not rise or a rebate above the lowest taker
    /// fee.
    /// </remarks>
    public async Task<Result<Api.FeeSchedules>> SetAsync(HttpContext context, Caller officer, Api.FeesBody text)
    {
        if (await listings.FindAssetAsync(text.Asset ?? "") is not { } asset
            || (await listings.AllAsync()).All(listed => listed.Quote.Name != asset.Name))
            return new Refusal(RejectReason.BadRequest, "asset", Detail: "No listed instrument has this quote asset.");

        var (refusal, request) = FeesReading.Read(text, asset, officer.Name);
        if (refusal is null && await Catalog.SetFees(request) is { } reason)
            refusal = Refusal.Malformed("tiers", FeesReading.Sentence(reason));
        return refusal is { } refused ? refused : new Api.FeeSchedules(await SchedulesAsync());
    }

    private async Task<Result<Api.AccountFees>> FeesOfAsync(long account)
    {
        var fees = await grains.Account(account).Fees();
        var schedules = await SchedulesAsync();
        var shown = new List<Api.AssetFees>();
        foreach (var fee in fees)
            shown.Add(fee.ToApi((await listings.FindAssetAsync(fee.Asset))!));
        return new Api.AccountFees(ApiValues.Account(account), shown, schedules);
    }

    private async Task<Api.FeeSchedule[]> SchedulesAsync()
    {
        var shown = new List<Api.FeeSchedule>();
        foreach (var schedule in await Catalog.FeeSchedules())
            shown.Add(schedule.ToApi((await listings.FindAssetAsync(schedule.Asset))!));
        return [.. shown];
    }
}
