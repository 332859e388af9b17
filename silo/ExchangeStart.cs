using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Grains;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Silo.Demo;

namespace QuantumCore.Silo;

/// <summary>
/// Opens the exchange: lists what a new one trades, wakes every book so that its journal is replayed, sets up the
/// demo, and only then lets requests in.
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
    SiloOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ExchangeStart> log) : BackgroundService
{
    // Long enough for a cluster to agree on who is in it.
    private const int Attempts = 40;
    private const int ListedTogether = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete when requests are let in.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Why it did not open, when everything was tried; the process ends then. Null otherwise.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Who can't listen wakes no book and writes nothing: another process may have the port, and soon the books.
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
                // A book with much to replay takes longer than a call may. Every step may be done again.
                SlowStart(log, late);
            }
            catch (Exception failure) when (++failures < Attempts && !IsOfTheListing(failure) && !stoppingToken.IsCancellationRequested)
            {
                // Where silos come and go, a grain may lose its streams to its own newer activation just now.
                NotYet(log, failures, failure);
                await Task.Delay(s_pause, time, stoppingToken);
            }
        }
    }

    /// <summary>A file that can't be read stays so.</summary>
    private static bool IsOfTheListing(Exception failure) => failure is InvalidDataException or IOException or UnauthorizedAccessException;

    private async Task OpenAsync(CancellationToken stoppingToken)
    {
        var instruments = await ListAsync(stoppingToken);
        await Task.WhenAll(instruments.Select(instrument =>
            grains.Book(instrument.BookKey).State(instrument.Symbol).AsTask()));

        var known = await grains.Catalog().Keys();
        gateway.DemoMode = options.DemoAllowed && options.IsLoopback && (known.IsEmpty || known.Any(key => key.IsDemo));
        if (gateway.DemoMode)
            await PrepareDemoAsync(instruments, stoppingToken);
        else if (!known.Any(key => key.IsAdmin && !key.IsDemo))
            await AddFirstKeyAsync(stoppingToken);

        await keys.Refresh();
        readiness.Open();
        _opened.SetResult();
        await Announcement.WriteAsync(options, gateway.DemoMode, instruments);
    }

    private async Task PrepareDemoAsync(IReadOnlyList<Instrument> instruments, CancellationToken cancellationToken)
    {
        await demo.PrepareAsync(instruments);

        // A gateway of a cluster has no stores; the silo that simulates has them.
        if (options.Simulates && services.GetService<HistoryStore>() is { } history)
        {
            var nameChanges = await demo.NameChangesAsync();
            var simulated = await DemoPast.SymbolsAsync(nameChanges, listings, options, cancellationToken);
            await DemoPast.FillAsync(
                nameChanges, simulated, options.Seed, services.GetRequiredService<IJournalStore>(), history, cancellationToken);
        }
    }

    /// <summary>
    /// The listed instruments; those of the file in an exchange that never opened. Keys are added after the last
    /// listing, so that a start which died among the listings is told from one that was finished.
    /// </summary>
    private async Task<IReadOnlyList<Instrument>> ListAsync(CancellationToken cancellationToken)
    {
        var grain = grains.Catalog();
        if ((await grain.Keys()).IsEmpty)
        {
            // Some at a time: they share commits, and an exchange may have thousands.
            foreach (var some in (await ExchangeFile.ReadAsync(options, cancellationToken)).Chunk(ListedTogether))
                await Task.WhenAll(some.Select(instrument => grain.List(EncodedInstrument.From(instrument)).AsTask()));
        }

        await catalog.RefreshAsync();
        await listings.Refresh();
        return await listings.All();
    }

    /// <summary>
    /// A key that administers, made when there is none; in a file that its owner alone can read, never in a log.
    /// </summary>
    private async Task AddFirstKeyAsync(CancellationToken cancellationToken)
    {
        PrivateFiles.MakeFolder(options.DataDirectory);
        var path = Path.Combine(options.DataDirectory, "admin.key");
        var key = KeyRing.NewKey();
        await using (var writer = new StreamWriter(PrivateFiles.Open(path, FileMode.Create)))
            await writer.WriteLineAsync(key.AsMemory(), cancellationToken);

        await grains.Catalog()
            .AddKey(new ApiKey(KeyRing.Hash(key), 0, true, false, "first admin key"));
    }

    [LoggerMessage(202, LogLevel.Warning, "The start takes longer than a call may; it goes on")]
    private static partial void SlowStart(ILogger logger, Exception exception);

    [LoggerMessage(212, LogLevel.Warning, "The exchange could not open at attempt {Attempt}; it tries again")]
    private static partial void NotYet(ILogger logger, int attempt, Exception exception);
}
