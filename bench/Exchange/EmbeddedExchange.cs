using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Grains.Streams;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Bench.Exchange;

/// <summary>The exchange's grains in this process, with a store of their own.</summary>
internal sealed class EmbeddedExchange : IAsyncDisposable
{
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(100);
    private static int s_started;
    private readonly DirectoryInfo _directory;
    private readonly GrainCluster _cluster;
    private readonly IJournalStore _journal;
    private readonly HistoryStore _history;

    private EmbeddedExchange(
        GrainCluster cluster, IJournalStore journal, HistoryStore history, DirectoryInfo directory)
    {
        _cluster = cluster;
        _journal = journal;
        _history = history;
        _directory = directory;
    }

    public IGrainFactory Grains => _cluster.Grains;

    /// <summary>True if orders enter before their holds are durable, as the gateway has it.</summary>
    public bool HasOneWriter => _journal is not PostgresJournalStore;

    public static string Symbol(int index) => string.Create(CultureInfo.InvariantCulture, $"SYM{index}");

    public static long Account(int index) => 10_000 + index;

    public static async Task<EmbeddedExchange> StartAsync(
        string storage, string postgres, string directory, int symbols, int accounts)
    {
        // A folder of its own: late readers of an earlier exchange must not meet the files of the next.
        var number = Interlocked.Increment(ref s_started);
        var folder =
            Directory.CreateDirectory(Path.Combine(directory, $"quantumcore-bench-{Environment.ProcessId}-{number}"));
        var schema = string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}x{number}");
        IJournalStore journal = storage switch
        {
            "sqlite" => new SqliteJournalStore(Path.Combine(folder.FullName, "journal.db")),
            "postgres" => new PostgresJournalStore(postgres, schema),
            "volatile" => new VolatileJournalStore(),
            _ => throw new UsageException("--storage is volatile, sqlite or postgres"),
        };
        var history = new HistoryStore(storage == "postgres"
            ? new PostgresHistory(postgres, schema + "h")
            : new SqliteHistory(Path.Combine(folder.FullName, "history.db")));
        await journal.InitializeAsync(CancellationToken.None);
        await history.InitializeAsync(CancellationToken.None);
        var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            ConfigureSilo = static silo => silo.AddEventStreams(),
            ConfigureServices = services => services
                .AddLogging(
                    logging => logging.SetMinimumLevel(LogLevel.Error)
                        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace))
                .AddSingleton(journal)
                .AddSingleton(history)
                .AddExchangeGrains(),
        });
        var exchange = new EmbeddedExchange(cluster, journal, history, folder);
        await exchange.OpenAsync(symbols, accounts);
        return exchange;
    }

    /// <summary>Returns the number of journal records in the history, and the number of durable ones.</summary>
    public async Task<(long Projected, long Durable)> HistoryAsync()
    {
        var projected = (await _history.CursorsAsync(CancellationToken.None)).Values.Sum();
        var heads = await _journal.HeadsAsync("", CancellationToken.None);
        return (projected, heads.Where(head => HistoryChunk.IsProjected(head.Name)).Sum(head => head.Head));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _journal.DisposeAsync();
        await _history.DisposeAsync();
        await DeleteAsync();
    }

    private async Task DeleteAsync()
    {
        for (var left = 50; ; left--)
        {
            try
            {
                _directory.Delete(recursive: true);
                return;
            }
            catch (IOException) when (left > 0)
            {
                // A reader that is about to end still holds a file there.
                await Task.Delay(s_breath, CancellationToken.None);
            }
        }
    }

    private async Task OpenAsync(int symbols, int accounts)
    {
        for (var i = 0; i < symbols; i++)
        {
            await Grains.Catalog().List(EncodedInstrument.From(ListedShare.Of(Symbol(i))));
        }

        await Task.WhenAll(Enumerable.Range(0, accounts).Select(async index =>
        {
            var account = Grains.Account(Account(index));
            await account.Deposit(new DepositRequest("cash", "USD", 1L << 50));
            for (var i = 0; i < symbols; i++)
            {
                await account.Deposit(new DepositRequest(Symbol(i), Symbol(i), 1L << 40));
            }
        }));
    }
}
