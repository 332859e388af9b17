using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for an account's money, its fills, and its prevented matches.</summary>
internal sealed class AccountCalls(AccountQueries accounts, Listings listings)
{
    /// <summary>GET /account: returns the account with its balances.</summary>
    /// <remarks>
    /// Needs a key or session with an account. Balances are decimal text in the decimals of each asset: <c>total</c> is
    /// <c>held</c> plus <c>available</c>. <c>state</c> is open or frozen; a margin account also has <c>margin</c>.
    /// </remarks>
    public async Task ShowAsync(HttpContext context, Caller caller)
    {
        var view = await accounts.ViewAsync(caller.Account);
        var instruments = await listings.BySymbolAsync();
        await Answer.JsonAsync(context, new Api.AccountView(
            ApiValues.Account(view.Account),
            view.Sequence,
            view.IsFrozen ? Api.AccountState.Frozen : Api.AccountState.Open,
            view.FrozenWhy,
            [.. view.Balances.Select(balance => balance.ToApi())],
            view.Margin?.ToApi(instruments)));
    }

    /// <summary>GET /fills: lists the account's fills.</summary>
    /// <remarks>
    /// Needs a key or session with an account; newest first, <c>limit</c> 1 to 1000, by default 100. With <c>after</c>,
    /// a trade id, and its <c>symbol</c> they are oldest first, from there on. Prices, quantities and fees are decimal
    /// text; a trade that was declared void or corrected has <c>state</c>.
    /// </remarks>
    public async Task FillsAsync(HttpContext context, Caller caller)
    {
        string? symbol = context.Request.Query["symbol"];
        if ((symbol is not null && await Call.ListedAsync(context, listings, symbol) is null)
            || await Call.LimitAsync(context) is not { } limit)
            return;

        TradePlace? after = null;
        if ((string?)context.Request.Query["after"] is { } tradeId)
        {
            after = Call.Trade(tradeId);
            if (after is null || symbol is null)
            {
                await Answer.RefuseAsync(context, symbol is null
                    ? Refusal.Not("symbol", null, "the symbol that 'after' is a trade of")
                    : Refusal.Not("after", tradeId, "a trade id such as 17-0"));
                return;
            }
        }

        var fills = after is { } place
            ? await accounts.FillsAfterAsync(caller.Account, symbol!, place, limit)
            : await accounts.FillsAsync(caller.Account, symbol, limit);
        var instruments = await listings.BySymbolAsync();
        await Answer.JsonAsync(context, new Api.FillList(
            [.. fills.Where(fill => instruments.ContainsKey(fill.Symbol))
                .Select(fill => fill.ToApi(instruments[fill.Symbol]))]));
    }

    /// <summary>GET /prevented-matches: lists prevented self-trades.</summary>
    /// <remarks>
    /// Needs a key or session with an account; newest first, <c>limit</c> 1 to 1000, by default 100. <c>orderId</c> and
    /// <c>after</c>, a match id, need their <c>symbol</c>; with <c>after</c> they are oldest first. Quantities and
    /// prices are decimal text.
    /// </remarks>
    public async Task PreventedAsync(HttpContext context, Caller caller)
    {
        var (symbol, order, after) = ((string?)context.Request.Query["symbol"],
            (string?)context.Request.Query["orderId"], (string?)context.Request.Query["after"]);
        if ((symbol is not null && await Call.ListedAsync(context, listings, symbol) is null)
            || await Call.LimitAsync(context) is not { } limit)
            return;

        var orderId = order is null ? null : Call.Number(order, 1, OrderDesk.LargestId);
        var place = after is null ? null : Call.Trade(after);
        var wrong = symbol is null && (order ?? after) is not null ? "symbol"
            : order is not null && orderId is null ? "orderId"
            : after is not null && place is null ? "after"
            : null;
        if (wrong is not null)
        {
            await Answer.RefuseAsync(context, wrong switch
            {
                "symbol" => Refusal.Not(wrong, null, "the symbol that 'orderId' or 'after' belongs to"),
                "orderId" => Refusal.NotInRange(wrong, order, 1, OrderDesk.LargestId) with { Limit = null },
                _ => Refusal.Not(wrong, after, "a match id such as 17-0"),
            });
            return;
        }

        var from =
            place is { } last ? last with { Index = Math.Min(last.Index, int.MaxValue - 1) + 1 } : default(TradePlace?);
        // Events that others caused, such as a triggered stop, are included with everything else the account knows by
        // now.
        await accounts.ViewAsync(caller.Account);
        var matches = await accounts.PreventedAsync(
            new PreventedQuery(caller.Account, symbol, orderId, from, Limit: limit));
        var instruments = await listings.BySymbolAsync();
        await Answer.JsonAsync(context, new Api.PreventedMatchList(
            [.. matches.Where(match => instruments.ContainsKey(match.Symbol))
                .Select(match => match.ToApi(instruments[match.Symbol]))]));
    }
}
