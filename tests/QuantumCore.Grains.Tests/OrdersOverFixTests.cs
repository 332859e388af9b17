using QuantumCore.Gateway.Identity;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Orders over FIX 4.4, on the exchange's own grains: requests of a desk and their reports.</summary>
public sealed class OrdersOverFixTests
{
    private const string Terms = "55=AAPL|54=1|38=10|40=2|44=140|59=1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_told_new_then_cancelled_under_the_name_of_its_cancel()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal(
            "8 11=a 150=0 39=0 38=10 44=140.00 59=1 151=10 14=0 1=ACC-1001",
            await desk.HearAsync(1, 11, 41, 150, 39, 38, 44, 59, 151, 14, 1));
        await desk.SendAsync("F", "11=c|41=a|55=AAPL|54=1");
        Assert.Equal("8 11=c 41=a 150=4 39=4 151=0 58=user", await desk.HearAsync(1, 11, 41, 150, 39, 151, 58));
        await desk.SendAsync("F", "11=d|41=a|55=AAPL|54=1");
        Assert.Equal("9 11=d 41=a 39=4 102=0 434=1", await desk.HearAsync(1, 11, 41, 39, 102, 434));
        await desk.SendAsync("F", "11=e|41=never|55=AAPL|54=1");
        Assert.Equal("9 11=e 37=NONE 102=1", await desk.HearAsync(1, 11, 37, 102));
    }

    [Fact]
    public async Task A_replacement_of_an_order_that_is_done_is_refused_with_how_it_ended()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(10, 140));
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 150=0; 8 11=a 150=F", await desk.HearAsync(2, 11, 150));
        var id = (await exchange.Alice.Orders.GetByClientIdAsync("a", Cancellation)).OrderId;
        await desk.SendAsync("G", $"11=b|41=a|{Terms}");
        Assert.Equal($"9 11=b 41=a 37={id} 39=2 102=0 434=2", await desk.HearAsync(1, 11, 41, 37, 39, 102, 434));
        await desk.SendAsync("G", $"11=c|37={id}|{Terms}");
        Assert.Equal($"9 11=c 37={id} 39=2 102=0 434=2", await desk.HearAsync(1, 11, 37, 39, 102, 434));
        await desk.SendAsync("G", $"11=d|41=never|{Terms}");
        Assert.Equal("9 11=d 37=NONE 39=8 102=1 434=2", await desk.HearAsync(1, 11, 37, 39, 102, 434));
        await desk.SendAsync("H", "11=never|55=AAPL|54=1|790=s");
        Assert.Equal("8 11=never 37=NONE 150=I 790=s", await desk.HearAsync(1, 11, 37, 150, 790));
    }

    [Fact]
    public async Task Trade_reports_to_both_sides_have_fee_liquidity_and_average_price()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var taker = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var maker = await FixClient.LogOnAsync(exchange.FixAddress, "bob");
        await maker.SendAllAsync(
            ("D", "11=s1|55=AAPL|54=2|38=1|40=2|44=150|59=1"), ("D", "11=s2|55=AAPL|54=2|38=2|40=2|44=151|59=1"));
        Assert.Equal("8 11=s1 150=0; 8 11=s2 150=0", await maker.HearAsync(2, 11, 150));

        await taker.SendAsync("D", "11=b|55=AAPL|54=1|38=5|40=2|44=151|59=3");
        Assert.Equal(
            "8 150=0 39=0 14=0 151=5 6=0; 8 150=F 39=1 32=1 31=150.00 14=1 151=4 6=150 851=2; 8 150=F 39=1 32=2 31=151.00 14=3 151=2 6=150.6666666666 851=2; 8 150=C 39=C 14=3 151=0 6=150.6666666666 58=immediateOrCancel",
            await taker.HearAsync(4, 150, 39, 32, 31, 14, 151, 6, 851, 58));
        Assert.Equal("8 11=s1 150=F 39=2 851=1; 8 11=s2 150=F 39=2 851=1", await maker.HearAsync(2, 11, 150, 39, 851));

        var fills = await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation);
        await taker.SendAsync("H", "11=b|55=AAPL|54=1");
        Assert.Equal("8 150=I 39=C 14=3 17=0", await taker.HearAsync(1, 150, 39, 14, 17));
        Assert.Equal(2, fills.Count);
    }

    [Fact]
    public async Task An_order_by_amount_is_told_with_the_quantity_that_it_has_traded()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.BobAsync(ServedExchange.Sell(5, 151));
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", "11=a|55=AAPL|54=1|40=1|152=500|59=3");
        Assert.Equal(
            "8 150=0 39=0 152=500.00 38=0 14=0 151=0; 8 150=F 39=1 152=500.00 38=1 14=1 151=0; 8 150=F 39=2 152=500.00 38=3 14=3 151=0",
            await desk.HearAsync(3, 150, 39, 152, 38, 14, 151));
        await desk.SendAsync("H", "11=a|55=AAPL|54=1");
        Assert.Equal("8 150=I 39=2 152=500.00 38=3 14=3 151=0", await desk.HearAsync(1, 150, 39, 152, 38, 14, 151));
    }

    [Fact]
    public async Task A_name_is_used_once_and_a_copy_that_says_so_is_told_what_became_of_the_first()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 150=0", await desk.HearAsync(1, 150));
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("8 11=a 37=NONE 150=8 39=8 103=6", await desk.HearAsync(1, 11, 37, 150, 39, 103));
        await desk.SendAsync("D", $"97=Y|11=a|{Terms}");
        Assert.Equal("8 11=a 37=1 150=I 39=0 151=10", await desk.HearAsync(1, 11, 37, 150, 39, 151));
        await exchange.BobAsync(ServedExchange.Sell(4, 140));
        Assert.Equal("8 11=a 150=F 151=6", await desk.HearAsync(1, 11, 150, 151));
        await desk.SendAsync("D", $"97=Y|11=a|{Terms}");
        Assert.Equal("8 11=a 37=1 150=I 39=1 14=4 151=6", await desk.HearAsync(1, 11, 37, 150, 39, 14, 151));
        await desk.SendAsync("D", $"97=Y|11=a|{Terms.Replace("38=10", "38=11", StringComparison.Ordinal)}");
        Assert.Equal("8 11=a 150=8 103=6", await desk.HearAsync(1, 11, 150, 103));
        Assert.Single(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));

        // A copy of a message that never arrived is an order like any other, and reported once.
        await desk.SendAsync("D", $"97=Y|11=b|{Terms}");
        await desk.SendAsync("H", "11=b|55=AAPL|54=1|790=s");
        Assert.Equal("8 11=b 150=0; 8 11=b 150=I 790=s", await desk.HearAsync(2, 11, 150, 790));
    }

    [Fact]
    public async Task Reduced_order_keeps_its_priority_and_a_repriced_one_is_new_under_the_new_name()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|{Terms}");
        await desk.SendAsync("G", "11=b|41=a|55=AAPL|54=1|40=2|38=6|44=140");
        await desk.SendAsync("G", "11=c|41=b|55=AAPL|54=1|40=2|38=6|44=141");
        Assert.Equal(
            "8 11=a 37=1 150=0 38=10 44=140.00; 8 11=b 41=a 37=1 150=5 38=6 44=140.00; 8 11=c 41=b 37=2 150=5 38=6 44=141.00",
            await desk.HearAsync(3, 11, 41, 37, 150, 38, 44));

        await desk.SendAsync("G", "11=d|41=c|55=AAPL|54=1|40=2|38=6|44=141");
        Assert.Equal("9 11=d 41=c 39=0 434=2", await desk.HearAsync(1, 11, 41, 39, 434));
        await desk.SendAsync("G", "11=e|41=c|55=AAPL|54=2|40=2|38=5|44=141");
        Assert.Equal("9 11=e 434=2", await desk.HearAsync(1, 11, 434));
        await desk.SendAsync("G", "11=f|41=a|55=AAPL|54=1|40=2|38=5|44=141");
        Assert.Equal("9 11=f 102=0", await desk.HearAsync(1, 11, 102));
        await desk.SendAsync("F", "11=g|37=2|55=AAPL|54=1");
        Assert.Equal("8 11=g 41=c 37=2 150=4", await desk.HearAsync(1, 11, 41, 37, 150));
    }

    [Fact]
    public async Task A_cancel_on_the_heels_of_its_order_cancels_it()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        for (var i = 0; i < 20; i++)
        {
            await desk.SendAllAsync(("D", $"11=a{i}|{Terms}"), ("F", $"11=c{i}|41=a{i}|55=AAPL|54=1"));
            Assert.Equal($"8 11=a{i} 150=0; 8 11=c{i} 41=a{i} 150=4", await desk.HearAsync(2, 11, 41, 150));
        }
    }

    [Fact]
    public async Task Orders_go_in_as_they_came_however_fast_they_come()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAllAsync([.. Enumerable.Range(1, 300).Select(i => ("D", $"11=a{i}|{Terms}"))]);
        Assert.Equal(
            string.Join("; ", Enumerable.Range(1, 300).Select(i => $"8 11=a{i} 37={i} 150=0")),
            await desk.HearAsync(300, 11, 37, 150));
        await desk.SendAllAsync(("D", $"11=last|{Terms}"), ("q", "11=m|530=7"));
        string heard;
        do
            heard = await desk.HearAsync(1, 11, 531);
        while (heard.StartsWith("8 ", StringComparison.Ordinal));
        Assert.Equal("r 11=m 531=7", heard);
        Assert.Empty(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task Actions_by_other_interfaces_are_reported_and_a_book_rejection_once()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var copy = await FixClient.LogOnAsync(exchange.FixAddress, "alice", sender: "COPY");
        await desk.SendAsync("D", "11=post|55=AAPL|54=1|38=1|40=2|44=150|59=1|18=6");
        Assert.Equal("8 11=post 150=8 39=8", await desk.HearAsync(1, 11, 150, 39));
        Assert.Equal("8 11=post 150=8 39=8", await copy.HearAsync(1, 11, 150, 39));

        var order = await exchange.AliceAsync(ServedExchange.Buy(1, 140) with { ClientOrderId = "by-http" });
        await exchange.Alice.Orders.CancelAsync(order.Symbol, order.OrderId, Cancellation);
        foreach (var session in new[] { desk, copy })
            Assert.Equal("8 11=by-http 150=0; 8 11=by-http 150=4", await session.HearAsync(2, 11, 150));
    }

    [Fact]
    public async Task A_desk_that_comes_back_asks_for_what_is_open_and_for_what_became_of_the_rest()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using (var before = await FixClient.LogOnAsync(exchange.FixAddress, "alice"))
        {
            await before.SendAllAsync(
                ("D", $"11=a|{Terms}"), ("D", $"11=b|{Terms}"), ("D", $"11=c|{Terms}"),
                ("F", "11=x|41=c|55=AAPL|54=1"));
            Assert.Equal("8 150=0; 8 150=0; 8 150=0; 8 150=4", await before.HearAsync(4, 150));
        }

        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("AF", "584=now|585=7");
        Assert.Equal(
            "8 11=a 150=I 39=0 584=now 911=2 912=N; 8 11=b 150=I 39=0 584=now 911=2 912=Y",
            await desk.HearAsync(2, 11, 150, 39, 584, 911, 912));
        await desk.SendAsync("H", "11=c|55=AAPL|54=1");
        Assert.Equal("8 11=c 150=I 39=4", await desk.HearAsync(1, 11, 150, 39, 103));
        await desk.SendAsync("H", "11=never|55=AAPL|54=1");
        Assert.Equal("8 11=never 150=I 39=8 103=5", await desk.HearAsync(1, 11, 150, 39, 103));
        await desk.SendAsync("F", "11=y|41=c|55=AAPL|54=1");
        Assert.Equal("9 11=y 41=c 102=0", await desk.HearAsync(1, 11, 41, 102));
        await desk.SendAsync("G", "11=z|41=a|55=AAPL|54=1|40=2|38=4|44=140");
        Assert.Equal("8 11=z 41=a 150=5 38=4", await desk.HearAsync(1, 11, 41, 150, 38));
        await desk.SendAsync("q", "11=m|530=7");
        Assert.Equal(
            ["8 11=b 150=4 58=massCancel", "8 11=z 150=4 58=massCancel", "r 11=m 531=7 533=2"],
            (await desk.HearAsync(3, 11, 150, 58, 531, 533)).Split("; ").Order(StringComparer.Ordinal));
        await desk.SendAsync("AF", "584=then|585=7");
        Assert.Equal("8 37=NONE 150=I 584=then 911=0 912=Y", await desk.HearAsync(1, 37, 150, 584, 911, 912));
    }

    [Fact]
    public async Task Invalid_tag_is_rejected_by_name_and_no_order_is_entered()
    {
        (string Fields, int Tag, int Reason)[] rows =
        [
            ("55=AAPL|54=7|38=1|40=2|44=140", 54, 5),
            ("55=AAPL|54=1|38=1|40=9|44=140", 40, 5),
            ("55=AAPL|54=1|38=1|40=2|44=140|59=9", 59, 5),
            ("55=AAPL|54=1|38=-1|40=2|44=140", 38, 6),
            ("55=AAPL|54=1|38=1|40=2|44=1e3", 44, 6),
            ("55=AAPL|54=1|38=1|40=2|44=140|18=x", 18, 5),
            ("55=AAPL|54=1|38=1|40=2|44=140|18=R", 18, 5),
            ("55=AAPL|54=1|38=1|40=P|44=140|18=R M", 18, 5),
            ("55=AAPL|54=1|38=1|40=P|44=140|18=R|211=0.01", 211, 5),
            ("55=AAPL|54=1|38=1|40=2|44=140|59=6|126=tomorrow", 126, 6),
            ("55=AAPL|54=1|38=1|40=2|44=140|432=20991231", 432, 5),
            ("55=AAPL|54=1|38=1|40=2|44=140|1=ACC-1002", 1, 5),
            ("55=AAPL|54=1|38=1|40=2|44=140|25001=9", 25001, 5),
            ("55=AAPL|54=1|38=1|44=140", 40, 1),
            ("55=AAPL|54=1|40=2|44=140", 38, 1),
            ("55=AAPL|54=1|38=1|40=2|44=140|847=3", 847, 2),
            ("55=AAPL|54=1|38=1|40=2|44=140|15=EUR", 15, 5),
        ];
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        for (var i = 0; i < rows.Length; i++)
        {
            await desk.SendAsync("D", $"11=a|{rows[i].Fields}");
            Assert.Equal(
                $"3 45={i + 2} 371={rows[i].Tag} 372=D 373={rows[i].Reason}",
                await desk.HearAsync(1, 45, 371, 372, 373));
        }

        await desk.SendAsync("D", $"11=a|15=USD|{Terms}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
    }

    [Fact]
    public async Task An_order_that_can_not_be_taken_is_refused_with_the_field_and_its_limit()
    {
        (string Fields, int Reason, string Text)[] rows =
        [
            ("55=NONE|54=1|38=1|40=2|44=140", 1, "Symbol (55)"),
            ("55=AAPL|54=1|38=1|40=2|44=140.001", 99, "Price (44). Limit: 0.01"),
            ("55=AAPL|54=1|38=0|40=2|44=140", 13, "OrderQty (38). Limit: 1"),
            ("55=AAPL|54=1|38=1|40=1|44=140", 11, "OrdType (40), Price (44)"),
            ("55=AAPL|54=1|38=1|40=2|44=140|59=3|18=6", 11, "postOnly), TimeInForce (59)"),
            ("55=AAPL|54=1|38=90000000000|40=2|44=140", 3, "Not enough free cash"),
        ];
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        foreach (var (fields, reason, text) in rows)
        {
            await desk.SendAsync("D", $"11=a{reason}|{fields}");
            var told = await desk.ReadAsync();
            Assert.Equal(("8", "8", "8", $"{reason}"), (told[35], told[150], told[39], told[103]));
            Assert.Contains(text, told[58], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Order_types_are_those_of_the_other_interfaces()
    {
        (string Fields, OrderType Type, string Kind, string Told, string Pegged)[] rows =
        [
            ("40=2|44=140|18=6|111=3", OrderType.Limit, "postOnly", " 18=6 111=3", ""),
            ("40=2|44=140|111=0|59=1", OrderType.Limit, "hidden", " 111=0", ""),
            ("40=2|44=140|18=G F|59=1", OrderType.Limit, "", " 18=G F", ""),
            ("40=4|44=160|99=155", OrderType.StopLimit, "", "", ""),
            ("40=3|99=155", OrderType.Stop, "", "", ""),
            ("40=J|99=140", OrderType.TakeProfit, "", "", ""),
            ("40=P|18=R|44=145|211=-0.05", OrderType.Pegged, "", " 18=R 211=-0.05", " 839=129.95"),
            ("40=P|18=a|211=2", OrderType.TrailingStop, "", " 18=a 211=2.00", " 839=152.00"),
            ("40=P|18=a|211=100|836=1", OrderType.TrailingStop, "", " 18=a 211=100 836=1", " 839=151.50"),
            ("40=2|44=140|59=6|432=20991231", OrderType.Limit, "", " 126=20991231-23:59:59.999", ""),
        ];
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.AliceAsync(ServedExchange.Buy(1, 150));
        await exchange.BobAsync(ServedExchange.Buy(1, 130));
        await exchange.BobAsync(ServedExchange.Sell(1, 170));
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        for (var i = 0; i < rows.Length; i++)
        {
            await desk.SendAsync("D", $"11=a{i}|55=AAPL|54=1|38=10|{rows[i].Fields}");
            Assert.Equal(
                $"8 11=a{i} 150=0{rows[i].Told}", await desk.HearAsync(1, 11, 150, 18, 211, 836, 110, 111, 126));
            var open = Assert.Single(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
            Assert.Equal(
                (rows[i].Type, rows[i].Kind == "postOnly", rows[i].Kind == "hidden"),
                (open.Type, open.PostOnly, open.Hidden));
            await desk.SendAsync("H", $"11=a{i}|55=AAPL|54=1");
            Assert.Equal(
                $"8 11=a{i} 150=I{rows[i].Told}{rows[i].Pegged}",
                await desk.HearAsync(1, 11, 150, 18, 211, 836, 110, 111, 126, 839));
            await desk.SendAsync("F", $"11=c{i}|41=a{i}|55=AAPL|54=1");
            Assert.Equal($"8 11=c{i} 150=4", await desk.HearAsync(1, 11, 150));
        }

        await desk.SendAsync("D", "11=least|55=AAPL|54=1|38=10|40=2|44=140|110=2|59=3");
        Assert.Equal("8 11=least 150=0 110=2; 8 11=least 150=C 110=2", await desk.HearAsync(2, 11, 150, 110));
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_its_session()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var browser = new Browser(exchange.Address);
        Assert.Equal(
            200,
            (await browser.AskAsync(
                "DELETE", $"admin/keys/{KeyRing.Hash("alice")[..16]}", null, ("X-Api-Key", "operator"))).Status);
        await desk.SendAsync("D", $"11=a|{Terms}");
        Assert.Equal("5 58=The key is not valid any more.", await desk.HearAsync(1, 58));
        Assert.Empty(await exchange.Bob.Orders.GetOpenAsync(cancellation: Cancellation));
    }
}
