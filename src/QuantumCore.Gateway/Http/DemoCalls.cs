using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Users;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Calls for the play money of a demo. Other exchanges reject them.</summary>
internal sealed class DemoCalls(DemoFunds funds, KeyRing keys, GatewayOptions options)
{
    /// <summary>GET /demo/funds: returns the starting balances.</summary>
    public async Task ShowFunds(HttpContext context)
    {
        if (await Trader(context) is > 0 and var account)
            await AnswerFunds(context, account, cancelled: 0, await funds.Starting());
    }

    /// <summary>POST /demo/funds: adds the starting balances of all assets or of one, once an hour each.</summary>
    public async Task AddFunds(HttpContext context)
    {
        if (await Trader(context) is not (> 0 and var account))
            return;

        var text = Call.HasBody(context.Request) ? await Call.Read(context, WireJson.Default.DemoFundsText) : new DemoFundsText();
        if (text is null)
            return;

        var (refusal, added) = await funds.Add(account, text.Asset);
        if (refusal is { Reason: RejectReason.TooManyRequests } early)
            await Answer.Refuse(context, early, funds.UntilNext());
        else if (refusal is { } refused)
            await Answer.Refuse(context, refused);
        else
            await AnswerFunds(context, account, cancelled: 0, added);
    }

    /// <summary>PUT /demo/funds: cancels all orders, and sets the balances back to their starting sizes.</summary>
    public async Task ResetFunds(HttpContext context)
    {
        if (await Trader(context) is not (> 0 and var account))
            return;

        var (refusal, cancelled, moved) = await funds.Reset(account);
        if (refusal is { } refused)
            await Answer.Refuse(context, refused);
        else
            await AnswerFunds(context, account, cancelled, moved);
    }

    private async ValueTask<long> Trader(HttpContext context)
    {
        var account = await Call.Trader(context, keys);
        if (account == 0 || options.DemoMode)
            return account;

        await Answer.Refuse(context, new Refusal(RejectReason.Forbidden, null, null, "This exchange is no demo."));
        return 0;
    }

    private static async Task AnswerFunds(HttpContext context, long account, int cancelled, ImmutableArray<DemoAmount> amounts) =>
        await Answer.Json(context, (account, cancelled, amounts), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("account"u8, new AccountId(answer.account).ToString());
            to.WriteNumber("cancelled"u8, answer.cancelled);
            to.WriteStartArray("amounts"u8);
            foreach (var (asset, amount) in answer.amounts)
            {
                to.WriteStartObject();
                to.WriteString("asset"u8, asset.Name);
                to.WriteAmount("amount"u8, amount, asset.Decimals);
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
}
