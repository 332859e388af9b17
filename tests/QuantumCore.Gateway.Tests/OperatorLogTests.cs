using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Audit log: each operator action is recorded before its response.</summary>
public sealed class OperatorLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "symbols/AAPL/phase", """{"phase":"halt","reason":"technical","forSeconds":60,"why":"the feed is gone"}""",
        "phaseSet AAPL: phase halt, reason technical, forSeconds 60, why the feed is gone")]
    [InlineData("symbols/AAPL/reference", """{"price":"150.05"}""", "referenceSet AAPL: price 150.05")]
    [InlineData(
        "symbols/AAPL/rules", """{"staticBand":"none","dynamicBand":300,"why":"calmer"}""",
        "rulesSet AAPL: staticBand none, dynamicBand 300, why calmer")]
    [InlineData(
        "symbols/AAPL/bust", """{"trade":"17-0","why":"erroneous"}""", "tradeVoided AAPL: trade 17-0, why erroneous")]
    [InlineData(
        "symbols/AAPL/correct", """{"trade":"17-0","price":"151.00"}""",
        "tradeCorrected AAPL: trade 17-0, price 151.00")]
    [InlineData(
        "accounts/ACC-1001/block", """{"symbol":"AAPL","why":"looks wrong"}""",
        "accountBlocked ACC-1001: symbol AAPL, why looks wrong")]
    [InlineData("accounts/ACC-1001/block", "{}", "accountBlocked ACC-1001: ")]
    [InlineData("accounts/ACC-1001/unblock", """{"symbol":"AAPL"}""", "accountUnblocked ACC-1001: symbol AAPL")]
    [InlineData("accounts/ACC-1001/freeze", """{"why":"asked for"}""", "accountFrozen ACC-1001: why asked for")]
    [InlineData("accounts/ACC-1001/unfreeze", "{}", "accountUnfrozen ACC-1001: ")]
    [InlineData(
        "accounts/ACC-1001/limits", """{"symbol":"AAPL","maxOpenOrders":5}""",
        "limitsSet ACC-1001: symbol AAPL, maxOpenOrders 5")]
    [InlineData(
        "accounts/ACC-1001/deposits", """{"key":"d-1","asset":"USD","amount":"10.00"}""",
        "deposited ACC-1001: key d-1, asset USD, amount 10.00")]
    [InlineData("accounts/ACC-1001/owner", """{"owner":"alice"}""", "ownerSet ACC-1001: owner alice")]
    public async Task Operator_action_is_audited_with_its_name_and_parameters(
        string call, string body, string line)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", $"admin/{call}", body, "admin", Token);
        Assert.True((int)reply.Status == 200, reply.Text);
        var act = Assert.Single(exchange.Floor.Acts);
        Assert.Equal(line, $"{act.What} {act.Subject}: {act.Detail}");

        var read = await exchange.SendAsync("GET", "admin/actions?limit=1", null, "admin", Token);
        Assert.Contains(
            $"\"what\":\"{act.What}\",\"subject\":\"{act.Subject}\",\"by\":\"{act.By}\"", read.Text,
            StringComparison.Ordinal);
        Assert.NotEqual("", act.By);
    }

    [Fact]
    public async Task Rejected_actions_and_mark_prices_are_not_audited()
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(
            200,
            (int)(await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/mark", """{"price":"150.05"}""", "admin", Token)).Status);
        Assert.Equal(
            "Forbidden",
            (await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/phase", """{"phase":"halt"}""", "alice", Token)).Code);
        Assert.Equal(
            "BadRequest",
            (await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/phase", """{"phase":"lunch"}""", "admin", Token)).Code);
        var longest = await exchange.SendAsync(
            "POST", "admin/symbols/AAPL/phase", $$"""{"phase":"halt","why":"{{new string('x', 201)}}"}""", "admin",
            Token);
        Assert.Equal(("BadRequest", "why", "200"), (longest.Code, longest["field"], longest["limit"]));
        exchange.Floor.RefusesToOperate["AAPL"] = RejectReason.NotInThisPhase;
        Assert.Equal(
            "NotInThisPhase",
            (await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/phase", """{"phase":"opening"}""", "admin", Token)).Code);
        Assert.Empty(exchange.Floor.Acts);
    }

    [Fact]
    public async Task Partly_completed_action_is_audited_though_it_is_rejected()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesToOperate["MSFT"] = RejectReason.OutcomeUnknown;
        Assert.Equal(
            "OutcomeUnknown",
            (await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/unblock", """{"why":"clear"}""", "admin", Token)).Code);
        Assert.Equal(
            "OutcomeUnknown",
            (await exchange.SendAsync(
                "POST", "admin/breaker", """{"index":79,"previousClose":100}""", "admin", Token)).Code);
        Assert.Equal(
            ["accountUnblocked ACC-1001: why clear", "marketStoppedInPart level 3: index 79, previousClose 100"],
            exchange.Floor.Acts.Select(act => $"{act.What} {act.Subject}: {act.Detail}"));
    }

    [Fact]
    public async Task Action_without_its_audit_record_has_an_unknown_outcome()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.NotesNothing = true;
        var reply =
            await exchange.SendAsync("POST", "admin/symbols/AAPL/phase", """{"phase":"halt"}""", "admin", Token);
        Assert.Equal((503, "OutcomeUnknown"), ((int)reply.Status, reply.Code));
        Assert.Contains("Operate AAPL SetTradingPhase Halt None", exchange.Floor.Calls);

        exchange.Floor.NotesNothing = false;
        Assert.Equal(
            200,
            (int)(await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/phase", """{"phase":"halt"}""", "admin", Token)).Status);
        Assert.Single(exchange.Floor.Acts);
    }

    [Fact]
    public async Task Trade_change_and_key_creation_need_an_audit_record()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.NotesNothing = true;
        foreach (var (call, body) in new[]
        {
            ("symbols/AAPL/bust", """{"trade":"17-0"}"""),
            ("symbols/AAPL/correct", """{"trade":"17-0","price":"151.00"}"""), ("accounts/ACC-1001/keys", "{}"),
        })
        {
            var reply = await exchange.SendAsync("POST", $"admin/{call}", body, "admin", Token);
            Assert.Equal((503, "Overloaded"), ((int)reply.Status, reply.Code));
        }

        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("ChangeTrade", StringComparison.Ordinal)
            || call.StartsWith("AddKey", StringComparison.Ordinal));
        exchange.Floor.NotesNothing = false;
        exchange.Floor.RefusesToOperate["AAPL"] = RejectReason.UnknownTrade;
        Assert.Equal(
            "UnknownTrade",
            (await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/bust", """{"trade":"17-0","why":"x"}""", "admin", Token)).Code);
        Assert.Equal(
            ["tradeVoided trade 17-0, why x", "tradeVoidedNot trade 17-0, why UnknownTrade"],
            exchange.Floor.Acts.Select(act => $"{act.What} {act.Detail}"));
    }

    [Fact]
    public async Task Key_that_is_made_or_revoked_is_named_by_its_id_and_not_by_its_secret()
    {
        await using var exchange = await OpenGateway.StartAsync();
        const string Terms = """{"signing":"hmac","readOnly":true,"addresses":["203.0.113.0/24"]}""";
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/keys", Terms, "admin", Token);
        var plain = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/keys", null, "admin", Token);
        Assert.Equal(
            200, (int)(await exchange.SendAsync("DELETE", $"admin/keys/{made["id"]}", null, "admin", Token)).Status);
        Assert.Equal(
            [
                $"keyMade ACC-1001: id {made["id"]}, readOnly true, addresses [\"203.0.113.0/24\"]",
                $"keyMade ACC-1001: id {plain["id"]}",
                $"keyRevoked ACC-1001: id {made["id"]}, readOnly true, addresses [\"203.0.113.0/24\"]",
            ],
            exchange.Floor.Acts.Select(act => $"{act.What} {act.Subject}: {act.Detail}"));
        Assert.DoesNotContain(
            exchange.Floor.Acts, act => act.Detail.Contains(made["secret"]!) || act.Detail.Contains(made["apiKey"]!));
    }

    [Fact]
    public async Task Trade_change_of_unknown_outcome_is_not_audited_as_rejected()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("ChangeTrade", new TimeoutException("No answer came."));
        Assert.Equal(
            "OutcomeUnknown",
            (await exchange.SendAsync("POST", "admin/symbols/AAPL/bust", """{"trade":"17-0"}""", "admin", Token)).Code);

        // The first attempt succeeded, so that the second finds no such trade.
        exchange.Floor.Fail("ChangeTrade", new InvalidOperationException("The answer was lost."));
        exchange.Floor.RefusesToOperate["AAPL"] = RejectReason.UnknownTrade;
        Assert.Equal(
            "OutcomeUnknown",
            (await exchange.SendAsync("POST", "admin/symbols/AAPL/bust", """{"trade":"18-0"}""", "admin", Token)).Code);
        Assert.Equal(
            ["tradeVoided trade 17-0", "tradeVoided trade 18-0"],
            exchange.Floor.Acts.Select(act => $"{act.What} {act.Detail}"));
    }

    [Fact]
    public async Task Audit_log_is_for_administrators_and_pages_back_by_sequence()
    {
        await using var exchange = await OpenGateway.StartAsync();
        for (var i = 1; i <= 3; i++)
            exchange.Floor.Acts.Add(new OperatorAct("phaseSet", "AAPL", "desk", $"line {i}"));
        var before = await exchange.SendAsync("GET", "admin/actions?before=3&limit=5", null, "admin", Token);
        Assert.Equal(
            """{"lines":[{"sequence":2,"time":"1970-01-01T00:00:02.000000000Z","timeNanos":"2000000000","what":"phaseSet","subject":"AAPL","by":"desk","detail":"line 2"},"""
            + """{"sequence":1,"time":"1970-01-01T00:00:01.000000000Z","timeNanos":"1000000000","what":"phaseSet","subject":"AAPL","by":"desk","detail":"line 1"}]}""",
            before.Text);
        Assert.Equal("Forbidden", (await exchange.SendAsync("GET", "admin/actions", null, "alice", Token)).Code);
        Assert.Equal(
            "before", (await exchange.SendAsync("GET", "admin/actions?before=0", null, "admin", Token))["field"]);
        Assert.Equal(
            "limit", (await exchange.SendAsync("GET", "admin/actions?limit=1001", null, "admin", Token))["field"]);
    }
}
