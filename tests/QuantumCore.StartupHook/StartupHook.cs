using System.Diagnostics;
using System.Globalization;
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

    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
            DiagnosticListener.AllListeners.Subscribe(
                new Hosts(services => services.AddSingleton<TimeProvider>(new ShiftedClock(path))));
        if (Environment.GetEnvironmentVariable(FailingVariable) is { Length: > 0 })
            DiagnosticListener.AllListeners.Subscribe(
                new Hosts(services => services.AddHostedService<FailingService>()));
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
