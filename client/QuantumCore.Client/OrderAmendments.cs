namespace QuantumCore.Client;

/// <summary>Amends orders. If a response is lost, the order is looked up before another attempt.</summary>
internal sealed class OrderAmendments(ExchangeCalls calls, OrdersClient orders)
{
    internal async Task<Order> AmendAsync(
        string symbol, long orderId, AmendOrder change, CancellationToken cancellation)
    {
        var named = change with { ClientOrderId = CallKey.Of(change.ClientOrderId, "clientOrderId") };
        var call = new ExchangeCall(HttpMethod.Patch, CallPath.Order(symbol, orderId))
        {
            Body = QuantumCoreJson.WriteBytes(named),
            Repeatable = false,
            ClientOrderId = named.ClientOrderId,
        };
        var started = calls.Options.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var pause = new Backoff(calls.Options).PauseAfter(attempt);
            try
            {
                return await calls.SendAsync<Order>(call, cancellation);
            }
            catch (QuantumCoreException failure)
                when (failure.Code == RejectCodes.OutcomeUnknown && attempt < calls.Options.MaxAttempts
                    && calls.HasTime(started, pause))
            {
                try
                {
                    if (await FindAmendedAsync(symbol, orderId, named, failure, cancellation) is { } amended)
                        return amended;

                    await Task.Delay(pause, calls.Options.Time, cancellation);
                }
                catch (QuantumCoreException)
                {
                    // A failed lookup says nothing about the change itself.
                    throw failure;
                }
                catch (OperationCanceledException how)
                {
                    throw call.GivenUp(how);
                }
            }
        }
    }

    private async Task<Order?> FindAmendedAsync(
        string symbol, long orderId, AmendOrder change, QuantumCoreException failure, CancellationToken cancellation)
    {
        var open = await orders.GetOpenAsync(symbol, cancellation);
        if (open.FirstOrDefault(order => order.ClientOrderId == change.ClientOrderId) is { } replacement)
        {
            // Without an id it is still on its way to its book, which may reject it. A repeat of the change under the
            // same client order id returns the outcome.
            return replacement.OrderId == 0 ? null : replacement;
        }

        var order = await orders.GetAsync(symbol, orderId, cancellation);
        if (IsDone(change, order))
            return order;

        if (order.Status is OrderStatus.New or OrderStatus.PartiallyFilled)
            return null;

        // The order was replaced by one that is done already, or ended otherwise: the client order id tells which. An
        // older order under that id existed before the change.
        try
        {
            var done = await orders.GetByClientIdAsync(change.ClientOrderId!, cancellation);
            return done.Symbol == symbol && done.OrderId > orderId ? done : throw failure;
        }
        catch (QuantumCoreException unknown) when (unknown.Code == RejectCodes.UnknownOrder)
        {
            // No order came of it. A repeat of the change returns the reason, and its client order id prevents a second
            // effect.
            return null;
        }
    }

    /// <summary>
    /// Returns true if an order shows that it was amended in place. A new price creates a new order. If less was to
    /// remain than is open, the order had the requested quantity before.
    /// </summary>
    private static bool IsDone(AmendOrder change, Order order) =>
        (change.Price ?? order.Price) == order.Price && (change.Quantity ?? order.Quantity) == order.Quantity
        && (change.TriggerPrice ?? order.TriggerPrice) == order.TriggerPrice
        && (change.TriggerPrice is not null
            || (change.Quantity is not null && !(change.ExpectedRemaining <= order.Remaining)));
}
