using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Settings of a replay.</summary>
/// <param name="Symbol">Symbol to replay to.</param>
/// <param name="Run">Prefix of all client order ids. A run of the same name resumes where it stopped.</param>
/// <param name="BatchSize">Most resting orders sent in one request.</param>
/// <param name="OrdersPerSecond">Most commands a second; 0 for maximum speed.</param>
/// <param name="Maker">Account of the resting orders.</param>
/// <param name="Taker">Account of the aggressive orders.</param>
/// <param name="Lists">
/// True to list a missing symbol: ticks of 0.01, lots of 1, quoted in USD. It has no fees of its own except those that
/// pay for a rebate of the fee schedule. If a recorded price has more than two decimals: ticks of 0.0001, quoted in
/// USD4.
/// </param>
/// <param name="Resumes">True for a named run, which may have been started before and can be resumed.</param>
/// <param name="Clears">True to cancel resting orders of both accounts, left by an earlier run, before the
/// start.</param>
public sealed record ReplayPlan(
    string Symbol, string Run, int BatchSize, int OrdersPerSecond, string Maker, string Taker, bool Lists,
    bool Resumes = false, bool Clears = false);

/// <summary>Requested pace of a running replay.</summary>
/// <param name="Paused">True to pause.</param>
/// <param name="Speed">Most commands a second; 0 for maximum speed.</param>
public readonly record struct ReplayWish(bool Paused, int Speed);

/// <summary>
/// Replays a recording completely as a client of an exchange: lists the symbol, funds both accounts, sends every
/// command and compares the results.
/// </summary>
/// <param name="administrator">Client that lists, funds and creates keys.</param>
/// <param name="open">Creates the client of an API key, for long runs. The caller disposes it.</param>
/// <param name="plan">Settings of the replay.</param>
/// <param name="time">Clock and timers.</param>
public sealed class ReplayRun(
    QuantumCoreClient administrator, Func<string, QuantumCoreClient> open, ReplayPlan plan, TimeProvider time)
{
    private const int Patience = 100;
    private const string Quote = "USD";

    /// <summary>Quote asset with four decimals, for stocks below one dollar priced in hundredths of a cent.</summary>
    private const string FineQuote = "USD4";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestClearing = TimeSpan.FromSeconds(2);

    private readonly List<string> _keys = [];
    private QuantumCoreClient? _maker;
    private QuantumCoreClient? _taker;

    /// <summary>Called when everything is ready, before the first command is sent.</summary>
    public Action? Begun { get; init; }

    /// <summary>Called with the report from time to time.</summary>
    public Action<ReplayReport>? Progress { get; init; }

    /// <summary>Called with the number of lines done. Returns the requested pace; null to keep it.</summary>
    public Func<int, CancellationToken, Task<ReplayWish?>>? Control { get; init; }

    /// <summary>
    /// Replays a recording. Foreseeable failures occur before the symbol is listed. API keys created by the replay are
    /// revoked at its end. If the exchange rejects a command, resting orders are cancelled, unless the run can be
    /// resumed by its name.
    /// </summary>
    /// <param name="flow">The recording.</param>
    /// <param name="file">Name of the file, for error messages.</param>
    /// <param name="cancellation">Token that stops the replay. Orders already sent stay.</param>
    /// <exception cref="FlowFormatException">
    /// The instrument cannot carry a price or quantity, or an order does not rest; nothing was sent.
    /// </exception>
    /// <exception cref="ReplayRefusedException">The recording cannot be replayed there.</exception>
    /// <exception cref="ReplayStoppedException">The exchange rejected a command that the rest depends on.</exception>
    /// <exception cref="QuantumCoreException">The exchange rejected something else, or cannot be reached.</exception>
    public async Task<ReplayReport> RunAsync(OrderFlow flow, string file, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var schedules = await administrator.Operator.Fees.GetSchedulesAsync(cancellation);
        var found = (await administrator.Market.GetInstrumentsAsync(cancellation)).FirstOrDefault(
            instrument => instrument.Symbol == plan.Symbol);
        if (found is null && !plan.Lists)
            throw new ReplayRefusedException(ReplayObstacle.NotListed, $"{plan.Symbol} is not listed");

        var instrument = found ?? New(ReplayUnits.HasFractions(flow.Commands), schedules);
        var units =
            new ReplayUnits(instrument, schedules.FirstOrDefault(schedule => schedule.Asset == instrument.QuoteAsset));
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
        // Opens both accounts first, so that a missing account does not leave a listed symbol behind.
        var maker = _maker ??= await OpenAsync(plan.Maker, cancellation);
        var taker = _taker ??= await OpenAsync(plan.Taker, cancellation);
        if (!isListed)
            await administrator.Operator.Trading.ListInstrumentAsync(instrument, cancellation);

        var book = await administrator.Market.GetBookAsync(plan.Symbol, depth: 1, cancellation);
        if (!plan.Resumes && !IsEmpty(book) && !(plan.Clears && IsEmpty(book = await ClearAsync(cancellation))))
            throw new ReplayRefusedException(ReplayObstacle.NotEmpty, $"{plan.Symbol} has resting orders");

        await FundAsync(plan.Maker, instrument, units.Funds(flow.Commands, maker: true), cancellation);
        await FundAsync(plan.Taker, instrument, units.Funds(flow.Commands, maker: false), cancellation);
        Begun?.Invoke();
        var replayer = new Replayer(maker, taker, plan, time) { Progress = Progress, Control = Control };
        return await replayer.RunAsync(flow.Commands, plan.Resumes ? book.Sequence : Replayer.NotResumed, cancellation);
    }

    /// <summary>
    /// Cancels the replay's resting orders. Failures are ignored, because the replay failed for a reason of its own.
    /// </summary>
    private Task CancelRestingAsync() => ClearUpAsync(async cancellation =>
    {
        await _maker!.Orders.CancelAllAsync(plan.Symbol, cancellation: cancellation);
        await _taker!.Orders.CancelAllAsync(plan.Symbol, cancellation: cancellation);
    });

    private Task RevokeAsync() => ClearUpAsync(async cancellation =>
    {
        foreach (var key in _keys)
            await administrator.Operator.Keys.RevokeAsync(key, cancellation);
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
            // The exchange cannot be reached, or is shutting down: report the result of the replay itself.
        }
    }

    private static bool IsEmpty(BookSnapshot book) => book.Bids.Count == 0 && book.Asks.Count == 0;

    /// <summary>Returns the instrument to list if the symbol is missing.</summary>
    private Instrument New(bool hasFractions, IReadOnlyList<FeeSchedule> schedules)
    {
        var (quote, decimals, tick) = hasFractions ? (FineQuote, 4, ReplayUnits.Finest) : (Quote, 2, 0.01m);

        // With a rebate in the schedule, an instrument whose own taker fee is lower cannot be listed.
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

    /// <summary>Cancels both accounts' orders and returns the book afterwards.</summary>
    private async Task<BookSnapshot> ClearAsync(CancellationToken cancellation)
    {
        _maker ??= await OpenAsync(plan.Maker, cancellation);
        _taker ??= await OpenAsync(plan.Taker, cancellation);
        await _maker.Orders.CancelAllAsync(plan.Symbol, cancellation: cancellation);
        await _taker.Orders.CancelAllAsync(plan.Symbol, cancellation: cancellation);

        // Market data trails the book by a moment.
        var head = (await administrator.Market.GetStateAsync(plan.Symbol, cancellation)).Sequence;
        for (var attempt = 0; ; attempt++)
        {
            var book = await administrator.Market.GetBookAsync(plan.Symbol, depth: 1, cancellation);
            if (book.Sequence >= head || attempt == Patience)
                return book;
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    /// <summary>
    /// Funds an account. Deposit keys contain the run's name and the amount, so a resumed run is not funded twice.
    /// </summary>
    private async Task FundAsync(
        string account, Instrument instrument, (decimal Base, decimal Quote) funds, CancellationToken cancellation)
    {
        await administrator.Operator.Accounts.DepositAsync(
            account, instrument.QuoteAsset, funds.Quote, $"{plan.Run}.quote.{funds.Quote}", cancellation);
        await administrator.Operator.Accounts.DepositAsync(
            account, instrument.BaseAsset, funds.Base, $"{plan.Run}.base.{funds.Base}", cancellation);
    }

    private async Task<QuantumCoreClient> OpenAsync(string account, CancellationToken cancellation)
    {
        var key = await administrator.Operator.Keys.CreateAsync(account, cancellation: cancellation);
        if (key.Id is { } id)
            _keys.Add(id);
        return open(key.ApiKey);
    }
}

/// <summary>Reason a recording cannot be replayed to a symbol.</summary>
public enum ReplayObstacle
{
    /// <summary>The symbol is not listed, and listing was not requested.</summary>
    NotListed = 1,

    /// <summary>Orders of others rest in its book.</summary>
    NotEmpty = 2,

    /// <summary>The exchange does not list fills after a trade.</summary>
    NoFills = 3,
}

/// <summary>A recording cannot be replayed there. Nothing of it was sent, or nothing can be compared.</summary>
public sealed class ReplayRefusedException : Exception
{
    internal ReplayRefusedException(ReplayObstacle obstacle, string what)
        : base(what) => Obstacle = obstacle;

    /// <summary>Reason of the refusal.</summary>
    public ReplayObstacle Obstacle { get; }
}

/// <summary>The exchange rejected a command that the rest of the recording depends on.</summary>
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
