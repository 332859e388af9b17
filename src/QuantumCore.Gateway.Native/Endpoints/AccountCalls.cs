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
    public async Task<Result<Api.AccountView>> ShowAsync(HttpContext context, Caller caller)
    {
        var view = await accounts.ViewAsync(caller.Account);
        var instruments = await listings.BySymbolAsync();
        return new Api.AccountView(
            ApiValues.Account(view.Account),
            view.Sequence,
            view.IsFrozen ? Api.AccountState.Frozen : Api.AccountState.Open,
            view.FrozenWhy,
            [.. view.Balances.Select(balance => balance.ToApi())],
            view.Margin?.ToApi(instruments));
    }

    /// <summary>GET /fills: lists the account's fills.</summary>
    /// <remarks>
    /// Needs a key or session with an account; newest first, <c>limit</c> 1 to 1000, by default 100. With <c>after</c>,
    /// a trade id, and its <c>symbol</c> they are oldest first, from there on. Prices, quantities and fees are decimal
    /// text; a trade that was declared void or corrected has <c>state</c>.
    /// </remarks>
    public async Task<Result<Api.FillList>> FillsAsync(HttpContext context, Caller caller)
    {
        string? symbol = context.Request.Query["symbol"];
        if (symbol is not null && await listings.FindAsync(symbol) is null)
            return await listings.UnknownAsync(symbol);
        if (Call.Limit(context, out var limit) is { } refused)
            return refused;

        TradePlace? after = null;
        if ((string?)context.Request.Query["after"] is { } tradeId)
        {
            after = Call.Trade(tradeId);
            if (symbol is null)
                return Refusal.Not("symbol", null, "the symbol that 'after' is a trade of");
            if (after is null)
                return Refusal.Not("after", tradeId, "a trade id such as 17-0");
        }

        var fills = after is { } place
            ? await accounts.FillsAfterAsync(caller.Account, symbol!, place, limit)
            : await accounts.FillsAsync(caller.Account, symbol, limit);
        var instruments = await listings.BySymbolAsync();
        return new Api.FillList(
            [.. fills.Where(fill => instruments.ContainsKey(fill.Symbol))
                .Select(fill => fill.ToApi(instruments[fill.Symbol]))]);
    }

    /// <summary>GET /prevented-matches: lists prevented self-trades.</summary>
    /// <remarks>
    /// Needs a key or session with an account; newest first, <c>limit</c> 1 to 1000, by default 100. <c>orderId</c> and
    /// <c>after</c>, a match id, need their <c>symbol</c>; with <c>after</c> they are oldest first. Quantities and
    /// prices are decimal text.
    /// </remarks>
    public async Task<Result<Api.PreventedMatchList>> PreventedAsync(HttpContext context, Caller caller)
    {
        var (symbol, order, after) = ((string?)context.Request.Query["symbol"],
            (string?)context.Request.Query["orderId"], (string?)context.Request.Query["after"]);
        if (symbol is not null && await listings.FindAsync(symbol) is null)
            return await listings.UnknownAsync(symbol);
        if (Call.Limit(context, out var limit) is { } refused)
            return refused;

        var orderId = order is null ? null : Call.Number(order, 1, OrderDesk.LargestId);
        var place = after is null ? null : Call.Trade(after);
        if (symbol is null && (order ?? after) is not null)
            return Refusal.Not("symbol", null, "the symbol that 'orderId' or 'after' belongs to");
        if (order is not null && orderId is null)
            return Refusal.NotInRange("orderId", order, 1, OrderDesk.LargestId) with { Limit = null };
        if (after is not null && place is null)
            return Refusal.Not("after", after, "a match id such as 17-0");

        var from =
            place is { } last ? last with { Index = Math.Min(last.Index, int.MaxValue - 1) + 1 } : default(TradePlace?);
        // Events that others caused, such as a triggered stop, are included with everything else the account knows by
        // now.
        await accounts.ViewAsync(caller.Account);
        var matches = await accounts.PreventedAsync(
            new PreventedQuery(caller.Account, symbol, orderId, from, Limit: limit));
        var instruments = await listings.BySymbolAsync();
        return new Api.PreventedMatchList(
            [.. matches.Where(match => instruments.ContainsKey(match.Symbol))
                .Select(match => match.ToApi(instruments[match.Symbol]))]);
    }
}
