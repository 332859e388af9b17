using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for the play money of a demo. Other exchanges reject them.</summary>
internal sealed class DemoCalls(DemoFunds funds, GatewayOptions options)
{
    /// <summary>GET /demo/funds: lists the starting balances of a demo.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Amounts are decimal text. Expect <c>Forbidden</c> on an exchange that is
    /// not a demo.
    /// </remarks>
    public async Task ShowFundsAsync(HttpContext context, Caller caller)
    {
        if (await IsDemoAsync(context))
            await AnswerFundsAsync(context, caller.Account, cancelled: 0, await funds.StartingAsync());
    }

    /// <summary>POST /demo/funds: adds demo funds.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Adds the starting balance of <c>asset</c>, or of all assets without it,
    /// once an hour each. Expect <c>TooManyRequests</c> with <c>Retry-After</c> if it was added this hour,
    /// <c>BadRequest</c> for an unknown asset, <c>Forbidden</c> on an exchange that is not a demo.
    /// </remarks>
    public async Task AddFundsAsync(HttpContext context, Caller caller)
    {
        if (!await IsDemoAsync(context))
            return;

        var text =
            Call.HasBody(context.Request) ? await Call.ReadAsync<Api.DemoFundsBody>(context) : new Api.DemoFundsBody();
        if (text is null)
            return;

        var (refusal, added) = await funds.AddAsync(caller.Account, text.Asset);
        if (refusal is { Reason: RejectReason.TooManyRequests } early)
            await Answer.RefuseAsync(context, early, funds.UntilNext());
        else if (refusal is { } refused)
            await Answer.RefuseAsync(context, refused);
        else
            await AnswerFundsAsync(context, caller.Account, cancelled: 0, added);
    }

    /// <summary>PUT /demo/funds: resets a demo account.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Cancels all open orders and sets the balances back to their starting
    /// sizes; <c>amounts</c> are what was added, or with a minus sign taken away. Expect <c>Forbidden</c> on an
    /// exchange that is not a demo.
    /// </remarks>
    public async Task ResetFundsAsync(HttpContext context, Caller caller)
    {
        if (!await IsDemoAsync(context))
            return;

        var (refusal, cancelled, moved) = await funds.ResetAsync(caller.Account);
        if (!await Answer.TryRefuseAsync(context, refusal))
            await AnswerFundsAsync(context, caller.Account, cancelled, moved);
    }

    private async ValueTask<bool> IsDemoAsync(HttpContext context) => options.DemoMode || !await Answer.TryRefuseAsync(
        context, new Refusal(RejectReason.Forbidden, null, null, "This exchange is no demo."));

    private static async Task AnswerFundsAsync(
        HttpContext context, long account, int cancelled, ImmutableArray<DemoAmount> amounts) =>
        await Answer.JsonAsync(context, new Api.DemoFunds(
            ApiValues.Account(account),
            cancelled,
            [.. amounts.Select(moved => new Api.DemoAmount(moved.Asset.Name, moved.Asset.AmountOf(moved.Amount)))]));
}
