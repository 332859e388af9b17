using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>An exchange as its own process, on a port of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<int, byte> s_givenPorts = new();

    // A process locks a byte of it for each port that it has drawn. Modules may run at the same time.
    private static readonly FileStream s_claims = new(
        Path.Combine(Path.GetTempPath(), $"quantumcore-ports-{Environment.UserName}"), FileMode.OpenOrCreate,
        FileAccess.ReadWrite, FileShare.ReadWrite);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly HttpClient _health = new() { Timeout = TimeSpan.FromSeconds(5) };
    private bool _disposed;

    private SiloProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        Programs.Listen(process, _output);
    }

    /// <summary>Address at which it listens.</summary>
    public Uri Address { get; }

    /// <summary>True if the process has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Time from the start of the process until it admitted requests.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Current memory of the process, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Number of open files and sockets.</summary>
    public int Handles
    {
        get
        {
            _process.Refresh();
            return _process.HandleCount;
        }
    }

    /// <summary>Number of threads.</summary>
    public int Threads
    {
        get
        {
            _process.Refresh();
            return _process.Threads.Count;
        }
    }

    /// <summary>Output of the process.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>
    /// Returns a port that was free a moment ago, each port once: two exchanges that start at the same time must not
    /// get the same one, or the customers of the second would trade at the first. It is below the range that a system
    /// uses for outgoing connections, one of which could take it meanwhile.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_768);
            if (!TryClaim(port))
                continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another process uses it.
            }
        }
    }

    /// <summary>
    /// Starts an exchange and waits until it is ready. If another process has taken the port meanwhile, it is started
    /// again.
    /// </summary>
    public static Task<SiloProcess> StartAsync(params IEnumerable<string> arguments) =>
        StartAsync(null, [.. arguments]);

    /// <summary>
    /// Starts an exchange with a larger environment, or of another build, and waits until it is ready.
    /// </summary>
    public static async Task<SiloProcess> StartAsync(
        IReadOnlyDictionary<string, string>? environment, string[] given, string? build = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var silo = Launch(environment, given, build);
            try
            {
                await silo.ReadyAsync();
                return silo;
            }
            catch (InvalidOperationException)
                when (attempt < 5 && silo.Output.Contains("address already in use", StringComparison.Ordinal))
            {
                await silo.DisposeAsync();
            }
            catch
            {
                await silo.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts an exchange without waiting.</summary>
    public static SiloProcess Launch(params IEnumerable<string> arguments) => Launch(null, [.. arguments]);

    /// <summary>Starts an exchange with a larger environment, or with its output in a file, without waiting.</summary>
    public static SiloProcess Launch(
        IReadOnlyDictionary<string, string>? environment, string[] given, string? build = null, string? printsTo = null)
    {
        var port = FreePort();
        string[] urls = given.Contains("--urls") ? [] : ["--urls", $"http://127.0.0.1:{port}"];

        // A long timeout, so that a busy machine does not cut a shutdown short.
        string[] patience = given.Contains("--shutdown") ? [] : ["--shutdown", "30"];
        if (Array.IndexOf(given, "--urls") is >= 0 and var at)
            port = new Uri(given[at + 1].Split(';')[0]).Port;

        var start = Programs.StartOf(build ?? Programs.Silo, [.. given, .. urls, .. patience]);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        if (printsTo is not null)
            Programs.PrintTo(printsTo, start);
        var process = Process.Start(start)!;
        return new SiloProcess(process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Waits until it admits requests.</summary>
    public async Task ReadyAsync()
    {
        var started = Stopwatch.StartNew();
        while (started.Elapsed < Wait.Limit)
        {
            if (_process.HasExited)
                throw new InvalidOperationException(
                    $"The exchange ended with {_process.ExitCode} at its start: {Output}");
            try
            {
                using var answer =
                    await _health.GetAsync(new Uri(Address, "/health/ready"), TestContext.Current.CancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    ReadyAfter = started.Elapsed;
                    return;
                }
            }
            catch (Exception error)
                when (error is HttpRequestException or SocketException or OperationCanceledException)
            {
                // It does not listen yet.
            }

            await Task.Delay(15, CancellationToken.None);
        }

        throw new TimeoutException($"The exchange was not ready after {Wait.Limit}: {Output}");
    }

    /// <summary>Sends SIGKILL: the process ends without a shutdown or a flush.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Sends SIGSTOP: the process stands still, and requests wait in its sockets.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Sends SIGCONT: the process goes on as if no time had passed.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Sends SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        return (await ExitAsync()).ExitCode;
    }

    /// <summary>Waits until a condition holds; a timeout reports the output of the exchange.</summary>
    public Task UntilAsync(Func<bool> isTrue, string what) =>
        Wait.UntilAsync(() => Task.FromResult(isTrue()), () => $"{what}. The exchange said: {Output}");

    /// <summary>Waits until it has printed a number of lines of a kind.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync(Func<string, bool> isOfKind, int count)
    {
        var started = Stopwatch.StartNew();
        while (started.Elapsed < Wait.Limit)
        {
            var lines = Output.Split(Environment.NewLine).Where(isOfKind).ToArray();
            if (lines.Length >= count)
                return lines;

            await Task.Delay(15, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"Fewer than {count} such lines after {Wait.Limit}: {Output}");
    }

    /// <summary>Sends a signal.</summary>
    public async Task SignalAsync(string name)
    {
        using var signal = Process.Start("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]);
        await signal.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Waits until it admits no more requests.</summary>
    public async Task ClosingAsync()
    {
        var started = Stopwatch.StartNew();
        while (started.Elapsed < Wait.Limit)
        {
            try
            {
                using var answer =
                    await _health.GetAsync(new Uri(Address, "/health/ready"), TestContext.Current.CancellationToken);
                if (!answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                return;
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                // The response is slow.
            }

            await Task.Delay(15, CancellationToken.None);
        }

        throw new TimeoutException($"The exchange still let requests in after {Wait.Limit}: {Output}");
    }

    /// <summary>Waits for its end; returns the exit code and the output.</summary>
    public async Task<(int ExitCode, string Output)> ExitAsync()
    {
        using var watchdog = new CancellationTokenSource(Wait.Limit);
        try
        {
            await _process.WaitForExitAsync(watchdog.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The exchange had not ended after {Wait.Limit}: {Output}", late);
        }

        return (_process.ExitCode, Output);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        _health.Dispose();
    }

    /// <summary>Claims a port for this process until it ends; returns false if it was claimed before.</summary>
    private static bool TryClaim(int port)
    {
        if (!s_givenPorts.TryAdd(port, 0))
            return false;
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            return true;
        try
        {
            s_claims.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
