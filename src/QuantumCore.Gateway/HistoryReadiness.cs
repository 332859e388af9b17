using System.Globalization;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>Tells whether the history follows the journal, as the ledger says. Trading goes on without it; fills, past orders, candles and statements do not.</summary>
public sealed class HistoryReadiness(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    private const int NamesLimit = 3;

    // A supervisor gives up after a second, and may ask every silo at a time.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private LedgerStanding _standing;
    private long? _askedSince;
    private long? _toldAt;
    private Task _asked = Task.CompletedTask;

    /// <summary>Returns why the history is not what it should be, for people; null when all is well, and while the ledger has not been asked for long.</summary>
    public async Task<string?> NotReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Ask().WaitAsync(s_patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Its last answer counts, for as long as that is not too old.
        }

        lock (_gate)
        {
            return Reason();
        }
    }

    private Task Ask()
    {
        lock (_gate)
        {
            _askedSince ??= time.GetTimestamp();
            var isFresh = _toldAt is { } at && time.GetElapsedTime(at) < s_fresh;
            return _asked.IsCompleted && !isFresh ? _asked = AskAsync() : _asked;
        }
    }

    private async Task AskAsync()
    {
        try
        {
            // Not on the caller's thread, which holds the gate.
            await Task.Yield();
            var standing = await grains.Ledger().Standing();
            lock (_gate)
            {
                (_standing, _toldAt) = (standing, time.GetTimestamp());
            }
        }
        catch (Exception)
        {
            // A ledger that does not answer is told by the age of its last answer.
        }
    }

    private string? Reason()
    {
        var silent = time.GetElapsedTime(_toldAt ?? _askedSince!.Value);
        if (silent > options.LongestHistoryLag)
            return Text($"The ledger has not answered for {silent.TotalSeconds:F0} s.");

        if (_standing.Stopped is { IsDefaultOrEmpty: false } stopped)
        {
            var names = string.Join(", ", stopped.Take(NamesLimit).Select(static at => Text($"{at.Stream} at record {at.Sequence}")));
            var more = stopped.Length > NamesLimit ? Text($" and of {stopped.Length - NamesLimit} more streams") : "";
            return $"The history has stopped of {names}{more}: it can't take the record.";
        }

        // Nobody is told of their newest fills meanwhile; readings of older ones go on.
        if (_standing.Fails)
            return Text($"The history can't be written, and {_standing.Behind} records wait: its database is locked, full or gone. The log says which.");

        var lag = TimeSpan.FromTicks(_standing.BehindNanos / TimeSpan.NanosecondsPerTick);
        return lag > options.LongestHistoryLag
            ? Text($"The history has not advanced for {lag.TotalSeconds:F0} s; {_standing.Behind} records wait.")
            : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
