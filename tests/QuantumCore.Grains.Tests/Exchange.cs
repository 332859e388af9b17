using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Grains.Storage;
using QuantumCore.Grains.Streams;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// The exchange's grains on the runtime under test, over a journal that outlives them. Stop one and start another on
/// the same <see cref="Disk"/>: it must continue where the durable records end.
/// </summary>
internal sealed class Exchange : IAsyncDisposable
{
    private readonly GrainCluster _cluster;

    private Exchange(GrainCluster cluster, Disk disk)
    {
        _cluster = cluster;
        Disk = disk;
    }

    public Disk Disk { get; }

    public IGrainFactory Grains => _cluster.Grains;

    public GrainCluster Cluster => _cluster;

    public static async Task<Exchange> StartAsync(
        Disk disk, bool overtaking = false, short silos = 1, JournalWriterOptions? journal = null,
        TimeProvider? time = null,
        KeepOptions? keep = null, bool correctsTime = false, string? membersIn = null,
        TimeProvider? reminderTime = null)
    {
        await disk.InitializeAsync();
        var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            Silos = silos,
            MayHaveMore = time is null,
            CallsOvertake = overtaking,
            ResponseTimeout = TimeSpan.FromSeconds(silos > 1 ? 3 : 30),
            MembersIn = membersIn,
            ReminderTime = reminderTime ?? TimeProvider.System,
            ConfigureSilo = static silo => silo.AddEventStreams().KeepGrainStateInFile(),
            ConfigureServices = services =>
            {
                services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
                services.AddSingleton(time ?? TimeProvider.System);
                services.AddSingleton(disk.Journal);
                services.AddSingleton(disk.History);
                services.AddSingleton(disk.State);
                services.AddSingleton<IPayoutReceiver>(disk.Bank);
                services.AddSingleton<ISettlementReceiver>(disk.Depository);
                services.AddExchangeGrains(journal, keep);
                if (correctsTime)
                    services.AddSingleton<TimeCorrection>();
            },
        });
        return new Exchange(cluster, disk);
    }

    /// <summary>Opens an exchange with instruments listed and customers funded.</summary>
    public static async Task<Exchange> OpenAsync(
        Disk disk, string[] symbols, long[] accounts, bool overtaking = false, short silos = 1,
        TimeProvider? time = null,
        KeepOptions? keep = null, string? membersIn = null, TimeProvider? reminderTime = null)
    {
        var exchange = await StartAsync(
            disk, overtaking, silos, time: time, keep: keep, membersIn: membersIn, reminderTime: reminderTime);
        foreach (var symbol in symbols)
        {
            await exchange.Grains.Catalog()
                .List(EncodedInstrument.From(Listed.Share(symbol)));
        }

        foreach (var account in accounts)
        {
            await exchange.Account(account).Deposit(new DepositRequest("cash", "USD", 1_000_000_000_000));
            foreach (var symbol in symbols)
            {
                await exchange.Account(account).Deposit(new DepositRequest(symbol, symbol, 100_000_000));
            }
        }

        return exchange;
    }

    public IAccountGrain Account(long account) =>
        Grains.Account(account);

    public SymbolBook Book(string symbol, string? key = null) =>
        new(Grains.GetGrain<IOrderBookGrain>(key ?? symbol), symbol);

    public IPayoutGrain Payout(string asset) => Grains.GetGrain<IPayoutGrain>(asset);

    public ILedgerGrain Ledger => Grains.Ledger();

    /// <summary>Runs one round of the agent over every durable hold that reached no book, however young.</summary>
    public async Task SweepAsync()
    {
        await Ledger.CatchUp();
        await Service<OrderRecovery>().ResolveAsync(TimeSpan.FromMinutes(-1), CancellationToken.None);
    }

    /// <summary>Returns the durable records of a book.</summary>
    public async Task<IReadOnlyList<(long Sequence, BookRecord Record)>> RecordsAsync(string symbol)
    {
        var records = new List<(long, BookRecord)>();
        await foreach (var record in Disk.Journal.ReadAsync("book/" + symbol, 1, long.MaxValue, CancellationToken.None))
        {
            records.Add((record.Sequence, BookRecordEncoding.Decode(record.Body.Span)));
        }

        return records;
    }

    /// <summary>
    /// Takes over the journal's streams, so that the activations can no longer write, not even a final snapshot.
    /// </summary>
    public async Task CrashAsync()
    {
        // A crashed exchange makes no calls. Its background services would activate grains here, such as the catalog
        // every second, and these would take the streams from their successors.
        for (var silo = 0; silo < _cluster.SiloCount; silo++)
        {
            foreach (var service in _cluster.SiloServices(silo).GetServices<IHostedService>()
                .OfType<BackgroundService>())
            {
                await service.StopAsync(CancellationToken.None);
            }
        }

        foreach (var stream in await Disk.Journal.HeadsAsync("", CancellationToken.None))
        {
            await Disk.Journal.ActivateAsync(stream.Name, CancellationToken.None);
        }
    }

    /// <summary>Refreshes each silo's copy of the catalog, which would otherwise refresh after a second.</summary>
    public async Task RefreshCatalogsAsync()
    {
        for (var silo = 0; silo < _cluster.SiloCount; silo++)
        {
            await Service<InstrumentCatalog>(silo).RefreshAsync();
        }
    }

    /// <summary>Refreshes each silo's mark prices.</summary>
    public async Task RefreshMarksAsync()
    {
        for (var silo = 0; silo < _cluster.SiloCount; silo++)
        {
            await Service<MarkPriceCache>(silo).RefreshAsync();
        }
    }

    public T Service<T>(int silo = 0)
        where T : notnull => _cluster.SiloServices(silo).GetRequiredService<T>();

    public async Task<HoldResult> HoldAsync(
        long account, string key, string symbol, Side side, long price, long lots,
        TimeInForce timeInForce = TimeInForce.GoodTillCancel)
    {
        var results = await Account(account).Hold(
            [new HoldRequest(key, symbol, side, OrderType.Limit, timeInForce, PostOnly: false, price, lots)]);
        return results[0];
    }

    public async Task<ExecutionReport> SubmitAsync(string symbol, SubmitOrder order) =>
        (await Book(symbol).Submit([order]))[0];

    public async Task<ExecutionReport> PlaceAsync(
        long account, string key, string symbol, Side side, long price, long lots,
        TimeInForce timeInForce = TimeInForce.GoodTillCancel)
    {
        var hold = await HoldAsync(account, key, symbol, side, price, lots, timeInForce);
        return hold.Order is { } order
            ? await SubmitAsync(symbol, order)
            : BookReports.Refused(symbol, account, hold.Reason);
    }

    /// <summary>Returns an account view at least as new as some reports.</summary>
    public async Task<AccountView> ViewAsync(long account, params ExecutionReport[] seen) =>
        await Account(account).View(
        [.. seen.Select(report => new SeenSequence(report.Symbol, report.Sequence))]);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}

/// <summary>Balances by asset name.</summary>
internal static class Views
{
    public static AssetBalance Of(this AccountView view, string asset) =>
        view.Balances.Single(balance => balance.Asset == asset);

    public static ImmutableArray<OpenOrder> Open(this AccountView view, string symbol) =>
        [.. view.OpenOrders.Where(order => order.Symbol == symbol)];
}
