using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

#pragma warning disable MA0047, CA1050 // The runtime looks for it by this name.
/// <summary>
/// Runs in an exchange's process before its first instruction, if DOTNET_STARTUP_HOOKS names this assembly. It shifts
/// the clock ahead by a number of days from a file, and follows that file. So days pass for real processes, without a
/// switch in the product.
/// </summary>
public static class StartupHook
{
    /// <summary>Environment variable with the path of the file.</summary>
    public const string FileVariable = "SHIFTED_CLOCK";

    /// <summary>Environment variable that makes a service of the process fail as soon as it has started.</summary>
    public const string FailingVariable = "FAILING_SERVICE";

    /// <summary>
    /// Environment variable with the path of a file: once it is there, each turn of a book waits for ever.
    /// </summary>
    public const string HangingVariable = "HANGING_BOOKS";

    /// <summary>
    /// Environment variable with the path of a file: at each SIGUSR1 the process collects its garbage, and writes there
    /// how many bytes of managed memory remain.
    /// </summary>
    public const string MemoryVariable = "REMAINING_MEMORY";

    // Its number on Linux.
    private const PosixSignal UserSignal = (PosixSignal)10;

    private static PosixSignalRegistration? s_collecting;

    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
            DiagnosticListener.AllListeners.Subscribe(
                new Hosts(services => services.AddSingleton<TimeProvider>(new ShiftedClock(path))));
        if (Environment.GetEnvironmentVariable(HangingVariable) is { Length: > 0 } hanging)
            DiagnosticListener.AllListeners.Subscribe(
                new Hosts(services => services.AddSingleton<TimeProvider>(new HangingClock(hanging))));
        if (Environment.GetEnvironmentVariable(MemoryVariable) is { Length: > 0 } memory)
            s_collecting = PosixSignalRegistration.Create(UserSignal, signal => Collect(signal, memory));
        if (Environment.GetEnvironmentVariable(FailingVariable) is { Length: > 0 })
            DiagnosticListener.AllListeners.Subscribe(
                new Hosts(services => services.AddHostedService<FailingService>()));
    }

    private static void Collect(PosixSignalContext signal, string path)
    {
        signal.Cancel = true;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var remaining = GC.GetTotalMemory(forceFullCollection: false);
        File.WriteAllText(path + ".draft", remaining.ToString(CultureInfo.InvariantCulture));
        File.Move(path + ".draft", path, overwrite: true);
    }

    /// <summary>Observes each host that is being built.</summary>
    private sealed class Hosts(Action<IServiceCollection> add)
        : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
                value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilding", Value: IHostBuilder host })
                host.ConfigureServices(add);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    /// <summary>Fails when everything else has started.</summary>
    private sealed class FailingService(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource();
            await using var told = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            throw new InvalidOperationException("Nobody expected this.");
        }
    }

    /// <summary>The system's clock. Once the file is there, a book that reads it at an order waits for ever.</summary>
    private sealed class HangingClock(string path) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            if (File.Exists(path)
                && new StackTrace().ToString().Contains("OrderEntries.Submit", StringComparison.Ordinal))
            {
                using var never = new ManualResetEvent(false);
                never.WaitOne();
            }

            return base.GetUtcNow();
        }
    }

    /// <summary>The system's clock, ahead by a number of days.</summary>
    private sealed class ShiftedClock(string path) : TimeProvider
    {
        private long _readAt = -1_000;
        private long _days;

        public override DateTimeOffset GetUtcNow()
        {
            // Two reads within an instant give the same time.
            if (Environment.TickCount64 - Volatile.Read(ref _readAt) is < 0 or >= 20)
            {
                Volatile.Write(ref _days, long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture));
                Volatile.Write(ref _readAt, Environment.TickCount64);
            }

            return base.GetUtcNow().AddDays(Volatile.Read(ref _days));
        }
    }
}
