using System.Net;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>Trades, busts and corrections in FIX market data.</summary>
public sealed class FixMarketTests
{
    private const string At = "272=20260101|273=00:00:00.000";

    private static readonly PublicTrade s_first = new(6, 0, 1_767_225_600_000_000_000, 15_000, 10, Side.Buy);
    private static readonly PublicTrade s_second = new(6, 1, 1_767_225_600_000_000_000, 15_100, 20, Side.Buy);

    [Fact]
    public async Task Corrected_earlier_trade_is_changed_and_a_void_one_deleted_by_its_id()
    {
        await using var exchange = await OpenAsync();
        await using var desk = await FollowAsync(exchange, "265=1|267=1|269=2");
        exchange.Floor.Publish("AAPL", Update(5, 6, [s_first, s_second]));
        await desk.HearsAsync(
            $"X 3 262=m|268=2|279=0|269=2|278=6-0|55=AAPL|270=150.00|271=10|{At}|58=buy|279=0|269=2|278=6-1|55=AAPL|270=151.00|271=20|{At}|58=buy");

        // Times and quantities are those of the trade. The price is the current one, or for a bust the last one.
        exchange.Floor.Publish("AAPL", Update(6, 7, [], Change(7, s_first, 15_000, 14_900)));
        await desk.HearsAsync($"X 4 262=m|268=1|279=1|269=2|278=6-0|55=AAPL|270=149.00|271=10|{At}|58=buy");
        exchange.Floor.Publish("AAPL", Update(7, 9, [], Change(8, s_first, 14_900, 0), Change(9, s_second, 15_100, 0)));
        await desk.HearsAsync(
            $"X 5 262=m|268=2|279=2|285=0|269=2|278=6-0|55=AAPL|270=149.00|271=10|{At}|58=buy|279=2|285=0|269=2|278=6-1|55=AAPL|270=151.00|271=20|{At}|58=buy");
    }

    [Fact]
    public async Task Trade_changed_before_its_report_is_reported_as_made_and_then_as_changed()
    {
        await using var exchange = await OpenAsync();
        await using var desk = await FollowAsync(exchange, "265=1|267=1|269=2");
        exchange.Floor.Publish("AAPL", Update(5, 7, [s_first], Change(7, s_first, 15_000, 0)));
        await desk.HearsAsync(
            $"X 3 262=m|268=2|279=0|269=2|278=6-0|55=AAPL|270=150.00|271=10|{At}|58=buy|279=2|285=0|269=2|278=6-0|55=AAPL|270=150.00|271=10|{At}|58=buy");
    }

    [Fact]
    public async Task A_full_refresh_has_no_names_and_so_tells_trades_as_they_stand_and_no_void_one()
    {
        await using var exchange = await OpenAsync();
        await using var desk = await FollowAsync(exchange, "265=0|267=1|269=2");
        exchange.Floor.Publish(
            "AAPL",
            Update(5, 8, [s_first, s_second], Change(7, s_first, 15_000, 0), Change(8, s_second, 15_100, 15_200)));
        await desk.HearsAsync($"W 3 262=m|55=AAPL|268=1|269=2|270=152.00|271=20|{At}|58=buy");

        // An update without a trade sends no message.
        exchange.Floor.Publish("AAPL", Update(8, 9, [], Change(9, s_second, 15_200, 0)));
        exchange.Floor.Publish("AAPL", Update(9, 10, [s_first with { Sequence = 10 }]));
        await desk.HearsAsync($"W 4 262=m|55=AAPL|268=1|269=2|270=150.00|271=10|{At}|58=buy");
    }

    [Fact]
    public async Task Subscriber_without_trades_gets_no_trade_changes()
    {
        await using var exchange = await OpenAsync();
        await using var desk = await FollowAsync(exchange, "265=1|267=1|269=0");
        exchange.Floor.Publish("AAPL", Update(5, 7, [s_first], Change(7, s_first, 15_000, 0)));
        exchange.Floor.Publish("AAPL", Update(7, 8, []) with { Bids = [new DepthLevel(14_000, 5, 1)] });
        await desk.HearsAsync(
            "X 3 262=m|268=1|279=0|269=0|55=AAPL|270=140.00|271=5|272=19700101|273=00:00:00.000|346=1");
    }

    private static Task<OpenGateway> OpenAsync() => OpenGateway.StartAsync(
        more: services => services.AddFix(new IPEndPoint(IPAddress.Loopback, 0), tls: null));

    /// <summary>Subscribes a desk to AAPL, from the empty book at sequence 5.</summary>
    private static async Task<FixClient> FollowAsync(OpenGateway exchange, string what)
    {
        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [], [], []));
        var desk = await FixClient.ConnectAsync(
            exchange.Services.GetRequiredService<FixServer>().Address, TimeProvider.System);
        await desk.SayAsync("A", "98=0|108=3600|141=Y|554=alice");
        await desk.HearsAsync("A 1 98=0|108=3600|141=Y");
        await desk.SayAsync("V", $"262=m|263=1|264=0|{what}|146=1|55=AAPL");
        await desk.HearsAsync("W 2 262=m|55=AAPL|268=0");
        return desk;
    }

    private static MarketUpdate Update(
        long previous, long sequence, PublicTrade[] trades, params PublicTradeChange[] changes) =>
        new(false, previous, sequence, sequence * 10, [], [], [.. trades], [.. changes]);

    private static PublicTradeChange Change(long sequence, PublicTrade trade, long before, long now) =>
        new(sequence, sequence * 10, trade, before, now);
}
