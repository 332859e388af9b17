using System.Threading.Channels;
using QuantumCore.Client;
using QuantumCore.Replay;

namespace QuantumCore.Silo.Simulation;

/// <summary>
/// Replays recordings for users of the simulation page, one at a time. Each replay is a client in the exchange's own
/// process. It calls the admin port, so that the faults for clients under test do not affect it. It runs the code of qc
/// replay.
/// </summary>
internal sealed partial class ReplayRunner(
    ReplayBoard board, SiloOptions options, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<ReplayRunner> log)
    : BackgroundService
{
    // Not the accounts of qc replay, so that another program's orders are never cancelled.
    private const string Maker = "ACC-2003";
    private const string Taker = "ACC-2004";
    private const string Administrator = "demo-admin";
    private const int LongestProblem = 500;

    // A replay takes long, so it retries through moments in which the exchange accepts nothing.
    private static readonly QuantumCoreClientOptions s_patient = new()
    {
        MaxAttempts = 100,
        LongestPause = TimeSpan.FromSeconds(1),
        RetryBudget = TimeSpan.FromSeconds(60),
    };

    private readonly Channel<Wanted> _wanted = Channel.CreateUnbounded<Wanted>();
    private readonly Lock _lock = new();
    private Wanted? _current;

    /// <summary>Starts a replay; returns the replay in progress instead, or null if it started.</summary>
    /// <param name="path">Path of the recording.</param>
    /// <param name="ticker">Ticker to replay, for a recording of many; null for a recording of one.</param>
    /// <param name="symbol">Target symbol; null for the file's name or the ticker, with .L.</param>
    /// <param name="speed">Rate, in commands a second; 0 for no limit.</param>
    /// <param name="batch">Maximum number of resting orders in one request.</param>
    /// <param name="format">Format of the recording; null to detect it.</param>
    public ReplayStanding? Begin(
        string path, string? ticker, string? symbol, int speed, int batch, RecordingFormat? format = null)
    {
        var run = QuantumCoreClient.NewClientOrderId()[..8];
        lock (_lock)
        {
            if (board.Begin(run, Path.GetFileName(path), symbol ?? "", speed) is { } other)
                return other;

            _current = new Wanted(
                path, ticker, format,
                new ReplayPlan(symbol ?? "", run, batch, speed, Maker, Taker, Lists: true, Clears: true));
            _wanted.Writer.TryWrite(_current);
            return null;
        }
    }

    /// <summary>
    /// Stops the replay started here, and returns once it sends nothing more; false if there is none.
    /// </summary>
    public async Task<bool> EndAsync(CancellationToken cancellationToken)
    {
        Wanted? current;
        lock (_lock)
            current = board.State is { Here: true, Ended: false } ? _current : null;
        if (current is null)
            return false;

        await current.Stop.CancelAsync();
        await current.Over.Task.WaitAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var wanted in _wanted.Reader.ReadAllAsync(stoppingToken))
        {
            // A stopping exchange waits until clients send nothing more: this client ends when the stop begins.
            using var ends =
                CancellationTokenSource.CreateLinkedTokenSource(wanted.Stop.Token, lifetime.ApplicationStopping);
            await RunAsync(wanted, ends.Token);
            wanted.Over.SetResult();
        }
    }

    private async Task RunAsync(Wanted wanted, CancellationToken ends)
    {
        var (file, plan) = (Path.GetFileName(wanted.Path), wanted.Plan);
        LogBegun(log, plan.Run, file);
        try
        {
            var report = await ReplayAsync(wanted, plan, ends);
            board.End(ReplayEnd.Done, null, new ReplayResult(
                report.Aggressive, report.AggressiveExact, report.Rows, report.RowsEqual, report.DifferenceCount));
            LogDone(log, plan.Run, report.Orders, report.DifferenceCount);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            board.End(ReplayEnd.Stopped, null, null);
            LogStopped(log, plan.Run);
        }
        catch (Exception error)
        {
            var problem = error is ReplayRefusedException { Obstacle: ReplayObstacle.NotEmpty }
                ? $"{error.Message} of somebody else: name another symbol."
                : error is QuantumCoreException { Field: { } field } ? $"{field}: {error.Message}" : error.Message;
            board.End(ReplayEnd.Failed, problem.Length > LongestProblem ? problem[..LongestProblem] : problem, null);
            LogFailed(log, plan.Run, error);
        }
    }

    private async Task<ReplayReport> ReplayAsync(Wanted wanted, ReplayPlan plan, CancellationToken ends)
    {
        // The recording is read to its end before anything is sent: a malformed line changes nothing.
        var flow = OrderFlow.Open(wanted.Path, wanted.Ticker, wanted.Format, ends);
        ends.ThrowIfCancellationRequested();
        var named = plan with { Symbol = plan.Symbol.Length == 0 ? flow.Ticker + ".L" : plan.Symbol };
        var lines = flow.Commands.Count;
        board.Tell(named.Symbol, 0, lines);
        var clients = new List<QuantumCoreClient>();
        QuantumCoreClient Open(string key)
        {
            clients.Add(new QuantumCoreClient(new Uri($"http://127.0.0.1:{options.AdminPort}"), key, s_patient));
            return clients[^1];
        }

        try
        {
            var run = new ReplayRun(Open(Administrator), Open, named, time)
            {
                Control = (done, _) => Task.FromResult<ReplayWish?>(board.Tell(named.Symbol, done, lines)),
            };
            return await run.RunAsync(flow, Path.GetFileName(wanted.Path), ends);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [LoggerMessage(215, LogLevel.Information, "Replay {Run} begins: {File}")]
    private static partial void LogBegun(ILogger logger, string run, string file);

    [LoggerMessage(216, LogLevel.Information, "Replay {Run} is done: {Orders} commands, {Differences} differences")]
    private static partial void LogDone(ILogger logger, string run, int orders, int differences);

    [LoggerMessage(217, LogLevel.Information, "Replay {Run} was ended before its last line")]
    private static partial void LogStopped(ILogger logger, string run);

    [LoggerMessage(218, LogLevel.Warning, "Replay {Run} could not go on")]
    private static partial void LogFailed(ILogger logger, string run, Exception exception);

    /// <summary>A requested replay.</summary>
    private sealed record Wanted(string Path, string? Ticker, RecordingFormat? Format, ReplayPlan Plan)
    {
        /// <summary>Cancels the replay.</summary>
        public CancellationTokenSource Stop { get; } = new();

        /// <summary>Completes when the replay has ended, for any reason.</summary>
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
