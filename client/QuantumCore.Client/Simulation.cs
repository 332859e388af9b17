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

    /// <summary>The clock that a signed request is judged by is wrong: only told of what happened; it is set by <see cref="QuantumCoreClient.SetClockSkewAsync(string, long, CancellationToken)"/>.</summary>
    [JsonStringEnumMemberName("skew")] Skew = 7,
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

/// <summary>A clock of the Binance Spot interface that is wrong until it is put right.</summary>
/// <param name="Id">Its number, among those of the faults.</param>
/// <param name="Key">The API key it is for, or its beginning; null for every key without one of its own.</param>
/// <param name="Millis">How far it is ahead, in milliseconds; behind when negative.</param>
public sealed record WrongClock(long Id, string? Key, long Millis);

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

/// <summary>What a recording of order flow is.</summary>
public enum RecordingFormat
{
    /// <summary>One command or expectation a line: <c>A</c>, <c>X</c>, <c>D</c>, <c>IOC</c>, <c>Q</c>.</summary>
    [JsonStringEnumMemberName("commands")] Commands = 1,

    /// <summary>A LOBSTER message file, with its order book file beside it or without.</summary>
    [JsonStringEnumMemberName("lobster")] Lobster = 2,

    /// <summary>An archive of LOBSTER's files.</summary>
    [JsonStringEnumMemberName("lobsterZip")] LobsterZip = 3,

    /// <summary>A day file of Nasdaq's TotalView-ITCH 5.0, of all stocks: a replay names one by its ticker.</summary>
    [JsonStringEnumMemberName("itch50")] Itch50 = 4,
}

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
/// <param name="Here">Whether it was begun at the port, and can be ended there; a program of its own replays otherwise.</param>
/// <param name="End">How it ended, of one that was begun at the port; null while it runs.</param>
/// <param name="Problem">Why it could not go on; null when it could.</param>
/// <param name="Result">What it found, of one that was begun at the port and is done.</param>
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

/// <summary>How a replay ended.</summary>
public enum ReplayEnd
{
    /// <summary>Every line was sent.</summary>
    [JsonStringEnumMemberName("done")] Done = 1,

    /// <summary>Somebody ended it, or the exchange stopped.</summary>
    [JsonStringEnumMemberName("stopped")] Stopped = 2,

    /// <summary>It could not go on.</summary>
    [JsonStringEnumMemberName("failed")] Failed = 3,
}

/// <summary>What a whole replay found.</summary>
/// <param name="Aggressive">Aggressive orders.</param>
/// <param name="AggressiveExact">Of these, how many met what they met on the recorded day.</param>
/// <param name="Rows">Book rows compared.</param>
/// <param name="RowsEqual">Of these, how many were equal.</param>
/// <param name="Differences">All that differs from the recording: orders of others in the book make it differ.</param>
public sealed record ReplayResult(int Aggressive, int AggressiveExact, int Rows, int RowsEqual, int Differences);

/// <summary>A file of the folder that the exchange offers recordings from.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Format">What it is; null when it is no recording.</param>
/// <param name="Bytes">Its size.</param>
public sealed record Recording(string Name, RecordingFormat? Format, long Bytes);

/// <summary>The folder of recordings.</summary>
/// <param name="Configured">Whether the silo was given one, by <c>--recordings</c>.</param>
/// <param name="Recordings">Its files, by name.</param>
public sealed record RecordingList(bool Configured, IReadOnlyList<Recording> Recordings);

/// <summary>A replay to be begun at the port.</summary>
/// <param name="File">A recording of the folder.</param>
/// <param name="Symbol">Where to, a book without orders of others; null: as the file is called or as the ticker, with <c>.L</c>.</param>
/// <param name="Speed">Commands a second, up to a million; 0 or null: as fast as it goes.</param>
/// <param name="Batch">Most resting orders in one request, 1 to 500; null: 100.</param>
/// <param name="Ticker">Which stock, of a recording that holds all of a day (<see cref="RecordingFormat.Itch50"/>); null for all others.</param>
/// <param name="Format">What the recording is read as, whatever it looks like; null: as it looks.</param>
public sealed record NewReplay(
    string File, string? Symbol = null, int? Speed = null, int? Batch = null, string? Ticker = null, RecordingFormat? Format = null);

/// <summary>Everything that the simulation's port tells.</summary>
/// <param name="Running">Whether participants are simulated.</param>
/// <param name="Market">How the market stands.</param>
/// <param name="SkewMillis">How far the clock of the Binance Spot interface is ahead of the time, in milliseconds, for every key without one of its own.</param>
/// <param name="Faults">Faults that wait.</param>
/// <param name="Fired">Faults that happened, newest first, 200 at most.</param>
/// <param name="Replay">The newest replay that was told of; null for none.</param>
/// <param name="Clocks">Clocks that are wrong, of keys and for all; null from an exchange that knows none.</param>
public sealed record Simulation(
    bool Running,
    SimulatedMarket Market,
    long SkewMillis,
    IReadOnlyList<WaitingFault> Faults,
    IReadOnlyList<FiredFault> Fired,
    ReplayStanding? Replay = null,
    IReadOnlyList<WrongClock>? Clocks = null);

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
