using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Market;
using QuantumCore.Silo.Simulation;

namespace QuantumCore.Silo.Demo;

/// <summary>
/// Keeps a demo's books active: simulated participants trade each symbol of the exchange file, on accounts of their
/// own. Like everyone else, they use order entry.
/// </summary>
internal sealed partial class SimulatedMarket(
    ExchangeStart start,
    DemoExchange demo,
    OrderEntry entry,
    CancelReplace cancelReplace,
    MassCancellation massCancellation,
    AccountQueries accounts,
    IGrainFactory grains,
    Listings listings,
    IServiceProvider services,
    GatewayOptions gateway,
    GatewayMetrics metrics,
    MarketClock clock,
    SiloOptions options,
    TimeProvider time,
    ILogger<SimulatedMarket> log) : BackgroundService
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    private static readonly MarketModel s_model = new();
    private readonly MarketPace _pace = new(TimeSpan.FromSeconds(s_model.StepSeconds), time);
    private int _begun;

    // The splits that the participants know of.
    private ImmutableArray<CorporateActionView> _splits = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.Opened.WaitAsync(stoppingToken);

        // A gateway of a cluster has no stores; the silo that simulates has them.
        if (services.GetService<HistoryStore>() is not { } history)
            return;

        while (gateway.DemoMode && options.Simulates)
        {
            try
            {
                var beginning = clock.Beginnings;
                await TradeAsync(await BeginAsync(history, beginning, stoppingToken), beginning, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(log, error);
                await Task.Delay(s_rest, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(
        201, LogLevel.Warning, "The simulated participants were interrupted; they start again in ten seconds")]
    private static partial void LogInterrupted(ILogger log, Exception error);

    /// <summary>
    /// Creates participants without orders, at the last price of each symbol; after a reset, at the listed price. Both
    /// prices are adjusted for splits that happened since.
    /// </summary>
    private async Task<ImmutableArray<SimulatedSymbol>> BeginAsync(
        HistoryStore history, int beginning, CancellationToken stoppingToken)
    {
        var run = await ClearAsync(stoppingToken);
        var isReset = beginning != _begun;
        var seed = (ulong)clock.State.Seed;
        await demo.FundAsync(await listings.AllAsync());
        _splits = await SplitsAsync();
        var symbols = ImmutableArray.CreateBuilder<SimulatedSymbol>();
        foreach (var instrument in await DemoPast.SymbolsAsync(
            await demo.NameChangesAsync(), listings, options, stoppingToken))
        {
            // The last trade, or the end of the backfilled past. After a reset, the seed alone decides.
            var newest = isReset
                ? []
                : await history.Trades.FindAsync(
                    new TradeQuery(instrument.Symbol, null, null, null, 1), stoppingToken);
            var homeTicks = AfterSplits(instrument, instrument.ReferencePriceTicks, sinceNanos: 0);
            var startTicks =
                newest is [var last] ? AfterSplits(instrument, last.PriceTicks, last.TimeNanos) : homeTicks;
            var market = new SymbolMarket(
                instrument, s_model, isReset ? seed : unchecked(seed + ((ulong)run << 32)), homeTicks, startTicks);
            symbols.Add(
                new SimulatedSymbol(
                    entry, cancelReplace, grains, instrument, market, $"sim-{run}-{symbols.Count}-"));
        }

        _begun = beginning;
        return symbols.ToImmutable();
    }

    /// <summary>Steps with the clock until the market is reset, the host stops, or a step fails.</summary>
    private async Task TradeAsync(
        ImmutableArray<SimulatedSymbol> symbols, int beginning, CancellationToken stoppingToken)
    {
        while (await clock.NextAsync(beginning, Pace(), stoppingToken))
        {
            // A maker's account learns of a trade a moment after the taker's. Without these sequences, the next intents
            // would depend on that moment.
            ImmutableArray<SeenSequence> traded = [.. symbols.Where(symbol => symbol.Traded > 0)
                .Select(symbol => new SeenSequence(symbol.Symbol, symbol.Traded))];
            var views =
                await Task.WhenAll(
                    DemoExchange.Simulated.Select(account => accounts.ViewAsync(account, traded).AsTask()));
            var open =
                views.SelectMany(view => view.OpenOrders).ToLookup(order => order.Symbol, StringComparer.Ordinal);
            var shape = clock.State;
            foreach (var symbol in symbols)
            {
                symbol.Market.Volatility = shape.Volatility;
                symbol.Market.Away = shape.Away;
                symbol.Learn(open[symbol.Symbol]);
            }

            await Task.WhenAll(symbols.Select(symbol => symbol.StepAsync()));
            if (symbols.Any(symbol => symbol.HasResumed) && (await SplitsAsync()).Length != _splits.Length)
                return;
        }
    }

    /// <summary>
    /// Returns the length of the next step. With PostgreSQL, customers may use gateways that this process does not see.
    /// </summary>
    private TimeSpan Pace()
    {
        var (connections, requests) = metrics.Use;
        return _pace.Next(options.Storage == StorageKind.Postgres ? 1 : connections, requests);
    }

    /// <summary>Returns the splits that accounts have applied. A split happens while its book is halted.</summary>
    private async Task<ImmutableArray<CorporateActionView>> SplitsAsync() =>
    [
        .. (await grains.Catalog().CorporateActions()).Where(action =>
            action is { Request.Kind: CorporateActionKind.Split,
                State: CorporateActionState.Entered or CorporateActionState.Paid }),
    ];

    private long AfterSplits(Instrument instrument, long priceTicks, long sinceNanos) => _splits
        .Where(split => split.UnitAsset == instrument.Base.Name && split.CutNanos > sinceNanos)
        .Aggregate(
            priceTicks,
            static (price, split) => Math.Max(price * split.Request.Denominator / split.Request.Numerator, 1));

    /// <summary>
    /// Cancels the orders of an earlier run. A cancellation of all orders is a record of the account, so that its
    /// sequence is a number that no earlier run has had. It becomes part of every client order id.
    /// </summary>
    private async Task<long> ClearAsync(CancellationToken cancellationToken)
    {
        var run = 0L;
        foreach (var account in DemoExchange.Simulated)
        {
            while ((await massCancellation.CancelAllAsync(account, null, null)).Reason != RejectReason.None)
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            run += (await accounts.ViewAsync(account)).Sequence;
        }

        return run;
    }
}
