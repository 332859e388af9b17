using System.Net;
using System.Text;

namespace QuantumCore.Client.Tests;

/// <summary>Client order ids that a path cannot carry, and responses to another call than the one made.</summary>
public sealed class NameTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../AAPL/1")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("1234567890123456789012345678901234567")]
    public async Task A_name_that_a_path_cannot_carry_is_refused_before_anything_is_sent(string name)
    {
        await using var exchange = await TestExchange.StartAsync();
        using var client = new QuantumCoreClient(exchange.Address, "demo-admin");
        var order = PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 1m) with { ClientOrderId = name };
        foreach (var call in new Func<Task>[]
        {
            () => client.Orders.CancelByClientIdAsync(name, Cancellation),
            () => client.Orders.PlaceAsync(order, Cancellation),
            () => client.Orders.AmendAsync(
                "AAPL", 1, new AmendOrder { Price = 1m, ClientOrderId = name }, Cancellation),
        })
        {
            var failure = await Assert.ThrowsAsync<QuantumCoreException>(call);
            Assert.Equal((RejectCodes.BadRequest, "clientOrderId"), (failure.Code, failure.Field));
        }

        // In a batch, the error says which.
        var other = PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 1m);
        foreach (var call in new Func<Task>[]
        {
            () => client.Orders.PlaceBatchAsync([other, order], Cancellation),
            () =>
                client.Orders.PlaceListAsync(
                    new PlaceOrderList(OrderListKind.OneCancelsOther, [other, order]), Cancellation),
        })
        {
            var failure = await Assert.ThrowsAsync<QuantumCoreException>(call);
            Assert.Equal((RejectCodes.BadRequest, "orders[1].clientOrderId"), (failure.Code, failure.Field));
        }

        Assert.Empty(exchange.Changes);
    }

    [Fact]
    public async Task A_name_that_looks_escaped_is_cancelled_as_it_is()
    {
        await using var exchange = await TestExchange.StartAsync();
        using var client = new QuantumCoreClient(exchange.Address, "demo-alice");
        await client.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 1m), Cancellation);
        await client.Orders.PlaceAsync(
            PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 1m) with { ClientOrderId = "a%2Fb" }, Cancellation);

        var order = await client.Orders.CancelByClientIdAsync("a%2Fb", Cancellation);

        Assert.Equal("a%2Fb", order.ClientOrderId);
        Assert.Single(exchange.Book("AAPL").Orders, open => open.IsOpen);
    }

    [Fact]
    public async Task The_answer_of_a_mass_cancel_is_no_order()
    {
        using var http = new HttpClient(new OneAnswer("""{"cancelled":3}"""))
        {
            BaseAddress = new Uri("http://exchange"),
        };
        using var client = new QuantumCoreClient(http, "demo-alice");

        var failure =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => client.Orders.CancelByClientIdAsync("my-1", Cancellation));

        Assert.Equal(RejectCodes.BadAnswer, failure.Code);
    }

    private sealed class OneAnswer(string json) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(json, Encoding.UTF8, "application/json"),
            });
    }
}
