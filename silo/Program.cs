using Microsoft.Extensions.Logging.Console;
using QuantumCore.Silo;

if (args.Contains("--help", StringComparer.Ordinal) || args.Contains("-h", StringComparer.Ordinal))
{
    await Console.Out.WriteLineAsync(SiloOptions.Help);
    return 0;
}

SiloOptions options;
Tls? tls;
try
{
    options = SiloOptionsReader.Read(args);
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
    ReadyFile.Check(options);
    await using var app = ExchangeHost.Build(options, tls, builder =>
    {
        builder.Logging.AddConsole(console => console.FormatterName = LogLines.FormatterName);
        builder.Services.AddSingleton<ConsoleFormatter>(new LogLines(options.LogsJson, TimeProvider.System));
        if (options.Role != SiloRole.Gateway)
            builder.Services.AddHostedService<StuckTurns>();
    });
    var start = app.Services.GetRequiredService<ExchangeStart>();
    var end = app.Services.GetRequiredService<OrderlyEnd>();
    var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
    using var watch = OrderlyEnd.Watch(lifetime, options.Shutdown);
    opened = start.Opened;
    await app.PrepareAsync(options);
    var ready = app.Services.GetRequiredService<ReadyFile>();
    ready.Clear();

    // A service that fails ends the process. A service that fails because the process ends is not the cause.
    var services = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
    BackgroundService? failed = null;
    using var leaving = lifetime.ApplicationStopping.Register(ready.Remove);
    using var cause = lifetime.ApplicationStopping.Register(() =>
    {
        failed = Array.Find(services, service => service.ExecuteTask is { IsFaulted: true });
        if (failed is not null)
            Failure.OfService(app.Logger, failed.GetType().Name, failed.ExecuteTask!.Exception!);
    });
    await app.RunAsync();

    // A start that ended while it was opening may have written the file after the exchange began to stop.
    ready.Remove();
    if (start.Failure is { } failure)
        return await Failure.TellAsync("The exchange could not start", failure, options);
    if (failed?.ExecuteTask?.Exception is { } error)
        return await Failure.TellAsync(
            $"The exchange ended because its {failed.GetType().Name} failed", error, options);
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
    return await Failure.TellAsync(
        IsOpen() ? "The exchange did not end as it should" : "The exchange could not start", error, options);
}
