using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

#pragma warning disable MA0047, CA1050 // The runtime looks for it by this name.
/// <summary>
/// Runs in the process of an exchange before its first instruction, where DOTNET_STARTUP_HOOKS names this assembly: its clock is then as many days
/// ahead as a file says, and follows that file. So days pass for real processes, and the product has no switch for it.
/// </summary>
public static class StartupHook
{
    /// <summary>Names the file.</summary>
    public const string FileVariable = "SHIFTED_CLOCK";

    /// <summary>Set, a service of the process fails as soon as it has started.</summary>
    public const string FailingVariable = "FAILING_SERVICE";

    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
            DiagnosticListener.AllListeners.Subscribe(new Hosts(services => services.AddSingleton<TimeProvider>(new ShiftedClock(path))));
        if (Environment.GetEnvironmentVariable(FailingVariable) is { Length: > 0 })
            DiagnosticListener.AllListeners.Subscribe(new Hosts(services => services.AddHostedService<FailingService>()));
    }

    /// <summary>Hears of each host that is being built.</summary>
    private sealed class Hosts(Action<IServiceCollection> add) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
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

    /// <summary>The system's clock, so many days ahead.</summary>
    private sealed class ShiftedClock(string path) : TimeProvider
    {
        private long _readAt = -1_000;
        private long _days;

        public override DateTimeOffset GetUtcNow()
        {
            // Who reads it twice at once reads the same.
            if (Environment.TickCount64 - Volatile.Read(ref _readAt) is < 0 or >= 20)
            {
                Volatile.Write(ref _days, long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture));
                Volatile.Write(ref _readAt, Environment.TickCount64);
            }

            return base.GetUtcNow().AddDays(Volatile.Read(ref _days));
        }
    }
}
