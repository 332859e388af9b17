using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

// What has become of orders, and of an account: as new, at least, as what its client has been shown.
public sealed partial class OrderEntry
{
    /// <summary>
    /// State of an order by its public id. Of one that is done its book has the conditions it came with; what became of them, the history.
    /// </summary>
    public async ValueTask<ExecutionReport> Status(long account, string symbol, long orderId)
    {
        var report = await AskBook("Status", account, symbol, orderId, book => book.Status(symbol, account, orderId));
        if (report.Conditions is null || report.Status is OrderStatus.New or OrderStatus.PartiallyFilled)
            return report;

        var past = await _calls.Ask("Orders", account, () => Orders(new OrderQuery(account, symbol) { OrderId = orderId }));
        return past is { Failure: RejectReason.None, Value: [var order] } ? report with { Conditions = order.Conditions, PriceTicks = order.PriceTicks } : report;
    }

    /// <summary>Which order a name is of; an unknown name stays unused.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public ValueTask<NamedOrder> LookUp(long account, string clientOrderId) =>
        grains.Account(account).LookUp(clientOrderId);

    /// <summary>The account's fills of one symbol, oldest first, with everything it has been shown here.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public async ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query) => Whole(
        await grains.Ledger().FillsOf(query with { Limit = query.Limit + 1 }, shown.Of(query.Account)),
        query.Limit,
        isNewest: query.From is null && query.FromNanos is null);

    /// <summary>The account's prevented matches, with everything it has been shown here.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public ValueTask<ImmutableArray<PreventedMatch>> Prevented(PreventedQuery query) =>
        grains.Ledger().Prevented(query, shown.Of(query.Account));

    /// <summary>Orders in the history, with everything the account has been shown here.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query) =>
        grains.Ledger().Orders(query, shown.Of(query.Account));

    /// <summary>Balances and open orders, with everything the account has been shown here.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public ValueTask<AccountView> View(long account) => View(account, []);

    /// <summary>The same, and with what others have been shown of these books.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public async ValueTask<AccountView> View(long account, ImmutableArray<SeenSequence> after)
    {
        var view = await grains.Account(account).View([.. shown.Of(account), .. after]);
        shown.Note(view);
        return view;
    }

    /// <summary>What becomes of an account next; who is told of it has been shown it.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public async ValueTask<AccountChange?> WaitForChange(long account, long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders)
    {
        var change = await grains.Account(account).WaitForChange(version, after, orders);
        if (change is not null)
            shown.Note(change.View);
        return change;
    }

    /// <summary>The account's newest fills, with everything it has been shown here.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public ValueTask<ImmutableArray<AccountFill>> Fills(long account, string? symbol, int limit) =>
        grains.Ledger().Fills(account, symbol, limit, shown.Of(account));

    /// <summary>The account's fills of one symbol after a trade, oldest first, with everything it has been shown here.</summary>
    /// <remarks>A reading: what its grain throws goes through.</remarks>
    public async ValueTask<ImmutableArray<AccountFill>> FillsAfter(long account, string symbol, TradePlace after, int limit) =>
        Whole(await grains.Ledger().FillsAfter(account, symbol, after, limit + 1, shown.Of(account)), limit, isNewest: false);

    /// <summary>
    /// Without the one fill too many, unless that is the other side of a trade of the account with itself: who goes on behind the
    /// trade would never see it.
    /// </summary>
    private static ImmutableArray<AccountFill> Whole(ImmutableArray<AccountFill> fills, int limit, bool isNewest)
    {
        if (fills.Length <= limit)
            return fills;

        var (last, before) = isNewest ? (fills[0].Fill, fills[1].Fill) : (fills[^1].Fill, fills[^2].Fill);
        return (last.Sequence, last.Index) == (before.Sequence, before.Index) ? fills : isNewest ? fills[1..] : fills[..^1];
    }

    /// <summary>An account's statement, at least up to what its client has been shown.</summary>
    public ValueTask<AccountStatement> Statement(long account, long fromNanos, long toNanos, LinePlace? after, int limit) =>
        grains.Ledger().Statement(account, fromNanos, toNanos, after, limit, shown.Of(account));

    /// <summary>What an account traded and earned, at least up to what its client has been shown.</summary>
    public ValueTask<ImmutableArray<PositionProfit>> Positions(long account, PositionMethod method) =>
        grains.Ledger().Positions(account, method, shown.Of(account));
}
