using Microsoft.Extensions.Logging.Console;
using QuantumCore.Gateway;
using QuantumCore.Grains;
using QuantumCore.Silo;
using QuantumCore.Silo.Demo;
using QuantumCore.Silo.Simulation;
using QuantumCore.Terminal;

if (args.Contains("--help", StringComparer.Ordinal) || args.Contains("-h", StringComparer.Ordinal))
{
    await Console.Out.WriteLineAsync(SiloOptions.Help);
    return 0;
}

SiloOptions options;
Tls? tls;
try
{
    options = SiloOptions.Read(args, Environment.GetEnvironmentVariable);
    GrainHosting.Check(options);
    tls = Tls.Read(options);
}
catch (FormatException error)
{
    return await Failure.BadUsageAsync(error);
}

Task? opened = null;
bool IsOpen() => opened is { IsCompletedSuccessfully: true };
try
{
    await ExchangeFile.CheckNoQuotesAsync(options, CancellationToken.None);
    if (options.Role != SiloRole.Gateway)
        Storage.TryFolders(options);

    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
    builder.WebHost.UseKestrelCore().UseUrls(options.AdminPort is { } port ? $"{options.Urls};http://127.0.0.1:{port}" : options.Urls);
    tls?.Serve(builder.WebHost);
    builder.Logging
        .SetMinimumLevel(options.LogLevel)
        // A failure is reported in one sentence at the end; unexpected exceptions are logged below, once.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
        // It warns that its keys are not encrypted: they lie beside the key that could encrypt them.
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
        // It warns that threads were late: they are on every busy machine, and at the start by a bug of Orleans.
        .AddFilter("Orleans.Runtime.Watchdog", options.LogLevel == LogLevel.Warning ? LogLevel.Error : options.LogLevel)
        .AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning)
        .AddConsole(console => console.FormatterName = LogLines.FormatterName);
    builder.Services.AddSingleton<ConsoleFormatter>(new LogLines(options.LogsJson, TimeProvider.System));
    builder.Services.Configure<HostOptions>(host =>
    {
        host.ShutdownTimeout = options.Shutdown;
        host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
    });
    builder.Services.AddSingleton(options);
    builder.Services.AddSingleton<TimeProvider>(SteadyClock.OfMachine());
    if (options.CorrectsTime)
        builder.Services.AddSingleton<TimeCorrection>();
    Telemetry.Add(builder, options);
    builder.Services.AddSeal(options);
    builder.AddOrleans(options);
    if (options.Role == SiloRole.Gateway)
    {
        builder.Services.AddSingleton<InstrumentCatalog>();
    }
    else
    {
        builder.Services.AddStorage(options);
        builder.Services.AddExchangeGrains(keep: new KeepOptions { PackAfter = options.PackAfter });
        builder.Services.AddHostedService<DiskRoom>();
    }

    builder.Services.AddExchangeGateway(new GatewayOptions
    {
        DemoAccounts = [DemoExchange.Alice, DemoExchange.Bob],
        ServesCustomers = options.Role != SiloRole.Matching,
        SignUp = options.SignUp,
        Sites = options.Sites,
        TimeZone = options.TimeZone,
        Proxies = options.Proxies,
        SessionKeys = Storage.SessionKeys(options),
        AccountRequestsPerSecond = options.AccountRequests,
        AddressRequestsPerSecond = options.AddressRequests,
        WireWeightPerMinute = options.BinanceWeight == 0 ? int.MaxValue : options.BinanceWeight,
        WireOrdersPerTenSeconds = options.BinanceOrders == 0 ? int.MaxValue : options.BinanceOrders,
        WireOrdersPerDay = options.BinanceOrders == 0 ? int.MaxValue : options.BinanceOrders * 2_000,
    });
    if (options is { Fix: { } fix, Role: not SiloRole.Matching })
        builder.Services.AddFix(fix.EndPoint, fix.IsTls ? tls!.OfConnections() : null);
    builder.Services.AddTerminal();
    builder.Services.AddSingleton<DemoExchange>();
    builder.Services.AddSingleton<ExchangeStart>();
    builder.Services.AddHostedService(services => services.GetRequiredService<ExchangeStart>());
    builder.Services.AddSimulation();
    builder.Services.AddHostedService<SimulatedMarket>();
    builder.Services.AddSingleton<OrderlyEnd>();
    builder.Services.AddHostedService(services => services.GetRequiredService<OrderlyEnd>());

    await using var app = builder.Build();
    app.UseTerminalCompression("/api/qc/v1/candles");
    app.UseExchangeGateway();
    if (options is { HasDashboard: true, Role: not SiloRole.Matching })
        app.UseOrleansDashboard();
    app.UseSimulation(options);
    app.UseTerminal();
    var start = app.Services.GetRequiredService<ExchangeStart>();
    var end = app.Services.GetRequiredService<OrderlyEnd>();
    var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
    using var watch = OrderlyEnd.Watch(lifetime, options.Shutdown);
    opened = start.Opened;
    await PostgresStart.WaitAsync(options, app.Logger, lifetime.ApplicationStopping);
    await GrainHosting.PrepareAsync(options, CancellationToken.None);
    if (options.Role != SiloRole.Gateway)
        await app.Services.InitializeStorageAsync(CancellationToken.None);

    // A service that fails ends the process. A service that fails because the process ends is not the cause.
    var services = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
    BackgroundService? failed = null;
    using var cause = lifetime.ApplicationStopping.Register(() =>
    {
        failed = Array.Find(services, service => service.ExecuteTask is { IsFaulted: true });
        if (failed is not null)
            Failure.OfService(app.Logger, failed.GetType().Name, failed.ExecuteTask!.Exception!);
    });
    await app.RunAsync();
    if (start.Failure is { } failure)
        return await Failure.TellAsync("The exchange could not start", failure, options);
    if (failed?.ExecuteTask?.Exception is { } error)
        return await Failure.TellAsync($"The exchange ended because its {failed.GetType().Name} failed", error, options);
    return end.IsCutShort ? OrderlyEnd.CutShort : 0;
}
catch (FormatException error) when (opened is null)
{
    return await Failure.BadUsageAsync(error);
}
catch (OperationCanceledException) when (IsOpen())
{
    return OrderlyEnd.CutShort;
}
catch (Exception error)
{
    return await Failure.TellAsync(IsOpen() ? "The exchange did not end as it should" : "The exchange could not start", error, options);
}
