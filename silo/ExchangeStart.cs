using Microsoft.AspNetCore.Hosting.Server;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Silo.Demo;

namespace QuantumCore.Silo;

/// <summary>
/// Opens the exchange: lists the instruments of a new one, activates every book so that its journal is replayed, and
/// sets up the demo. Only then are requests admitted.
/// </summary>
internal sealed partial class ExchangeStart(
    IGrainFactory grains,
    InstrumentCatalog catalog,
    Listings listings,
    KeyRing keys,
    DemoExchange demo,
    IServiceProvider services,
    GatewayOptions gateway,
    ExchangeReadiness readiness,
    ReadyFile ready,
    SiloOptions options,
    IServer server,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ExchangeStart> log) : BackgroundService
{
    // Long enough for a cluster to agree on its members.
    private const int Attempts = 40;
    private const int ListedTogether = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when requests are admitted.</summary>
    public Task Opened => _opened.Task;

    /// <summary>
    /// Reason why the exchange did not open after all attempts; the process ends then. Null otherwise.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // A process that cannot listen activates no book and writes nothing: another process may own the port, and
            // soon the books.
            var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var started = lifetime.ApplicationStarted.Register(listens.SetResult);
            await listens.Task.WaitAsync(stoppingToken);
            await TryToOpenAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Failure = failure;
            lifetime.StopApplication();
        }
    }

    private async Task TryToOpenAsync(CancellationToken stoppingToken)
    {
        using var closing = lifetime.ApplicationStopping.Register(readiness.Close);
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                await OpenAsync(stoppingToken);
                return;
            }
            catch (TimeoutException late)
            {
                // A book with much to replay takes longer than the timeout of a call. Every step is repeatable.
                SlowStart(log, late);
            }
            catch (Exception failure)
                when (++failures < Attempts && !IsOfTheListing(failure) && !stoppingToken.IsCancellationRequested)
            {
                // While silos join and leave, a grain may lose its streams to its own newer activation.
                NotYet(log, failures, failure);
                await Task.Delay(s_pause, time, stoppingToken);
            }
        }
    }

    /// <summary>Returns true if the file of instruments cannot be read, which a retry does not change.</summary>
    private static bool IsOfTheListing(Exception failure) =>
        failure is InvalidDataException or IOException or UnauthorizedAccessException;

    private async Task OpenAsync(CancellationToken stoppingToken)
    {
        var instruments = await ListAsync(stoppingToken);
        await Task.WhenAll(instruments.Select(instrument =>
            grains.Book(instrument.BookKey).State(instrument.Symbol).AsTask()));

        var known = await grains.Catalog().Keys();
        gateway.DemoMode = options.MayBeDemo && (known.IsEmpty || known.Any(key => key.IsDemo));
        if (options.DemoAnywhere && known.Any(key => key.IsAdmin && !key.IsDemo))
            throw new InvalidDataException(
                "--demo on: this exchange has an administrator's key of its own. Start a demo with another --data, or this one without --demo on.");
        if (gateway.DemoMode)
            await PrepareDemoAsync(instruments, isNew: known.IsEmpty, stoppingToken);
        else if (!known.Any(key => key.IsAdmin && !key.IsDemo))
            await AddFirstKeyAsync(stoppingToken);

        await keys.RefreshAsync();
        if (options.DemoAnywhere)
            DemoForEveryone(log, options.Urls);
        readiness.Open();
        var address = ReadyFile.AddressOf(server);
        await ready.WriteAsync(address, gateway.DemoMode);
        _opened.SetResult();
        if (options.Announces)
            await Announcement.WriteAsync(options, address, gateway.DemoMode, instruments);
    }

    private async Task PrepareDemoAsync(
        IReadOnlyList<Instrument> instruments, bool isNew, CancellationToken cancellationToken)
    {
        if (options.PackAfter is null && services.GetService<KeepOptions>() is { } keep)
            keep.PackAfter = DemoHistory.PackAfter;

        // Before the keys, which tell a new exchange. Later, an operator may have set others.
        if (isNew && options.Simulates)
            await demo.SetBandsAsync(
                [.. instruments.Where(
                    instrument => instrument.ReferencePriceTicks > 0
                        && !options.NoQuotes.Contains(instrument.Symbol))]);
        await demo.PrepareAsync(instruments);

        // A gateway of a cluster has no stores; the silo that simulates has them.
        if (options.Simulates && services.GetService<HistoryStore>() is { } history)
        {
            var nameChanges = await demo.NameChangesAsync();
            var simulated = await DemoPast.SymbolsAsync(nameChanges, listings, options, cancellationToken);
            await DemoPast.FillAsync(
                nameChanges, simulated, options.Seed, services.GetRequiredService<IJournalStore>(), history,
                cancellationToken);
        }
    }

    /// <summary>
    /// Returns the listed instruments. An exchange that never opened lists those of the file first. Keys are added
    /// after the last listing, which tells a start that died during the listings from a complete one.
    /// </summary>
    private async Task<IReadOnlyList<Instrument>> ListAsync(CancellationToken cancellationToken)
    {
        var grain = grains.Catalog();
        if ((await grain.Keys()).IsEmpty)
        {
            // In chunks: they share commits, and an exchange may have thousands.
            foreach (var some in (await ExchangeFile.ReadAsync(options, cancellationToken)).Chunk(ListedTogether))
                await Task.WhenAll(some.Select(instrument => grain.List(EncodedInstrument.From(instrument)).AsTask()));
        }

        await catalog.RefreshAsync();
        await listings.RefreshAsync();
        return await listings.AllAsync();
    }

    /// <summary>
    /// Adds an administrator's key if there is none. It goes to a file that only its owner can read, never to a log.
    /// </summary>
    private async Task AddFirstKeyAsync(CancellationToken cancellationToken)
    {
        PrivateFiles.MakeFolder(options.DataDirectory);
        var key = KeyRing.NewKey();
        await using (var writer = new StreamWriter(PrivateFiles.Open(options.AdminKeyFile, FileMode.Create)))
            await writer.WriteLineAsync(key.AsMemory(), cancellationToken);

        await grains.Catalog()
            .AddKey(new ApiKey(KeyRing.Hash(key), 0, true, false, "first admin key"));
    }

    [LoggerMessage(202, LogLevel.Warning, "The start takes longer than a call may; it goes on")]
    private static partial void SlowStart(ILogger logger, Exception exception);

    [LoggerMessage(
        226, LogLevel.Warning,
        "This demo serves everyone who reaches {Urls}. Everyone knows its keys, the administrator's too: play money only")]
    private static partial void DemoForEveryone(ILogger logger, string urls);

    [LoggerMessage(212, LogLevel.Warning, "The exchange could not open at attempt {Attempt}; it tries again")]
    private static partial void NotYet(ILogger logger, int attempt, Exception exception);
}
