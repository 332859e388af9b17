using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for risk limits of accounts.</summary>
internal sealed class RiskCalls(IGrainFactory grains, Listings listings, OperatorLog operators)
{
    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>GET /limits: returns the account's risk limits.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Quantities and values are decimal text. <c>everyones</c> are the limits
    /// of all accounts, <c>owners</c> the account's share of its owner's limits.
    /// </remarks>
    public Task<Result<Api.AccountLimits>> ShowAsync(HttpContext context, Caller caller) =>
        LimitsOfAsync(caller.Account);

    /// <summary>GET /admin/accounts/{account}/limits: returns the limits of any account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /limits</c>; expect <c>BadRequest</c> for an
    /// account that is none.
    /// </remarks>
    public Task<Result<Api.AccountLimits>> ShowAnyAsync(HttpContext context, AccountId account) =>
        LimitsOfAsync(account.Value);

    /// <summary>POST /admin/accounts/{account}/limits: sets an account's limits in one scope.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; sets all limits of the scope <c>symbol</c> (an instrument, <c>*USD</c> or
    /// <c>*</c>), and removes those that are absent. Quantities and values are decimal text, windows seconds or
    /// milliseconds as named. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for a limit that the scope does not
    /// have.
    /// </remarks>
    public async Task<Result<Api.AccountLimits>> SetAsync(
        HttpContext context, Caller officer, AccountId account, Api.LimitsBody text)
    {
        var (refusal, request) = await ReadAsync(text, officer.Name, forEveryone: false, ofOwner: false);
        if (refusal is { } wrong)
            return wrong;

        await grains.Account(account.Value).SetLimits(request!);
        return await operators.NoteAsync(officer, "limitsSet", account.ToString(), text) is { } unnoted
            ? unnoted
            : await LimitsOfAsync(account.Value);
    }

    /// <summary>GET /admin/limits: returns the limits of every account.</summary>
    /// <remarks>Needs the role risk or administrator. Quantities and values are decimal text.</remarks>
    public Task<Result<Api.EveryonesLimits>> ShowEveryonesAsync(HttpContext context) => EveryonesAsync();

    /// <summary>POST /admin/limits: sets every account's limits in a symbol.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; sets all of them for one instrument, and removes those that are absent.
    /// They apply in addition to an account's own. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for a limit that
    /// cannot be every account's.
    /// </remarks>
    public async Task<Result<Api.EveryonesLimits>> SetEveryonesAsync(
        HttpContext context, Caller officer, Api.LimitsBody text)
    {
        var (refusal, request) = await ReadAsync(text, officer.Name, forEveryone: true, ofOwner: false);
        if (refusal is { } wrong)
            return wrong;

        await Catalog.SetLimits(request!);
        return await EveryonesAsync();
    }

    /// <summary>GET /admin/owners/limits: lists the limits of owners.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. <c>shares</c> shows each account's weight and its part of the limits;
    /// quantities and values are decimal text.
    /// </remarks>
    public Task<Result<Api.OwnersLimits>> ShowOwnersAsync(HttpContext context) => OwnersAsync();

    /// <summary>POST /admin/owners/limits: sets an owner's limits in one scope.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; the limits are divided over the owner's accounts by weight, equally
    /// without <c>shares</c>. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for an owner without accounts, a share
    /// of a foreign account, or a limit that owners do not have.
    /// </remarks>
    public async Task<Result<Api.OwnersLimits>> SetOwnersAsync(
        HttpContext context, Caller officer, Api.OwnerLimitsBody text)
    {
        var (refusal, request) = await ReadAsync(text, officer.Name, forEveryone: true, ofOwner: true);
        var shares = ImmutableArray<OwnerShare>.Empty;
        if ((refusal ?? ReadShares(text.Shares, out shares)) is { } refused)
            return refused;

        var limits = new OwnerLimits(text.Owner ?? "", request!.Symbol, request.Limits, shares);
        if (await Catalog.SetOwnerLimits(new OwnerLimitsRequest(limits, request.By, request.Why)) is { } wrong)
            return Refusal.Malformed("owner", FeesReading.Sentence(wrong));
        return await OwnersAsync();
    }

    private static Refusal? ReadShares(List<Api.OwnerShareBody?>? texts, out ImmutableArray<OwnerShare> shares)
    {
        var read = ImmutableArray.CreateBuilder<OwnerShare>();
        shares = [];
        foreach (var text in texts ?? [])
        {
            if (!AccountId.TryParse(text?.Account ?? "", out var account))
                return Refusal.NotAnAccount("shares", text?.Account);
            read.Add(new OwnerShare(account.Value, text!.Weight ?? 1));
        }

        shares = read.ToImmutable();
        return null;
    }

    private async Task<Result<Api.OwnersLimits>> OwnersAsync()
    {
        var owners = new List<Api.OwnerLimits>();
        foreach (var of in await Catalog.OwnersLimits())
        {
            if (await LimitUnit.FindAsync(listings, of.Symbol) is not { } unit)
                continue;

            owners.Add(new Api.OwnerLimits(
                of.Owner,
                new SymbolLimits(of.Symbol, of.Limits).ToApi(unit),
                [.. of.Shares.Select(share => new Api.OwnerShare(
                    ApiValues.Account(share.Account), share.Weight,
                    new SymbolLimits(of.Symbol, of.PartOf(share.Account)).ToApi(unit)))]));
        }

        return new Api.OwnersLimits(owners);
    }

    /// <summary>Reads the limits of a request.</summary>
    private async Task<(Refusal? Refusal, LimitsRequest? Request)> ReadAsync(
        Api.LimitsBody text, string by, bool forEveryone, bool ofOwner)
    {
        var unit = await LimitUnit.FindAsync(listings, text.Symbol);
        return unit is null || (forEveryone && !ofOwner && unit.Instrument is null)
            ? (await listings.UnknownAsync(text.Symbol), null)
            : LimitsReading.Read(text, unit, by, forEveryone);
    }

    private async Task<Result<Api.EveryonesLimits>> EveryonesAsync() =>
        new Api.EveryonesLimits(await ShownAsync(await Catalog.Limits()));

    private async Task<Result<Api.AccountLimits>> LimitsOfAsync(long account)
    {
        var everyones = await ShownAsync(await Catalog.Limits());
        var own = await ShownAsync(await grains.Account(account).Limits());
        var frozenWhy = (await grains.Account(account).View([])).FrozenWhy;
        var owners = await ShownAsync(await OwnerPartsAsync(account));
        return new Api.AccountLimits(
            ApiValues.Account(account), frozenWhy, own, everyones, owners.Count > 0 ? owners : null);
    }

    private async ValueTask<ImmutableArray<SymbolLimits>> OwnerPartsAsync(long account)
    {
        var limits = await Catalog.OwnersLimits();
        var owner =
            limits.IsEmpty ? null : (await Catalog.Owners()).FirstOrDefault(owned => owned.Account == account)?.Owner;
        return [.. limits.Where(of => of.Owner == owner).Select(of => new SymbolLimits(of.Symbol, of.PartOf(account)))];
    }

    private async ValueTask<List<Api.RiskLimits>> ShownAsync(ImmutableArray<SymbolLimits> limits)
    {
        var shown = new List<Api.RiskLimits>();
        foreach (var of in limits)
        {
            if (await LimitUnit.FindAsync(listings, of.Symbol) is { } unit)
                shown.Add(of.ToApi(unit));
        }

        return shown;
    }
}
