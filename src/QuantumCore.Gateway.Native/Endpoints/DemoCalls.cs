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
    public async Task<Result<Api.DemoFunds>> ShowFundsAsync(HttpContext context, Caller caller)
    {
        if (NoDemo is { } refused)
            return refused;
        return FundsOf(caller.Account, cancelled: 0, await funds.StartingAsync());
    }

    /// <summary>POST /demo/funds: adds demo funds.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Adds the starting balance of <c>asset</c>, or of all assets without it,
    /// once an hour each. Expect <c>TooManyRequests</c> with <c>Retry-After</c> if it was added this hour,
    /// <c>BadRequest</c> for an unknown asset, <c>Forbidden</c> on an exchange that is not a demo.
    /// </remarks>
    public async Task<Result<Api.DemoFunds>> AddFundsAsync(HttpContext context, Caller caller)
    {
        if (NoDemo is { } noDemo)
            return noDemo;

        var (unread, text) = await Call.ReadOptionalAsync<Api.DemoFundsBody>(context);
        if (unread is { } unreadable)
            return unreadable;

        var (refusal, added) = await funds.AddAsync(caller.Account, text.Asset);
        if (refusal is { Reason: RejectReason.TooManyRequests })
            Answer.RetryAfter(context, funds.UntilNext());
        return refusal is { } refused ? refused : FundsOf(caller.Account, cancelled: 0, added);
    }

    /// <summary>PUT /demo/funds: resets a demo account.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Cancels all open orders and sets the balances back to their starting
    /// sizes; <c>amounts</c> are what was added, or with a minus sign taken away. Expect <c>Forbidden</c> on an
    /// exchange that is not a demo.
    /// </remarks>
    public async Task<Result<Api.DemoFunds>> ResetFundsAsync(HttpContext context, Caller caller)
    {
        if (NoDemo is { } noDemo)
            return noDemo;

        var (refusal, cancelled, moved) = await funds.ResetAsync(caller.Account);
        return refusal is { } refused ? refused : FundsOf(caller.Account, cancelled, moved);
    }

    private Refusal? NoDemo =>
        options.DemoMode ? null : new Refusal(RejectReason.Forbidden, null, null, "This exchange is no demo.");

    private static Api.DemoFunds FundsOf(long account, int cancelled, ImmutableArray<DemoAmount> amounts) =>
        new(
            ApiValues.Account(account),
            cancelled,
            [.. amounts.Select(moved => new Api.DemoAmount(moved.Asset.Name, moved.Asset.AmountOf(moved.Amount)))]);
}
