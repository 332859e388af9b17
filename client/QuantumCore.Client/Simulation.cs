using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>What goes wrong for a client under test.</summary>
public enum FaultKind
{
    /// <summary>A request that would change something is refused as overloaded; nothing was done.</summary>
    [JsonStringEnumMemberName("reject")] Reject = 1,

    /// <summary>It is done, and the answer never comes.</summary>
    [JsonStringEnumMemberName("timeout")] Timeout = 2,

    /// <summary>The connection is cut: of a request before anything was done, of a stream before its next message.</summary>
    [JsonStringEnumMemberName("drop")] Drop = 3,

    /// <summary>It waits: a request before anything is done, a message of a stream before it is sent.</summary>
    [JsonStringEnumMemberName("delay")] Delay = 4,

    /// <summary>A message of a stream that has a sequence is left out.</summary>
    [JsonStringEnumMemberName("skip")] Skip = 5,

    /// <summary>A message of a stream that has a sequence is sent twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate = 6,
}

/// <summary>What a fault meets.</summary>
public enum FaultPlace
{
    /// <summary>Requests that would change something.</summary>
    [JsonStringEnumMemberName("requests")] Requests = 1,

    /// <summary>Messages of WebSockets.</summary>
    [JsonStringEnumMemberName("stream")] Stream = 2,
}

/// <summary>A fault to wait for clients.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="On">To what, of a drop or a delay; null: to requests.</param>
/// <param name="Key">The API key it is for; null for everybody.</param>
/// <param name="Symbol">The symbol it is for; null for all.</param>
/// <param name="Count">How many times; null for once.</param>
/// <param name="Millis">How long a delay is, or how long a timeout keeps the connection (a minute when null), in milliseconds.</param>
public sealed record NewFault(
    FaultKind Kind, FaultPlace? On = null, string? Key = null, string? Symbol = null, int? Count = null, int? Millis = null);

/// <summary>A fault that waits.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">What happens.</param>
/// <param name="On">To what.</param>
/// <param name="Key">The API key it is for, or its beginning; null for everybody.</param>
/// <param name="Symbol">The symbol it is for; null for all.</param>
/// <param name="Left">How many times more.</param>
/// <param name="Millis">How long, in milliseconds.</param>
public sealed record WaitingFault(long Id, FaultKind Kind, FaultPlace On, string? Key, string? Symbol, int Left, int Millis);

/// <summary>A fault that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Fault">Its number.</param>
/// <param name="Kind">What happened.</param>
/// <param name="To">To what: method and path, or the stream's path.</param>
public sealed record FiredFault(DateTimeOffset At, long Fault, FaultKind Kind, string To);

/// <summary>Who trades in the simulated market.</summary>
public enum SimulatedParticipant
{
    /// <summary>Quotes closely on both sides, with an eye on its inventory.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 0,

    /// <summary>Quotes larger and farther away.</summary>
    [JsonStringEnumMemberName("depth")] Depth = 1,

    /// <summary>Many who come by chance: some take, some wait.</summary>
    [JsonStringEnumMemberName("noise")] Noise = 2,

    /// <summary>Goes with a move.</summary>
    [JsonStringEnumMemberName("momentum")] Momentum = 3,

    /// <summary>Goes against a move.</summary>
    [JsonStringEnumMemberName("reversion")] Reversion = 4,

    /// <summary>Works a large order in slices.</summary>
    [JsonStringEnumMemberName("institution")] Institution = 5,
}

/// <summary>How the simulated market stands.</summary>
/// <param name="Paused">Whether it waits for single steps.</param>
/// <param name="Speed">How fast its clock runs beside the real one.</param>
/// <param name="Volatility">What all its movements are multiplied by.</param>
/// <param name="Seed">The seed of its chance.</param>
/// <param name="Steps">Steps of a tenth of a second since it began.</param>
/// <param name="Away">Participants that do nothing, and have nothing in the books.</param>
/// <param name="Idle">Whether it is paused, and all that was asked for is done to the end.</param>
public sealed record SimulatedMarket(
    bool Paused, decimal Speed, decimal Volatility, long Seed, long Steps, IReadOnlyList<SimulatedParticipant> Away, bool Idle = false);

/// <summary>How far a replay is, as the program that replays says.</summary>
/// <param name="Run">The name of the run.</param>
/// <param name="File">The recording.</param>
/// <param name="Symbol">Where it is replayed to.</param>
/// <param name="Done">Lines that are done.</param>
/// <param name="Of">Lines of the recording.</param>
/// <param name="Speed">Commands a second that it was started with; 0: as fast as it goes.</param>
/// <param name="Ended">Whether no more will come.</param>
public sealed record ReplayPosition(string Run, string File, string Symbol, int Done, int Of, int Speed, bool Ended = false);

/// <summary>What is wanted of the replay that is under way; what is null stays.</summary>
/// <param name="Paused">Whether it waits.</param>
/// <param name="Speed">Commands a second, up to a million; 0: as fast as it goes.</param>
public sealed record ReplayChange(bool? Paused = null, int? Speed = null);

/// <summary>A replay as it stands.</summary>
/// <param name="Run">The name of the run.</param>
/// <param name="File">The recording.</param>
/// <param name="Symbol">Where it is replayed to.</param>
/// <param name="Done">Lines that are done.</param>
/// <param name="Of">Lines of the recording.</param>
/// <param name="Speed">Commands a second that are wanted; 0: as fast as it goes.</param>
/// <param name="Paused">Whether it is to wait.</param>
/// <param name="Ended">Whether no more will come.</param>
/// <param name="Heard">When the program that replays was last heard.</param>
public sealed record ReplayStanding(
    string Run, string File, string Symbol, int Done, int Of, int Speed, bool Paused, bool Ended, DateTimeOffset Heard);

/// <summary>Everything that the simulation's port tells.</summary>
/// <param name="Running">Whether participants are simulated.</param>
/// <param name="Market">How the market stands.</param>
/// <param name="SkewMillis">How far the clock of the Binance Spot interface is ahead of the time, in milliseconds.</param>
/// <param name="Faults">Faults that wait.</param>
/// <param name="Fired">Faults that happened, newest first, 200 at most.</param>
/// <param name="Replay">The newest replay that was told of; null for none.</param>
public sealed record Simulation(
    bool Running,
    SimulatedMarket Market,
    long SkewMillis,
    IReadOnlyList<WaitingFault> Faults,
    IReadOnlyList<FiredFault> Fired,
    ReplayStanding? Replay = null);

/// <summary>What is to change of the market; what is null stays.</summary>
/// <param name="Paused">Whether it waits for single steps.</param>
/// <param name="Speed">How fast its clock runs, 0.1 to 50.</param>
/// <param name="Volatility">What all its movements are multiplied by, 0 to 20.</param>
/// <param name="Steps">Lets it take so many steps, while it is paused.</param>
/// <param name="Seed">Begins it anew at the listed prices with this seed.</param>
/// <param name="Reset">Begins it anew at the listed prices with the seed it has.</param>
/// <param name="Away">Who is away from now on, in all symbols; all others are there.</param>
public sealed record MarketChange(
    bool? Paused = null,
    decimal? Speed = null,
    decimal? Volatility = null,
    int? Steps = null,
    long? Seed = null,
    bool? Reset = null,
    IReadOnlyList<SimulatedParticipant>? Away = null);
