using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Orders that enter before their holds are durable, where all grains use one journal writer.</summary>
public sealed class HoldAheadTests
{
    private static readonly GatewayOptions s_oneWriter = new() { HasOneWriter = true };

    [Fact]
    public async Task Order_that_its_book_has_answered_waits_for_nothing_more()
    {
        await using var exchange = await OpenGateway.StartAsync(s_oneWriter);
        var report = await OrdersOf(exchange).PlaceNewAsync(TradingFloor.Alice, Order("a"));
        Assert.Equal(RejectReason.None, report.Reason);
        Assert.DoesNotContain("WhenDurable", exchange.Floor.Calls);
    }

    [Fact]
    public async Task Refusal_is_told_once_what_it_rests_on_is_durable()
    {
        await using var exchange = await OpenGateway.StartAsync(s_oneWriter);
        var orders = OrdersOf(exchange);
        await orders.PlaceNewAsync(TradingFloor.Alice, Order("a"));
        var again = await orders.PlaceNewAsync(TradingFloor.Alice, Order("a"));
        Assert.Equal(RejectReason.KeyConflict, again.Reason);
        Assert.Contains("WhenDurable", exchange.Floor.Calls);
    }

    [Fact]
    public async Task Outcome_is_unknown_if_what_a_refusal_rests_on_is_lost()
    {
        await using var exchange = await OpenGateway.StartAsync(s_oneWriter);
        var orders = OrdersOf(exchange);
        await orders.PlaceNewAsync(TradingFloor.Alice, Order("a"));
        for (var attempt = 0; attempt < 2; attempt++)
            exchange.Floor.Fail("WhenDurable", new InvalidOperationException("The account has lost its stream."));
        var again = await orders.PlaceNewAsync(TradingFloor.Alice, Order("a"));
        Assert.Equal(RejectReason.OutcomeUnknown, again.Reason);
    }

    [Fact]
    public async Task Nothing_of_a_batch_is_known_if_its_book_fails_and_the_holds_are_lost()
    {
        await using var exchange = await OpenGateway.StartAsync(s_oneWriter);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            exchange.Floor.Fail("SubmitAfter", new InvalidOperationException("The hold is lost."));
            exchange.Floor.Fail("WhenDurable", new InvalidOperationException("The account has lost its stream."));
        }

        var reports = await OrdersOf(exchange).PlaceBatchAsync(
            TradingFloor.Alice, [Order("a"), Order("b") with { QuantityLots = 2_000_000 }]);
        Assert.All(reports, report => Assert.Equal(RejectReason.OutcomeUnknown, report.Reason));
    }

    [Fact]
    public async Task Refusal_that_rests_on_no_record_stays()
    {
        await using var exchange = await OpenGateway.StartAsync(s_oneWriter);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            exchange.Floor.Fail("SubmitAfter", new InvalidOperationException("The hold is lost."));
            exchange.Floor.Fail("WhenDurable", new InvalidOperationException("The account has lost its stream."));
        }

        var reports = await OrdersOf(exchange).PlaceBatchAsync(
            TradingFloor.Alice, [Order("a"), Order("b") with { QuantityLots = 2_000_000 }, Order("c") with { Symbol = "NONE" }]);
        Assert.Equal(
            [RejectReason.OutcomeUnknown, RejectReason.OutcomeUnknown, RejectReason.UnknownSymbol],
            reports.Select(report => report.Reason));
    }

    private static OrderEntry OrdersOf(OpenGateway exchange) => exchange.Services.GetRequiredService<OrderEntry>();

    private static HoldRequest Order(string clientOrderId) => new(
        clientOrderId, "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, 15_000, 10);
}
