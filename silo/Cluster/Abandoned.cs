namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Ends a silo that the others have declared dead, because it was paused or cut off: they serve its grains now. A
/// graceful shutdown would wait for grains that cannot write any more: the journal's fences reject them.
/// </summary>
internal sealed class Abandoned(SiloOptions options) : IFatalErrorHandler
{
    /// <summary>The exit code: start the process again (<c>EX_TEMPFAIL</c> of sysexits.h).</summary>
    public const int ExitCode = 75;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        // Orleans has no name for this case. Its membership service is the only sender without an exception.
        if (exception is not null)
            Environment.FailFast($"{sender}: {context}", exception);

        var name = SiloName.Of(options);
        Console.Error.WriteLine(
            $"The other silos declared silo {name} dead while it did not answer, and serve its symbols and accounts now: it ends. Start it again to join.");
        Environment.Exit(ExitCode);
    }
}
