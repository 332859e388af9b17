using QuantumCore.Gateway;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Concurrent FIX requests about one order: each gets one response, under its own client order id.</summary>
public sealed class ChangesOverFixTests
{
    private const string Terms = "55=AAPL|54=1|38=10|40=2|44=140|59=1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("F", "11=x|41=a|55=AAPL|54=1", "8 11=x 150=4")]
    [InlineData("G", "11=x|41=a|55=AAPL|54=1|40=2|38=4|44=140", "8 11=x 150=5")]
    [InlineData("q", "11=x|530=7", "r 11=x")]
    public async Task Request_behind_a_possible_duplicate_is_answered(string type, string fields, string answer)
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAllAsync(("D", $"97=Y|11=a|{Terms}"), (type, fields), ("D", $"11=c|{Terms}"));
        var heard = await HearUntilAsync(desk, "8 11=c 150=0");

        // A mass cancel rejects waiting requests, and so perhaps the copy.
        Assert.Contains(heard, told => told == "8 11=a 150=I" || (type == "q" && told == "j"));
        Assert.Contains(answer, heard);
    }

    [Fact]
    public async Task A_copy_that_comes_at_a_bad_time_is_not_told_that_its_order_was_rejected()
    {
        const int Copies = 20;
        await using var exchange =
            await ServedExchange.OpenAsync(new GatewayOptions { AccountRequestsPerSecond = 2 }, hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAllAsync([.. Enumerable.Repeat(("D", $"97=Y|11=a|{Terms}"), Copies)]);
        var heard = (await desk.HearAsync(Copies, 150, 379, 380)).Split("; ");
        Assert.Contains("j 379=a 380=4", heard);
        Assert.All(heard, told => Assert.True(told is "j 379=a 380=4" or "8 150=I", told));
    }

    [Fact]
    public async Task Rate_limited_request_does_not_report_its_open_order_as_rejected()
    {
        const int Copies = 12;
        await using var exchange =
            await ServedExchange.OpenAsync(new GatewayOptions { AccountRequestsPerSecond = 2 }, hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAllAsync([.. Enumerable.Repeat(("H", "11=a|55=AAPL|54=1"), Copies)]);
        var heard = (await desk.HearAsync(Copies, 150, 39, 379, 380)).Split("; ");
        Assert.Contains("j 379=a 380=4", heard);
        Assert.All(heard, static told => Assert.True(told is "j 379=a 380=4" or "8 150=I 39=0", told));

        // Cancels use requests of their own. Tag 532 has one letter in FIX 4.4, and none for this.
        await desk.SendAllAsync(
            [.. Enumerable.Range(0, Copies).Select(static i => ("F", $"11=x{i}|41=a|55=AAPL|54=1"))]);
        heard = (await desk.HearAsync(Copies, 39, 102)).Split("; ");
        Assert.Contains("8 39=4", heard);
        Assert.All(heard, static told => Assert.DoesNotContain("39=8", told, StringComparison.Ordinal));
        await desk.SendAllAsync([.. Enumerable.Range(0, Copies).Select(static i => ("q", $"11=q{i}|530=1|55=MSFT"))]);
        heard = (await desk.HearAsync(Copies, 531, 532)).Split("; ");
        Assert.Contains("r 531=0", heard);
        Assert.All(heard, static told => Assert.True(told is "r 531=0" or "r 531=1", told));
    }

    [Fact]
    public async Task A_replacement_that_changes_nothing_is_refused_and_its_name_is_not_told_again()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await desk.SendAsync("G", "11=b|41=a|55=AAPL|54=1|40=2|38=10|44=140");
        Assert.Equal("9 11=b 434=2", await desk.HearAsync(1, 11, 434));
        await desk.SendAllAsync(
            ("G", "11=c|41=a|55=AAPL|54=1|40=2|38=6|44=140"), ("G", "11=d|41=a|55=AAPL|54=1|40=2|38=6|44=140"));
        Assert.Equal("8 11=c 150=5; 9 11=d 434=2", await desk.HearAsync(2, 11, 150, 434));
        await exchange.Alice.Orders.CancelAllAsync(cancellation: Cancellation);
        Assert.Equal("8 11=c 150=4", await desk.HearAsync(1, 11, 41, 150));
    }

    [Fact]
    public async Task Concurrent_requests_that_end_an_order_succeed_once_and_the_rest_are_too_late()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        for (var i = 1; i <= 10; i++)
        {
            await desk.SendAsync("D", $"11=a{i}|{Terms}");
            Assert.Equal($"8 11=a{i} 37={i} 150=0", await desk.HearAsync(1, 11, 37, 150));
            await desk.SendAllAsync(
                ("F", $"11=x{i}|41=a{i}|55=AAPL|54=1"), ("F", $"11=y{i}|37={i}|55=AAPL|54=1"),
                ("G", $"11=z{i}|41=a{i}|55=AAPL|54=1|40=2|38=4|44=140"));
            // Either order is possible: an order's first cancel waits for its entry, a cancel by id does not.
            var heard = (await desk.HearAsync(3, 11, 150, 434)).Split("; ").Order(StringComparer.Ordinal).ToArray();
            Assert.True(
                heard is [var done, var late, _] && (done, late) == (heard[0].Contains("11=x", StringComparison.Ordinal)
                    ? ($"8 11=x{i} 150=4", $"9 11=y{i} 434=1")
                    : ($"8 11=y{i} 150=4", $"9 11=x{i} 434=1")),
                string.Join("; ", heard));
            Assert.Equal($"9 11=z{i} 434=2", heard[2]);
        }
    }

    [Fact]
    public async Task A_cancel_on_the_heels_of_a_replacement_cancels_what_that_made_of_the_order()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        for (var i = 0; i < 10; i++)
        {
            await desk.SendAllAsync(
                ("D", $"11=a{i}|{Terms}"), ("G", $"11=b{i}|41=a{i}|55=AAPL|54=1|40=2|38=4|44=140"),
                ("G", $"11=c{i}|41=b{i}|55=AAPL|54=1|40=2|38=5|44=141"),
                ("F", $"11=d{i}|41=c{i}|55=AAPL|54=1"));
            Assert.Equal(
                $"8 11=a{i} 150=0; 8 11=b{i} 41=a{i} 150=5; 8 11=c{i} 41=b{i} 150=5; 8 11=d{i} 41=c{i} 150=4",
                await desk.HearAsync(4, 11, 41, 150));
        }
    }

    [Fact]
    public async Task Status_request_behind_its_order_is_answered()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        for (var i = 0; i < 10; i++)
        {
            await desk.SendAllAsync(
                ("D", $"11=a{i}|{Terms}"), ("D", $"11=b{i}|{Terms.Replace("54=1", "54=7", StringComparison.Ordinal)}"),
                ("H", $"11=a{i}|55=AAPL|54=1"), ("AF", "584=s|585=7"));
            var heard = await HearUntilAsync(desk, "8 150=I 584=s 912=Y", 150, 584, 912, 103);
            Assert.DoesNotContain(heard, line => line.Contains("103=5", StringComparison.Ordinal));
            Assert.Equal(i + 1, heard.Count(line => line.Contains("584=s", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_refusal_has_an_id_of_its_own_and_is_told_once_with_its_reason()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var copy = await FixClient.LogOnAsync(exchange.FixAddress, "alice", sender: "COPY");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var session in new[] { desk, copy })
        {
            await session.SendAsync("D", "11=bad|55=NONE|54=1|38=1|40=2|44=150");
            Assert.True(ids.Add(await session.HearAsync(1, 17)));
        }

        const string Post = "11=post|55=AAPL|54=1|38=1|40=2|44=150|59=1|18=6";
        await desk.SendAllAsync(("D", Post), ("D", Post));
        Assert.Equal("8 11=post 150=8; 8 11=post 150=8", await desk.HearAsync(2, 11, 150));
        await desk.SendAsync("1", "112=still");
        Assert.Equal("0 112=still", await desk.HearAsync(1, 112));
        Assert.Equal(
            "8 11=post 150=8 103=99 58=The post-only order would have traded immediately.",
            await copy.HearAsync(1, 11, 150, 103, 58));
    }

    [Fact]
    public async Task A_request_that_names_what_is_not_the_orders_changes_nothing()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAsync("F", "11=b|41=a|55=MSFT|54=1");
        await desk.SendAsync("F", "11=c|41=a|55=AAPL|54=2");
        Assert.Equal("9 11=b 39=0 434=1; 9 11=c 39=0 434=1", await desk.HearAsync(2, 11, 39, 434));
        foreach (var (type, fields, tag) in new[]
        {
            ("F", "11=d|41=a|55=AAPL|54=1|1=ACC-1", 1), ("q", "11=e|530=7|1=ACC-1", 1), ("q", "11=f|530=7|54=9", 54),
            ("q", "11=g|530=7|55=AAPL", 55),
            ("AF", "584=s|585=7|54=3", 54), ("AF", "584=s|585=7|55=AAPL", 55), ("H", "11=a|55=AAPL|54=1|1=ACC-1", 1),
        })
        {
            await desk.SendAsync(type, fields);
            Assert.Equal($"3 371={tag}", await desk.HearAsync(1, 371));
        }

        Assert.Single(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task An_order_that_is_done_is_known_by_the_last_name_it_had()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAllAsync(
            ("D", $"11=a|{Terms}"), ("G", "11=b|41=a|55=AAPL|54=1|40=2|38=4|44=140"), ("F", "11=c|41=b|55=AAPL|54=1"));
        Assert.Equal("8 11=a 150=0; 8 11=b 150=5; 8 11=c 150=4", await desk.HearAsync(3, 11, 150));
        await desk.SendAsync("F", "11=d|41=b|55=AAPL|54=1");
        Assert.Equal("9 11=d 39=4 102=0", await desk.HearAsync(1, 11, 39, 102));
        await desk.SendAsync("H", "11=b|55=AAPL|54=1");
        Assert.Equal("8 11=b 150=I 39=4", await desk.HearAsync(1, 11, 150, 39));
    }

    [Fact]
    public async Task Replacement_below_the_filled_quantity_ends_the_order_and_a_repeat_is_done_once()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        await exchange.BobAsync(ServedExchange.Sell(4, 140));
        Assert.Equal("8 11=a 150=0 14=0; 8 11=a 150=F 14=4", await desk.HearAsync(2, 11, 150, 14));
        await desk.SendAsync("G", "11=b|41=a|55=AAPL|54=1|40=2|38=3|44=140");
        Assert.Equal("8 11=b 41=a 150=4 14=4 58=amended", await desk.HearAsync(1, 11, 41, 150, 14, 58));

        await desk.SendAsync("D", $"11=c|{Terms}");
        Assert.Equal("8 11=c 150=0", await desk.HearAsync(1, 11, 150));
        const string Again = "11=d|41=c|55=AAPL|54=1|40=2|38=10|44=141";
        await desk.SendAllAsync(("G", Again), ("G", Again));
        Assert.Equal("8 11=d 41=c 150=5; 9 11=d 41=c 102=0", await desk.HearAsync(2, 11, 41, 150, 102));
    }

    private static Task<List<string>> HearUntilAsync(FixClient desk, string last) =>
        HearUntilAsync(desk, last, 11, 150);

    private static async Task<List<string>> HearUntilAsync(FixClient desk, string last, params int[] tags)
    {
        var heard = new List<string>();
        do
            heard.Add(await desk.HearAsync(1, tags));
        while (heard[^1] != last);
        return heard;
    }
}
