using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>End of a FIX session: cancelled orders, and takeover by a new logon of the same client.</summary>
public sealed class SessionEndsOverFixTests
{
    private const string Terms = "55=AAPL|54=1|38=1|40=2|44=140|59=1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_cancels_at_its_end_leaves_the_orders_of_others()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.AliceAsync(ServedExchange.Buy(1, 140) with { ClientOrderId = "by-http" });
        using var other = await FixClient.LogOnAsync(exchange.FixAddress, "alice", sender: "OTHER");
        await other.SendAsync("D", $"11=other|{Terms}");
        Assert.Equal("8 11=other 150=0", await other.HearAsync(1, 11, 150));
        using (var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice", "8013=Y"))
        {
            await desk.SendAsync("D", $"11=a|{Terms}");
            Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        }

        Assert.Equal("8 11=a 150=0; 8 11=a 150=4 58=massCancel", await other.HearAsync(2, 11, 150, 58));
        Assert.Equal(["by-http", "other"], await OpenAsync(exchange));
    }

    [Fact]
    public async Task A_replacement_is_of_the_session_that_sent_it()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var other = await FixClient.LogOnAsync(exchange.FixAddress, "alice", sender: "OTHER");
        await other.SendAllAsync(
            ("D", $"11=a|{Terms}"), ("D", $"11=b|{Terms.Replace("38=1", "38=2", StringComparison.Ordinal)}"));
        Assert.Equal("8 11=a 150=0; 8 11=b 150=0", await other.HearAsync(2, 11, 150));
        using (var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice", "8013=Y"))
        {
            await desk.SendAsync("G", "11=a2|41=a|55=AAPL|54=1|38=1|40=2|44=141|59=1");
            Assert.Equal("8 11=a2 150=5", await desk.HearAsync(1, 11, 150));
            await desk.SendAsync("G", "11=b2|41=b|55=AAPL|54=1|38=1|40=2|44=140|59=1");
            Assert.Equal("8 11=b2 150=5", await desk.HearAsync(1, 11, 150));
        }

        // An order reduced in place is still the other session's.
        Assert.Equal("8 11=a2 150=5; 8 11=b 150=D; 8 11=a2 150=4", await other.HearAsync(3, 11, 150));
        Assert.Equal(["b"], await OpenAsync(exchange));
    }

    [Fact]
    public async Task A_client_that_logs_on_again_ends_its_silent_session_and_keeps_what_it_enters_now()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var silent = await FixClient.LogOnAsync(exchange.FixAddress, "alice", "8013=Y");
        await silent.SendAsync("D", $"11=before|{Terms}");
        Assert.Equal("8 11=before 150=0", await silent.HearAsync(1, 11, 150));

        // Its own orders end before the logon is accepted.
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice", "8013=Y");
        Assert.Empty(await OpenAsync(exchange));
        await desk.SendAsync("D", $"11=now|{Terms}");
        while (await desk.HearAsync(1, 11, 150) != "8 11=now 150=0")
        {
            // The end of the other order may still be reported.
        }

        Assert.Equal(
            "5 58=Another connection has logged on with this SenderCompID (49).", await silent.HearAsync(1, 58));
        Assert.Empty(await silent.ReadAsync());
        Assert.Equal(["now"], await OpenAsync(exchange));
    }

    [Fact]
    public async Task Second_session_of_a_client_logs_out_the_first_and_gets_its_orders()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var first = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await first.SendAsync("D", $"11=stays|{Terms}");
        Assert.Equal("8 11=stays 150=0", await first.HearAsync(1, 11, 150));
        using var second = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        Assert.Equal("5", (await first.ReadAsync())[35]);
        await first.SendAsync("D", $"11=late|{Terms}");
        Assert.Empty(await first.ReadAsync());
        await second.SendAsync("D", $"11=now|{Terms}");
        Assert.Equal("8 11=now 150=0", await second.HearAsync(1, 11, 150));
        Assert.Equal(["now", "stays"], await OpenAsync(exchange));
    }

    [Fact]
    public async Task Sessions_of_one_name_and_two_accounts_stand_beside_each_other()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var alice = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var bob = await FixClient.LogOnAsync(exchange.FixAddress, "bob");
        foreach (var desk in (FixClient[])[alice, bob])
        {
            await desk.SendAsync("1", "112=here");
            Assert.Equal("0 112=here", await desk.HearAsync(1, 112));
        }
    }

    [Fact]
    public async Task A_key_that_only_reads_ends_no_session_that_trades()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.Grains.Catalog().AddKey(
            new ApiKey(KeyRing.Hash("reader"), ServedExchange.AliceAccount, false, false, "reader", KeyRights.Read));
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var reader = await FixClient.ConnectAsync(exchange.FixAddress);
        await reader.SendAsync("A", "98=0|108=30|141=Y|554=reader");
        Assert.Equal(
            "5 58=A session of this SenderCompID (49) trades, and this key may only read.",
            await reader.HearAsync(1, 58));
        await desk.SendAsync("1", "112=here");
        Assert.Equal("0 112=here", await desk.HearAsync(1, 112));
    }

    [Fact]
    public async Task A_session_with_many_orders_cancels_each_of_them_and_no_other()
    {
        const int Many = 1_500;
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.AliceAsync(ServedExchange.Buy(1, 130) with { ClientOrderId = "by-http" });
        using (var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice", "8013=Y"))
        {
            for (var i = 0; i < Many; i += 100)
            {
                await desk.SendAllAsync(
                    [.. Enumerable.Range(i, 100)
                        .Select(
                            n => ("D",
                                $"11=n{n}|{(n % 2 == 0 ? Terms : Terms.Replace("59=1", "59=3", StringComparison.Ordinal))}"))]);
                await desk.HearAsync(150, 11);
            }
        }

        using var next = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        Assert.Equal(["by-http"], await OpenAsync(exchange));
    }

    private static async Task<string[]> OpenAsync(ServedExchange exchange) =>
        [.. (await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation)).Select(order => order.ClientOrderId)
            .Order(StringComparer.Ordinal)];
}
