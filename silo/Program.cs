using Microsoft.Extensions.Logging.Console;
using QuantumCore.Gateway;
using QuantumCore.Grains;
using QuantumCore.Silo;
using QuantumCore.Silo.Demo;
using QuantumCore.Silo.Simulation;
using QuantumCore.Terminal;

const int BadUsage = 64;
const int FailedStart = 70;
const int DiskFull = 74;

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
    await Console.Error.WriteLineAsync(error.Message);
    return BadUsage;
}

if (options.Storage == StorageKind.Sqlite)
    Directory.CreateDirectory(options.DataDirectory);

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseKestrelCore().UseUrls(options.AdminPort is { } port ? $"{options.Urls};http://127.0.0.1:{port}" : options.Urls);
tls?.Serve(builder.WebHost);
builder.Logging
    .SetMinimumLevel(options.LogLevel)
    // That its keys are not encrypted: they lie beside the key that they could be encrypted with.
    .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
    .AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning)
    .AddConsole(console => console.FormatterName = LogLines.FormatterName);
builder.Services.AddSingleton<ConsoleFormatter>(new LogLines(options.LogsJson, TimeProvider.System));
builder.Services.Configure<HostOptions>(host =>
{
    host.ShutdownTimeout = options.Shutdown;
    host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
});
builder.Services.AddSingleton(options);
if (options.Otlp is not null)
    builder.Services.AddHostedService<Tracing>();
builder.Services.AddSeal(options);
builder.AddGrainRuntime(options);
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
    DemoAccount = DemoExchange.Alice,
    ServesCustomers = options.Role != SiloRole.Matching,
    SignUp = options.SignUp,
    Sites = options.Sites,
    Proxies = options.Proxies,
    SessionKeys = Storage.SessionKeys(options),
    AccountRequestsPerSecond = options.AccountRequests,
    AddressRequestsPerSecond = options.AddressRequests,
    WireWeightPerMinute = options.BinanceWeight == 0 ? int.MaxValue : options.BinanceWeight,
    WireOrdersPerTenSeconds = options.BinanceOrders == 0 ? int.MaxValue : options.BinanceOrders,
    WireOrdersPerDay = options.BinanceOrders == 0 ? int.MaxValue : options.BinanceOrders * 2_000,
});
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
app.UseSimulation(options);
app.UseTerminal();
var start = app.Services.GetRequiredService<ExchangeStart>();
var end = app.Services.GetRequiredService<OrderlyEnd>();
using var watch = OrderlyEnd.Watch(app.Services.GetRequiredService<IHostApplicationLifetime>(), options.Shutdown);
try
{
    await GrainHosting.PrepareAsync(options, CancellationToken.None);
    if (options.Role != SiloRole.Gateway)
        await app.Services.InitializeStorageAsync(CancellationToken.None);
    await app.RunAsync();
    return start.ExecuteTask is { Exception: { } failure } ? Failed(failure) : end.IsCutShort ? OrderlyEnd.CutShort : 0;
}
catch (OperationCanceledException) when (start.Opened.IsCompleted)
{
    return OrderlyEnd.CutShort;
}
catch (Exception error)
{
    var what = start.Opened.IsCompleted ? "did not end as it should" : "could not start";
    await Console.Error.WriteLineAsync($"The exchange {what}: {error.Message}");
    return Failed(error);
}

static int Failed(Exception error) => Storage.IsDiskFull(error) ? DiskFull : FailedStart;
