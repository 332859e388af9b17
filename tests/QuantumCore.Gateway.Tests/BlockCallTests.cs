using System.Net;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>
/// Freezes and the kill switch of a firm. The kill switch of one account: <see cref="OperatorCallTests"/>.
/// </summary>
public sealed class BlockCallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Owner_is_blocked_with_all_its_accounts_and_with_no_other()
    {
        await using var exchange = await StartAsync();
        await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"1.00","quantity":"5"}""", "alice", Token);

        var reply =
            await exchange.SendAsync("POST", "admin/owners/acme/block", """{"why":"runs wild"}""", "admin", Token);

        Assert.Equal(
            """{"owner":"acme","blocked":true,"accounts":[{"account":"ACC-1001","blocked":true,"symbols":["AAPL"]},{"account":"ACC-2001","blocked":true,"symbols":[]}]}""",
            reply.Text);
        Assert.Equal(
            ["CloseAll AAPL 1", "Freeze 1001 True admin runs wild", "Freeze 2001 True admin runs wild"],
            Called(exchange, "Freeze", "CloseAll").Order(StringComparer.Ordinal));
        var act = Assert.Single(exchange.Floor.Acts);
        Assert.Equal(("ownerBlocked", "acme"), (act.What, act.Subject));
    }

    [Fact]
    public async Task Owner_is_unblocked_with_all_its_accounts()
    {
        await using var exchange = await StartAsync();
        var reply = await exchange.SendAsync("POST", "admin/owners/acme/unblock", "{}", "admin", Token);
        Assert.Equal(
            """{"owner":"acme","blocked":false,"accounts":[{"account":"ACC-1001","blocked":false,"symbols":["AAPL","MSFT"]},{"account":"ACC-2001","blocked":false,"symbols":["AAPL","MSFT"]}]}""",
            reply.Text);
        Assert.Equal(
            ["Unfreeze 1001 admin", "Unfreeze 2001 admin"], Called(exchange, "Unfreeze").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Unblocking_an_owner_names_the_accounts_that_stay_blocked()
    {
        await using var exchange = await StartAsync();
        exchange.Floor.RefusesToUnfreeze = RejectReason.InsufficientFunds;
        var reply = await exchange.SendAsync("POST", "admin/owners/acme/unblock", "{}", "admin", Token);
        Assert.Equal((422, "InsufficientFunds", "owner"), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.Contains("ACC-1001, ACC-2001;", reply["detail"], StringComparison.Ordinal);
        Assert.Empty(exchange.Floor.Acts);
    }

    [Fact]
    public async Task Owner_of_no_account_is_refused()
    {
        await using var exchange = await StartAsync();
        var reply = await exchange.SendAsync("POST", "admin/owners/Acme/block", "{}", "admin", Token);
        Assert.Equal((HttpStatusCode.NotFound, "UnknownAccount", "owner"), (reply.Status, reply.Code, reply["field"]));
        Assert.Equal(
            "Forbidden", (await exchange.SendAsync("POST", "admin/owners/acme/block", "{}", "alice", Token)).Code);
        Assert.Empty(Called(exchange, "Freeze"));
    }

    [Theory]
    [InlineData("freeze")]
    [InlineData("unfreeze")]
    [InlineData("block")]
    [InlineData("unblock")]
    public async Task Account_that_nobody_has_is_refused(string call)
    {
        await using var exchange = await StartAsync();
        exchange.Floor.Unused.Add(10_001);
        exchange.Floor.Unused.Add(2_001);
        var reply = await exchange.SendAsync("POST", $"admin/accounts/ACC-10001/{call}", "{}", "admin", Token);
        Assert.Equal(
            (HttpStatusCode.NotFound, "UnknownAccount", "account"), (reply.Status, reply.Code, reply["field"]));
        Assert.Empty(Called(exchange, "Freeze", "Unfreeze"));
        Assert.Empty(exchange.Floor.Acts);

        // The account has an owner, though no record yet.
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("POST", $"admin/accounts/ACC-2001/{call}", "{}", "admin", Token)).Status);
    }

    private static async Task<OpenGateway> StartAsync()
    {
        var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Owners.Add(new OwnedAccount(TradingFloor.Alice, "acme"));
        exchange.Floor.Owners.Add(new OwnedAccount(2_001, "acme"));
        exchange.Floor.Owners.Add(new OwnedAccount(2_002, "other"));
        return exchange;
    }

    private static IEnumerable<string> Called(OpenGateway exchange, params string[] names) =>
        exchange.Floor.Calls.Where(call => names.Contains(call.Split(' ')[0]));
}
