using System.Globalization;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// FIX interface of an exchange in its own process, driven by QuickFIX as in practice, and beside it by the SDK over
/// HTTP.
/// </summary>
[Collection(typeof(OthersClients))]
public sealed class FixClientTests(QuickFix quickFix, NodePackages packages, SharedExchange silo)
    : IClassFixture<QuickFix>, IClassFixture<SharedExchange>, IAsyncLifetime
{
    private readonly string _port = silo.FixPort;
    private string _alice = null!;
    private string _bob = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        quickFix.Require();
        (_alice, _bob) = (await silo.NewTraderAsync(), await silo.NewTraderAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await silo.ClearAsync();

    [Fact]
    public async Task A_limit_order_rests_and_is_cancelled()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var alice = new QuantumCoreClient(silo.Address, _alice);

        await desk.TellAsync("new o1 AAPL buy 10 limit 140.00 1");
        var report = await desk.ReportAsync("o1", "0");
        Assert.Equal(("0", "AAPL", "1", "2"), (report[39], report[55], report[54], report[40]));
        Assert.Equal(
            (10m, 140m, 0m, 10m), (report.Number(38), report.Number(44), report.Number(14), report.Number(151)));
        var order = Assert.Single(await alice.Orders.GetOpenAsync("AAPL", Cancellation));
        Assert.Equal(("o1", report[37]), (order.ClientOrderId, order.OrderId.ToString(CultureInfo.InvariantCulture)));

        await desk.TellAsync("status o1 AAPL buy");
        Assert.Equal("0", (await desk.ReportAsync("o1", "I"))[39]);
        await desk.TellAsync("cancel c1 o1 AAPL buy");
        report = await desk.ReportAsync("c1", "4");
        Assert.Equal(("4", "o1", 0m), (report[39], report[41], report.Number(151)));
        Assert.Empty(await alice.Orders.GetOpenAsync("AAPL", Cancellation));

        // The status of an ended order remains available.
        await desk.TellAsync("status o1 AAPL buy");
        Assert.Equal("4", (await desk.ReportAsync("o1", "I"))[39]);
        await desk.EndAsync();
    }

    [Fact]
    public async Task A_market_order_trades()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var alice = new QuantumCoreClient(silo.Address, _alice);
        using var bob = new QuantumCoreClient(silo.Address, _bob);
        await silo.TradeAtAsync(150.00m);
        await bob.Orders.PlaceAsync(Limit(OrderSide.Sell, 4m, 150.00m), Cancellation);
        await bob.Orders.PlaceAsync(Limit(OrderSide.Sell, 9m, 150.10m), Cancellation);

        await desk.TellAsync("new m1 AAPL buy 10 market");
        var first = await desk.ReportAsync("m1", "F");
        Assert.Equal(
            ("1", 4m, 150m, 4m, 6m),
            (first[39], first.Number(32), first.Number(31), first.Number(14), first.Number(151)));
        var last = await desk.ReportAsync("m1", "F");
        Assert.Equal(
            ("2", 6m, 150.1m, 10m, 0m),
            (last[39], last.Number(32), last.Number(31), last.Number(14), last.Number(151)));
        Assert.Equal(150.06m, last.Number(6));
        Assert.NotEqual(first[17], last[17]);

        var fills = await alice.Orders.GetFillsAsync("AAPL", 10, Cancellation);
        Assert.Equal(
            [.. fills.OrderBy(fill => fill.Price).Select(fill => fill.Fee)],
            new[] { first.Number(12), last.Number(12) });
        Assert.All(fills, fill => Assert.True(fill.Fee > 0));
        Assert.Equal(("3", "3"), (first[13], last[13]));
        await desk.EndAsync();
    }

    [Fact]
    public async Task An_order_gets_another_price()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var alice = new QuantumCoreClient(silo.Address, _alice);

        await desk.TellAsync("new o1 AAPL buy 10 limit 140.00 1");
        await desk.ReportAsync("o1", "0");
        await desk.TellAsync("replace r1 o1 AAPL buy 12 141.00");
        var report = await desk.ReportAsync("r1", "5");
        Assert.Equal(("o1", 141m, 12m, 12m), (report[41], report.Number(44), report.Number(38), report.Number(151)));
        var order = Assert.Single(await alice.Orders.GetOpenAsync("AAPL", Cancellation));
        Assert.Equal((141m, 12m), (order.Price, order.Quantity));

        // From now on, the order has its new name.
        await desk.TellAsync("cancel c1 r1 AAPL buy");
        Assert.Equal("r1", (await desk.ReportAsync("c1", "4"))[41]);
        await desk.EndAsync();
    }

    [Fact]
    public async Task Rejection_says_why()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);

        await desk.TellAsync("new o1 NOWHERE buy 10 limit 140.00 1");
        var report = await desk.ReportAsync("o1", "8");
        Assert.Equal(("8", "1"), (report[39], report[103]));
        Assert.NotEmpty(report[58]);
        await desk.TellAsync("new o2 AAPL buy 10 limit 140.001 1");
        report = await desk.ReportAsync("o2", "8");
        Assert.Equal(("8", 0m), (report[39], report.Number(14)));
        Assert.NotEmpty(report[58]);

        await desk.TellAsync("cancel c1 o3 AAPL buy");
        var refusal = await desk.NextAsync("9");
        Assert.Equal(("c1", "o3", "1", "1"), (refusal[11], refusal[41], refusal[434], refusal[102]));
        await desk.TellAsync("replace r1 o3 AAPL buy 10 141.00");
        refusal = await desk.NextAsync("9");
        Assert.Equal(("r1", "o3", "2", "1"), (refusal[11], refusal[41], refusal[434], refusal[102]));
        Assert.NotEmpty(refusal[58]);

        await desk.TellAsync("raw 35=B|148=news|33=1|58=text");
        var unsupported = await desk.NextAsync("j");
        Assert.Equal(("B", "3"), (unsupported[372], unsupported[380]));
        await desk.EndAsync();
    }

    [Fact]
    public async Task An_order_that_may_have_been_sent_before_is_told_of_and_not_entered_twice()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);

        // The first time, it did not exist.
        await desk.TellAsync("again new o1 AAPL buy 10 limit 140.00 1");
        var report = await desk.ReportAsync("o1", "0");
        await desk.TellAsync("again new o1 AAPL buy 10 limit 140.00 1");
        var told = await desk.ReportAsync("o1", "I");
        Assert.Equal((report[37], "0"), (told[37], told[39]));
        await desk.TellAsync("new o1 AAPL buy 10 limit 140.00 1");
        var refused = await desk.ReportAsync("o1", "8");
        Assert.Equal(("8", "6"), (refused[39], refused[103]));
        Assert.Single(await desk.OpenOrdersAsync("s1"));
        await desk.EndAsync();
    }

    [Fact]
    public async Task Actions_by_other_interfaces_are_reported()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var alice = new QuantumCoreClient(silo.Address, _alice);
        using var bob = new QuantumCoreClient(silo.Address, _bob);

        var order = await alice.Orders.PlaceAsync(
            Limit(OrderSide.Buy, 10m, 140m) with { ClientOrderId = "h1" }, Cancellation);
        var report = await desk.ReportAsync("h1", "0");
        Assert.Equal(order.OrderId.ToString(CultureInfo.InvariantCulture), report[37]);
        await bob.Orders.PlaceAsync(Limit(OrderSide.Sell, 4m, 140m), Cancellation);
        report = await desk.ReportAsync("h1", "F");
        Assert.Equal(("1", 4m, 140m, 6m), (report[39], report.Number(32), report.Number(31), report.Number(151)));
        await alice.Orders.CancelAsync("AAPL", order.OrderId, Cancellation);
        report = await desk.ReportAsync("h1", "4");
        Assert.Equal(("4", 4m, 0m), (report[39], report.Number(14), report.Number(151)));
        await desk.EndAsync();
        Assert.DoesNotContain(desk.TakeUnread(), message => message.Type == "8");
    }

    [Fact]
    public async Task A_trade_is_corrected_and_then_cancelled_by_an_operator()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var bob = new QuantumCoreClient(silo.Address, _bob);
        using var clerk = new QuantumCoreClient(silo.Address, "demo-admin");
        await bob.Orders.PlaceAsync(Limit(OrderSide.Sell, 4m, 150.00m), Cancellation);
        await desk.TellAsync("md d1 AAPL 0");
        await desk.NextAsync("W");
        await desk.TellAsync("new o1 AAPL buy 10 limit 150.00 1");
        var traded = await desk.ReportAsync("o1", "F");
        Assert.Equal(("0", 150m, 4m), await TapeAsync(traded[527]));

        await clerk.Operator.Trading.CorrectTradeAsync("AAPL", traded[527], 149.5m, cancellation: Cancellation);
        var corrected = await desk.ReportAsync("o1", "G");
        Assert.Equal(("1", 149.5m, 4m), await TapeAsync(traded[527]));
        await clerk.Operator.Trading.BustTradeAsync("AAPL", traded[527], cancellation: Cancellation);
        var cancelled = await desk.ReportAsync("o1", "H");
        Assert.Equal(("2", 149.5m, 4m), await TapeAsync(traded[527]));
        foreach (var report in new[] { corrected, cancelled })
        {
            Assert.Equal((traded[17], traded[37], "1", "1"), (report[19], report[37], report[39], report[54]));
            Assert.Equal(
                (4m, 149.5m, 4m, 6m, 150m),
                (report.Number(32), report.Number(31), report.Number(14), report.Number(151), report.Number(6)));
        }

        Assert.Equal(3, new[] { traded, corrected, cancelled }.Select(report => report[17]).Distinct().Count());
        await desk.EndAsync();

        // Returns the next market data of the trade, as QuickFIX received it.
        async Task<(string Action, decimal Price, decimal Quantity)> TapeAsync(string trade)
        {
            var told = await desk.NextAsync("X", message => message.Group(279).Any(one => one[269] == "2"));
            var entry = Assert.Single(told.Group(279), one => one[269] == "2");
            Assert.Equal((trade, entry[279] == "2" ? "0" : ""), (entry[278], entry[285]));
            return (entry[279], entry.Number(270), entry.Number(271));
        }
    }

    [Fact]
    public async Task A_mass_cancel_tells_of_each_order()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        Assert.Empty(await desk.OpenOrdersAsync("s1"));
        foreach (var order in (string[])[
            "o1 AAPL buy 1 limit 140.00 1", "o2 AAPL buy 1 limit 141.00 1", "o3 MSFT buy 1 limit 410.00 1"])
            await desk.TellAsync($"new {order}");
        Assert.Equal("0", (await desk.ReportAsync("o3", "0"))[39]);

        await desk.TellAsync("masscancel x1 AAPL");
        var done = await desk.NextAsync("r");
        Assert.Equal(("x1", "1", "1"), (done[11], done[530], done[531]));
        foreach (var name in (string[])["o1", "o2"])
            await desk.NextAsync("8", message => message[150] == "4" && (message[11] == name || message[41] == name));
        Assert.Equal(["o3"], (await desk.OpenOrdersAsync("s2")).Select(order => order[11]));

        await desk.TellAsync("masscancel x2");
        Assert.Equal("7", (await desk.NextAsync("r"))[531]);
        await desk.NextAsync("8", message => message[150] == "4" && message[55] == "MSFT");
        await desk.EndAsync();
    }

    [Fact]
    public async Task Orders_are_entered_in_the_sequence_in_which_they_were_sent()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        string[] names = [.. Enumerable.Range(0, 200).Select(order => $"o{order}")];
        foreach (var name in names)
            await desk.TellAsync($"new {name} AAPL buy 1 limit 140.00 1");
        var entered = new List<FixText>();
        foreach (var name in names)
            entered.Add(await desk.ReportAsync(name, "0"));
        Assert.Equal(names, entered.OrderBy(report => report.Number(37)).Select(report => report[11]));
        await desk.EndAsync();
    }

    [Fact]
    public async Task Order_behind_a_cancel_may_spend_the_released_funds()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);

        // Most of the account's money, so that there is enough for one of them.
        await desk.TellAsync("new o0 AAPL buy 600 limit 140.00 1");
        for (var order = 1; order <= 20; order++)
        {
            await desk.TellAsync($"cancel c{order} o{order - 1} AAPL buy");
            await desk.TellAsync($"new o{order} AAPL buy 600 limit 140.00 1");
        }

        await desk.ReportAsync("o20", "0");
        Assert.Equal(["o20"], (await desk.OpenOrdersAsync("s1")).Select(order => order[11]));
        await desk.EndAsync();
    }

    [Fact]
    public async Task No_acknowledged_order_is_lost_with_the_exchange_that_is_killed()
    {
        const int Orders = 200;
        const string Alice = "demo-alice";
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        using var storage = Storage.InFiles();
        await using var killed =
            await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--fix", port]);
        await using var desk = await quickFix.LogOnAsync(port, Alice);
        var acknowledged = new HashSet<string>();
        async Task SendAsync(string before)
        {
            for (var order = 0; order < Orders; order++)
                await desk.TellAsync($"{before} new o{order} AAPL buy 1 limit {130 + (order % 20)}.00 1");
        }

        await SendAsync("");
        while (acknowledged.Count < Orders / 4)
            acknowledged.Add((await desk.NextAsync("8", message => message[150] == "0"))[11]);
        await killed.KillAsync();

        // The desk reconnects by itself. Messages that came before are valid acknowledgements, too.
        await using var again =
            await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--fix", port]);
        await desk.LogOnAsync();
        acknowledged.UnionWith(desk.TakeUnread().Where(message => message[150] == "0").Select(message => message[11]));
        var there = (await desk.OpenOrdersAsync("s1")).Select(order => order[11]).ToList();
        Assert.Equal(there.Distinct().Count(), there.Count);
        Assert.Empty(acknowledged.Except(there));

        // Orders that exist are reported when they are sent again; the others are entered. Orders whose cover was held
        // at the kill may have been voided since: their names are used, and the desk is told so.
        await SendAsync("again");
        for (var order = 0; order < Orders; order++)
        {
            var report =
                await desk.NextAsync("8", message => message[11] == $"o{order}" && message[584].Length == 0
                    && message[150] is ("I" or "0" or "8"));
            Assert.Equal(there.Contains(report[11]), report[150] == "I");
            if (report[150] == "0")
                there.Add(report[11]);
        }

        Assert.Equal(there.Order(), (await desk.OpenOrdersAsync("s2")).Select(order => order[11]).Order());
        using var alice = new QuantumCoreClient(again.Address, Alice);
        Assert.Equal(
            there.Order(),
            (await alice.Orders.GetOpenAsync("AAPL", Cancellation)).Select(order => order.ClientOrderId).Order());
        await desk.EndAsync();
        Assert.Equal(0, await again.TerminateAsync());
        var (exitCode, said) = await Programs.RunAsync(Programs.Cli, "verify", storage.Place);
        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public async Task The_orders_of_a_desk_that_asked_for_it_go_with_its_connection()
    {
        await using var careless = await quickFix.LogOnAsync(_port, _bob);
        await using var careful = await quickFix.LogOnAsync(_port, _alice, cancelsOnDisconnect: true);
        await using var witness = await quickFix.LogOnAsync(_port, _alice, sender: "DESK-2");
        await careless.TellAsync("new b1 AAPL sell 1 limit 155.00 1");
        await careless.ReportAsync("b1", "0");
        await careful.TellAsync("new a1 AAPL buy 1 limit 140.00 1");
        await careful.TellAsync("new a2 MSFT buy 1 limit 410.00 1");
        await careful.ReportAsync("a2", "0");

        await careless.KillAsync();
        await careful.KillAsync();
        await witness.ReportAsync("a1", "4");
        await witness.ReportAsync("a2", "4");
        Assert.Empty(await witness.OpenOrdersAsync("s1"));
        await witness.EndAsync();
        using var bob = new QuantumCoreClient(silo.Address, _bob);
        Assert.Single(await bob.Orders.GetOpenAsync("AAPL", Cancellation));
    }

    [Fact]
    public async Task Market_data_subscription_follows_the_book()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var bob = new QuantumCoreClient(silo.Address, _bob);
        using var alice = new QuantumCoreClient(silo.Address, _alice);
        for (var level = 0; level < 3; level++)
        {
            await bob.Orders.PlaceAsync(Limit(OrderSide.Buy, 2m + level, 149m - level), Cancellation);
            await bob.Orders.PlaceAsync(Limit(OrderSide.Sell, 5m + level, 151m + level), Cancellation);
        }

        const string AtFirst = "149:2,148:3,147:4|151:5,152:6,153:7";
        await ShownAsync(bob, AtFirst);
        await desk.TellAsync("md d1 AAPL 0");
        var snapshot = await desk.NextAsync("W");
        Assert.Equal(("d1", "AAPL"), (snapshot[262], snapshot[55]));
        var book = new FixBook();
        book.Take(snapshot);
        Assert.Equal(AtFirst, book.ToString());

        // A level is added, one grows, one goes, and one is traded with.
        await bob.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m, 148.5m), Cancellation);
        await bob.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m, 148m), Cancellation);
        await bob.Orders.CancelAllAsync("AAPL", OrderSide.Sell, Cancellation);
        await bob.Orders.PlaceAsync(Limit(OrderSide.Sell, 3m, 152m), Cancellation);
        await alice.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m, 152m), Cancellation);
        const string AtLast = "149:2,148.5:1,148:4,147:4|152:2";
        await ShownAsync(bob, AtLast);
        while (book.ToString() != AtLast || book.Trades.Count == 0)
            book.Take(await desk.NextAsync("X", message => message[262] == "d1"));
        Assert.Equal([(152m, 1m)], book.Trades);

        // Only the best level, once.
        await desk.TellAsync("md d2 AAPL 1 once");
        var best = new FixBook();
        best.Take(await desk.NextAsync("W", message => message[262] == "d2"));
        Assert.Equal("149:2|152:2", best.ToString());
        await desk.TellAsync("md d3 NOWHERE 0");
        Assert.Equal(("d3", "0"), ((await desk.NextAsync("Y")) is var refusal ? refusal[262] : "", refusal[281]));

        // The subscription ends: the next message is the response to the next request.
        await desk.TellAsync("md d1 AAPL 0 end");
        await desk.TellAsync("md d4 AAPL 0 once");
        await desk.NextAsync("W", message => message[262] == "d4");
        await bob.Orders.CancelAllAsync("AAPL", null, Cancellation);

        await ShownAsync(bob, "|");
        await desk.TellAsync("md d5 AAPL 0 once");
        var last = await desk.NextAsync("W", message => message[262] == "d5");
        Assert.Equal("0", last[268]);
        Assert.DoesNotContain(desk.TakeUnread(), message => message.Type == "X");
        await desk.EndAsync();
    }

    [Fact]
    public async Task The_list_of_securities_is_that_of_the_exchange()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        using var alice = new QuantumCoreClient(silo.Address, _alice);
        var symbols = (await alice.Market.GetInstrumentsAsync(Cancellation)).Select(instrument => instrument.Symbol)
            .Order(StringComparer.Ordinal);

        await desk.TellAsync("securities l1");
        var list = await desk.NextAsync("y");
        Assert.Equal(("l1", "0"), (list[320], list[560]));
        Assert.Equal(symbols, list.Group(55).Select(security => security[55]).Order(StringComparer.Ordinal));
        await desk.TellAsync("securities l2 MSFT");
        Assert.Equal(["MSFT"], (await desk.NextAsync("y")).Group(55).Select(security => security[55]));
        await desk.TellAsync("securities l3 NOWHERE");
        Assert.NotEqual("0", (await desk.NextAsync("y"))[560]);
        await desk.EndAsync();
    }

    [Fact]
    public async Task Resend_request_gets_the_sent_messages()
    {
        await using var desk = await quickFix.LogOnAsync(_port, _alice);
        await desk.TellAsync("new o1 AAPL buy 10 limit 140.00 1");
        await desk.TellAsync("cancel c1 o1 AAPL buy");
        FixText[] sent = [await desk.ReportAsync("o1", "0"), await desk.ReportAsync("c1", "4")];

        // From the logon, which a gap fill replaces, to the latest message.
        await desk.TellAsync("raw 35=2|7=1|16=0");
        var filled = await desk.NextAsync("4");
        Assert.Equal(("1", "Y", "Y", sent[0][34]), (filled[34], filled[43], filled[123], filled[36]));
        foreach (var first in sent)
        {
            var again = await desk.NextAsync("8");
            Assert.Equal((first[34], "Y", first[52]), (again[34], again[43], again[122]));
            Assert.Equal(Body(first), Body(again));
        }

        await desk.TellAsync("raw 35=1|112=there");
        await desk.NextAsync("0", beat => beat[112] == "there");
        await desk.EndAsync();

        static string Body(FixText message) =>
            string.Join('|', message.Fields.Where(field => field.Tag is not (9 or 10 or 43 or 52 or 122))
                .Select(field => $"{field.Tag}={field.Text}"));
    }

    [Fact]
    public async Task Wrong_key_is_rejected_with_a_reason()
    {
        await using var stranger = quickFix.Start(_port, "demo-nobody");
        Assert.NotEmpty((await stranger.NextAsync("5"))[58]);
    }

    [Fact]
    public async Task An_engine_that_is_not_QuickFIX_trades_here_too()
    {
        Assert.SkipWhen(packages.Missing is not null && !packages.AreRequired, packages.Missing ?? "");
        Assert.Null(packages.Missing);
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var own = await SiloProcess.StartAsync(
            "--storage", "volatile", "--market-maker", "off", "--fix", port);
        var start = NodePackages.Start("node", "jspurefix.mjs", own.Address.GetLeftPart(UriPartial.Authority), port);
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, $"{output}\n{own.Output}");
    }

    private static PlaceOrder Limit(OrderSide side, decimal quantity, decimal price) =>
        new() { Symbol = "AAPL", Side = side, Quantity = quantity, Price = price };

    /// <summary>Waits until the book is shown as expected: market data follows its book, a moment later.</summary>
    private static Task ShownAsync(QuantumCoreClient client, string book) =>
        Wait.UntilAsync(async () => await BookAsync(client) == book, $"the book to be shown as {book}");

    private static async Task<string> BookAsync(QuantumCoreClient client)
    {
        var book = await client.Market.GetBookAsync("AAPL", cancellation: Cancellation);
        return FixBook.Write(
            book.Bids.Select(level => (level.Price, level.Quantity)),
            book.Asks.Select(level => (level.Price, level.Quantity)));
    }

    /// <summary>Book of a FIX market data subscriber.</summary>
    private sealed class FixBook
    {
        private readonly SortedDictionary<decimal, decimal> _bids =
            new(Comparer<decimal>.Create((one, other) => other.CompareTo(one)));
        private readonly SortedDictionary<decimal, decimal> _asks = [];

        public List<(decimal Price, decimal Quantity)> Trades { get; } = [];

        /// <summary>Takes a W or an X, whose entries begin with different tags.</summary>
        public void Take(FixText message)
        {
            foreach (var entry in message.Group(message.Type == "W" ? 269 : 279))
            {
                if (entry[269] == "2")
                {
                    Trades.Add((entry.Number(270), entry.Number(271)));
                    continue;
                }

                var side = entry[269] == "0" ? _bids : _asks;
                if (entry[279] == "2")
                    Assert.True(side.Remove(entry.Number(270)), "A level goes that is not there.");
                else
                    side[entry.Number(270)] = entry.Number(271);
            }
        }

        public override string ToString() =>
            Write(_bids.Select(level => (level.Key, level.Value)), _asks.Select(level => (level.Key, level.Value)));

        /// <summary>Returns the levels as text, without trailing zeros.</summary>
        public static string Write(
            IEnumerable<(decimal Price, decimal Quantity)> bids, IEnumerable<(decimal Price, decimal Quantity)> asks) =>
            string.Join(
                '|',
                new[] { bids, asks }.Select(
                    side => string.Join(
                        ',', side.Select(level => $"{level.Price:0.########}:{level.Quantity:0.########}"))));
    }
}
