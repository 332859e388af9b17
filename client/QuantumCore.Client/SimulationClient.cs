namespace QuantumCore.Client;

/// <summary>
/// Simulated market, faults and replays of a demo, at its admin port: the client's address must be that port's. Only
/// idempotent calls are retried.
/// </summary>
public sealed class SimulationClient
{
    private readonly ExchangeCalls _calls;

    internal SimulationClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the state of the simulation.</summary>
    public Task<Simulation> GetAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<Simulation>("sim", cancellation);

    /// <summary>Changes the simulated market: clock, volatility or seed.</summary>
    public Task<Simulation> ChangeMarketAsync(MarketChange change, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Simulation>("sim/market", change, cancellation);

    /// <summary>Halts a symbol or resumes its trading.</summary>
    public Task<Simulation> HaltAsync(string symbol, bool isHalted, CancellationToken cancellation = default) =>
        _calls.PostAsync<Simulation>(CallPath.Of("sim/symbols", symbol), new HaltRequest(isHalted), cancellation);

    /// <summary>Injects a fault for clients under test.</summary>
    public Task<Simulation> AddFaultAsync(NewFault fault, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Simulation>("sim/faults", fault, cancellation);

    /// <summary>Removes a pending fault or a clock skew by its number; without a number, all of them.</summary>
    public Task<Simulation> RemoveFaultsAsync(long? id = null, CancellationToken cancellation = default) =>
        _calls.DeleteAsync<Simulation>(id is null ? "sim/faults" : $"sim/faults/{id}", cancellation);

    /// <summary>
    /// Sets the clock skew of the Binance Spot interface, for one API key or in general. A key's own skew overrides the
    /// general one; 0 removes it.
    /// </summary>
    /// <param name="millis">Milliseconds ahead; negative is behind. At most one day.</param>
    /// <param name="key">API key, as its client shows it; null for every key without a skew of its own.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Simulation> SetClockSkewAsync(
        long millis, string? key = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<Simulation>("sim/skew", new SkewRequest(millis, key), cancellation);

    /// <summary>Returns the files in the recordings folder.</summary>
    public Task<RecordingList> GetRecordingsAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<RecordingList>("sim/recordings", cancellation);

    /// <summary>Starts a replay of a recording on the exchange. Rejected while another replay runs.</summary>
    public Task<Simulation> StartReplayAsync(NewReplay replay, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Simulation>("sim/replay/start", replay, cancellation);

    /// <summary>Pauses or resumes the running replay, or sets its speed.</summary>
    public Task<Simulation> ChangeReplayAsync(ReplayChange change, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Simulation>("sim/replay", change, cancellation);

    /// <summary>Stops the replay started on the exchange. Orders already sent stay in the book.</summary>
    public Task<Simulation> StopReplayAsync(CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Simulation>("sim/replay/stop", new StopRequest(), cancellation);

    /// <summary>Reports the progress of a replay. The response carries the requested speed and pause.</summary>
    public Task<Simulation> ReportReplayAsync(ReplayPosition position, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<Simulation>("sim/replay/report", position, cancellation);
}
