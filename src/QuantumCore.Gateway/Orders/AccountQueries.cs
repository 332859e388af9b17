using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Reads orders and accounts, at least as new as what the client has been shown.</summary>
public sealed class AccountQueries(
    IGrainFactory grains, ShownSequences shown, BookCalls books, ILogger<AccountQueries> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>
    /// Returns the state of an order by its public id. For an order that is done, its book has only the conditions it
    /// was entered with. The history has their final state.
    /// </summary>
    public async ValueTask<ExecutionReport> StatusAsync(long account, string symbol, long orderId)
    {
        var report = await books.AskAsync(
            "Status", account, symbol, orderId, book => book.Status(symbol, account, orderId));
        if (report.Conditions is null || report.Status is OrderStatus.New or OrderStatus.PartiallyFilled)
            return report;

        var past =
            await _calls.AskAsync(
                "Orders", account, () => OrdersAsync(new OrderQuery(account, symbol) { OrderId = orderId }));
        return past is { Failure: RejectReason.None, Value: [var order] }
            ? report with { Conditions = order.Conditions, PriceTicks = order.PriceTicks }
            : report;
    }

    /// <summary>Returns the number of orders and lots ahead of an order at its price.</summary>
    public async ValueTask<PlaceInLine> PositionAsync(long account, string symbol, long orderId)
    {
        var listed = await books.FindAsync(account, symbol);
        if (listed.Failure != RejectReason.None)
            return new PlaceInLine(RejectReason.Overloaded, 0, 0);
        if (listed.Value is not { } instrument)
            return new PlaceInLine(RejectReason.UnknownSymbol, 0, 0);

        var place = await _calls.AskAsync(
            "Position", account, () => grains.Book(instrument.BookKey).Position(symbol, account, orderId));
        return place.Failure == RejectReason.None ? place.Value : new PlaceInLine(place.Failure, 0, 0);
    }

    /// <summary>Returns the order of a client order id. An unknown id stays unused.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public ValueTask<NamedOrder> LookUpAsync(long account, string clientOrderId) =>
        grains.Account(account).LookUp(clientOrderId);

    /// <summary>
    /// Returns the account's fills of one symbol, oldest first, including all it has been shown here.
    /// </summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public async ValueTask<ImmutableArray<AccountFill>> FillsOfAsync(FillQuery query) => Whole(
        await grains.Ledger().FillsOf(query with { Limit = query.Limit + 1 }, shown.Of(query.Account)),
        query.Limit,
        isNewest: query.From is null && query.FromNanos is null);

    /// <summary>Returns the account's prevented matches, including all it has been shown here.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public ValueTask<ImmutableArray<PreventedMatch>> PreventedAsync(PreventedQuery query) =>
        grains.Ledger().Prevented(query, shown.Of(query.Account));

    /// <summary>Returns orders of the history, including all that the account has been shown here.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public ValueTask<ImmutableArray<PastOrder>> OrdersAsync(OrderQuery query) =>
        grains.Ledger().Orders(query, shown.Of(query.Account));

    /// <summary>Returns balances and open orders, including all that the account has been shown here.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public ValueTask<AccountView> ViewAsync(long account) => ViewAsync(account, []);

    /// <summary>Returns the same, including what others have been shown of these books.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public async ValueTask<AccountView> ViewAsync(long account, ImmutableArray<SeenSequence> after)
    {
        var view = await grains.Account(account).View([.. shown.Of(account), .. after]);
        shown.Note(view);
        return view;
    }

    /// <summary>Waits for the next change of an account. It counts as shown to the caller.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public async ValueTask<AccountChange?> WaitForChangeAsync(
        long account, long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders)
    {
        var change = await grains.Account(account).WaitForChange(version, after, orders);
        if (change is not null)
            shown.Note(change.View);
        return change;
    }

    /// <summary>Returns the account's newest fills, including all it has been shown here.</summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public ValueTask<ImmutableArray<AccountFill>> FillsAsync(long account, string? symbol, int limit) =>
        grains.Ledger().Fills(account, symbol, limit, shown.Of(account));

    /// <summary>
    /// Returns the account's fills of one symbol after a trade, oldest first, including all it has been shown here.
    /// </summary>
    /// <remarks>A read: exceptions of the grain reach the caller.</remarks>
    public async ValueTask<ImmutableArray<AccountFill>> FillsAfterAsync(
        long account, string symbol, TradePlace after, int limit) =>
        Whole(
            await grains.Ledger().FillsAfter(account, symbol, after, limit + 1, shown.Of(account)), limit,
            isNewest: false);

    /// <summary>Returns an account's statement, at least up to what its client has been shown.</summary>
    public ValueTask<AccountStatement> StatementAsync(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit) =>
        grains.Ledger().Statement(account, fromNanos, toNanos, after, limit, shown.Of(account));

    /// <summary>
    /// Returns an account's positions and realised profits, at least up to what its client has been shown.
    /// </summary>
    public ValueTask<ImmutableArray<PositionProfit>> PositionsAsync(long account, PositionMethod method) =>
        grains.Ledger().Positions(account, method, shown.Of(account));

    /// <summary>
    /// Drops the extra fill, unless it is the other side of a trade of the account with itself. A client that continues
    /// after the trade would never see it.
    /// </summary>
    private static ImmutableArray<AccountFill> Whole(ImmutableArray<AccountFill> fills, int limit, bool isNewest)
    {
        if (fills.Length <= limit)
            return fills;

        var (last, before) = isNewest ? (fills[0].Fill, fills[1].Fill) : (fills[^1].Fill, fills[^2].Fill);
        return (last.Sequence, last.Index) == (before.Sequence, before.Index)
            ? fills
            : isNewest ? fills[1..] : fills[..^1];
    }
}
