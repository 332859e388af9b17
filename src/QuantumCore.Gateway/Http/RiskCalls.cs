using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>The calls about what an account may enter.</summary>
internal sealed class RiskCalls(IGrainFactory grains, Listings listings, KeyRing keys)
{
    private const int LongestWhy = 200;

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

    /// <summary>POST /admin/accounts/{account}/limits: all limits of one symbol.</summary>
    public async Task Set(HttpContext context)
    {
        if (await Call.Officer(context, keys, UserRole.Risk) is not { } officer || await Call.Account(context) is not { } account ||
            await Call.Read(context, WireJson.Default.LimitsText) is not { } text)
        {
            return;
        }

        var instrument = text.Symbol is null ? null : await listings.Find(text.Symbol);
        if (instrument is null)
        {
            await Answer.Refuse(context, new Refusal(RejectReason.UnknownSymbol, "symbol"));
            return;
        }

        var (refusal, limits) = Read(text, instrument);
        if (refusal is { } wrong)
        {
            await Answer.Refuse(context, wrong);
            return;
        }

        await grains.Account(account.Value).SetLimits(new LimitsRequest(instrument.Symbol, limits, officer.Name, text.Why ?? ""));
        await AnswerLimits(context, account.Value);
    }

    private static (Refusal? Refusal, ImmutableArray<AccountLimit> Limits) Read(LimitsText text, Instrument instrument)
    {
        var limits = ImmutableArray.CreateBuilder<AccountLimit>();
        var refusal = Add(LimitKind.OrderQuantity, "maxOrderQuantity", instrument.TryParseQuantity(text.MaxOrderQuantity ?? "0", out var lots), lots, text.MaxOrderQuantity)
            ?? Add(LimitKind.OrderValue, "maxOrderValue", DecimalText.TryParse(text.MaxOrderValue ?? "0", instrument.Quote.Decimals, out var value), value, text.MaxOrderValue)
            ?? Add(LimitKind.OpenOrders, "maxOpenOrders", DecimalText.TryParse(text.MaxOpenOrders ?? "0", 0, out var count), count, text.MaxOpenOrders)
            ?? Add(LimitKind.Position, "maxPosition", instrument.TryParseQuantity(text.MaxPosition ?? "0", out var position), position, text.MaxPosition)
            ?? (text.Why is { } why && (why.Length > LongestWhy || why.Any(char.IsControl))
                ? new Refusal(RejectReason.BadRequest, "why", LongestWhy.ToString(CultureInfo.InvariantCulture), "A sentence.")
                : null);
        return (refusal, limits.ToImmutable());

        Refusal? Add(LimitKind kind, string field, DecimalError error, long most, string? given)
        {
            if (error != DecimalError.None)
                return Refusal.Malformed(field, "A decimal of this instrument's steps; no sign, no exponent.");
            if (given is not null)
                limits.Add(new AccountLimit(kind, most));
            return null;
        }
    }

    private async Task AnswerLimits(HttpContext context, long account)
    {
        var limits = await grains.Account(account).Limits();
        var listed = await listings.BySymbol();
        await Answer.Json(context, (account, limits, listed), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("account"u8, new AccountId(answer.account).ToString());
            to.WriteStartArray("limits"u8);
            foreach (var of in answer.limits)
            {
                if (answer.listed.TryGetValue(of.Symbol, out var instrument))
                    Write(to, of, instrument);
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter to, SymbolLimits of, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, of.Symbol);
        foreach (var (kind, most) in of.Limits)
        {
            switch (kind)
            {
                case LimitKind.OrderQuantity:
                    to.WriteString("maxOrderQuantity"u8, instrument.FormatQuantity(most));
                    break;
                case LimitKind.OrderValue:
                    to.WriteAmount("maxOrderValue"u8, most, instrument.Quote.Decimals);
                    break;
                case LimitKind.OpenOrders:
                    to.WriteNumber("maxOpenOrders"u8, most);
                    break;
                case LimitKind.Position:
                    to.WriteString("maxPosition"u8, instrument.FormatQuantity(most));
                    break;
            }
        }

        to.WriteEndObject();
    }
}
