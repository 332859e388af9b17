namespace QuantumCore.Gateway.Binance;

/// <summary>All calls of the Binance interface.</summary>
internal sealed class WireCalls(
    WireRulebook rulebook,
    WireMarket market,
    WireTickers tickers,
    WireOrders orders,
    WireOrderLists lists,
    WireAccounts accounts,
    WireListenKeys listenKeys)
{
    public IReadOnlyList<WireCall> All { get; } =
        [
            .. rulebook.Calls, .. market.Calls, .. tickers.Calls, .. orders.Calls, .. lists.Calls, .. accounts.Calls,
            .. listenKeys.Calls];
}
