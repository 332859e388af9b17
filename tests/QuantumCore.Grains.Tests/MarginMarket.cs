using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Tests;

/// <summary>An exchange with two shares traded on margin, and a clock that the test moves.</summary>
internal sealed class MarginMarket(Exchange exchange, ShiftedTime time) : IAsyncDisposable
{
    public const long Maker = 1_000;
    public const long Trader = 1_001;
    public const long Other = 1_002;
    private static readonly string[] s_symbols = ["AAPL", "MSFT", "XYZ"];
    private static readonly long[] s_makers = [Maker];
    private readonly Dictionary<string, long> _index = new(StringComparer.Ordinal)
    {
        ["AAPL"] = 10_000,
        ["MSFT"] = 10_000,
    };
    private int _names;

    public Exchange Exchange => exchange;

    public ShiftedTime Time => time;

    public ICatalogGrain Catalog => exchange.Grains.Catalog();

    private MarginRounds Work => exchange.Service<MarginRounds>();

    /// <summary>
    /// Opens it: shares without fees at 100.00, initial margin of a half and maintenance of a quarter. The trader has
    /// 10,000.00.
    /// </summary>
    public static async Task<MarginMarket> OpenAsync(Disk disk, MarginPolicy? policy = null, int feePpm = 0)
    {
        var time = new ShiftedTime();
        var market = new MarginMarket(await Exchange.OpenAsync(disk, s_symbols, s_makers, time: time), time);
        foreach (var symbol in s_symbols)
        {
            var share = Listed.Share(symbol) with { MakerFeePpm = feePpm, TakerFeePpm = feePpm };
            await market.Catalog.List(EncodedInstrument.From(share));
        }

        var terms = new MarginTerms
        {
            Long = MarginTable.Flat(500_000, 250_000),
            Short = MarginTable.Flat(500_000, 300_000),
            LendableLots = 1_000,
            BorrowPpm = 36_000,
        };
        await market.Catalog.SetMarginTerms(new("AAPL", EncodedMarginTerms.From(terms), "desk", "test"));
        await market.Catalog.SetMarginTerms(
            new("MSFT", EncodedMarginTerms.From(terms with { Short = null, LendableLots = 0 }), "desk", "test"));
        await market.Catalog.SetMarginPolicy(
            new("USD", EncodedMarginPolicy.From(policy ?? new MarginPolicy()), "desk", "test"));
        await exchange(market).Account(Trader).SetKind(new("USD", "desk", "asked for"));
        await exchange(market).Account(Trader).Deposit(new DepositRequest("cash", "USD", 1_000_000));
        await market.MarkAsync("AAPL", 10_000);
        return market;

        static Exchange exchange(MarginMarket market) => market.Exchange;
    }

    /// <summary>Starts the same journal in another process, on the same day.</summary>
    public async Task<MarginMarket> StartAgainAsync() =>
        new(await Exchange.StartAsync(exchange.Disk, time: time), time);

    /// <summary>Sets an index after a minute without trades, so the silo's mark prices depend on it alone.</summary>
    public async Task MarkAsync(string symbol, long ticks)
    {
        time.Advance(TimeSpan.FromSeconds(61));
        _index[symbol] = ticks;
        foreach (var (name, price) in _index)
        {
            await exchange.Book(name).Operate(new SetMarkPrice(price));
        }

        await exchange.RefreshCatalogsAsync();
        await exchange.RefreshMarksAsync();
    }

    public Task<ExecutionReport> PlaceAsync(
        long account, Side side, long price, long lots, string symbol = "AAPL",
        TimeInForce timeInForce = TimeInForce.GoodTillCancel) =>
        exchange.PlaceAsync(account, $"order-{++_names}", symbol, side, price, lots, timeInForce);

    /// <summary>Trades: the maker rests, and the trader takes.</summary>
    public async Task TradeAsync(Side side, long price, long lots, string symbol = "AAPL", long account = Trader)
    {
        await PlaceAsync(Maker, side == Side.Buy ? Side.Sell : Side.Buy, price, lots, symbol);
        var taken = await PlaceAsync(account, side, price, lots, symbol, TimeInForce.ImmediateOrCancel);
        await exchange.ViewAsync(account, taken);
    }

    /// <summary>Advances a second and does one round over margin accounts.</summary>
    public async Task RoundAsync()
    {
        await ReviewAsync();
        await Work.ShareDeficitsAsync(CancellationToken.None);
    }

    /// <summary>Advances a second and reviews accounts only.</summary>
    public async Task ReviewAsync()
    {
        time.Advance(TimeSpan.FromSeconds(1));
        await exchange.Ledger.CatchUp();
        await Work.ReviewMarginAsync(CancellationToken.None);
    }

    /// <summary>
    /// Does a round over margin accounts, with or without a crash afterwards. The survivor gets AAPL at this mark
    /// price.
    /// </summary>
    public async Task<MarginMarket> RoundAsync(bool dies, long markTicks)
    {
        await RoundAsync();
        var next = this;
        if (dies)
        {
            await exchange.CrashAsync();
            next = await StartAgainAsync();
            await DisposeAsync();
        }

        await next.MarkAsync("AAPL", markTicks);
        return next;
    }

    public async Task<MarginView> MarginAsync(long account = Trader) => (await exchange.ViewAsync(account)).Margin!;

    public async Task<long> CashAsync(long account = Trader) => (await exchange.ViewAsync(account)).Of("USD").Total;

    /// <summary>Returns the issues of the ledger, by its own rules and against the accounts.</summary>
    public async Task<string[]> FindingsAsync()
    {
        var report = await exchange.Ledger.Reconcile(0, 100);
        var violations = await History.HistoryInvariants.CheckAsync(
            exchange.Disk.History, 0, (await exchange.Disk.Journal.HeadsAsync("", CancellationToken.None)).ToDictionary(
                head => head.Name, head => head.Head),
            CancellationToken.None);
        return [
            .. report.Findings.Select(finding => finding.ToString()),
            .. violations.Select(wrong => $"{wrong.Name}: {string.Join("; ", wrong.Rows)}")];
    }

    public ValueTask DisposeAsync() => exchange.DisposeAsync();
}
