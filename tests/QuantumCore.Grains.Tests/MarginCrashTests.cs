using System.Globalization;
using System.IO.Compression;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// An hour of recorded AAPL order flow with four times the price moves. Accounts that borrowed all they could are
/// called and liquidated into that book.
/// </summary>
[TakesSeconds(90)]
public sealed class MarginCrashTests(ITestOutputHelper output)
{
    private const string Symbol = "AAPL";
    private const long FirstTicks = 58_575;
    private const int RoundEvery = 27;
    private const long Lots = 300;
    private static readonly long[] s_borrowers = [.. Enumerable.Range(2_001, 16).Select(account => (long)account)];

    [Fact]
    [Trait("Suite", "Gate")]
    public async Task Moves_four_times_larger_leave_no_debt_and_account_for_every_cent_of_the_fund()
    {
        var lines = Read(OrderFlowFiles.Find("AAPL_2012-06-21_50_1h.cmds.csv.gz"));
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await OpenAsync(disk, time);
        var flow = new Flow(exchange, time);
        foreach (var line in lines)
        {
            await flow.PlayAsync(line);
        }

        await flow.EndAsync();
        output.WriteLine(
            $"{flow.Orders} orders, {flow.Takes} of them took; {flow.Steps} steps of liquidations, {flow.Liquidated.Count} accounts");
        await CheckAsync(exchange, flow);
        await CheckReplayAsync(exchange, time);
    }

    private static async Task<Exchange> OpenAsync(Disk disk, ShiftedTime time)
    {
        var exchange = await Exchange.OpenAsync(disk, [Symbol], [Flow.Maker, Flow.Taker], time: time);
        var catalog = exchange.Grains.Catalog();
        var terms = new MarginTerms
        {
            Long = MarginTable.Flat(6_000, 2_000),
            Short = MarginTable.Flat(6_000, 2_000),
            LendableLots = 100_000,
            ImpactLots = 50,
        };
        Assert.Null(await catalog.SetMarginTerms(new(Symbol, EncodedMarginTerms.From(terms), "desk", "")));
        var policy = new MarginPolicy { FeePpm = 500 };
        Assert.Null(await catalog.SetMarginPolicy(new("USD", EncodedMarginPolicy.From(policy), "desk", "")));
        foreach (var account in s_borrowers)
        {
            Assert.Null(await catalog.SetLocate(new(Symbol, account, Lots, "desk", "")));
            Assert.Null(await exchange.Account(account).SetKind(new("USD", "desk", "")));
            await exchange.Account(account).Deposit(new DepositRequest("cash", "USD", 145_000));
        }

        await exchange.RefreshCatalogsAsync();
        return exchange;
    }

    /// <summary>
    /// Checks that no account owes what it cannot pay, and that the insurance fund equals its inflows less its
    /// outflows.
    /// </summary>
    private async Task CheckAsync(Exchange exchange, Flow flow)
    {
        var (fees, fromFund, fromHouse, deficits) = (0L, 0L, 0L, 0);
        foreach (var account in s_borrowers)
        {
            var margin = (await exchange.ViewAsync(account)).Margin!;
            Assert.NotEqual(MarginState.Liquidating, margin.State);
            Assert.True(margin.Equity >= margin.Maintenance, $"account {account}: {margin}");
        }

        await foreach (var record in exchange.Disk.Journal.ReadAsync(
            "catalog", 1, long.MaxValue, CancellationToken.None))
        {
            if (CatalogRecordEncoding.Decode(record.Body.Span) is LiquidationInsured insured)
            {
                (fees, fromFund,
                    fromHouse) = (fees + insured.Claim.Fee, fromFund + insured.FromFund, fromHouse + insured.FromHouse);
                deficits += insured.Claim.Deficit > 0 ? 1 : 0;
            }
        }

        await exchange.Ledger.CatchUp();
        var balances = await exchange.Ledger.TrialBalance();
        long Of(string holder) =>
            (long)balances.Where(row => row.Asset == "USD" && row.Holder == holder).Sum(row => (long)row.Total);
        output.WriteLine($"fees {fees}, {deficits} deficits: {fromFund} from the fund, {fromHouse} from the house");
        Assert.Equal((fees - fromFund, -fromHouse), (Of("insurance"), Of("house")));
        Assert.Equal(fees - fromFund, (await exchange.Grains.Catalog().Margin()).Funds.Single().Amount);
        Assert.True(fees > 0 && deficits > 0 && flow.Liquidated.Count > 1, "The crash tested nothing.");
        var report = await exchange.Ledger.Reconcile(0, 100);
        Assert.Empty(report.Findings);
        var heads = (await exchange.Disk.Journal.HeadsAsync("", CancellationToken.None)).ToDictionary(
            head => head.Name, head => head.Head);
        Assert.Empty(
            await History.HistoryInvariants.CheckAsync(exchange.Disk.History, 0, heads, CancellationToken.None));
    }

    /// <summary>Checks that the journal alone gives the same book, byte for byte, and the same accounts.</summary>
    private static async Task CheckReplayAsync(Exchange exchange, ShiftedTime time)
    {
        var before = await StatesAsync(exchange);
        var hash = await exchange.Grains.GetGrain<IOrderBookGrain>(Symbol).StateHash(Symbol);
        var machine = new BookMachine(Symbol);
        await foreach (var record in exchange.Disk.Journal.ReadAsync(
            "book/" + Symbol, 1, long.MaxValue, CancellationToken.None))
        {
            machine.Replay(record.Sequence, record.Body.Span);
        }

        Assert.Equal(hash, machine.Core.StateHash);
        await exchange.CrashAsync();
        await using var again = await Exchange.StartAsync(exchange.Disk, time: time);
        Assert.Equal(before, await StatesAsync(again));
    }

    private static async Task<string[]> StatesAsync(Exchange exchange)
    {
        var states = new List<string>();
        foreach (var account in s_borrowers.Append(Flow.Maker).Append(Flow.Taker))
        {
            await exchange.Account(account).CatchUp();
            var view = await exchange.ViewAsync(account);
            states.Add(
                $"{account}: {string.Join(' ', view.Balances)}, {view.OpenOrders.Length} open, {view.Margin?.State}");
        }

        return [.. states];
    }

    private static IEnumerable<string> Read(string path)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>
    /// Replays the recording: one account rests, another takes, and borrowers join in between, one after another.
    /// </summary>
    private sealed class Flow(Exchange exchange, ShiftedTime time)
    {
        public const long Maker = 1_000;
        public const long Taker = 1_001;
        private const int MostAtOnce = 100;
        private readonly Dictionary<long, long> _numbers = [];
        private readonly List<(long Id, HoldRequest Order)> _resting = [];
        private readonly List<long> _leaving = [];
        private readonly IOrderBookGrain _book = exchange.Grains.GetGrain<IOrderBookGrain>(Symbol);

        private long _last;

        public int Orders { get; private set; }

        public int Takes { get; private set; }

        public int Steps { get; private set; }

        public HashSet<long> Liquidated { get; } = [];

        public async Task PlayAsync(string line)
        {
            var fields = line.Split(',');
            switch (fields[0])
            {
                case "A" when TicksOf(fields[4]) is > 0 and var price:
                    await LeaveAsync();
                    _resting.Add(
                        (Number(fields[1]), Order(fields[2], price, Number(fields[3]), TimeInForce.GoodTillCancel)));
                    await (_resting.Count >= MostAtOnce ? RestAsync() : Task.CompletedTask);
                    break;
                case "D":
                    await RestAsync();
                    _leaving.AddRange(_numbers.Remove(Number(fields[1]), out var number) ? [number] : []);
                    await (_leaving.Count >= MostAtOnce ? LeaveAsync() : Task.CompletedTask);
                    break;
                case "IOC":
                    await RestAsync();
                    await LeaveAsync();
                    _last = TicksOf(fields[3]);
                    await TakeAsync(Taker, Order(fields[1], _last, Number(fields[2]), TimeInForce.ImmediateOrCancel));
                    time.Advance(TimeSpan.FromSeconds(1.1));
                    Takes++;
                    await (Takes % RoundEvery == 0 ? RoundAsync() : Task.CompletedTask);
                    break;
            }
        }

        /// <summary>Keeps the book still until no account is being liquidated.</summary>
        public async Task EndAsync()
        {
            for (var round = 0; round < 60; round++)
            {
                time.Advance(TimeSpan.FromSeconds(1.1));
                await RoundAsync();
            }
        }

        // A borrower joins every few rounds: every second one buys, the others sell.
        private async Task RoundAsync()
        {
            var round = Takes / RoundEvery;
            await exchange.RefreshMarksAsync();
            if (round % 5 == 2 && round / 5 < s_borrowers.Length && Takes % RoundEvery == 0)
            {
                var buys = round / 5 % 2 == 0;
                await TakeAsync(
                    s_borrowers[round / 5],
                    Order(buys ? "B" : "S", _last + (buys ? 60 : -60), Lots, TimeInForce.ImmediateOrCancel));
            }

            for (var isBusy = true; isBusy; time.Advance(TimeSpan.FromSeconds(1.1)))
            {
                await exchange.Ledger.CatchUp();
                await exchange.Service<MarginRounds>().ReviewMarginAsync(CancellationToken.None);
                isBusy = false;
                foreach (var account in s_borrowers)
                {
                    var view = await exchange.ViewAsync(account);
                    if (view.Margin!.State == MarginState.Liquidating)
                    {
                        isBusy |= Liquidated.Add(account);
                        Steps++;
                    }
                }
            }
        }

        private async Task TakeAsync(long account, HoldRequest order)
        {
            Orders++;
            var held = (await exchange.Account(account).Hold([order]))[0];

            if (held.Order is { } submitted)
            {
                await _book.Submit(Symbol, [submitted]);
            }
        }

        private async Task RestAsync()
        {
            if (_resting.Count == 0)
            {
                return;
            }

            var held = await exchange.Account(Maker).Hold([.. _resting.Select(resting => resting.Order)]);
            for (var i = 0; i < held.Length; i++)
            {
                _numbers[_resting[i].Id] = held[i].Order!.Number;
            }

            Orders += held.Length;
            await _book.Submit(Symbol, [.. held.Select(one => one.Order!)]);
            _resting.Clear();
        }

        private async Task LeaveAsync()
        {
            if (_leaving.Count > 0)
            {
                await _book.Close(Symbol, Maker, [.. _leaving], EndReason.User);
                _leaving.Clear();
            }
        }

        private HoldRequest Order(string side, long price, long lots, TimeInForce timeInForce) => new(
            $"{Orders}-{_resting.Count}", Symbol, side == "B" ? Side.Buy : Side.Sell, OrderType.Limit, timeInForce,
            PostOnly: false, price, lots);

        private static long TicksOf(string price) => FirstTicks + (4 * ((Number(price) / 100) - FirstTicks));

        private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
