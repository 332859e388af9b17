using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.TestKit;

[Reentrant]
public sealed class FloorMarketData(TradingFloor floor) : Grain, IMarketDataGrain
{
    private string Symbol => this.GetPrimaryKeyString();

    public ValueTask<DepthView> Depth(int levels)
    {
        floor.Note("Depth");
        var all = floor.Depth(Symbol);
        return ValueTask.FromResult(all with { Bids = [.. all.Bids.Take(levels)], Asks = [.. all.Asks.Take(levels)] });
    }

    public ValueTask<ImmutableArray<PublicTrade>> Trades(int limit)
    {
        floor.Note("Trades");
        return ValueTask.FromResult<ImmutableArray<PublicTrade>>([.. floor.Trades.Take(limit)]);
    }

    public ValueTask<long> LastPrice()
    {
        floor.Note("LastPrice");
        return ValueTask.FromResult(floor.Trades.Select(trade => trade.PriceTicks).FirstOrDefault());
    }

    public ValueTask<MarketUpdate?> WaitForUpdate(long afterSequence)
    {
        floor.Note("WaitForUpdate", $"{afterSequence}");
        return floor.WaitForUpdate(Symbol, afterSequence);
    }

    public ValueTask ForwardTrades() => throw new NotSupportedException();

    public ValueTask<OrderByOrderUpdate> DisplayedOrders(int limit)
    {
        var all = floor.Orders.Snapshot;
        return ValueTask.FromResult(all with { Bids = [.. all.Bids.Take(limit)], Asks = [.. all.Asks.Take(limit)] });
    }

    public ValueTask<OrderByOrderUpdate?> WaitForOrders(long afterSequence)
    {
        floor.Note("WaitForOrders", $"{afterSequence}");
        return floor.WaitForOrders(afterSequence);
    }
}
