using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Self-trade prevention over FIX: reports, and later changes of the orders.</summary>
public class PreventedOverFixTests
{
    private const string Buys = "55=AAPL|54=1|40=2|44=100|59=1";

    [Theory]
    [InlineData("38=9|44=100", "8 11=c 41=b 37=2 150=5 38=9 151=5 44=100.00", "8 11=c 37=2 150=I 38=9 151=5")]
    [InlineData("38=10|44=101", "8 11=c 41=b 37=3 150=5 38=10 151=6 44=101.00", "8 11=c 37=3 150=I 38=10 151=6")]
    public async Task An_order_some_of_which_was_prevented_is_changed_to_what_its_total_leaves_open(
        string terms, string told, string shown)
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "bob");
        await DecrementAsync(desk);
        await desk.SendAsync("G", $"11=c|41=b|55=AAPL|54=1|40=2|{terms}");
        Assert.Equal(told, await desk.HearAsync(1, 11, 41, 37, 150, 38, 151, 44));

        // Within the session it is known by that name, however it is queried.
        await desk.SendAsync("AF", "584=s|585=7");
        Assert.Equal(shown, await desk.HearAsync(1, 11, 37, 150, 38, 151));
    }

    [Fact]
    public async Task A_session_that_found_the_order_open_changes_it_to_the_same()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using (var before = await FixClient.LogOnAsync(exchange.FixAddress, "bob"))
            await DecrementAsync(before);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "bob");
        await desk.SendAsync("G", "11=c|41=b|55=AAPL|54=1|40=2|38=9|44=100");
        Assert.Equal("8 11=c 41=b 37=2 150=5 151=5", await desk.HearAsync(1, 11, 41, 37, 150, 151));
    }

    [Fact]
    public async Task A_total_that_was_prevented_already_leaves_nothing_to_change_to()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "bob");
        await DecrementAsync(desk);
        await desk.SendAsync("G", "11=c|41=b|55=AAPL|54=1|40=2|38=4|44=100");
        Assert.Equal("9 11=c 41=b 39=0", await desk.HearAsync(1, 11, 41, 39));
    }

    /// <summary>Prevents Bob's sell of four from trading with his buy of ten, of which six are left.</summary>
    private static async Task DecrementAsync(FixClient desk)
    {
        await desk.SendAsync("D", "11=s|55=AAPL|54=2|38=4|40=2|44=100|59=1");
        Assert.Equal("8 11=s 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAsync("D", $"11=b|38=10|{Buys}|25001=5");
        Assert.Equal(
            "8 11=b 150=0 38=10 151=10; 8 11=b 150=D 378=5 38=10 151=6 58=selfTrade; 8 11=s 150=C 38=4 151=0 58=selfTrade",
            await desk.HearAsync(3, 11, 150, 378, 38, 151, 58));
    }
}
