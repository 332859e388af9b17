using System.Net;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>A cancel with a malformed path or query cancels nothing.</summary>
public sealed class CancelPathTests
{
    private const string Order =
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"100","clientOrderId":"my-1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("orders/by-client-id/..", true)]
    [InlineData("orders/by-client-id/.", true)]
    [InlineData("orders/by-client-id/%2e%2E", true)]
    [InlineData("orders/by-client-id/../AAPL/1", true)]
    [InlineData("orders/by-client-id/x/../../AAPL/1", true)]
    [InlineData("orders/AAPL/..", true)]
    [InlineData("orders/by-client-id/a/b", true)]
    [InlineData("orders/by-client-id/a%2Fb", true)]
    [InlineData("orders/by-client-id/a%5cb", true)]
    [InlineData("orders/by-client-id/..%2FAAPL%2F1", true)]
    [InlineData("orders/", true)]
    [InlineData("orders/by-client-id/..", false)]
    [InlineData("orders/by-client-id/.", false)]
    [InlineData("orders/by-client-id/%2e%2e", false)]
    [InlineData("orders/by-client-id/a/b", false)]
    [InlineData("orders/by-client-id/a%2Fb", false)]
    [InlineData("orders?sybmol=MSFT", true)]
    [InlineData("orders?symbol=MSFT&Side=sell", true)]
    public async Task Cancel_by_a_name_that_is_none_cancels_nothing(string path, bool isRaw)
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);
        var before = exchange.Floor.State();

        var asWritten = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = isRaw };
        using var request = new HttpRequestMessage(
            HttpMethod.Delete, new Uri($"{exchange.Address.AbsoluteUri}api/qc/v1/{path}", in asWritten));
        request.Headers.Add("X-Api-Key", "alice");
        using var response = await exchange.Http.SendAsync(request, Token);

        Assert.True(
            response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound
                or HttpStatusCode.MethodNotAllowed,
            $"{path} was answered {response.StatusCode}");
        Assert.Equal(before, exchange.Floor.State());
        Assert.DoesNotContain("CancelAll", exchange.Floor.Calls);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\\\b")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Order_whose_name_could_not_be_cancelled_is_refused(string name)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "orders", Order.Replace("my-1", name, StringComparison.Ordinal), cancellationToken: Token);
        Assert.Equal((400, "BadRequest", "clientOrderId"), ((int)reply.Status, reply.Code, reply["field"]));
    }

    [Fact]
    public async Task Name_with_dots_and_percent_is_cancelled_under_its_escaped_form()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync(
            "POST", "orders", Order.Replace("my-1", "..a%2Fb", StringComparison.Ordinal), cancellationToken: Token);
        var reply = await exchange.SendAsync("DELETE", "orders/by-client-id/..a%252Fb", cancellationToken: Token);
        Assert.Equal("cancelled", reply["status"]);
    }

    [Fact]
    public async Task Mass_cancel_names_the_query_key_it_does_not_know()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("DELETE", "orders?sybmol=AAPL", cancellationToken: Token);
        Assert.Equal((400, "BadRequest", "sybmol"), ((int)reply.Status, reply.Code, reply["field"]));
    }
}
