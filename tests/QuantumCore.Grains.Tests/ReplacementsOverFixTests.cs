using System.Globalization;
using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Replacements over FIX as clients send them, with all fields of the order repeated. Unchanged fields stay, and
/// conditions can be changed as over the other interfaces.
/// </summary>
public sealed class ReplacementsOverFixTests
{
    private static readonly int[] s_told = [150, 38, 44, 99, 18, 110, 111, 126, 211, 836];
    private static readonly int[] s_terms = [37, 38, 40, 44, 99, 59, 126, 18, 211, 836, 110, 111, 151];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("40=3|99=155", "38=10|40=3|99=156.5", "8 150=5 38=10 99=156.50")]
    [InlineData("40=3|99=155", "38=10.0|40=3|99=156.50|59=0", "8 150=5 38=10 99=156.50")]
    [InlineData("40=3|99=155", "38=6|40=3|99=155.00", "8 150=5 38=6 99=155.00")]
    [InlineData("40=3|99=155", "38=12|40=3|99=155.00", "8 150=5 38=12 99=155.00")]
    [InlineData("40=3|99=155", "38=12|40=3|99=156", "8 150=5 38=12 99=156.00")]
    [InlineData("40=4|44=160|99=155", "38=10|40=4|44=160.00|99=157", "8 150=5 38=10 44=160.00 99=157.00")]
    [InlineData("40=4|44=160|99=155", "38=9|40=4|44=162|99=157", "8 150=5 38=9 44=162.00 99=157.00")]
    [InlineData("40=J|99=140", "38=10|40=J|99=139", "8 150=5 38=10 99=139.00")]
    [InlineData("40=2|44=140|111=3|18=6", "38=10|40=2|44=140|111=4|18=6", "8 150=5 38=10 44=140.00 18=6 111=4")]
    [InlineData("40=2|44=140|111=3|18=6", "38=8|40=2|44=140|111=3.0|18=6", "8 150=5 38=8 44=140.00 18=6 111=3")]
    [InlineData("40=2|44=140|18=G F|59=1", "38=8|40=2|44=140|18=F G|59=1", "8 150=5 38=8 44=140.00 18=G F")]
    [InlineData(
        "40=2|44=140|59=6|432=20991231", "38=10|40=2|44=140|59=6|432=20991230",
        "8 150=5 38=10 44=140.00 126=20991230-23:59:59.999")]
    [InlineData(
        "40=2|44=140|59=6|126=20991231-15:00:00", "38=8|40=2|44=140|59=6|126=20991231-15:00:00.000",
        "8 150=5 38=8 44=140.00 126=20991231-15:00:00.000")]
    [InlineData("40=P|18=a|211=2", "38=10|40=P|18=a|211=1.5", "8 150=5 38=10 18=a 211=1.50")]
    [InlineData("40=P|18=a|211=100|836=1", "38=10|40=P|18=a|211=90|836=1", "8 150=5 38=10 18=a 211=90 836=1")]
    [InlineData(
        "40=P|18=R|44=145|211=-0.05", "38=8|40=P|18=R|44=145.00|211=-0.05|836=0",
        "8 150=5 38=8 44=145.00 18=R 211=-0.05")]
    public async Task Replacement_changes_the_differing_fields(string order, string replacement, string told)
    {
        await using var exchange = await OpenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|55=AAPL|54=1|38=10|{order}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAsync("G", $"11=b|41=a|55=AAPL|54=1|{replacement}");
        var heard = await desk.ReadAsync();
        Assert.Equal(("8", "b", "a"), (heard[35], heard[11], heard[41]));
        Assert.Equal(
            told, string.Join(' ', s_told.Where(heard.ContainsKey).Select(tag => $"{tag}={heard[tag]}").Prepend("8")));

        await desk.SendAsync("F", "11=c|41=b|55=AAPL|54=1");
        Assert.Equal("8 11=c 41=b 150=4", await desk.HearAsync(1, 11, 41, 150));
    }

    [Theory]
    [InlineData("40=3|99=155", "38=10|40=3|99=149", "StopPx (99)")]
    [InlineData(
        "40=2|44=140|111=3", "38=12|40=2|44=140|111=4",
        "send one change after the other. Field: OrderQty (38), MaxFloor (111).")]
    [InlineData("40=3|99=155", "38=10|40=3|99=155", "The order is as this asks for already.")]
    [InlineData("40=2|44=140", "38=10|40=2|44=140|99=150", "StopPx (99)")]
    [InlineData("40=2|44=140", "38=10|40=2|44=140|111=0", "MaxFloor (111)")]
    [InlineData("40=2|44=140", "38=10|40=2|44=140|18=6", "Tag 18 is not as the order has it")]
    [InlineData("40=2|44=140|59=1|18=G", "38=10|40=2|44=140|59=1|18=G|110=2", "Tag 110 is not as the order has it")]
    [InlineData("40=2|44=140", "38=10|40=2|44=140|126=20991231-15:00:00", "ExpireTime (126)")]
    [InlineData("40=P|18=R|44=145|211=-0.05", "38=10|40=P|18=R|44=145|211=-0.04", "Tag 211 is not as the order has it")]
    [InlineData("40=P|18=a|211=2", "38=10|40=P|18=a|211=-2", "Tag 211 is not as the order has it")]
    [InlineData("40=P|18=a|211=2", "38=10|40=P|18=a|211=100|836=1", "PegOffsetValue (211)")]
    public async Task Replacement_of_a_fixed_field_is_rejected_with_its_tag_and_the_order_stays(
        string order, string replacement, string text)
    {
        await using var exchange = await OpenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"11=a|55=AAPL|54=1|38=10|{order}");
        var before = await desk.ReadAsync();
        Assert.Equal(("a", "0"), (before[11], before[150]));
        await desk.SendAsync("G", $"11=b|41=a|55=AAPL|54=1|{replacement}");
        var heard = await desk.ReadAsync();
        Assert.Equal(("9", "b", "0", "2"), (heard[35], heard[11], heard[39], heard[434]));
        Assert.Contains(text, heard[58], StringComparison.Ordinal);

        await desk.SendAsync("H", "11=a|55=AAPL|54=1");
        var after = await desk.ReadAsync();
        Assert.Equal(Terms(before), Terms(after));

        static string Terms(Dictionary<int, string> told) =>
            string.Join('|', s_terms.Select(told.GetValueOrDefault));
    }

    [Theory]
    [InlineData("99=1e2", 99)]
    [InlineData("111=-1", 111)]
    [InlineData("211=a", 211)]
    [InlineData("126=tomorrow", 126)]
    [InlineData("432=2026", 432)]
    public async Task Malformed_replacement_is_rejected_with_its_tag(string field, int tag)
    {
        await using var exchange = await OpenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("G", $"11=b|41=a|55=AAPL|54=1|38=10|{field}");
        Assert.Equal($"3 371={tag} 373=6", await desk.HearAsync(1, 371, 373));
    }

    [Fact]
    public async Task A_trigger_that_is_moved_on_the_heels_of_its_order_is_moved_and_triggers_there()
    {
        await using var exchange = await OpenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAllAsync(
            ("D", "11=a|55=AAPL|54=1|38=1|40=3|99=150.5"), ("G", "11=b|41=a|55=AAPL|54=1|38=1|40=3|99=152"),
            ("G", "11=c|41=b|55=AAPL|54=1|38=1|40=3|99=151"));
        Assert.Equal(
            "8 11=a 150=0 99=150.50; 8 11=b 41=a 150=5 99=152.00; 8 11=c 41=b 150=5 99=151.00",
            await desk.HearAsync(3, 11, 41, 150, 99));
        foreach (var price in new[] { 150.8m, 151m })
        {
            Assert.Single(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
            await exchange.BobAsync(ServedExchange.Sell(1, price));
            await exchange.BobAsync(ServedExchange.Sell(1, 151.2m));
            await exchange.AliceAsync(ServedExchange.Buy(1, price));
        }

        var heard = new List<string>();
        while (heard.Count == 0 || !heard[^1].StartsWith("8 11=c 150=F", StringComparison.Ordinal))
            heard.Add(await desk.HearAsync(1, 11, 150, 58));
        Assert.Contains("8 11=c 150=D 58=triggered", heard);
        Assert.Empty(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task Amendment_by_another_interface_does_not_answer_a_replacement()
    {
        await using var exchange = await OpenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", "11=a|55=AAPL|54=1|38=10|40=3|99=155");
        var order = await desk.ReadAsync();
        await exchange.Alice.Orders.AmendAsync(
            "AAPL", long.Parse(order[37], CultureInfo.InvariantCulture), new AmendOrder { TriggerPrice = 154m },
            Cancellation);
        Assert.Equal("8 11=a 150=D 378=99 99=154.00", await desk.HearAsync(1, 11, 41, 150, 378, 99));
        await desk.SendAsync("G", "11=b|41=a|55=AAPL|54=1|38=10|40=3|99=154");
        Assert.Equal("9 11=b 39=0 58=The order is as this asks for already.", await desk.HearAsync(1, 11, 39, 58));
    }

    [Theory]
    [InlineData("40=3|99=155", "38=10|40=3|99=154")]
    [InlineData("40=2|44=140", "38=6|40=2|44=140")]
    public async Task A_later_session_finds_an_order_by_the_name_it_was_changed_under(string order, string change)
    {
        await using var exchange = await OpenAsync();
        using (var before = await FixClient.LogOnAsync(exchange.FixAddress, "alice"))
        {
            await before.SendAllAsync(
                ("D", $"11=a|55=AAPL|54=1|38=10|{order}"), ("G", $"11=b|41=a|55=AAPL|54=1|{change}"));
            Assert.Equal("8 11=a 150=0; 8 11=b 41=a 150=5", await before.HearAsync(2, 11, 41, 150));
        }

        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("H", "11=b|55=AAPL|54=1");
        Assert.Equal("8 11=b 150=I 39=0", await desk.HearAsync(1, 11, 150, 39));
        await desk.SendAsync("G", $"11=c|41=b|55=AAPL|54=1|38=5|{change.Replace("38=10|", "").Replace("38=6|", "")}");
        Assert.Equal("8 11=c 41=b 150=5 38=5", await desk.HearAsync(1, 11, 41, 150, 38));
        await desk.SendAsync("F", "11=d|41=c|55=AAPL|54=1");
        Assert.Equal("8 11=d 41=c 150=4", await desk.HearAsync(1, 11, 41, 150));
        await desk.SendAsync("F", "11=e|41=b|55=AAPL|54=1");
        Assert.Equal("9 11=e 41=b 102=0", await desk.HearAsync(1, 11, 41, 102));
    }

    [Fact]
    public async Task A_refused_order_is_told_with_what_it_asked_for()
    {
        await using var exchange = await OpenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", "11=a|55=NONE|54=1|38=010.0|40=4|44=150.50|99=1x|59=1");
        Assert.Equal("3 371=99", await desk.HearAsync(1, 371));
        await desk.SendAsync("D", "11=a|55=NONE|54=1|38=010.0|40=4|44=150.50|99=151|59=1");
        Assert.Equal(
            "8 150=8 55=NONE 38=10 40=4 44=150.5 99=151 59=1", await desk.HearAsync(1, 150, 55, 38, 40, 44, 99, 59));
    }

    /// <summary>Opens an exchange with the last trade at 150, bids at 130 and offers at 170.</summary>
    private static async Task<ServedExchange> OpenAsync()
    {
        var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.AliceAsync(ServedExchange.Buy(1, 150));
        await exchange.BobAsync(ServedExchange.Buy(1, 130));
        await exchange.BobAsync(ServedExchange.Sell(1, 170));
        return exchange;
    }
}
