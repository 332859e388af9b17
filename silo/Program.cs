using QuantumCore.Gateway;
using QuantumCore.Grains;
using QuantumCore.Silo;
using QuantumCore.Silo.Demo;

const int BadUsage = 64;
const int FailedStart = 70;
const int DiskFull = 74;

if (args.Contains("--help", StringComparer.Ordinal) || args.Contains("-h", StringComparer.Ordinal))
{
    await Console.Out.WriteLineAsync(SiloOptions.Help);
    return 0;
}

SiloOptions options;
try
{
    options = SiloOptions.Read(args, Environment.GetEnvironmentVariable);
    GrainHosting.Check(options);
}
catch (FormatException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return BadUsage;
}

if (options.Storage == StorageKind.Sqlite)
    Directory.CreateDirectory(options.DataDirectory);

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseKestrelCore().UseUrls(options.Urls);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.UseUtcTimestamp = true;
    console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
});
builder.Services.Configure<HostOptions>(host =>
{
    host.ShutdownTimeout = TimeSpan.FromSeconds(4);
    host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
});
builder.Services.AddSingleton(options);
builder.Services.AddStorage(options);
builder.AddGrainRuntime(options);
builder.Services.AddExchangeGrains();
builder.Services.AddExchangeGateway(new GatewayOptions { DemoAccount = DemoExchange.Alice });
builder.Services.AddSingleton<DemoExchange>();
builder.Services.AddSingleton<ExchangeStart>();
builder.Services.AddHostedService(services => services.GetRequiredService<ExchangeStart>());
builder.Services.AddHostedService<DiskRoom>();
builder.Services.AddHostedService<MarketMaker>();

await using var app = builder.Build();
app.UseExchangeGateway();
try
{
    await app.Services.InitializeStorageAsync(CancellationToken.None);
    var start = app.Services.GetRequiredService<ExchangeStart>();
    await app.RunAsync();
    return start.ExecuteTask is { Exception: { } failure } ? Failed(failure) : 0;
}
catch (Exception error)
{
    await Console.Error.WriteLineAsync($"The exchange could not start: {error.Message}");
    return Failed(error);
}

static int Failed(Exception error) => Storage.IsDiskFull(error) ? DiskFull : FailedStart;
