using QuantumCore.Gateway;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Silo.Demo;

/// <summary>
/// Keeps a demo's books alive: one account quotes several levels on both sides around a price that wanders, another
/// takes now and then. Both trade like everyone else.
/// </summary>
internal sealed partial class MarketMaker(
    ExchangeStart start,
    OrderEntry entry,
    Listings listings,
    ReferencePrices references,
    GatewayOptions gateway,
    SiloOptions options,
    TimeProvider time,
    ILogger<MarketMaker> log) : BackgroundService
{
    private const int FirstSteps = 100;
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.Opened.WaitAsync(stoppingToken);
        while (gateway.DemoMode && options.MarketMaker)
        {
            try
            {
                await QuoteAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(log, error);
                await Task.Delay(s_longestRest, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(201, LogLevel.Warning, "The market maker was interrupted; it starts again in half a minute")]
    private static partial void LogInterrupted(ILogger log, Exception error);

    /// <summary>Quotes until the host stops, or something it reads fails.</summary>
    private async Task QuoteAsync(CancellationToken stoppingToken)
    {
        var run = await ClearAsync(stoppingToken);
        var quoters = new List<SymbolQuoter>();

        // What was listed since, for a replay or by an operator, is not the demo's to trade.
        var ofDemo = ListingText.Read(await File.ReadAllBytesAsync(options.ExchangeFile, stoppingToken))
            .Select(instrument => instrument.Symbol)
            .Except(options.NoQuotes, StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var instrument in await listings.All())
        {
            var reference = await references.Of(instrument);
            if (reference > 0 && ofDemo.Contains(instrument.Symbol))
                quoters.Add(new SymbolQuoter(entry, instrument, reference, run, quoters.Count));
        }

        // A visitor's first order should meet somebody: the books stand before the first tick.
        for (var step = 0; step < FirstSteps; step++)
            await Task.WhenAll(quoters.Select(quoter => quoter.StepAsync()));

        using var timer = new PeriodicTimer(s_period, time);
        var rest = TimeSpan.Zero;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var isBusy = false;
            foreach (var quoter in quoters)
                isBusy |= await quoter.StepAsync() is RejectReason.Overloaded or RejectReason.OutcomeUnknown;

            rest = !isBusy ? TimeSpan.Zero : rest == TimeSpan.Zero ? s_period : rest * 2 < s_longestRest ? rest * 2 : s_longestRest;
            await Task.Delay(rest, time, stoppingToken);
        }
    }

    /// <summary>
    /// Takes out what an earlier run left. The mark of that is a record of the account, so that its sequence is a
    /// number no earlier run has had: it goes into the name of every order.
    /// </summary>
    private async Task<long> ClearAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var cleared = await entry.CancelAll(DemoExchange.Maker, null, null);
            var marked = await entry.CancelAll(DemoExchange.Taker, null, null);
            if (cleared.Reason == RejectReason.None && marked.Reason == RejectReason.None)
                return (await entry.View(DemoExchange.Maker)).Sequence + (await entry.View(DemoExchange.Taker)).Sequence;

            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        }
    }
}
