namespace QuantumCore.Client;

// The calls of a demo's admin port, which shape its market and let its clients fail. None is repeated when its answer is lost.
public sealed partial class QuantumCoreClient
{
    /// <summary>How the simulation stands. The client's address is the admin port's.</summary>
    public Task<Simulation> GetSimulationAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Get("sim"), cancellation);

    /// <summary>Changes the simulated market: its clock, its volatility, its seed.</summary>
    public Task<Simulation> ChangeMarketAsync(MarketChange change, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/market", change) with { Repeatable = false }, cancellation);

    /// <summary>Halts a symbol, or lets it trade on.</summary>
    public Task<Simulation> HaltSimulatedAsync(string symbol, bool isHalted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return _calls.SendAsync<Simulation>(Post($"sim/symbols/{Uri.EscapeDataString(symbol)}", new HaltRequest(isHalted)), cancellation);
    }

    /// <summary>Sets a fault for clients under test.</summary>
    public Task<Simulation> AddFaultAsync(NewFault fault, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/faults", fault) with { Repeatable = false }, cancellation);

    /// <summary>Takes a waiting fault or a wrong clock away by its number; all of them without one.</summary>
    public Task<Simulation> RemoveFaultsAsync(long? id = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(new ExchangeCall(HttpMethod.Delete, id is null ? "sim/faults" : $"sim/faults/{id}"), cancellation);

    /// <summary>Says how far a replay is; the answer says what is wanted of it.</summary>
    public Task<Simulation> ReportReplayAsync(ReplayPosition position, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay/report", position) with { Repeatable = false }, cancellation);

    /// <summary>Pauses the replay that is under way, lets it go on, or sets its speed.</summary>
    public Task<Simulation> ChangeReplayAsync(ReplayChange change, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay", change) with { Repeatable = false }, cancellation);

    /// <summary>What lies in the folder of recordings.</summary>
    public Task<RecordingList> GetRecordingsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<RecordingList>(Get("sim/recordings"), cancellation);

    /// <summary>Begins a replay of a recording, which the exchange carries out; refused while another one is under way.</summary>
    public Task<Simulation> StartReplayAsync(NewReplay replay, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay/start", replay) with { Repeatable = false }, cancellation);

    /// <summary>Ends the replay that was begun so. What it sent stays in the book.</summary>
    public Task<Simulation> StopReplayAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay/stop", new StopRequest()) with { Repeatable = false }, cancellation);

    /// <summary>Puts the clock of the Binance Spot interface so many milliseconds ahead, or behind when negative; a day at most.</summary>
    public Task<Simulation> SetClockSkewAsync(long millis, CancellationToken cancellation = default) =>
        SetClockSkewAsync(null, millis, cancellation);

    /// <summary>Puts that clock wrong for one API key alone, whatever it is for the others; 0: no longer.</summary>
    /// <param name="key">The key, as its client shows it; null for every key without a clock of its own.</param>
    /// <param name="millis">Milliseconds ahead, or behind when negative; a day at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Simulation> SetClockSkewAsync(string? key, long millis, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/skew", new SkewRequest(millis, key)), cancellation);
}
