using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>FIX sessions: logon, permissions of keys, and market data.</summary>
public sealed class SessionsOverFixTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_begins_with_a_key_that_has_an_account_and_may_see_orders()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.Grains.Catalog().AddKey(
            new ApiKey(KeyRing.Hash("reader"), ServedExchange.AliceAccount, false, false, "reader", KeyRights.Read));
        await exchange.Grains.Catalog().AddKey(
            new ApiKey(KeyRing.Hash("blind"), ServedExchange.AliceAccount, false, false, "blind", KeyRights.Trade));
        foreach (var (fields, text) in new[]
        {
            ("554=nobody", "not known"), ("554=operator", "no account"), ("554=blind", "may not see"),
            ("553=alice", "Password (554) is the key"),
            ("554=alice|8013=X", "8013"),
        })
        {
            using var stranger = await FixClient.ConnectAsync(exchange.FixAddress);
            await stranger.SendAsync("A", $"98=0|108=30|141=Y|{fields}");
            var told = await stranger.ReadAsync();
            Assert.Equal("5", told[35]);
            Assert.Contains(text, told[58], StringComparison.Ordinal);
            Assert.Empty(await stranger.ReadAsync());
        }

        using var copy = await FixClient.LogOnAsync(exchange.FixAddress, "reader");
        await copy.SendAsync("D", "11=a|55=AAPL|54=1|38=1|40=2|44=140");
        await copy.SendAsync("q", "11=b|530=7");
        Assert.Equal("j 372=D 379=a 380=6; j 372=q 379=b 380=6", await copy.HearAsync(2, 372, 379, 380));
        var order = await exchange.AliceAsync(ServedExchange.Buy(1, 140));
        Assert.Equal($"8 11={order.ClientOrderId} 150=0", await copy.HearAsync(1, 11, 150));
    }

    [Fact]
    public async Task A_key_that_signs_is_not_shown_alone_and_its_secret_stays_with_its_holder()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var browser = new Browser(exchange.Address);
        var made = (await browser.AskAsync(
            "POST", "admin/accounts/ACC-1001/keys", """{"signing":"hmac"}""", ("X-Api-Key", "operator"))).Body;
        var (key, secret) = (Text(made, "apiKey"), Encoding.ASCII.GetBytes(Text(made, "secret")));
        Assert.Equal("This key signs: RawData (96) is missing.", await BeginAsync($"554={key}"));
        Assert.Equal(
            "RawData (96) is not the key's signature of this logon.",
            await BeginAsync(Signed("20200101-00:00:00.000")));
        Assert.Null(await BeginAsync(null));

        async Task<string?> BeginAsync(string? fields)
        {
            using var client = await FixClient.ConnectAsync(exchange.FixAddress);
            await client.SendAsync("A", $"98=0|108=30|141=Y|{fields ?? Signed(client.Now)}");
            return (await client.ReadAsync()).GetValueOrDefault(58);
        }

        string Signed(string time)
        {
            var signature = Convert.ToHexStringLower(
                HMACSHA256.HashData(
                    secret, Encoding.ASCII.GetBytes($"A\u0001DESK\u0001QUANTUMCORE\u00011\u0001{time}")));
            return $"553={key}|95={signature.Length}|96={signature}";
        }

        static string Text(JsonElement made, string name) => made.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Market_data_is_a_snapshot_and_its_changes_as_on_other_interfaces()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(5, 151));
        await exchange.AliceAsync(ServedExchange.Buy(3, 149));
        await exchange.ShownAsync(static book => book is { Bids: [_], Asks: [_] });
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("V", "262=m|263=1|264=0|265=1|267=3|269=0|269=1|269=2|146=1|55=AAPL");
        Assert.Equal(
            "W 262=m 268=2 269=0 270=149.00 271=3 346=1", await desk.HearAsync(1, 262, 268, 269, 270, 271, 346));

        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        Assert.Equal("X 268=1 279=0 269=1 270=150.00 271=1", await desk.HearAsync(1, 268, 279, 269, 270, 271));
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        Assert.Equal("X 268=1 279=1 269=1 270=150.00 271=2", await desk.HearAsync(1, 268, 279, 269, 270, 271));
        await exchange.BobAsync(ServedExchange.Buy(2, 150));
        Assert.Equal("X 268=3 279=2 269=1 270=150.00", await desk.HearAsync(1, 268, 279, 269, 270));

        await desk.SendAsync("V", "262=m|263=1|264=0|267=1|269=0|146=1|55=AAPL");
        await desk.SendAsync("V", "262=n|263=0|264=1|267=2|269=0|269=1|146=1|55=AAPL");
        Assert.Equal("Y 262=m 281=1", await desk.HearAsync(1, 262, 281));
        Assert.Equal("W 262=n 268=2", await desk.HearAsync(1, 262, 268));
        foreach (var (fields, reason) in new[]
        {
            ("262=x|263=1|264=0|267=1|269=0|146=1|55=NONE", '0'), ("262=x|263=2|264=0|267=1|269=0|146=1|55=AAPL", '4'),
            ("262=x|263=1|264=-1|267=1|269=0|146=1|55=AAPL", '5'),
            ("262=x|263=1|264=5|265=1|267=1|269=0|146=1|55=AAPL", '6'),
            ("262=x|263=1|264=0|266=N|267=1|269=0|146=1|55=AAPL", '7'),
            ("262=x|263=1|264=0|267=1|269=9|146=1|55=AAPL", '8'),
        })
        {
            await desk.SendAsync("V", fields);
            Assert.Equal($"Y 262=x 281={reason}", await desk.HearAsync(1, 262, 281));
        }

        await desk.SendAsync("V", "262=m|263=2|264=0|267=1|269=0|146=1|55=AAPL");
        await exchange.BobAsync(ServedExchange.Sell(1, 152));
        await desk.SendAsync("x", "320=s|559=0|55=AAPL");
        Assert.Equal(
            "y 320=s 393=1 146=1 55=AAPL 15=USD 561=1 58=tick 0.01",
            await desk.HearAsync(1, 320, 393, 146, 55, 15, 561, 58));
        await exchange.ShownAsync(static book => book.Asks is [{ Price: 151m }, { Price: 152m }]);
    }

    [Fact]
    public async Task Order_outcome_and_execution_ids_are_the_same_in_every_session()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var first = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var second = await FixClient.LogOnAsync(exchange.FixAddress, "alice", sender: "SECOND");
        await exchange.BobAsync(ServedExchange.Sell(2, 150));
        await first.SendAsync("D", "11=a|55=AAPL|54=1|38=5|40=2|44=150|59=1");
        var told = await first.HearAsync(2, 17, 37, 150, 527);
        Assert.Equal(told, await second.HearAsync(2, 17, 37, 150, 527));
        var fill = Assert.Single(await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation));
        Assert.EndsWith(
            string.Create(CultureInfo.InvariantCulture, $"527={fill.TradeId}"), told, StringComparison.Ordinal);
    }
}
