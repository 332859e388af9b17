using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Finds the orders that requests of a session name: open ones, and done ones in the history.</summary>
internal sealed class FixOrderLookup(AccountQueries accounts, long account, FixOrderNames names)
{
    /// <summary>Returns an open order; the account knows those from before the session.</summary>
    public async ValueTask<PastOrder?> FindAsync(FixNamedOrder named)
    {
        if (named.Name is { } name && names.Open(name) is { } seen)
            return seen;

        var view = await accounts.ViewAsync(account);
        return view.OpenOrders.FirstOrDefault(order => order.OrderId > 0
            && (named.Name is null
                ? order.OrderId == named.OrderId && order.Symbol == named.Symbol
                : order.ClientOrderId == named.Name)) is { } open
            ? await WithRecordedAsync(OrderViews.Of(open, []))
            : null;
    }

    /// <summary>Returns an open or done order from the history; null if there is none.</summary>
    public async ValueTask<PastOrder?> FindRecordedAsync(FixNamedOrder named)
    {
        if (named.Name is { } name)
            return ClientOrderId.IsValid(name) ? await FindByNameAsync(name) : null;
        return await accounts.OrdersAsync(
            new OrderQuery(account, named.Symbol, OrderId: named.OrderId, HasChain: true)) is [var past]
            ? past
            : null;
    }

    /// <summary>Returns an order of a book from the history; null if there is none.</summary>
    public async ValueTask<PastOrder?> RecordedAsync(string symbol, long number) =>
        await accounts.OrdersAsync(
            new OrderQuery(account, symbol, Number: number, HasChain: true)) is [var order]
            ? order
            : null;

    /// <summary>
    /// Learns a name from before the session that an order got by an amendment in place: its account knows it.
    /// </summary>
    public async ValueTask LearnAsync(string name)
    {
        if (!names.Knows(name)
            && await FindByNameAsync(name) is { Status: OrderStatus.New or OrderStatus.PartiallyFilled } order)
            names.Learn(order, name);
    }

    /// <summary>Returns an order from the history by any name that its account knows; null if there is none.</summary>
    private async ValueTask<PastOrder?> FindByNameAsync(string name) =>
        await accounts.LookUpAsync(account, name) is { Reason: RejectReason.None } found
            ? await RecordedAsync(found.Symbol, found.Number)
            : null;

    /// <summary>Returns an open order with the data that only the history has.</summary>
    private async ValueTask<PastOrder> WithRecordedAsync(PastOrder open)
    {
        var recorded = await RecordedAsync(open.Symbol, open.Number);
        return open with { Prevented = recorded?.Prevented, Chain = recorded?.Chain };
    }
}

/// <summary>Order as a request names it.</summary>
/// <param name="Name">Exchange's name of the order; null if the request has its id.</param>
/// <param name="Symbol">Symbol, if the request has the id.</param>
/// <param name="OrderId">OrderID (37), or 0.</param>
/// <param name="Key">Key for requests that change the order.</param>
internal readonly record struct FixNamedOrder(string? Name, string? Symbol, long OrderId, string Key);
