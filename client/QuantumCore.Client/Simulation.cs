using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Kind of fault injected for a client under test.</summary>
public enum FaultKind
{
    /// <summary>A request that changes something is rejected as overloaded; nothing was done.</summary>
    [JsonStringEnumMemberName("reject")] Reject = 1,

    /// <summary>The request is executed, but the response never arrives.</summary>
    [JsonStringEnumMemberName("timeout")] Timeout = 2,

    /// <summary>
    /// The connection is cut: for a request before anything is done, for a stream before its next message.
    /// </summary>
    [JsonStringEnumMemberName("drop")] Drop = 3,

    /// <summary>A delay: of a request before anything is done, of a stream message before it is sent.</summary>
    [JsonStringEnumMemberName("delay")] Delay = 4,

    /// <summary>A sequenced stream message is dropped.</summary>
    [JsonStringEnumMemberName("skip")] Skip = 5,

    /// <summary>A sequenced stream message is sent twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate = 6,

    /// <summary>
    /// The clock that judges signed requests is skewed. Only reported among past faults; set it with
    /// <see cref="SimulationClient.SetClockSkewAsync"/>.
    /// </summary>
    [JsonStringEnumMemberName("skew")] Skew = 7,
}

/// <summary>Target of a fault.</summary>
public enum FaultPlace
{
    /// <summary>Requests that change something.</summary>
    [JsonStringEnumMemberName("requests")] Requests = 1,

    /// <summary>Messages of WebSockets.</summary>
    [JsonStringEnumMemberName("stream")] Stream = 2,
}

/// <summary>A fault to inject.</summary>
/// <param name="Kind">Kind of fault.</param>
/// <param name="On">Target of a drop or a delay; null for requests.</param>
/// <param name="Key">API key it applies to; null for all.</param>
/// <param name="Symbol">Symbol it applies to; null for all.</param>
/// <param name="Count">Number of times; null for once.</param>
/// <param name="Millis">
/// Length of a delay, or how long a timeout keeps the connection open (null for a minute), in milliseconds.
/// </param>
public sealed record NewFault(
    FaultKind Kind, FaultPlace? On = null, string? Key = null, string? Symbol = null, int? Count = null,
    int? Millis = null);

/// <summary>A pending fault.</summary>
/// <param name="Id">Number of the fault.</param>
/// <param name="Kind">Kind of fault.</param>
/// <param name="On">Target.</param>
/// <param name="Key">API key it applies to, or its beginning; null for all.</param>
/// <param name="Symbol">Symbol it applies to; null for all.</param>
/// <param name="Left">Remaining number of times.</param>
/// <param name="Millis">Delay, in milliseconds.</param>
public sealed record WaitingFault(
    long Id, FaultKind Kind, FaultPlace On, string? Key, string? Symbol, int Left, int Millis);

/// <summary>A clock skew of the Binance Spot interface, in force until it is removed.</summary>
/// <param name="Id">Number of the skew, in the same series as faults.</param>
/// <param name="Key">API key it applies to, or its beginning; null for every key without a skew of its own.</param>
/// <param name="Millis">Milliseconds ahead; negative is behind.</param>
public sealed record WrongClock(long Id, string? Key, long Millis);

/// <summary>A fault that happened.</summary>
/// <param name="At">Time of the fault.</param>
/// <param name="Fault">Number of the fault.</param>
/// <param name="Kind">Kind of fault.</param>
/// <param name="To">Affected request (method and path) or path of the stream.</param>
public sealed record FiredFault(DateTimeOffset At, long Fault, FaultKind Kind, string To);

/// <summary>Participants of the simulated market.</summary>
public enum SimulatedParticipant
{
    /// <summary>Market maker: quotes closely on both sides and watches its inventory.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 0,

    /// <summary>Quotes larger sizes farther from the market.</summary>
    [JsonStringEnumMemberName("depth")] Depth = 1,

    /// <summary>Noise traders, arriving at random: some take, some rest.</summary>
    [JsonStringEnumMemberName("noise")] Noise = 2,

    /// <summary>Trades with a move.</summary>
    [JsonStringEnumMemberName("momentum")] Momentum = 3,

    /// <summary>Trades against a move.</summary>
    [JsonStringEnumMemberName("reversion")] Reversion = 4,

    /// <summary>Works a large order in slices.</summary>
    [JsonStringEnumMemberName("institution")] Institution = 5,
}

/// <summary>State of the simulated market.</summary>
/// <param name="Paused">True if it waits for single steps.</param>
/// <param name="Speed">Speed of its clock relative to real time.</param>
/// <param name="Volatility">Factor of all its movements.</param>
/// <param name="Seed">Seed of its random numbers.</param>
/// <param name="Steps">Steps of 0.1 seconds since its start.</param>
/// <param name="Away">Inactive participants, without orders in the books.</param>
/// <param name="Idle">True if it is paused and has completed all requested work.</param>
public sealed record SimulatedMarket(
    bool Paused, decimal Speed, decimal Volatility, long Seed, long Steps, IReadOnlyList<SimulatedParticipant> Away,
    bool Idle = false);

/// <summary>Format of an order flow recording.</summary>
public enum RecordingFormat
{
    /// <summary>A command or expectation per line: <c>A</c>, <c>X</c>, <c>D</c>, <c>IOC</c>, <c>Q</c>.</summary>
    [JsonStringEnumMemberName("commands")] Commands = 1,

    /// <summary>A LOBSTER message file, with or without its order book file beside it.</summary>
    [JsonStringEnumMemberName("lobster")] Lobster = 2,

    /// <summary>An archive of LOBSTER files.</summary>
    [JsonStringEnumMemberName("lobsterZip")] LobsterZip = 3,

    /// <summary>A day file of Nasdaq TotalView-ITCH 5.0 with all stocks; a replay selects one by its ticker.</summary>
    [JsonStringEnumMemberName("itch50")] Itch50 = 4,
}

/// <summary>Progress of a replay, as reported by the replaying program.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="File">Recording.</param>
/// <param name="Symbol">Symbol it is replayed to.</param>
/// <param name="Done">Number of lines done.</param>
/// <param name="Of">Number of lines of the recording.</param>
/// <param name="Speed">Initial speed in commands a second; 0 for maximum speed.</param>
/// <param name="Ended">True if the replay has ended.</param>
public sealed record ReplayPosition(
    string Run, string File, string Symbol, int Done, int Of, int Speed, bool Ended = false);

/// <summary>Changes to the running replay; null keeps a value.</summary>
/// <param name="Paused">True to pause.</param>
/// <param name="Speed">Commands a second, up to a million; 0 for maximum speed.</param>
public sealed record ReplayChange(bool? Paused = null, int? Speed = null);

/// <summary>Current state of a replay.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="File">Recording.</param>
/// <param name="Symbol">Symbol it is replayed to.</param>
/// <param name="Done">Number of lines done.</param>
/// <param name="Of">Number of lines of the recording.</param>
/// <param name="Speed">Requested commands a second; 0 for maximum speed.</param>
/// <param name="Paused">True if a pause is requested.</param>
/// <param name="Ended">True if the replay has ended.</param>
/// <param name="Heard">Time of the last report from the replaying program.</param>
/// <param name="Here">True if it was started at the admin port and can be stopped there; false for an external
/// program.</param>
/// <param name="End">Outcome of a replay started at the port; null while it runs.</param>
/// <param name="Problem">Reason it could not continue; null for none.</param>
/// <param name="Result">Result of a completed replay started at the port.</param>
public sealed record ReplayStanding(
    string Run,
    string File,
    string Symbol,
    int Done,
    int Of,
    int Speed,
    bool Paused,
    bool Ended,
    DateTimeOffset Heard,
    bool Here = false,
    ReplayEnd? End = null,
    string? Problem = null,
    ReplayResult? Result = null);

/// <summary>Outcome of a replay.</summary>
public enum ReplayEnd
{
    /// <summary>Every line was sent.</summary>
    [JsonStringEnumMemberName("done")] Done = 1,

    /// <summary>Stopped by a user, or by the shutdown of the exchange.</summary>
    [JsonStringEnumMemberName("stopped")] Stopped = 2,

    /// <summary>Could not continue.</summary>
    [JsonStringEnumMemberName("failed")] Failed = 3,
}

/// <summary>Result of a complete replay.</summary>
/// <param name="Aggressive">Number of aggressive orders.</param>
/// <param name="AggressiveExact">Number of those whose fills matched the recorded day.</param>
/// <param name="Rows">Number of book rows compared.</param>
/// <param name="RowsEqual">Number of those that were equal.</param>
/// <param name="Differences">Number of all differences. Orders of others in the book cause some.</param>
public sealed record ReplayResult(int Aggressive, int AggressiveExact, int Rows, int RowsEqual, int Differences);

/// <summary>A file in the recordings folder of the exchange.</summary>
/// <param name="Name">Name in the folder.</param>
/// <param name="Format">Format; null if it is no recording.</param>
/// <param name="Bytes">Size, in bytes.</param>
public sealed record Recording(string Name, RecordingFormat? Format, long Bytes);

/// <summary>The folder of recordings.</summary>
/// <param name="Configured">True if the silo has one (<c>--recordings</c>).</param>
/// <param name="Recordings">Its files, sorted by name.</param>
public sealed record RecordingList(bool Configured, IReadOnlyList<Recording> Recordings);

/// <summary>A replay to start at the admin port.</summary>
/// <param name="File">Recording in the folder.</param>
/// <param name="Symbol">
/// Symbol of a book without orders of others; null for the name of the file or the ticker, with <c>.L</c>.
/// </param>
/// <param name="Speed">Commands a second, up to a million; 0 or null for maximum speed.</param>
/// <param name="Batch">Most resting orders in one request, 1 to 500; null for 100.</param>
/// <param name="Ticker">Stock to replay from a file of all stocks (<see cref="RecordingFormat.Itch50"/>); null for
/// other formats.</param>
/// <param name="Format">Format to read the recording as; null to detect it.</param>
public sealed record NewReplay(
    string File, string? Symbol = null, int? Speed = null, int? Batch = null, string? Ticker = null,
    RecordingFormat? Format = null);

/// <summary>Full state of the simulation's admin port.</summary>
/// <param name="Running">True if participants are simulated.</param>
/// <param name="Market">State of the market.</param>
/// <param name="SkewMillis">
/// Clock skew of the Binance Spot interface for every key without one of its own, in milliseconds ahead.
/// </param>
/// <param name="Faults">Pending faults.</param>
/// <param name="Fired">Faults that happened, newest first, 200 at most.</param>
/// <param name="Replay">Newest replay reported; null for none.</param>
/// <param name="Clocks">Clock skews, of single keys and of all; null from an exchange without the feature.</param>
public sealed record Simulation(
    bool Running,
    SimulatedMarket Market,
    long SkewMillis,
    IReadOnlyList<WaitingFault> Faults,
    IReadOnlyList<FiredFault> Fired,
    ReplayStanding? Replay = null,
    IReadOnlyList<WrongClock>? Clocks = null);

/// <summary>Changes to the simulated market; null keeps a value.</summary>
/// <param name="Paused">True to wait for single steps.</param>
/// <param name="Speed">Speed of its clock, 0.1 to 50.</param>
/// <param name="Volatility">Factor of all its movements, 0 to 20.</param>
/// <param name="Steps">Number of steps to run while paused.</param>
/// <param name="Seed">Seed to restart with, at the listed prices.</param>
/// <param name="Reset">True to restart with the current seed, at the listed prices.</param>
/// <param name="Away">Participants to make inactive in all symbols; all others become active.</param>
public sealed record MarketChange(
    bool? Paused = null,
    decimal? Speed = null,
    decimal? Volatility = null,
    int? Steps = null,
    long? Seed = null,
    bool? Reset = null,
    IReadOnlyList<SimulatedParticipant>? Away = null);
