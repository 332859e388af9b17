using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;
using Market = QuantumCore.Grains.Tests.SettlementTests.Market;

namespace QuantumCore.Grains.Tests;

/// <summary>Changes of trades without a taker: strategies' legs and auction trades.</summary>
public class TradeChangeKindTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const long Cash = SettlementTests.Cash;
    private const string A = "AAA";
    private const string B = "BBB";
    private const string Key = "group:PAIR";
    private static readonly TradingPhase[] s_untilOpening =
        [TradingPhase.Closed, TradingPhase.PreOpen, TradingPhase.Opening];

    [Theory]
    [InlineData(5, OrderStatus.Filled)]
    [InlineData(8, OrderStatus.PartiallyFilled)]
    public async Task Trade_of_a_leg_is_changed_alone_and_the_strategy_stays_what_it_was(long units, OrderStatus status)
    {
        await using var disk = new Disk();
        await using var exchange = await StrategyLifeTests.OpenAsync(disk, overtaking: false, listsTogether: false);
        await StrategyLifeTests.PlaceAsync(exchange, Bob, "ask", A, Side.Sell, 15_100, 7);
        await StrategyLifeTests.PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 5);
        var legs = await StrategyLifeTests.SpreadAsync(exchange, Alice, "s", net: 100, units);
        Assert.Equal([(status, 5L), (status, 5L)], legs.Select(leg => (leg.Status, leg.FilledLots)));
        var (alice, bob) = (await HasAsync(exchange, Alice), await HasAsync(exchange, Bob));

        // 75,500 of which the strategy took 59 and its quote 16 become 76,000.
        var corrected = await ChangeAsync(exchange, A, legs[0], 15_200);
        Assert.Equal(
            (Alice, 15_200, 60, 16),
            (corrected.Trade.Taker.Account, corrected.PriceTicks, corrected.BuyerFee, corrected.SellerFee));
        Assert.Equal((alice.Cash - 501, alice.A, alice.B), await HasAsync(exchange, Alice));
        Assert.Equal((bob.Cash + 500, bob.A, bob.B), await HasAsync(exchange, Bob));

        // By an activation without either leg's order in memory. The leg sold at 150.00, for which it paid 59 and the
        // quote 15.
        await exchange.Cluster.DeactivateAsync(exchange.Book(A, Key).Grain);
        var gone = await ChangeAsync(exchange, B, legs[1], 0);
        Assert.Equal((Alice, 0, 0, 0), (gone.Trade.Taker.Account, gone.PriceTicks, gone.BuyerFee, gone.SellerFee));
        Assert.Equal((alice.Cash - 501 - 75_000 + 59, alice.A, alice.B + 5), await HasAsync(exchange, Alice));
        Assert.Equal((bob.Cash + 500 + 75_000 + 15, bob.A, bob.B - 5), await HasAsync(exchange, Bob));
        Assert.Equal(RejectReason.UnknownTrade, (await ChangeAsync(exchange, B, legs[1], 15_000)).Reason);
        foreach (var leg in legs)
        {
            var now = await exchange.Book(leg.Symbol, Key).Status(Alice, leg.OrderId);
            Assert.Equal((status, 5), (now.Status, now.FilledLots));
        }

        await TransferTests.RequireInvariantsAsync(exchange);

        // What is left of the strategy goes on.
        await StrategyLifeTests.PlaceAsync(exchange, Bob, "bid2", B, Side.Buy, 15_001, 2);
        var left = await exchange.ViewAsync(Alice);
        Assert.Equal(units == 5 ? [] : [1L, 1], left.OpenOrders.Select(order => order.QuantityLots - order.FilledLots));
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task Trades_of_two_strategies_with_each_other_are_changed_leg_by_leg_in_public()
    {
        await using var disk = new Disk();
        await using var exchange = await StrategyLifeTests.OpenAsync(disk, overtaking: false, listsTogether: false);
        var (alice, bob) = (await HasAsync(exchange, Alice), await HasAsync(exchange, Bob));
        await StrategyLifeTests.SpreadAsync(exchange, Alice, "buys", net: 120, units: 3);
        var sells = await StrategyLifeTests.SpreadAsync(exchange, Bob, "sells", net: -100, units: 3, reversed: true);
        Assert.All(sells, leg => Assert.Equal(OrderStatus.Filled, leg.Status));
        foreach (var leg in sells)
        {
            var market = exchange.Grains.GetGrain<IMarketDataGrain>(leg.Symbol);
            await ShownAsync(leg.Fills[0].Sequence);
            var trade = Assert.Single(await market.Trades(10));
            Assert.Equal(
                RejectReason.None, (await ChangeAsync(exchange, leg.Symbol, leg, trade.PriceTicks - 50)).Reason);
            var voided = await ChangeAsync(exchange, leg.Symbol, leg, 0);
            Assert.Equal(RejectReason.None, voided.Reason);
            await ShownAsync(voided.Sequence);
            Assert.Equal(trade with { ChangedTicks = 0 }, Assert.Single(await market.Trades(10)));
            Assert.Equal(0, (await exchange.Book(leg.Symbol, Key).State()).LastPriceTicks);

            Task ShownAsync(long sequence) =>
                Wait.UntilAsync(async () => (await market.Depth(1)).Sequence >= sequence, $"market data at {sequence}");
        }

        Assert.Equal(alice, await HasAsync(exchange, Alice));
        Assert.Equal(bob, await HasAsync(exchange, Bob));
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task Trades_of_an_auction_are_changed_one_by_one_with_fees_of_who_rests()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        foreach (var phase in s_untilOpening)
            Assert.Equal(
                RejectReason.None,
                await market.Exchange.Book("NOW").Operate(new SetTradingPhase(phase)));
        await market.Exchange.PlaceAsync(Bob, "sells", "NOW", Side.Sell, 9_000, 6);
        await market.Exchange.PlaceAsync(Carol, "too", "NOW", Side.Sell, 10_000, 4);
        var buy = await market.Exchange.PlaceAsync(Alice, "buys", "NOW", Side.Buy, 10_000, 10);
        await market.Exchange.Book("NOW").Operate(new SetTradingPhase(TradingPhase.Continuous));
        Assert.Equal(OrderStatus.Filled, (await market.Exchange.Book("NOW").Status(Alice, buy.OrderId)).Status);
        await market.Exchange.Ledger.CatchUp();
        var fills = (await market.Exchange.Ledger.Fills(Alice, "NOW", 10, [])).Sort(
            (one, other) => one.Fill.Index.CompareTo(other.Fill.Index));
        Assert.Equal(
            [(10_000, 6, 12), (10_000, 4, 8)],
            fills.Select(fill => (fill.Fill.PriceTicks, fill.Fill.QuantityLots, fill.Fill.Fee)));

        // 200 millionths of 66,000 are 13.2, of both: whoever rests in an auction pays as a maker.
        var book = market.Exchange.Book("NOW").Grain;
        var corrected = await book.ChangeTrade("NOW", new TradePlace(fills[0].Fill.Sequence, 0), 11_000);
        Assert.Equal((RejectReason.None, true, 11_000, 14, 14), (corrected.Reason, corrected.Trade.IsAuction,
            corrected.PriceTicks, corrected.BuyerFee, corrected.SellerFee));
        Assert.Equal((Cash + 66_000 - 14, 0), await market.HasAsync(Bob, "USD"));
        Assert.Equal((Cash - 66_000 - 14 - 40_000 - 8, 0), await market.HasAsync(Alice, "USD"));
        var gone = await book.ChangeTrade("NOW", new TradePlace(fills[1].Fill.Sequence, 1), 0);
        Assert.Equal((RejectReason.None, Carol), (gone.Reason, gone.Trade.Maker.Account));
        Assert.Equal((Cash, 0), await market.HasAsync(Carol, "USD"));
        Assert.Equal((1_000, 0), await market.HasAsync(Carol, "NOW"));
        Assert.Equal((Cash - 66_000 - 14, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_006, 0), await market.HasAsync(Alice, "NOW"));
        Assert.Equal(
            (OrderStatus.Filled, 10_000),
            ((await market.Exchange.Book("NOW").Status(Alice, buy.OrderId)).Status,
                (await market.Exchange.Book("NOW").State()).LastPriceTicks));
        await market.RequireInvariantsAsync();
    }

    private static ValueTask<TradeChanged> ChangeAsync(
        Exchange exchange, string symbol, ExecutionReport leg, long priceTicks) =>
        exchange.Book(symbol, Key).Grain.ChangeTrade(
            symbol, new TradePlace(leg.Fills[0].Sequence, leg.Fills[0].Index), priceTicks);

    private static async Task<(long Cash, long A, long B)> HasAsync(Exchange exchange, long account)
    {
        await exchange.Account(account).CatchUp();
        var view = await exchange.ViewAsync(account);
        return (view.Of("USD").Total, view.Of(A).Total, view.Of(B).Total);
    }
}
