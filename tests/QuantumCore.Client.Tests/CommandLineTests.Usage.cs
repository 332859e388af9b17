namespace QuantumCore.Client.Tests;

// Errors in the command line itself.
public sealed partial class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("frobnicate")]
    [InlineData("buy AAPL")]
    [InlineData("buy AAPL 1,000 --limit 150")]
    [InlineData("buy AAPL 1e3 --limit 150")]
    [InlineData("buy AAPL -5 --limit 150")]
    [InlineData("buy AAPL 10 --limit 150 --ioc --fok")]
    [InlineData("buy AAPL 10 --post-only")]
    [InlineData("cancel")]
    [InlineData("cancel 17")]
    [InlineData("cancel 17 --symbol AAPL --all")]
    [InlineData("cancel --client-id a --side buy")]
    [InlineData("cancel --all --side up")]
    [InlineData("amend 17 --symbol AAPL")]
    [InlineData("book AAPL --depth 0")]
    [InlineData("account --url nonsense")]
    [InlineData("replay no-such-file.csv")]
    [InlineData("buy AAPL 10 --amount 100")]
    [InlineData("buy AAPL --limit 1")]
    [InlineData("buy AAPL 10 --limit 1 --tif ioc --fok")]
    [InlineData("buy AAPL 10 --limit 1 --tif forever")]
    [InlineData("buy AAPL 10 --type Stop --trigger 1")]
    [InlineData("buy AAPL 10 --trail-bp 10000")]
    [InlineData("buy AAPL 10 --limit 1 --good-till tomorrow")]
    [InlineData("buy AAPL 10 --limit 1 --good-till 2030-01-01T00:00:00+01:00")]
    [InlineData("order")]
    [InlineData("order 17")]
    [InlineData("order 17 --symbol AAPL --client-id a")]
    [InlineData("order --client-id a --symbol AAPL")]
    [InlineData("orders --limit 5")]
    [InlineData("orders --all --limit 100001")]
    [InlineData("order position 17")]
    [InlineData("order list")]
    [InlineData("order list oco sell AAPL 100 --target 160")]
    [InlineData("order list oto buy AAPL 100 --limit 150")]
    [InlineData("amend 17 --symbol AAPL --limit 1 --display 1")]
    [InlineData("amend 17 --symbol AAPL --trigger 1 --if-remaining 5")]
    [InlineData("strategy")]
    [InlineData("strategy --units 1 --leg buy:AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --leg buy:AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1")]
    [InlineData("strategy --net 2,00 --units 1 --leg buy:AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 0 --leg buy:AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1.5 --leg buy:AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1 --leg AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1 --leg Buy:AAPL:1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1 --leg buy:AAPL:-1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1 --leg buy::1 --leg sell:MSFT:1")]
    [InlineData("strategy --net 2.00 --units 1 --leg buy:AAPL:1 --leg sell:MSFT:1 --tif opg")]
    [InlineData("buy AAPL 10 --type leg")]
    [InlineData("admin")]
    [InlineData("admin list NVDA")]
    [InlineData("admin list NVDA 0.01 1 --maker-ppm 1000001")]
    [InlineData("admin phase AAPL open")]
    [InlineData("admin rules AAPL --static-band 10000")]
    [InlineData("admin bust AAPL")]
    [InlineData("admin pin AAPL")]
    [InlineData("admin pin AAPL east --none")]
    [InlineData("admin pin --none")]
    [InlineData("symbol")]
    [InlineData("alerts add AAPL")]
    [InlineData("alerts add AAPL 1,5")]
    [InlineData("alerts add AAPL -1")]
    [InlineData("alerts add AAPL 151 --above --below")]
    [InlineData("alerts remove")]
    [InlineData("alerts remove AAPL")]
    [InlineData("alerts watch --updates 0")]
    [InlineData("admin rules AAPL")]
    [InlineData("admin rules AAPL --why calm")]
    [InlineData("users set zoe")]
    [InlineData("risk ACC-1001 --symbol AAPL")]
    [InlineData("risk ACC-1001 --symbol AAPL --none --max-orders 1")]
    [InlineData("risk ACC-1001 --max-orders 1")]
    [InlineData("risk --everyone --symbol AAPL")]
    [InlineData("risk --owner acme --all")]
    public async Task Wrong_usage_asks_the_exchange_nothing(string line)
    {
        Assert.Equal(2, await RunAsync(line));

        Assert.NotEqual("", _error.ToString());
        Assert.Equal("", _output.ToString());
        Assert.Empty(_exchange.Changes);
    }

    [Theory]
    [InlineData("byu AAPL 1", "'byu' is not a command of qc. Did you mean buy?")]
    [InlineData("admin frezee ACC-1001", "'frezee' is not a command of qc admin. Did you mean freeze?")]
    [InlineData("admin block-own acme", "'block-own' is not a command of qc admin. Did you mean block-owner?")]
    [InlineData("buy AAPL 10 --limt 150", "'--limt' is not an option of qc buy. Did you mean --limit?")]
    [InlineData("book AAPL --jsn", "'--jsn' is not an option of qc book. Did you mean --json?")]
    [InlineData("frobnicate", "'frobnicate' is not a command of qc.")]
    public async Task Mistyped_word_is_told_with_the_nearest_one(string line, string told)
    {
        Assert.Equal(2, await RunAsync(line));
        Assert.Equal($"qc: {told}", _error.ToString().Split('\n')[0].TrimEnd());
    }

    [Fact]
    public async Task Help_lists_commands_by_group_with_one_line_each()
    {
        Assert.Equal(0, await RunAsync("--help"));
        var lines = _output.ToString().Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Equal(
            ["Trading:", "Account and money:", "Market data:", "Operating an exchange:", "Simulation and files:"],
            lines.Where(line => line.EndsWith(':') && !line.StartsWith(' '))
                .Except(["Description:", "Usage:", "Options:", "Examples:"]));
        Assert.Contains("  deposit      Book a deposit", lines);
        Assert.Contains("  export       Export a journal's records, trades (as made) or postings as lines", lines);
        Assert.All(
            lines.SkipWhile(line => line != "Trading:").TakeWhile(line => line != "Examples:"),
            line => Assert.InRange(line.Length, 0, 100));
    }

    [Theory]
    [InlineData("qc book ", "AAPL")]
    [InlineData("qc cancel 17 --symbol ", "AAPL")]
    [InlineData("qc account ", null)]
    public async Task Symbols_are_completed_from_what_the_exchange_lists(string line, string? symbol)
    {
        Assert.Equal(0, await RunAsync([$"[suggest:{line.Length}]", line]));
        var suggested = _output.ToString().Split('\n').Select(word => word.Trim());
        Assert.Equal(symbol is not null, suggested.Contains("AAPL"));
    }

    [Fact]
    public async Task Nothing_is_completed_from_an_exchange_that_does_not_answer()
    {
        _environment["QC_URL"] = "http://127.0.0.1:1";
        Assert.Equal(0, await RunAsync(["[suggest:8]", "qc book "]));
        Assert.Contains("--depth", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _error.ToString());
    }
}
