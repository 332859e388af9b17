using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Risk limits of margin accounts: a short sale adds risk like a purchase; closing passes on both sides (RISK 5.1).
/// </summary>
public class MarginLimitTests
{
    private const long Trader = MarginMarket.Trader;

    [Fact]
    public async Task A_position_limit_counts_what_the_account_would_be_short_of()
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 5);
        await LimitAsync(market, LimitKind.Position, 10);
        Assert.Equal(RejectReason.PositionLimit, (await market.PlaceAsync(Trader, Side.Sell, 10_100, 16)).Reason);
        var resting = await market.PlaceAsync(Trader, Side.Sell, 10_100, 15);
        Assert.Equal(RejectReason.None, resting.Reason);
        Assert.Equal(RejectReason.PositionLimit, (await market.PlaceAsync(Trader, Side.Sell, 10_100, 1)).Reason);
        Assert.Equal(RejectReason.PositionLimit, await AmendAsync(market, resting, 10_200, 16));
        Assert.Equal(RejectReason.None, await AmendAsync(market, resting, 10_200, 15));
        await LimitAsync(market);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Sell, 10_100, 1)).Reason);
    }

    [Fact]
    public async Task Account_at_its_daily_loss_limit_sells_holdings_but_nothing_short()
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 100);
        await market.TradeAsync(Side.Sell, 9_000, 80);
        await LimitAsync(market, LimitKind.DailyLoss, 80_000);
        Assert.Equal(RejectReason.DailyLoss, (await market.PlaceAsync(Trader, Side.Sell, 10_100, 21)).Reason);
        Assert.Equal(RejectReason.None, (await PairAsync(market, "pair", 15)).Reason);
        Assert.Equal(RejectReason.DailyLoss, (await PairAsync(market, "more", 6)).Reason);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Sell, 10_100, 5)).Reason);
        Assert.Equal(RejectReason.DailyLoss, (await market.PlaceAsync(Trader, Side.Sell, 10_100, 1)).Reason);
    }

    [Fact]
    public async Task Buy_that_closes_a_short_position_may_be_replaced_at_the_daily_loss_limit()
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk);
        await market.TradeAsync(Side.Sell, 10_000, 20);
        await market.TradeAsync(Side.Buy, 11_000, 10);
        await LimitAsync(market, LimitKind.DailyLoss, 10_000);
        var closing = await market.PlaceAsync(Trader, Side.Buy, 9_000, 10);
        Assert.Equal(RejectReason.None, closing.Reason);
        Assert.Equal(RejectReason.DailyLoss, await AmendAsync(market, closing, 9_100, 11));
        Assert.Equal(RejectReason.None, await AmendAsync(market, closing, 9_100, 10));
    }

    [Fact]
    public async Task The_volume_of_a_day_counts_short_sales_and_what_is_open_of_them()
    {
        await using var disk = new Disk();
        await using var market = await OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 10);
        await LimitAsync(market, LimitKind.DailyVolume, 300_000);
        Assert.Equal(RejectReason.None, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 10)).Reason);
        Assert.Equal(RejectReason.DailyVolume, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 11)).Reason);
        var last = await market.PlaceAsync(Trader, Side.Sell, 10_000, 10);
        Assert.Equal(RejectReason.None, last.Reason);
        Assert.Equal(RejectReason.DailyVolume, (await market.PlaceAsync(Trader, Side.Sell, 10_000, 1)).Reason);
        Assert.Equal(RejectReason.DailyVolume, await AmendAsync(market, last, 10_001, 10));
        Assert.Equal(RejectReason.None, await AmendAsync(market, last, 10_001, 9));
    }

    private static async Task<MarginMarket> OpenAsync(Disk disk)
    {
        var market = await MarginMarket.OpenAsync(disk);
        await market.Catalog.SetLocate(new("AAPL", Trader, 500, "desk", ""));
        await market.MarkAsync("AAPL", 10_000);
        return market;
    }

    private static async Task LimitAsync(
        MarginMarket market, LimitKind kind = LimitKind.OpenOrders, long most = 1_000) =>
        await market.Exchange.Account(Trader).SetLimits(new("AAPL", [new(kind, most)], "desk", ""));

    private static async Task<RejectReason> AmendAsync(
        MarginMarket market, ExecutionReport order, long price, long lots) =>
        (await market.Exchange.Account(Trader).Amend(new AmendRequest(
            "AAPL", order.OrderId, $"{order.OrderId}-{price}-{lots}", price, lots,
            new SeenSequence("AAPL", order.Sequence)))).Reason;

    private static async Task<HoldListResult> PairAsync(MarginMarket market, string name, long lots)
    {
        return await market.Exchange.Account(Trader)
            .HoldList(OrderListKind.OneCancelsOther, [Leg("a", 11_000), Leg("b", 12_000)]);

        HoldRequest Leg(string leg, long price) =>
            new(
                name + leg, "AAPL", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price,
                lots);
    }
}
