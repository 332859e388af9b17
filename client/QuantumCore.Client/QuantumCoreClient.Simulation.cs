namespace QuantumCore.Client;

// Calls of a demo's admin port: simulated market, faults and replays. Only idempotent calls are retried.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns the state of the simulation. The client's address must be the admin port's.</summary>
    public Task<Simulation> GetSimulationAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Get("sim"), cancellation);

    /// <summary>Changes the simulated market: clock, volatility or seed.</summary>
    public Task<Simulation> ChangeMarketAsync(MarketChange change, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/market", change) with { Repeatable = false }, cancellation);

    /// <summary>Halts a symbol or resumes its trading.</summary>
    public Task<Simulation> HaltSimulatedAsync(string symbol, bool isHalted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return _calls.SendAsync<Simulation>(
            Post($"sim/symbols/{Uri.EscapeDataString(symbol)}", new HaltRequest(isHalted)), cancellation);
    }

    /// <summary>Injects a fault for clients under test.</summary>
    public Task<Simulation> AddFaultAsync(NewFault fault, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/faults", fault) with { Repeatable = false }, cancellation);

    /// <summary>Removes a pending fault or a clock skew by its number; without a number, all of them.</summary>
    public Task<Simulation> RemoveFaultsAsync(long? id = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(
            new ExchangeCall(HttpMethod.Delete, id is null ? "sim/faults" : $"sim/faults/{id}"), cancellation);

    /// <summary>Reports the progress of a replay. The response carries the requested speed and pause.</summary>
    public Task<Simulation> ReportReplayAsync(ReplayPosition position, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay/report", position) with { Repeatable = false }, cancellation);

    /// <summary>Pauses or resumes the running replay, or sets its speed.</summary>
    public Task<Simulation> ChangeReplayAsync(ReplayChange change, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay", change) with { Repeatable = false }, cancellation);

    /// <summary>Returns the files in the recordings folder.</summary>
    public Task<RecordingList> GetRecordingsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<RecordingList>(Get("sim/recordings"), cancellation);

    /// <summary>Starts a replay of a recording on the exchange. Rejected while another replay runs.</summary>
    public Task<Simulation> StartReplayAsync(NewReplay replay, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/replay/start", replay) with { Repeatable = false }, cancellation);

    /// <summary>Stops the replay started on the exchange. Orders already sent stay in the book.</summary>
    public Task<Simulation> StopReplayAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(
            Post("sim/replay/stop", new StopRequest()) with { Repeatable = false }, cancellation);

    /// <summary>
    /// Sets the clock skew of the Binance Spot interface, in milliseconds; negative is behind. At most one day.
    /// </summary>
    public Task<Simulation> SetClockSkewAsync(long millis, CancellationToken cancellation = default) =>
        SetClockSkewAsync(null, millis, cancellation);

    /// <summary>Sets the clock skew for one API key only, overriding the general skew; 0 removes it.</summary>
    /// <param name="key">API key, as its client shows it; null for every key without a skew of its own.</param>
    /// <param name="millis">Milliseconds ahead; negative is behind. At most one day.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Simulation> SetClockSkewAsync(string? key, long millis, CancellationToken cancellation = default) =>
        _calls.SendAsync<Simulation>(Post("sim/skew", new SkewRequest(millis, key)), cancellation);
}
