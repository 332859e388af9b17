using System.Diagnostics;

namespace QuantumCore.Silo;

/// <summary>
/// Ends the process if a book's turn never returns: no other way ends code that runs for ever. It has a thread of its
/// own, because such turns take threads from the pool (ADR 71).
/// </summary>
internal sealed class StuckTurns(TurnWatch turns, SiloOptions options) : IHostedService, IDisposable
{
    /// <summary>Exit code: a part of the process failed (<c>EX_SOFTWARE</c> of sysexits.h).</summary>
    public const int ExitCode = 70;

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly ManualResetEvent _end = new(false);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.StuckTurn > 0)
            new Thread(Watch) { IsBackground = true, Name = "stuck turns" }.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _end.Set();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Set();

    private void Watch()
    {
        while (!_end.WaitOne(s_period))
        {
            if (Debugger.IsAttached)
            {
                turns.Reset();
            }
            else if (turns.Look(options.StuckTurn) is { } book)
            {
                // Nobody may read the standard error, and what runs at an exit may wait for the turn.
                new Thread(Kill) { IsBackground = true, Name = "end of stuck turns" }.Start();
                Console.Error.WriteLine(
                    $"A turn of the book {book} has not returned for {options.StuckTurn} s (--stuck-turn): the process ends. Start it again; nothing acknowledged is lost.");
                Environment.Exit(ExitCode);
            }
        }
    }

    private static void Kill()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne(s_patience);
        using var process = Process.GetCurrentProcess();
        process.Kill();
    }
}
