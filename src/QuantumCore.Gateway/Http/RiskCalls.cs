using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>The calls about what an account may enter.</summary>
internal sealed class RiskCalls(IGrainFactory grains, Listings listings, KeyRing keys)
{
    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>GET /limits</summary>
    public async Task Show(HttpContext context)
    {
        if (await Call.Trader(context, keys) is > 0 and var account)
            await AnswerLimits(context, account);
    }

    /// <summary>GET /admin/accounts/{account}/limits</summary>
    public async Task ShowAny(HttpContext context)
    {
        if (await Call.IsOfficer(context, keys, UserRole.Risk) && await Call.Account(context) is { } account)
            await AnswerLimits(context, account.Value);
    }

    /// <summary>POST /admin/accounts/{account}/limits: all limits of one scope.</summary>
    public async Task Set(HttpContext context)
    {
        if (await Call.Officer(context, keys, UserRole.Risk) is not { } officer || await Call.Account(context) is not { } account ||
            await Read(context, officer.Name, forEveryone: false) is not { } request)
        {
            return;
        }

        await grains.Account(account.Value).SetLimits(request);
        await AnswerLimits(context, account.Value);
    }

    /// <summary>GET /admin/limits: those of every account.</summary>
    public async Task ShowEveryones(HttpContext context)
    {
        if (await Call.IsOfficer(context, keys, UserRole.Risk))
            await AnswerLimits(context, null);
    }

    /// <summary>POST /admin/limits: all limits that every account has in one symbol.</summary>
    public async Task SetEveryones(HttpContext context)
    {
        if (await Call.Officer(context, keys, UserRole.Risk) is not { } officer ||
            await Read(context, officer.Name, forEveryone: true) is not { } request)
        {
            return;
        }

        await Catalog.SetLimits(request);
        await AnswerLimits(context, null);
    }

    /// <summary>What the request sets; null when it was refused and answered.</summary>
    private async Task<LimitsRequest?> Read(HttpContext context, string by, bool forEveryone)
    {
        if (await Call.Read(context, WireJson.Default.LimitsText) is not { } text)
            return null;

        var unit = await LimitUnit.FindAsync(listings, text.Symbol);
        if (unit is null || (forEveryone && unit.Instrument is null))
        {
            await Answer.Refuse(context, new Refusal(RejectReason.UnknownSymbol, "symbol"));
            return null;
        }

        var (refusal, request) = LimitsReading.Read(text, unit, by, forEveryone);
        if (refusal is not { } wrong)
            return request;

        await Answer.Refuse(context, wrong);
        return null;
    }

    private async Task AnswerLimits(HttpContext context, long? account)
    {
        var own = account is { } number ? await Units(await grains.Account(number).Limits()) : [];
        var everyones = await Units(await Catalog.Limits());
        await Answer.Json(context, (account, own, everyones), static (to, answer) =>
        {
            to.WriteStartObject();
            if (answer.account is { } number)
            {
                to.WriteString("account"u8, new AccountId(number).ToString());
                to.WriteStartArray("limits"u8);
                foreach (var (of, unit) in answer.own)
                    LimitsReading.Write(to, of, unit);
                to.WriteEndArray();
            }

            to.WriteStartArray("everyones"u8);
            foreach (var (of, unit) in answer.everyones)
                LimitsReading.Write(to, of, unit);
            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    private async ValueTask<(SymbolLimits Limits, LimitUnit Unit)[]> Units(ImmutableArray<SymbolLimits> limits)
    {
        var units = new List<(SymbolLimits, LimitUnit)>();
        foreach (var of in limits)
        {
            if (await LimitUnit.FindAsync(listings, of.Symbol) is { } unit)
                units.Add((of, unit));
        }

        return [.. units];
    }
}
