using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Cluster;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>System status, as the exchange reports it to its operators.</summary>
public sealed class SystemCallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Last_200_warnings_and_errors_are_listed_newest_first()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var log = exchange.Services.GetRequiredService<ILoggerFactory>().CreateLogger("QuantumCore.Test");
        log.LogInformation("not worth a line");
        for (var i = 1; i <= 205; i++)
            log.LogWarning(new EventId(i), "warning {Number}", i);
        log.LogError(new EventId(7), new InvalidDataException("half a record"), "it failed");

        var lines =
            (await exchange.SendAsync("GET", "admin/system", key: "admin", cancellationToken: Token)).Json.GetProperty(
                "log");

        Assert.Equal(200, lines.GetArrayLength());
        Assert.Equal(("error", 7, "it failed", "QuantumCore.Test"), (
            lines[0].GetProperty("level").GetString(), lines[0].GetProperty("event").GetInt32(),
            lines[0].GetProperty("message").GetString(), lines[0].GetProperty("category").GetString()));
        Assert.Contains("half a record", lines[0].GetProperty("exception").GetString());
        Assert.Equal(
            ("warn", "warning 205"),
            (lines[1].GetProperty("level").GetString(), lines[1].GetProperty("message").GetString()));
        Assert.Equal("warning 7", lines[199].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Journal_state_comes_from_the_ledger_and_is_omitted_without_its_response()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var journal =
            (await exchange.SendAsync("GET", "admin/system", key: "admin", cancellationToken: Token)).Json.GetProperty(
                "journal");
        Assert.Equal((1_000, 7, 2_500), (
            journal.GetProperty("records").GetInt64(), journal.GetProperty("behind").GetInt64(),
            journal.GetProperty("behindMillis").GetInt64()));

        exchange.Floor.LedgerStatus = Task.FromException<Contracts.LedgerStatus>(
            new InvalidOperationException("The history is gone."));
        var reply = await exchange.SendAsync("GET", "admin/system", key: "admin", cancellationToken: Token);
        Assert.Equal((HttpStatusCode.OK, null), (reply.Status, reply["journal"]));
    }

    [Theory]
    [InlineData("alice", "Forbidden")]
    [InlineData(null, "Unauthorized")]
    public async Task Customers_and_strangers_are_told_nothing(string? key, string code)
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(code, (await exchange.SendAsync("GET", "admin/system", key: key, cancellationToken: Token)).Code);
    }

    [Theory]
    [InlineData("AccountGrain", "Account")]
    [InlineData("QuantumCore.Grains.Books.OrderBookGrain,QuantumCore.Grains", "OrderBook")]
    [InlineData("Sweeper", "Sweeper")]
    public void Grain_types_are_called_by_their_class(string type, string name) =>
        Assert.Equal(new GrainCount(name, 3), GrainCount.Of(type, 3));
}
