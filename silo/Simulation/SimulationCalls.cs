using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;
using QuantumCore.Market;
using FaultKind = QuantumCore.Client.FaultKind;
using FaultPlace = QuantumCore.Client.FaultPlace;
using FiredFault = QuantumCore.Client.FiredFault;
using NewReplay = QuantumCore.Client.NewReplay;
using OrderFlow = QuantumCore.Replay.OrderFlow;
using RecordingList = QuantumCore.Client.RecordingList;
using ReplayChange = QuantumCore.Client.ReplayChange;
using ReplayPosition = QuantumCore.Client.ReplayPosition;
using ReplayStanding = QuantumCore.Client.ReplayStanding;
using WaitingFault = QuantumCore.Client.WaitingFault;
using WrongClock = QuantumCore.Client.WrongClock;

namespace QuantumCore.Silo.Simulation;

/// <summary>Request to change the market; absent fields stay.</summary>
internal sealed record MarketText(
    bool? Paused, double? Speed, double? Volatility, int? Steps, long? Seed, bool? Reset,
    ImmutableArray<Participant>? Away);

/// <summary>Request to add a fault.</summary>
internal sealed record FaultText(FaultKind? Kind, FaultPlace? On, string? Key, string? Symbol, int? Count, int? Millis);

/// <summary>Request to halt or resume a symbol.</summary>
internal sealed record SymbolChange(bool? Halted);

/// <summary>Request to set the clients' clock ahead: for one key, or for every key without one of its own.</summary>
internal sealed record SkewText(long? Millis, string? Key);

/// <summary>Response of every simulation call.</summary>
internal sealed record SimulationText(
    bool Running,
    MarketState Market,
    long SkewMillis,
    ImmutableArray<WrongClock> Clocks,
    ImmutableArray<WaitingFault> Faults,
    ImmutableArray<FiredFault> Fired,
    ReplayStanding? Replay);

/// <summary>Empty request.</summary>
internal sealed record NothingText;

/// <summary>Problem that a call returns.</summary>
internal sealed record ProblemText(string Code, string? Field, string Title, string? Detail, string? Limit);

/// <summary>JSON types of the simulation's calls.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(MarketText))]
[JsonSerializable(typeof(FaultText))]
[JsonSerializable(typeof(SymbolChange))]
[JsonSerializable(typeof(SkewText))]
[JsonSerializable(typeof(ReplayPosition))]
[JsonSerializable(typeof(ReplayChange))]
[JsonSerializable(typeof(NewReplay))]
[JsonSerializable(typeof(NothingText))]
[JsonSerializable(typeof(RecordingList))]
[JsonSerializable(typeof(SimulationText))]
[JsonSerializable(typeof(ProblemText))]
internal sealed partial class SimulationJson : JsonSerializerContext;

/// <summary>
/// HTTP calls that control a demo's market and its faults. They serve requests of this machine that come through no
/// proxy: to the demo's administrators, and on the admin port to everybody. Calls with a request body need JSON, which
/// pages of other sites cannot send.
/// </summary>
internal sealed class SimulationCalls(
    MarketClock clock, ReplayBoard replay, ReplayRunner runner, RecordingFolder recordings, ClientFaults faults,
    BookControl operations, Listings listings, CorporateStandstill standstill, GatewayOptions gateway,
    SiloOptions options)
{
    /// <summary>Path prefix of all calls.</summary>
    public const string Root = "/api/qc/v1/sim";

    private const int MostSteps = 36_000;
    private const int MostTimes = 1_000_000;
    private const int LongestMillis = 600_000;
    private const int FastestReplay = 1_000_000;
    private const int LongestName = 200;
    private const int LongestSymbol = 20;
    private const int LongestTicker = 8;
    private const int UsualBatch = 100;
    private const int PatienceMillis = 60_000;

    /// <summary>Below the time after which a reader that accepts no data is disconnected.</summary>
    private const int LongestStreamMillis = 20_000;

    private static readonly ProblemText s_noSuchCall = new("NotFound", null, "There is no such call.", null, null);

    /// <summary>Maps the calls.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, (RequestDelegate)ShowAsync).ExcludeFromDescription();
        On<MarketText>(
            routes, "POST", $"{Root}/market", SimulationJson.Default.MarketText,
            (_, change) => Task.FromResult(Change(change)));
        On<FaultText>(
            routes, "POST", $"{Root}/faults", SimulationJson.Default.FaultText, (_, fault) => AddAsync(fault));
        On<SkewText>(
            routes, "POST", $"{Root}/skew", SimulationJson.Default.SkewText,
            (_, skew) => Task.FromResult(SetSkew(skew)));
        On<SymbolChange>(routes, "POST", $"{Root}/symbols/{{symbol}}", SimulationJson.Default.SymbolChange, HaltAsync);
        On<ReplayPosition>(
            routes, "POST", $"{Root}/replay/report", SimulationJson.Default.ReplayPosition,
            (_, told) => Task.FromResult(Report(told)));
        On<ReplayChange>(
            routes, "POST", $"{Root}/replay", SimulationJson.Default.ReplayChange,
            (_, change) => Task.FromResult(Change(change)));
        routes.MapGet($"{Root}/recordings", (RequestDelegate)ListAsync).ExcludeFromDescription();
        On<NewReplay>(
            routes, "POST", $"{Root}/replay/start", SimulationJson.Default.NewReplay,
            (_, wanted) => Task.FromResult(Begin(wanted)));
        On<NothingText>(routes, "POST", $"{Root}/replay/stop", SimulationJson.Default.NothingText, async (context, _) =>
            await runner.EndAsync(context.RequestAborted)
                ? null
                : Malformed(null, "No replay that was begun here is under way."));
        routes.MapMethods($"{Root}/faults/{{id?}}", ["DELETE"], (RequestDelegate)RemoveAsync).ExcludeFromDescription();
    }

    private Task RemoveAsync(HttpContext context) => ServeAsync(context, () =>
    {
        var all = context.GetRouteValue("id") is not string;
        var id = 0L;
        if (!all
            && !long.TryParse(
                (string)context.GetRouteValue("id")!, NumberStyles.None, CultureInfo.InvariantCulture, out id))
            return Task.FromResult<ProblemText?>(Malformed("id", "The id must be a fault's number."));

        faults.Remove(all ? null : id);
        return Task.FromResult<ProblemText?>(null);
    });

    private void On<T>(
        IEndpointRouteBuilder routes,
        string method,
        string route,
        JsonTypeInfo<T> shape,
        Func<HttpContext, T, Task<ProblemText?>> does)
        where T : class =>
            routes.MapMethods(route, [method], (RequestDelegate)(context => ServeAsync(context, async () =>
        {
            if (!context.Request.HasJsonContentType())
                return Malformed(null, "The body is JSON, and the request says so.");

            try
            {
                var body = await JsonSerializer.DeserializeAsync(context.Request.Body, shape, context.RequestAborted);
                return body is null ? Malformed(null, "The body is an object.") : await does(context, body);
            }
            catch (JsonException error)
            {
                var (field, detail) = BodyForm.Explain(shape, error);
                return Malformed(field, detail);
            }
        }))).ExcludeFromDescription();

    /// <summary>Returns the state; 204 for clients that may not control it, so that a page may ask.</summary>
    private async Task ShowAsync(HttpContext context)
    {
        if (await IsServedAsync(context))
            await AnswerAsync(context);
        else
            context.Response.StatusCode = 204;
    }

    /// <summary>Returns the folder of recordings.</summary>
    private async Task ListAsync(HttpContext context)
    {
        if (!await IsServedAsync(context))
        {
            await WriteAsync(context, 404, s_noSuchCall);
            return;
        }

        try
        {
            await context.Response.WriteAsJsonAsync(
                recordings.List(), SimulationJson.Default.RecordingList, cancellationToken: context.RequestAborted);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await WriteAsync(context, 400, Malformed(null, $"The folder of recordings can't be read: {error.Message}"));
        }
    }

    private async ValueTask<bool> IsServedAsync(HttpContext context) =>
        gateway.DemoMode && ExchangeGateway.MayUseDemo(context.Request)
        && (context.Connection.LocalPort == options.AdminPort
            || await ExchangeGateway.RecognizesAdministratorAsync(context));

    private async Task ServeAsync(HttpContext context, Func<Task<ProblemText?>> does)
    {
        if (!await IsServedAsync(context))
        {
            await WriteAsync(context, 404, s_noSuchCall);
            return;
        }

        if (await does() is { } problem)
            await WriteAsync(context, 400, problem);
        else
            await AnswerAsync(context);
    }

    private Task AnswerAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(
            Now(), SimulationJson.Default.SimulationText, cancellationToken: context.RequestAborted);

    private SimulationText Now() => new(
        options.Simulates,
        clock.State,
        faults.Clocks.FirstOrDefault(fault => fault.Key is null)?.Millis ?? 0,
        [.. faults.Clocks.Select(fault => fault with { Key = ClientFaults.Shown(fault.Key) })],
        [.. faults.Waiting.Select(fault => fault with { Key = ClientFaults.Shown(fault.Key) })],
        faults.Fired,
        replay.State);

    private static Task WriteAsync(HttpContext context, int status, ProblemText problem)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            problem, SimulationJson.Default.ProblemText, "application/problem+json", context.RequestAborted);
    }

    private ProblemText? Change(MarketText change)
    {
        if (change.Speed is { } speed && speed is not (>= 0.1 and <= 50))
            return Malformed("speed", "0.1 to 50.");
        if (change.Volatility is { } volatility && volatility is not (>= 0 and <= 20))
            return Malformed("volatility", "0 to 20.");
        if (change.Steps is { } steps && steps is not (>= 1 and <= MostSteps))
            return Malformed("steps", $"1 to {MostSteps}.");
        if (change.Seed is { } seed && seed is not (>= 0 and <= int.MaxValue))
            return Malformed("seed", $"0 to {int.MaxValue}.");

        if (change.Away is { } away
            && (away.IsDefault || away.Distinct().Count() != away.Length || !away.All(Enum.IsDefined)))
            return Malformed("away", "Participants, each once: maker, depth, noise, momentum, reversion, institution.");

        clock.Set(change.Paused, change.Speed, change.Volatility, change.Away);
        if (change.Seed is not null || change.Reset == true)
            clock.Reset(change.Seed);
        if (change.Steps is { } wanted)
            clock.Step(wanted);
        return null;
    }

    private async Task<ProblemText?> AddAsync(FaultText text)
    {
        if (text.Kind is not { } kind || !Enum.IsDefined(kind))
            return Malformed("kind", "reject, timeout, drop, delay, skip or duplicate.");
        if (text.On is { } on && !Enum.IsDefined(on))
            return Malformed("on", "requests or stream.");
        if (kind == FaultKind.Skew)
            return Malformed("kind", "Use POST /sim/skew to set a clock wrong.");

        var isOfStream = kind is FaultKind.Skip or FaultKind.Duplicate;
        var place = text.On ?? (isOfStream ? FaultPlace.Stream : FaultPlace.Requests);
        if (isOfStream != (place == FaultPlace.Stream) && kind is not (FaultKind.Drop or FaultKind.Delay))
            return Malformed("on", "reject and timeout happen to requests, skip and duplicate to streams.");
        if (text.Count is { } count && count is not (>= 1 and <= MostTimes))
            return Malformed("count", $"1 to {MostTimes}.");
        if (text.Millis is { } millis && millis is not (>= 0 and <= LongestMillis))
            return Malformed("millis", $"0 to {LongestMillis}.");
        if (kind == FaultKind.Delay && text.Millis is null)
            return Malformed("millis", "A delay needs millis, its duration.");
        if (kind == FaultKind.Delay && place == FaultPlace.Stream && text.Millis > LongestStreamMillis)
            return Malformed("millis", $"0 to {LongestStreamMillis}: a stream that stands still for longer is cut.");
        if (text.Symbol is not null && await listings.FindAsync(text.Symbol) is null)
            return new ProblemText(
                nameof(RejectReason.UnknownSymbol), "symbol", "There is no such symbol.", null, null);

        faults.Add(
            new WaitingFault(0, kind, place, text.Key, text.Symbol, text.Count ?? 1, text.Millis ?? PatienceMillis));
        return null;
    }

    private ProblemText? Report(ReplayPosition told)
    {
        foreach (var (field, text) in new[] { ("run", told.Run), ("file", told.File), ("symbol", told.Symbol) })
        {
            if (text is not { Length: >= 1 and <= LongestName })
                return Malformed(field, $"1 to {LongestName} characters.");
        }

        if (told.Of < 0 || told.Done < 0 || told.Done > told.Of)
            return Malformed("done", "0 to the lines there are.");
        if (told.Speed is not (>= 0 and <= FastestReplay))
            return Malformed("speed", $"0 to {FastestReplay}.");
        return replay.Report(told) ? null : Malformed(null, "A replay that was begun at this port is under way.");
    }

    private ProblemText? Begin(NewReplay wanted)
    {
        if (!recordings.IsConfigured)
            return Malformed("file", "This exchange has no folder of recordings: start it with --recordings DIR.");
        if (recordings.Find(wanted.File) is not { } path)
            return Malformed("file", "There is no such recording: GET /sim/recordings lists them.");
        if (wanted.Format is { } format && !Enum.IsDefined(format))
            return Malformed("format", $"{OrderFlow.Formats}; without it the file is read as it looks.");
        if (wanted.Format is null && OrderFlow.Guess(path) is { Format: null, Why: var why })
            return Malformed(
                "file", $"No format of recordings fits: {why}. Name its format ({OrderFlow.Formats}) if it is of one.");
        if (wanted.Ticker is { Length: 0 or > LongestTicker })
            return Malformed("ticker", $"1 to {LongestTicker} characters, as the recording has it.");
        if (wanted.Symbol is { } symbol && (symbol.Length is 0 or > LongestSymbol || !symbol.All(IsOfSymbol)))
            return Malformed("symbol", $"1 to {LongestSymbol} capital letters, digits, dots or dashes.");
        if (wanted.Speed is { } speed && speed is not (>= 0 and <= FastestReplay))
            return Malformed("speed", $"0 to {FastestReplay} commands a second; 0: as fast as it goes.");
        if (wanted.Batch is { } batch && batch is not (>= 1 and <= Client.OrdersClient.BatchLimit))
            return Malformed("batch", $"1 to {Client.OrdersClient.BatchLimit} resting orders in one request.");
        return runner.Begin(
            path, wanted.Ticker, wanted.Symbol, wanted.Speed ?? 0, wanted.Batch ?? UsualBatch,
            wanted.Format) is { } other
            ? Malformed(
                null,
                $"A replay of {other.File} is under way: {(other.Here ? "stop it first" : "end qc replay first")}.")
            : null;
    }

    private static bool IsOfSymbol(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '.' or '-';

    private ProblemText? Change(ReplayChange change)
    {
        if (change.Speed is { } speed && speed is not (>= 0 and <= FastestReplay))
            return Malformed("speed", $"0 to {FastestReplay} commands a second; 0: as fast as it goes.");
        return replay.Change(change.Paused, change.Speed) ? null : Malformed(null, "No replay is under way.");
    }

    private ProblemText? SetSkew(SkewText text)
    {
        if (text.Millis is not (>= -86_400_000 and <= 86_400_000))
            return Malformed("millis", "The clock may be at most one day ahead or behind.");
        if (text.Key is not (null or { Length: >= 1 and <= LongestName }))
            return Malformed("key", $"1 to {LongestName} characters.");
        faults.SetClock(text.Key, text.Millis.Value);
        return null;
    }

    private async Task<ProblemText?> HaltAsync(HttpContext context, SymbolChange change)
    {
        if (change.Halted is not { } halted)
            return Malformed("halted", "true or false.");

        var symbol = (string)context.GetRouteValue("symbol")!;
        if (await listings.FindAsync(symbol) is not { } instrument)
            return new ProblemText(
                nameof(RejectReason.UnknownSymbol), "symbol", "There is no such symbol.", null, null);

        return halted ? await GoAsync(symbol, TradingPhase.Halt) : await TradeOnAsync(instrument);
    }

    /// <summary>
    /// Resumes trading out of a halt through an auction, and ends an auction in progress. A symbol in continuous
    /// trading is left alone.
    /// </summary>
    private async Task<ProblemText?> TradeOnAsync(Instrument instrument)
    {
        var symbol = instrument.Symbol;
        if (await standstill.WhyNotAsync(instrument, Goes(TradingPhase.Volatility)) is { } why)
            return Malformed("symbol", why);

        var (reason, state, _) = await operations.StateAsync(symbol);
        if (reason != RejectReason.None || state is null)
            return Unchanged(reason);
        if (state.Phase == TradingPhase.Continuous)
            return null;

        if (state.Phase == TradingPhase.Halt && await GoAsync(symbol, TradingPhase.Volatility) is { } problem)
            return problem;
        return await GoAsync(symbol, TradingPhase.Continuous) is not { } second ? null
            : state.Phase == TradingPhase.Halt
                ? second with { Title = "It is in an auction, and does not trade on yet." }
            : second;
    }

    private async Task<ProblemText?> GoAsync(string symbol, TradingPhase phase) =>
        await operations.OperateAsync(symbol, Goes(phase)) is var reason and not RejectReason.None
            ? Unchanged(reason)
            : null;

    private static SetTradingPhase Goes(TradingPhase phase) => new(phase);

    private static ProblemText Unchanged(RejectReason reason) =>
        new(reason.ToString(), "symbol", "The symbol's phase was not changed.", null, null);

    private static ProblemText Malformed(string? field, string detail) =>
        new("BadRequest", field, "The request makes no sense.", detail, null);
}
