using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Orders by the topics of the public FIX 4.4 acceptance scripts: values outside their type or enumeration, and clients
/// behind a hub.
/// </summary>
public sealed class AcceptanceOverFixTests
{
    private const string Order = "11=a|55=AAPL|54=1|38=1|40=2|44=140|59=1";

    private static readonly int[] s_routed = [11, 150, 115, 116, 144, 128, 129, 145];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("D", "21=4", 21, 5)]
    [InlineData("D", "21=33", 21, 6)]
    [InlineData("D", "167=BOO", 167, 5)]
    [InlineData("D", "22=Z", 22, 5)]
    [InlineData("D", "60=yesterday", 60, 6)]
    [InlineData("D", "528=X", 528, 5)]
    [InlineData("D", "529=1 Z", 529, 5)]
    [InlineData("D", "40=w", 40, 5)]
    [InlineData("D", "40=22", 40, 6)]
    [InlineData("D", "54=X", 54, 5)]
    [InlineData("D", "59=Z", 59, 5)]
    [InlineData("D", "18=!", 18, 5)]
    [InlineData("D", "38=+200.00", 38, 6)]
    [InlineData("D", "44=1e3", 44, 6)]
    [InlineData("D", "99=abc", 99, 6)]
    [InlineData("D", "110=-1", 110, 6)]
    [InlineData("D", "126=20040415", 126, 6)]
    [InlineData("D", "432=tomorrow", 432, 6)]
    [InlineData("D", "211=1.2.3", 211, 6)]
    [InlineData("D", "836=9", 836, 5)]
    [InlineData("D", "453=1|448=ME|447=?|452=1", 447, 5)]
    [InlineData("D", "453=1|448=ME|447=D|452=99", 452, 5)]
    [InlineData("D", "453=2|448=ME|447=D|452=1", 453, 16)]
    [InlineData("D", "453=1|448=ME|802=2|523=X|803=1", 802, 16)]
    [InlineData("G", "11=b|41=a|55=AAPL|54=1|38=1|40=2|44=141|21=4", 21, 5)]
    [InlineData("F", "11=b|41=a|55=AAPL|54=X", 54, 5)]
    [InlineData("q", "11=b|530=9", 530, 5)]
    [InlineData("H", "11=a|55=AAPL|54=1|22=Z", 22, 5)]
    [InlineData("AF", "584=s|585=9", 585, 5)]
    [InlineData("x", "320=s|559=9", 559, 5)]
    [InlineData("V", "262=m|263=9|264=0|267=1|269=0|146=1|55=AAPL", 263, 5)]
    [InlineData("V", "262=m|263=0|264=x|267=1|269=0|146=1|55=AAPL", 264, 6)]
    [InlineData("V", "262=m|263=0|264=0|265=7|267=1|269=0|146=1|55=AAPL", 265, 5)]
    [InlineData("V", "262=m|263=0|264=0|266=J|267=1|269=0|146=1|55=AAPL", 266, 5)]
    [InlineData("V", "262=m|263=0|264=0|267=1|269=Z|146=1|55=AAPL", 269, 5)]
    public async Task A_value_outside_its_type_or_enumeration_is_rejected_whoever_reads_it(
        string type, string fields, int tag, int reason)
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync(type, type == "D" ? With(Order, fields) : fields);
        Assert.Equal($"3 371={tag} 372={type} 373={reason}", await desk.HearAsync(1, 371, 372, 373));
        await desk.SendAsync("1", "112=here");
        Assert.Equal("0 112=here", await desk.HearAsync(1, 112));
        Assert.Empty(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task Tags_that_change_nothing_are_taken_where_their_values_are_good()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync(
            "D",
            $"347=UTF-8|212=3|213=a=b|{Order}|21=1|22=4|48=US0378331005|60=20260102-09:00:00.123|100=XNAS|167=CS|207=XNAS|461=ESXXXX|528=A|529=1 2|58=hello");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
    }

    [Fact]
    public async Task An_order_without_its_name_or_with_its_header_behind_it_is_rejected()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", "55=AAPL|54=1|38=1|40=1|60=20260102-09:00:00|21=3");
        Assert.Equal("3 371=11 373=1", await desk.HearAsync(1, 371, 373));
        await desk.SendAsync("D", $"{Order}|97=Y");
        Assert.Equal("3 371=97 373=14", await desk.HearAsync(1, 371, 373));
    }

    [Fact]
    public async Task A_copy_that_says_so_enters_its_order_once_and_is_told_how_that_stands()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync("D", $"97=Y|{Order}");
        Assert.Equal("8 11=a 150=0", await desk.HearAsync(1, 11, 150));
        await desk.SendAsync("D", $"97=Y|{Order}");
        Assert.Equal("8 11=a 150=I", await desk.HearAsync(1, 11, 150));
        Assert.Single(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task Reports_of_an_order_go_back_to_the_client_behind_the_hub()
    {
        const string Hub = "115=JCD|116=CS|144=CHI";
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var copy = await FixClient.LogOnAsync(exchange.FixAddress, "alice", sender: "COPY");
        await desk.SendAsync("D", $"{Hub}|{With(Order, "38=3")}|453=1|448=CLIENT|447=D|452=3|802=1|523=desk|803=4");
        Assert.Equal("8 11=a 150=0 128=JCD 129=CS 145=CHI", await desk.HearAsync(1, s_routed));
        await exchange.BobAsync(ServedExchange.Sell(1, 140));
        Assert.Equal("8 11=a 150=F 128=JCD 129=CS 145=CHI", await desk.HearAsync(1, s_routed));

        // The requester gets the response; the order's own reports go to the client that it is replaced for.
        await desk.SendAsync("H", "115=OPS|11=a|55=AAPL|54=1");
        Assert.Equal("8 11=a 150=I 128=OPS", await desk.HearAsync(1, s_routed));
        await desk.SendAsync("G", "115=OTHER|11=b|41=a|55=AAPL|54=1|38=3|40=2|44=139|59=1");
        Assert.Equal("8 11=b 150=5 128=OTHER", await desk.HearAsync(1, s_routed));
        await exchange.BobAsync(ServedExchange.Sell(1, 139));
        Assert.Equal("8 11=b 150=F 128=OTHER", await desk.HearAsync(1, s_routed));
        await desk.SendAsync("F", "115=OPS|11=c|41=b|55=AAPL|54=1");
        Assert.Equal("8 11=c 150=4 128=OPS", await desk.HearAsync(1, s_routed));
        await desk.SendAsync("F", "115=OPS|11=d|41=b|55=AAPL|54=1");
        Assert.Equal("9 11=d 128=OPS", await desk.HearAsync(1, s_routed));

        // No one else hears of it: neither another session, nor the next order.
        await desk.SendAsync("D", With(Order, "11=e"));
        Assert.Equal("8 11=e 150=0", await desk.HearAsync(1, s_routed));
        Assert.Equal(
            "8 11=a 150=0; 8 11=a 150=F; 8 11=b 150=5; 8 11=b 150=F; 8 11=b 150=4; 8 11=e 150=0",
            await copy.HearAsync(6, s_routed));
    }

    [Theory]
    [InlineData("D", "11=x|55=NONE|54=1|38=1|40=2|44=140", "8")]
    [InlineData("D", "11=x|55=AAPL|54=1|38=1|40=w", "3")]
    [InlineData("q", "11=x|530=7", "r")]
    [InlineData("AF", "584=s|585=7", "8")]
    [InlineData("x", "320=s|559=4", "y")]
    [InlineData("V", "262=m|263=0|264=0|267=1|269=0|146=1|55=AAPL", "W")]
    [InlineData("V", "262=m|263=0|264=0|267=1|269=0|146=1|55=NONE", "Y")]
    [InlineData("8", "", "j")]
    public async Task Every_answer_goes_back_by_the_way_its_request_came(string type, string fields, string answer)
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAsync(type, $"115=JCD|116=CS{(fields.Length > 0 ? "|" : "")}{fields}");
        Assert.Equal($"{answer} 128=JCD 129=CS", await desk.HearAsync(1, 115, 128, 129));
        await desk.SendAsync(
            type,
            $"128=JCD|145=CHI{(fields.Length > 0 ? "|" : "")}{fields.Replace("262=m", "262=n", StringComparison.Ordinal)}");
        Assert.Equal($"{answer} 115=JCD 144=CHI", await desk.HearAsync(1, 115, 144, 128));
    }

    /// <summary>Returns an order with some fields replaced.</summary>
    private static string With(string order, string fields)
    {
        var tags = fields.Split('|').Select(static field => field.Split('=')[0]).ToHashSet(StringComparer.Ordinal);
        return string.Join('|', order.Split('|').Where(field => !tags.Contains(field.Split('=')[0])).Append(fields));
    }
}
