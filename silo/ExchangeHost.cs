using QuantumCore.Clearing;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Binance;
using QuantumCore.Gateway.Fix;
using QuantumCore.Gateway.Native;
using QuantumCore.Silo.Demo;
using QuantumCore.Silo.Simulation;
using QuantumCore.Terminal;

namespace QuantumCore.Silo;

/// <summary>
/// Builds an exchange from its options. The silo's process runs one; <c>QuantumCore.Testing</c> runs several in the
/// process of a test.
/// </summary>
internal static class ExchangeHost
{
    /// <summary>Builds the exchange. Nothing is opened yet.</summary>
    /// <param name="options">Options of the exchange.</param>
    /// <param name="tls">Certificate of its https addresses; null for none.</param>
    /// <param name="configure">Configures the process around the exchange: its log, its clock, its signals.</param>
    public static WebApplication Build(SiloOptions options, Tls? tls, Action<WebApplicationBuilder> configure)
    {
        if (options.Role != SiloRole.Gateway)
            Storage.TryFolders(options);

        var builder =
            WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore()
            .UseUrls(options.AdminPort is { } port ? $"{options.Urls};http://127.0.0.1:{port}" : options.Urls);
        tls?.Serve(builder.WebHost);
        AddLogging(builder.Logging, options);
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = options.Shutdown;
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        });
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ReadyFile>();
        builder.Services.AddSingleton<TimeProvider>(SteadyClock.OfMachine());
        if (options.CorrectsTime)
            builder.Services.AddSingleton<TimeCorrection>();
        Telemetry.Add(builder, options);
        builder.Services.AddSeal(options);
        builder.AddOrleans(options);
        AddGrains(builder.Services, options);
        AddGateway(builder.Services, options, tls);
        builder.Services.AddSingleton<DemoExchange>();
        builder.Services.AddSingleton<ExchangeStart>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ExchangeStart>());
        builder.Services.AddSimulation();
        builder.Services.AddHostedService<SimulatedMarket>();
        builder.Services.AddHostedService<DemoHistory>();
        builder.Services.AddSingleton<OrderlyEnd>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderlyEnd>());
        configure(builder);
        return Use(builder.Build(), options);
    }

    /// <summary>Opens the storage and waits for its server, before the exchange is started.</summary>
    public static async Task PrepareAsync(this WebApplication app, SiloOptions options)
    {
        await PostgresStart.WaitAsync(options, app.Logger, app.Lifetime.ApplicationStopping);
        await GrainHosting.PrepareAsync(options, CancellationToken.None);
        if (options.Role != SiloRole.Gateway)
            await app.Services.InitializeStorageAsync(CancellationToken.None);
    }

    private static void AddLogging(ILoggingBuilder logging, SiloOptions options) => logging
        .SetMinimumLevel(options.LogLevel)
        // Failures are reported in one sentence at the end; the caller of the host logs unexpected exceptions.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
        // It warns that its keys are not encrypted. Encryption would not help: the key for it would be in the same
        // directory.
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
        // Its warnings about late threads appear on every busy machine and, by a bug of Orleans, at each start.
        .AddFilter("Orleans.Runtime.Watchdog", options.LogLevel == LogLevel.Warning ? LogLevel.Error : options.LogLevel)
        .AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning);

    private static void AddGrains(IServiceCollection services, SiloOptions options)
    {
        if (options.Role == SiloRole.Gateway)
        {
            services.AddSingleton<InstrumentCatalog>();
            return;
        }

        services.AddStorage(options);
        services.AddExchangeGrains(keep: options.PackAfter is { } after ? new KeepOptions { PackAfter = after } : null);
        services.AddHostedService<DiskRoom>();
    }

    private static void AddGateway(IServiceCollection services, SiloOptions options, Tls? tls)
    {
        services.AddExchangeGateway(new GatewayOptions
        {
            DemoAccounts = [DemoExchange.Alice, DemoExchange.Bob],
            DemoAnywhere = options.DemoAnywhere,
            ServesCustomers = options.Role != SiloRole.Matching,
            HasOneWriter = options.Storage != StorageKind.Postgres,
            SignUp = options.SignUp,
            Sites = options.Sites,
            TimeZone = options.TimeZone,
            Index = options.Index,
            IndexByVolume = options.IndexByVolume,
            Proxies = options.Proxies,
            SessionKeys = Storage.SessionKeys(options),
            AccountRequestsPerSecond = options.AccountRequests,
            AddressRequestsPerSecond = options.AddressRequests,
        });
        services.AddNativeApi();
        services.AddBinance(new BinanceOptions
        {
            WeightPerMinute = options.BinanceWeight == 0 ? int.MaxValue : options.BinanceWeight,
            OrdersPerTenSeconds = options.BinanceOrders == 0 ? int.MaxValue : options.BinanceOrders,
            OrdersPerDay = options.BinanceOrders == 0 ? int.MaxValue : options.BinanceOrders * 2_000,
        });
        if (options is { Fix: { } fix, Role: not SiloRole.Matching })
            services.AddFix(fix.EndPoint, fix.IsTls ? tls!.OfConnections() : null);
        services.AddTerminal();
    }

    private static WebApplication Use(WebApplication app, SiloOptions options)
    {
        app.UseTerminalCompression("/api/qc/v1/candles");
        app.UseExchangeGateway();
        if (options is { HasDashboard: true, Role: not SiloRole.Matching })
            app.UseOrleansDashboard();
        app.UseSimulation(options);
        app.UseTerminal();
        return app;
    }
}
