using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>How to replay.</summary>
/// <param name="Symbol">Where to.</param>
/// <param name="Run">Prefix of all client order ids: a run of the same name goes on where it stopped.</param>
/// <param name="BatchSize">Most resting orders sent in one request.</param>
/// <param name="OrdersPerSecond">Most commands a second; 0 is as fast as it goes.</param>
/// <param name="Maker">The resting orders' account.</param>
/// <param name="Taker">The aggressive orders' account.</param>
/// <param name="Lists">Whether the symbol is listed when it is not there: ticks of 0.01, lots of 1, quoted in USD, without fees of its own but what pays for a rebate of the schedule; ticks of 0.0001, quoted in USD4, where a price of the recording has more than two decimals.</param>
/// <param name="Resumes">Whether the run has been begun before.</param>
/// <param name="Clears">Whether resting orders of both accounts, which an earlier run left in the book, are taken out first.</param>
public sealed record ReplayPlan(
    string Symbol, string Run, int BatchSize, int OrdersPerSecond, string Maker, string Taker, bool Lists, bool Resumes = false, bool Clears = false);

/// <summary>What is wanted of a replay that is under way.</summary>
/// <param name="Paused">Whether it waits.</param>
/// <param name="Speed">Most commands a second; 0 is as fast as it goes.</param>
public readonly record struct ReplayWish(bool Paused, int Speed);

/// <summary>
/// A recording from its first line to its last, through a whole exchange as a client of it: lists the symbol, funds both accounts, sends
/// every command and compares what the exchange makes of it.
/// </summary>
/// <param name="administrator">Lists, funds and makes keys.</param>
/// <param name="open">Makes the client of an API key, for long work; its maker disposes of it.</param>
/// <param name="plan">How to replay.</param>
/// <param name="time">Clock and pace.</param>
public sealed class ReplayRun(QuantumCoreClient administrator, Func<string, QuantumCoreClient> open, ReplayPlan plan, TimeProvider time)
{
    private const int Patience = 100;
    private const string Quote = "USD";

    /// <summary>Dollars with four decimals: what is traded for less than a dollar is priced in hundredths of a cent.</summary>
    private const string FineQuote = "USD4";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestClearing = TimeSpan.FromSeconds(2);

    private readonly List<string> _keys = [];
    private QuantumCoreClient? _maker;
    private QuantumCoreClient? _taker;

    /// <summary>Told when everything is ready, before the first command is sent.</summary>
    public Action? Begun { get; init; }

    /// <summary>Told about the report now and then.</summary>
    public Action<ReplayReport>? Progress { get; init; }

    /// <summary>Told how many lines are done, says what is wanted from now on; null when there is nobody to say it.</summary>
    public Func<int, CancellationToken, Task<ReplayWish?>>? Control { get; init; }

    /// <summary>
    /// Replays a recording. What can be seen to fail fails before the symbol is listed. The API keys that the replay makes are revoked at its
    /// end. Where the exchange refuses a command, the orders that rest are cancelled, unless the run may be gone on with by its name.
    /// </summary>
    /// <param name="flow">The recording.</param>
    /// <param name="file">Its name, for what is wrong with it.</param>
    /// <param name="cancellation">Stops it; what was sent stays.</param>
    /// <exception cref="FlowFormatException">The instrument can't carry a price or a quantity, or an order does not rest; nothing was sent.</exception>
    /// <exception cref="ReplayRefusedException">It can't be replayed there.</exception>
    /// <exception cref="ReplayStoppedException">The exchange refused a command without which the rest means nothing.</exception>
    /// <exception cref="QuantumCoreException">The exchange refused something else, or can't be reached.</exception>
    public async Task<ReplayReport> RunAsync(OrderFlow flow, string file, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var schedules = await administrator.GetFeeSchedulesAsync(cancellation);
        var found = (await administrator.GetInstrumentsAsync(cancellation)).FirstOrDefault(instrument => instrument.Symbol == plan.Symbol);
        if (found is null && !plan.Lists)
            throw new ReplayRefusedException(ReplayObstacle.NotListed, $"{plan.Symbol} is not listed");

        var instrument = found ?? New(ReplayUnits.HasFractions(flow.Commands), schedules);
        var units = new ReplayUnits(instrument, schedules.FirstOrDefault(schedule => schedule.Asset == instrument.QuoteAsset));
        units.Check(flow.Commands, file);
        try
        {
            return await RunAsync(flow, instrument, isListed: found is not null, units, cancellation);
        }
        catch (ReplayStoppedException) when (!plan.Resumes)
        {
            await CancelRestingAsync();
            throw;
        }
        finally
        {
            await RevokeAsync();
        }
    }

    private async Task<ReplayReport> RunAsync(
        OrderFlow flow, Instrument instrument, bool isListed, ReplayUnits units, CancellationToken cancellation)
    {
        // Both accounts are there before the symbol is: an account that is none lists nothing.
        var maker = _maker ??= await OpenAsync(plan.Maker, cancellation);
        var taker = _taker ??= await OpenAsync(plan.Taker, cancellation);
        if (!isListed)
            await administrator.ListInstrumentAsync(instrument, cancellation);

        var book = await administrator.GetBookAsync(plan.Symbol, depth: 1, cancellation);
        if (!plan.Resumes && !IsEmpty(book) && !(plan.Clears && IsEmpty(book = await ClearAsync(cancellation))))
            throw new ReplayRefusedException(ReplayObstacle.NotEmpty, $"{plan.Symbol} has resting orders");

        await FundAsync(plan.Maker, instrument, units.Funds(flow.Commands, maker: true), cancellation);
        await FundAsync(plan.Taker, instrument, units.Funds(flow.Commands, maker: false), cancellation);
        Begun?.Invoke();
        var replayer = new Replayer(maker, taker, plan, time) { Progress = Progress, Control = Control };
        return await replayer.RunAsync(flow.Commands, plan.Resumes ? book.Sequence : Replayer.NotResumed, cancellation);
    }

    /// <summary>Cancels what the replay let rest. What can't be cancelled stays: the replay has failed for a reason of its own.</summary>
    private Task CancelRestingAsync() => ClearUpAsync(async cancellation =>
    {
        await _maker!.CancelAllAsync(plan.Symbol, cancellation: cancellation);
        await _taker!.CancelAllAsync(plan.Symbol, cancellation: cancellation);
    });

    private Task RevokeAsync() => ClearUpAsync(async cancellation =>
    {
        foreach (var key in _keys)
            await administrator.RevokeApiKeyAsync(key, cancellation);
    });

    private async Task ClearUpAsync(Func<CancellationToken, Task> work)
    {
        using var ends = new CancellationTokenSource(s_longestClearing, time);
        try
        {
            await work(ends.Token);
        }
        catch (Exception failure) when (failure is QuantumCoreException or OperationCanceledException)
        {
            // The exchange can't be reached, or is about to stop: what the replay itself came to is told.
        }
    }

    private static bool IsEmpty(BookSnapshot book) => book.Bids.Count == 0 && book.Asks.Count == 0;

    /// <summary>The symbol as it is listed where it is not there.</summary>
    private Instrument New(bool hasFractions, IReadOnlyList<FeeSchedule> schedules)
    {
        var (quote, decimals, tick) = hasFractions ? (FineQuote, 4, ReplayUnits.Finest) : (Quote, 2, 0.01m);

        // Where somebody gets a rebate, an instrument whose own taker fee is less is not listed.
        var tiers = schedules.Where(schedule => schedule.Asset == quote).SelectMany(static schedule => schedule.Tiers);
        return new Instrument
        {
            Symbol = plan.Symbol,
            BaseAsset = plan.Symbol.Length > 12 ? plan.Symbol[..12] : plan.Symbol,
            BaseDecimals = 0,
            QuoteAsset = quote,
            QuoteDecimals = decimals,
            TickSize = tick,
            LotSize = 1m,
            MinPrice = tick,
            MaxPrice = 10_000_000m,
            MinQuantity = 1m,
            MaxQuantity = 1_000_000_000m,
            MinNotional = 0m,
            MaxNotional = 1_000_000_000_000m,
            ReferencePrice = 0m,
            TakerFeePpm = tiers.Select(static tier => -tier.MakerFeePpm).Append(0).Max(),
            ProtectionPpm = 50_000,
            MaxLevels = 100_000,
        };
    }

    /// <summary>Takes both accounts' orders out of the book; what it shows then.</summary>
    private async Task<BookSnapshot> ClearAsync(CancellationToken cancellation)
    {
        _maker ??= await OpenAsync(plan.Maker, cancellation);
        _taker ??= await OpenAsync(plan.Taker, cancellation);
        await _maker.CancelAllAsync(plan.Symbol, cancellation: cancellation);
        await _taker.CancelAllAsync(plan.Symbol, cancellation: cancellation);

        // What everybody may see follows the book, a moment later.
        var head = (await administrator.GetStateAsync(plan.Symbol, cancellation)).Sequence;
        for (var attempt = 0; ; attempt++)
        {
            var book = await administrator.GetBookAsync(plan.Symbol, depth: 1, cancellation);
            if (book.Sequence >= head || attempt == Patience)
                return book;
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    /// <summary>Deposits bear the run's name and the amount: a resumed run is not funded twice.</summary>
    private async Task FundAsync(
        string account, Instrument instrument, (decimal Base, decimal Quote) funds, CancellationToken cancellation)
    {
        await administrator.DepositAsync(account, instrument.QuoteAsset, funds.Quote, $"{plan.Run}.quote.{funds.Quote}", cancellation);
        await administrator.DepositAsync(account, instrument.BaseAsset, funds.Base, $"{plan.Run}.base.{funds.Base}", cancellation);
    }

    private async Task<QuantumCoreClient> OpenAsync(string account, CancellationToken cancellation)
    {
        var key = await administrator.CreateApiKeyAsync(account, cancellation);
        if (key.Id is { } id)
            _keys.Add(id);
        return open(key.ApiKey);
    }
}

/// <summary>Why a recording can't be replayed to a symbol.</summary>
public enum ReplayObstacle
{
    /// <summary>The symbol is not listed, and was not to be.</summary>
    NotListed = 1,

    /// <summary>Somebody's orders rest in its book.</summary>
    NotEmpty = 2,

    /// <summary>The exchange does not list fills as this one does.</summary>
    NoFills = 3,
}

/// <summary>A recording can't be replayed there; nothing of it was sent, or nothing can be compared.</summary>
public sealed class ReplayRefusedException : Exception
{
    internal ReplayRefusedException(ReplayObstacle obstacle, string what)
        : base(what) => Obstacle = obstacle;

    /// <summary>Why.</summary>
    public ReplayObstacle Obstacle { get; }
}

/// <summary>The exchange refused a command without which the rest of the recording means nothing.</summary>
public sealed class ReplayStoppedException : Exception
{
    internal ReplayStoppedException(int line, string what)
        : base($"line {line}: {what}")
    {
    }

    internal ReplayStoppedException(int line, Refusal refusal)
        : base($"line {line}: refused, {refusal.Code}: {refusal.Detail ?? refusal.Title}")
    {
    }

    internal ReplayStoppedException(int line, QuantumCoreException refusal)
        : base($"line {line}: refused, {refusal.Code}: {refusal.Message}", refusal)
    {
    }
}
