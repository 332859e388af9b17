using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Orders replaced after partial fills: over FIX a chain of replacements is one order, with one total and all its
/// trades.
/// </summary>
public sealed class ReplaceChainsOverFixTests
{
    private const string Buy = "55=AAPL|54=1|40=2|59=1";

    private static readonly int[] s_quantities = [11, 150, 39, 38, 14, 151, 6];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_total_that_is_replaced_twice_leaves_what_the_chain_has_not_traded()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await OpenChainAsync(exchange, desk);

        await desk.SendAsync("G", $"11=c|41=b|38=10|44=140|{Buy}");
        Assert.Equal("8 11=c 150=5 39=1 38=10 14=9 151=1 6=140", await desk.HearAsync(1, s_quantities));
        await exchange.BobAsync(ServedExchange.Sell(3, 140));
        Assert.Equal("8 11=c 150=F 39=2 38=10 14=10 151=0 6=140", await desk.HearAsync(1, s_quantities));
        var left = Assert.Single(await exchange.Bob.Orders.GetOpenAsync(cancellation: Cancellation));
        Assert.Equal((3m, 1m), (left.Quantity, left.Filled));
    }

    [Fact]
    public async Task The_mean_price_is_that_of_all_the_chain_has_traded()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|38=10|44=140|{Buy}");
        await exchange.BobAsync(ServedExchange.Sell(4, 140));
        await desk.HearAsync(2, 11);
        await desk.SendAsync("G", $"11=b|41=a|38=10|44=141|{Buy}");
        Assert.Equal("8 11=b 150=5 39=1 38=10 14=4 151=6 6=140", await desk.HearAsync(1, s_quantities));
        await exchange.BobAsync(ServedExchange.Sell(4, 141));
        Assert.Equal("8 11=b 150=F 39=1 38=10 14=8 151=2 6=140.5", await desk.HearAsync(1, s_quantities));
        await desk.SendAsync("F", "11=c|41=b|55=AAPL|54=1");
        Assert.Equal("8 11=c 150=4 39=4 38=10 14=8 151=0 6=140.5", await desk.HearAsync(1, s_quantities));
        await desk.SendAsync("H", "11=b|55=AAPL|54=1");
        Assert.Equal("8 11=b 150=I 39=4 38=10 14=8 151=0 6=140.5", await desk.HearAsync(1, s_quantities));
    }

    [Fact]
    public async Task A_chain_goes_on_in_a_session_after_a_restart_of_the_exchange()
    {
        var before = await ServedExchange.OpenAsync(hasFix: true);
        using (var desk = await FixClient.LogOnAsync(before.FixAddress, "alice"))
            await OpenChainAsync(before, desk);

        await using var exchange = await before.RestartAsync();
        using var later = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await later.SendAsync("AF", "584=s|585=7");
        Assert.Equal("8 11=b 150=I 39=1 38=19 14=9 151=10 6=140", await later.HearAsync(1, s_quantities));
        await exchange.BobAsync(ServedExchange.Sell(1, 140));
        Assert.Equal("8 11=b 150=F 39=1 38=19 14=10 151=9 6=140", await later.HearAsync(1, s_quantities));
        await later.SendAsync("G", $"11=c|41=b|38=20|44=141|{Buy}");
        Assert.Equal("8 11=c 150=5 39=1 38=20 14=10 151=10 6=140", await later.HearAsync(1, s_quantities));
        await later.SendAsync("H", "11=c|55=AAPL|54=1");
        Assert.Equal("8 11=c 150=I 39=1 38=20 14=10 151=10 6=140", await later.HearAsync(1, s_quantities));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(5)]
    [InlineData(3)]
    public async Task A_chain_that_is_replaced_by_no_more_than_it_has_traded_ends(int total)
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await OpenChainAsync(exchange, desk);
        await desk.SendAsync("G", $"11=c|41=b|38={total}|44=140|{Buy}");
        Assert.Equal("8 11=c 41=b 150=4 39=4 14=9 151=0", await desk.HearAsync(1, 11, 41, 150, 39, 14, 151));
        Assert.Empty(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task The_same_total_once_more_changes_nothing()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await OpenChainAsync(exchange, desk);
        await desk.SendAsync("G", $"11=c|41=b|38=19|44=140|{Buy}");
        Assert.Equal("9 11=c 39=1 58=The order is as this asks for already.", await desk.HearAsync(1, 11, 39, 58));
    }

    [Fact]
    public async Task A_chain_is_one_order_over_FIX_and_its_newest_order_over_the_native_interface()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await OpenChainAsync(exchange, desk);
        var order = Assert.Single(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
        Assert.Equal((14m, 4m, 10m), (order.Quantity, order.Filled, order.Remaining));

        // There the total is that of the newest order: four of twelve are filled.
        await exchange.Alice.Orders.AmendAsync("AAPL", order.OrderId, new AmendOrder { Quantity = 12m }, Cancellation);
        Assert.Equal("8 11=b 150=D 39=1 38=17 14=9 151=8 6=140", await desk.HearAsync(1, s_quantities));
    }

    /// <summary>Buys 15, of which 5 trade, then amends to 19, of which 4 more trade.</summary>
    private static async Task OpenChainAsync(ServedExchange exchange, FixClient desk)
    {
        await desk.SendAsync("D", $"11=a|38=15|44=140|{Buy}");
        await exchange.BobAsync(ServedExchange.Sell(5, 140));
        Assert.Equal(
            "8 11=a 150=0 39=0 38=15 14=0 151=15 6=0; 8 11=a 150=F 39=1 38=15 14=5 151=10 6=140",
            await desk.HearAsync(2, s_quantities));
        await desk.SendAsync("G", $"11=b|41=a|38=19|44=140|{Buy}");
        Assert.Equal("8 11=b 150=5 39=1 38=19 14=5 151=14 6=140", await desk.HearAsync(1, s_quantities));
        await exchange.BobAsync(ServedExchange.Sell(4, 140));
        Assert.Equal("8 11=b 150=F 39=1 38=19 14=9 151=10 6=140", await desk.HearAsync(1, s_quantities));
    }
}
