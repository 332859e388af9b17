using System.Diagnostics;
using Npgsql;
using Xunit;

namespace QuantumCore.TestKit;

/// <summary>Kind of a server outage.</summary>
public enum PostgresStop
{
    /// <summary>Sessions are ended and everything is written.</summary>
    Fast = 0,

    /// <summary>Sessions are cut; the next start recovers from the log.</summary>
    Immediate = 1,

    /// <summary>The postmaster is killed, as by a power cut.</summary>
    Kill = 2,

    /// <summary>The server stays up and ends every session.</summary>
    Sessions = 3,
}

/// <summary>A server outage with its duration.</summary>
/// <param name="Stop">Kind of outage.</param>
/// <param name="Lasts">Time from the stop until the restart.</param>
public readonly record struct PostgresOutage(PostgresStop Stop, TimeSpan Lasts)
{
    /// <summary>
    /// Draws outages from a seed, each kind equally often. Most are short, some nearly as long as the longest.
    /// </summary>
    public static IEnumerable<PostgresOutage> Draw(Random random, int count, TimeSpan longest)
    {
        var ways = Enum.GetValues<PostgresStop>();
        for (var i = 0; i < count; i++)
        {
            if (i % ways.Length == 0) random.Shuffle(ways);
            var part = Math.Pow(random.NextDouble(), 3);
            yield return new(ways[i % ways.Length], TimeSpan.FromMilliseconds(100) + longest * part);
        }
    }
}

/// <summary>
/// A private PostgreSQL server for a test assembly, with fsync on and a unix socket only. It starts at the first
/// <see cref="StartedAsync"/>, and is deleted when disposed. QUANTUMCORE_POSTGRES may name another server (a connection
/// string). Without a server, tests are skipped on a developer's machine and fail in CI.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Missing =
        "PostgreSQL's server programs were not found. Install them (Debian: apt install postgresql), put initdb and " +
        "pg_ctl on PATH, or set QUANTUMCORE_POSTGRES to a connection string.";

    /// <summary>Environment variable; 1 runs tests over PostgreSQL if they support it.</summary>
    private const string WantedVariable = "QUANTUMCORE_TEST_POSTGRES";

    private readonly SemaphoreSlim _starting = new(1);
    private string? _binaries;
    private string? _folder;
    private string? _connectionString;

    /// <summary>True for a server that a test may stop: never the one named by QUANTUMCORE_POSTGRES.</summary>
    public bool IsPrivate { get; init; }

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>
    /// Returns the connection string of this assembly's started server if QUANTUMCORE_TEST_POSTGRES is 1; otherwise
    /// null.
    /// </summary>
    /// <exception cref="InvalidOperationException">The test assembly has no such fixture.</exception>
    public static async Task<string?> WantedAsync()
    {
        if (Environment.GetEnvironmentVariable(WantedVariable) is not "1") return null;
        var server = await TestContext.Current.GetFixture<PostgresServer>()
            ?? throw new InvalidOperationException(
                $"{WantedVariable} asks for an assembly fixture that is a {nameof(PostgresServer)}.");
        return await server.StartedAsync();
    }

    /// <summary>
    /// Starts the server if it is not running, and returns its connection string. Skips the test if there is none.
    /// </summary>
    public async Task<string> StartedAsync()
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _connectionString ??= await CreateAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Stops the server and, after a while, starts it again.</summary>
    public async Task GoAwayAsync(PostgresOutage outage)
    {
        await StopAsync(outage.Stop);
        if (outage.Stop == PostgresStop.Sessions) return;
        await Task.Delay(outage.Lasts, TestContext.Current.CancellationToken);
        await StartAsync();
    }

    /// <summary>Stops the server, or ends its sessions.</summary>
    public async Task StopAsync(PostgresStop mode)
    {
        Debug.Assert(_folder is not null, "Only a private server can be stopped.");
        if (mode == PostgresStop.Sessions)
        {
            await EndSessionsAsync();
            return;
        }

        if (mode == PostgresStop.Kill)
        {
            var pidFile = Path.Combine(_folder, "data", "postmaster.pid");
            var pid = (await File.ReadAllLinesAsync(pidFile, CancellationToken.None))[0];
            using var postmaster = Process.GetProcessById(int.Parse(pid));
            postmaster.Kill();
            await postmaster.WaitForExitAsync(CancellationToken.None);
            return;
        }

        await RunAsync(
            "pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", mode.ToString().ToLowerInvariant(), "-w", "stop");
    }

    /// <summary>Starts the server again. After a kill its orphans may delay it for a moment.</summary>
    public async Task StartAsync()
    {
        Debug.Assert(_folder is not null, "Only a private server can be started.");
        var options = $"-c listen_addresses='' -c unix_socket_directories='{_folder}' -c max_connections=200";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync(
                    "pg_ctl", "-D", Path.Combine(_folder, "data"), "-l", Path.Combine(_folder, "log"), "-o", options,
                    "-w", "start");
                return;
            }
            catch (InvalidOperationException) when (attempt < 20)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_folder is null) return;
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(_folder, "data", "postmaster.pid"))) await StopAsync(PostgresStop.Immediate);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndSessionsAsync()
    {
        await using var connection = new NpgsqlConnection(_connectionString + ";Pooling=false");
        await connection.OpenAsync(CancellationToken.None);
        await using var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
            connection);
        await end.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task<string> CreateAsync()
    {
        if (!IsPrivate && Environment.GetEnvironmentVariable("QUANTUMCORE_POSTGRES") is { Length: > 0 } other)
            return other;
        _binaries = FindBinaries();
        if (_binaries is null)
        {
            var mustRun = Environment.GetEnvironmentVariable("CI") is { Length: > 0 } ||
                Environment.GetEnvironmentVariable("QUANTUMCORE_REQUIRE_POSTGRES") is { Length: > 0 };
            if (mustRun) Assert.Fail(Missing);
            Assert.Skip(Missing);
        }

        _folder = Directory.CreateTempSubdirectory("quantumcore-postgres-").FullName;
        if (IsRoot) await RunAsync("chown", "postgres", _folder);
        await RunAsync(
            "initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D",
            Path.Combine(_folder, "data"));
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
        await StartAsync();
        return $"Host={_folder};Username=postgres;Database=postgres";
    }

    private static string? FindBinaries()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        return debian.Concat(onPath).FirstOrDefault(folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    /// <summary>Stops the server when an aborted run exits.</summary>
    private void StopAtExit(object? sender, EventArgs exit)
    {
        using var stop = Process.Start(
            Command("pg_ctl", "-D", Path.Combine(_folder!, "data"), "-m", "immediate", "-W", "stop"));
        stop?.WaitForExit();
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Command(program, arguments))
            ?? throw new InvalidOperationException($"{program} did not start.");
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    /// <summary>
    /// Returns a command of the server. It refuses to run as root, so root runs it as the user postgres.
    /// </summary>
    private ProcessStartInfo Command(string program, params string[] arguments)
    {
        var ours = program is "initdb" or "pg_ctl";
        var path = ours ? Path.Combine(_binaries!, program) : program;
        List<string> line =
            ours && IsRoot ? ["runuser", "-u", "postgres", "--", path, .. arguments] : [path, .. arguments];
        var quiet = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        foreach (var word in (string[])[
            "-c", "exec \"$@\" > /dev/null 2>&1", "sh", .. line]) quiet.ArgumentList.Add(word);
        return quiet;
    }
}
