using System.Diagnostics;
using System.Globalization;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Memory, handles, threads and database sessions over rounds of the same load. QUANTUMCORE_LONG_RUN_MINUTES sets the
/// duration.
/// </summary>
public sealed class LongRunTests(ITestOutputHelper output)
{
    private const string MinutesVariable = "QUANTUMCORE_LONG_RUN_MINUTES";
    private const int Requests = 1_500;
    private const int Readers = 20;

    // The first rounds compile code, and fill pools and caches of a fixed size.
    private const int WarmRounds = 6;
    private const int LeastRounds = 10;

    // The client order id and the end of each order stay for ever (ADR 2).
    private const long BytesOfRequest = 400;
    private const long MoreBytes = 8 << 20;
    private const int MoreHandles = 16;
    private const int MoreThreads = 8;
    private const int MoreSessions = 4;

    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Suite", "Nightly")]
    public async Task Memory_handles_threads_and_database_sessions_do_not_grow_from_round_to_round()
    {
        await using var server = new PostgresServer { IsPrivate = true };
        using var storage = await Storage.CreateAsync("postgres", server);
        var memory = Path.Combine(storage.Folder, "memory");
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.MemoryVariable] = memory,
        };
        await using var silo =
            await SiloProcess.StartAsync(environment, [.. storage.Arguments, "--market-maker", "off"]);
        var length = TimeSpan.FromMinutes(
            int.Parse(Environment.GetEnvironmentVariable(MinutesVariable) ?? "2", CultureInfo.InvariantCulture));
        var (started, requests) = (Stopwatch.StartNew(), 0);
        Held first = default;
        for (var round = 1; round <= LeastRounds || started.Elapsed < length; round++)
        {
            var asked = await LoadAsync(silo, storage, round);
            if (round <= WarmRounds)
            {
                first = await HeldAsync(silo, storage, memory);
                output.WriteLine($"Round {round}, warming up: {first}");
                continue;
            }

            requests += asked;
            var most = new Held(
                first.Bytes + MoreBytes + (requests * BytesOfRequest), first.Handles + MoreHandles,
                first.Threads + MoreThreads, first.Sessions + MoreSessions);
            Held now = default;

            // Connections that have just ended are closed a moment later.
            await Wait.UntilAsync(
                async () => (now = await HeldAsync(silo, storage, memory)).IsWithin(most),
                () => $"round {round} to hold at most {most}; it holds {now}, and held {first} at first");
            output.WriteLine($"Round {round}: {now}");
        }
    }

    /// <summary>Trades and follows streams for a round; returns the number of requests.</summary>
    private static async Task<int> LoadAsync(SiloProcess silo, Storage storage, int round)
    {
        using var diary = new Diary(Path.Combine(storage.Folder, $"diary-{round}.log"));
        var floor = new Floor(silo.Address, s_keys, diary, $"r{round}", seed: round * 100);
        var trading = floor.TradeAsync();
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => ReadAsync(silo, reader)));
        await silo.UntilAsync(
            () => diary.Round.Count(entry => entry.Reply.IsDefinite) >= Requests,
            $"{Requests} answers in round {round}");
        floor.Close();
        await trading;
        foreach (var key in s_keys.Values)
        {
            using var customer = new Customer(silo.Address, key);
            await customer.InsistAsync(HttpMethod.Delete, "orders", null);
        }

        await storage.CaughtUpAsync();
        return diary.Round.Count;
    }

    /// <summary>Follows a book and an account until each has shown something.</summary>
    private static async Task ReadAsync(SiloProcess silo, int reader)
    {
        using var client = new QuantumCoreClient(silo.Address, reader % 2 == 0 ? "demo-alice" : "demo-bob");
        await foreach (var _ in client.Market.WatchBooksAsync(["AAPL", "MSFT"], Token))
            break;
        await foreach (var _ in client.Account.WatchAsync(Token))
            break;
    }

    private static async Task<Held> HeldAsync(SiloProcess silo, Storage storage, string memory)
    {
        File.Delete(memory);
        await silo.SignalAsync("USR1");
        await silo.UntilAsync(() => File.Exists(memory), "the process to collect its garbage");
        var sessions = await storage.JournalAsync(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        var bytes = long.Parse(await File.ReadAllTextAsync(memory, Token), CultureInfo.InvariantCulture);
        return new Held(bytes, silo.Handles, silo.Threads, (int)Storage.Whole(sessions[0][0]));
    }

    /// <summary>Resources that a process holds.</summary>
    /// <param name="Bytes">Managed memory after a collection.</param>
    /// <param name="Handles">Open files and sockets.</param>
    /// <param name="Threads">Threads.</param>
    /// <param name="Sessions">Sessions of the database server.</param>
    private readonly record struct Held(long Bytes, int Handles, int Threads, int Sessions)
    {
        public bool IsWithin(Held most) => Bytes <= most.Bytes && Handles <= most.Handles && Threads <= most.Threads
            && Sessions <= most.Sessions;

        public override string ToString() =>
            $"{Bytes >> 10} KiB, {Handles} handles, {Threads} threads, {Sessions} sessions";
    }
}
