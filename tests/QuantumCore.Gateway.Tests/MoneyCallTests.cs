using System.Net;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class MoneyCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Move = """{"key":"move-1","to":"ACC-1002","asset":"USD","amount":"1.50"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transfer_is_carried_to_its_end_in_this_sequence()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Owners.AddRange([new OwnedAccount(1001, "Alice"), new OwnedAccount(1002, "Alice")]);

        var reply = await exchange.SendAsync("POST", "transfers", Move, "alice", Token);

        Assert.Equal(
            """{"sequence":7,"key":"move-1","from":"ACC-1001","to":"ACC-1002","asset":"USD","amount":"1.50","state":"done"}""",
            reply.Text);
        Assert.Equal(
            ["Transfer 1001 1002 150", "TakeInTransfer 1002 1001:7 150", "EndTransfer 1001 7"],
            exchange.Floor.Calls.Where(call => call.Contains("Transfer", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_transfer_that_has_not_arrived_is_not_ended()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesArrivals = RejectReason.Overflow;

        var reply = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/transfers", Move, "admin", Token);

        Assert.Equal("inTransit", reply["state"]);
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("EndTransfer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "Bob")]
    [InlineData("Alice", "")]
    [InlineData("Alice", "Bob")]
    public async Task Only_accounts_of_one_owner_transfer_by_themselves(string owner, string other)
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Owners.AddRange(
            new[] { new OwnedAccount(1001, owner), new OwnedAccount(1002, other) }.Where(
                owned => owned.Owner.Length > 0));

        var reply = await exchange.SendAsync("POST", "transfers", Move, "alice", Token);

        Assert.Equal((HttpStatusCode.Forbidden, "to"), (reply.Status, reply["field"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Transfer", StringComparison.Ordinal));
        Assert.Equal(
            "done",
            (await exchange.SendAsync("POST", "admin/accounts/ACC-1001/transfers", Move, "admin", Token))["state"]);
    }

    [Theory]
    [InlineData("""{"to":"ACC-1002","asset":"USD","amount":"1"}""", "key")]
    [InlineData("""{"key":"a b","to":"ACC-1002","asset":"USD","amount":"1"}""", "key")]
    [InlineData("""{"key":"k","to":"ACC-12","asset":"USD","amount":"1"}""", "to")]
    [InlineData("""{"key":"k","to":"ACC-1001","asset":"USD","amount":"1"}""", "to")]
    [InlineData("""{"key":"k","to":"ACC-1002","asset":"EUR","amount":"1"}""", "asset")]
    [InlineData("""{"key":"k","to":"ACC-1002","asset":"USD","amount":"0"}""", "amount")]
    [InlineData("""{"key":"k","to":"ACC-1002","asset":"USD","amount":"-1"}""", "amount")]
    [InlineData("""{"key":"k","to":"ACC-1002","asset":"USD","amount":"1.001"}""", "amount")]
    [InlineData("""{"key":"k","to":"ACC-1002","asset":"USD"}""", "amount")]
    public async Task A_transfer_that_is_none_names_its_field_and_changes_nothing(string body, string field)
    {
        var exchange = shared.Gateway;

        var reply = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/transfers", body, "admin", Token);

        Assert.Equal(("BadRequest", field), (reply.Code, reply["field"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Transfer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_amount_that_no_balance_holds_is_refused_with_the_limit()
    {
        await using var exchange = await OpenGateway.StartAsync();

        var reply = await exchange.SendAsync(
            "POST", "transfers", Move.Replace("1.50", "99999999999999999999", StringComparison.Ordinal), "alice",
            Token);

        Assert.Equal(("BadRequest", "amount", "46116860184273879.04"), (reply.Code, reply["field"], reply["limit"]));
        Assert.Equal(
            "amount 99999999999999999999 is outside the range 0.01 to 46116860184273879.04; nearest: 46116860184273879.04",
            reply["detail"]);
    }

    [Fact]
    public async Task Transfers_are_listed_with_their_states()
    {
        await using var exchange = await OpenGateway.StartAsync();

        Assert.Equal(
            """{"transfers":[{"sequence":9,"key":"move-2","from":"ACC-1001","to":"ACC-1002","asset":"USD","amount":"1.50","state":"inTransit","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001"},{"sequence":4,"key":"gift","from":"ACC-1003","to":"ACC-1001","asset":"AAPL","amount":"5","state":"done","time":"2026-01-01T00:00:00.000000000Z","timeNanos":"1767225600000000000"}],"next":null}""",
            (await exchange.SendAsync("GET", "transfers?limit=2", null, "alice", Token)).Text);
        Assert.Equal("limit", (await exchange.SendAsync("GET", "transfers?limit=0", null, "alice", Token))["field"]);
    }

    [Fact]
    public async Task An_owner_is_given_an_account()
    {
        await using var exchange = await OpenGateway.StartAsync();

        Assert.Equal(
            """{"account":"ACC-1001","owner":"Alice"}""",
            (await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/owner", """{"owner":"Alice"}""", "admin", Token)).Text);
        Assert.Equal([new OwnedAccount(1001, "Alice")], exchange.Floor.Owners);
        Assert.Equal(
            "owner",
            (await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/owner", """{"owner":" x"}""", "admin", Token))["field"]);
    }

    [Fact]
    public async Task A_withdrawal_is_taken_first_and_then_enlisted()
    {
        await using var exchange = await OpenGateway.StartAsync();

        var reply = await exchange.SendAsync(
            "POST", "withdrawals", """{"key":"out-1","asset":"USD","amount":"1.5","destination":"DE89 3704"}""",
            "alice", Token);

        Assert.Equal(
            """{"sequence":8,"key":"out-1","account":"ACC-1001","asset":"USD","amount":"1.50","destination":"DE89 3704","state":"sent"}""",
            reply.Text);
        Assert.Equal(
            ["Withdraw 1001 150 DE89 3704", "Enlist USD 1001:8 150 DE89 3704"],
            exchange.Floor.Calls.Where(
                call => call.StartsWith("Withdraw", StringComparison.Ordinal)
                    || call.StartsWith("Enlist", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"asset":"USD","amount":"1","destination":"x"}""", "key")]
    [InlineData("""{"key":"k","asset":"USD","amount":"1"}""", "destination")]
    [InlineData("""{"key":"k","asset":"USD","amount":"1","destination":" x"}""", "destination")]
    [InlineData("""{"key":"k","asset":"USD","amount":"1","destination":"ü"}""", "destination")]
    [InlineData("""{"key":"k","asset":"EUR","amount":"1","destination":"x"}""", "asset")]
    [InlineData("""{"key":"k","asset":"USD","amount":"0.001","destination":"x"}""", "amount")]
    public async Task A_withdrawal_that_is_none_names_its_field_and_changes_nothing(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();

        var reply = await exchange.SendAsync("POST", "withdrawals", body, "alice", Token);

        Assert.Equal(("BadRequest", field), (reply.Code, reply["field"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Withdraw", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Withdrawals_are_listed_with_their_states()
    {
        await using var exchange = await OpenGateway.StartAsync();

        Assert.Equal(
            """{"withdrawals":[{"sequence":8,"key":"out-2","account":"ACC-1001","asset":"USD","amount":"1.50","destination":"DE89 3704","state":"pending","batch":null,"why":null,"time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001"},{"sequence":4,"key":"out-1","account":"ACC-1001","asset":"AAPL","amount":"5","destination":"x","state":"refused","batch":"AAPL-3","why":"no such account","time":"2026-01-01T00:00:00.000000000Z","timeNanos":"1767225600000000000"}],"next":null}""",
            (await exchange.SendAsync("GET", "withdrawals", null, "alice", Token)).Text);
    }
}
