using System.Globalization;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Hosting;

/// <summary>
/// Readiness of the history: the ledger tells how far it is behind the journal. Trading goes on without it; fills, past
/// orders, candles and statements do not.
/// </summary>
public sealed class HistoryReadiness(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    private const int NamesLimit = 3;

    // A supervisor gives up after a second, and may ask every silo at once.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private LedgerStatus _status;
    private long? _askedSince;
    private long? _toldAt;
    private Task _asked = Task.CompletedTask;

    /// <summary>
    /// Returns, for people, why the history is not ready; null if all is well, or if the ledger was first asked only a
    /// short time ago.
    /// </summary>
    public async Task<string?> NotReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskOnceAsync().WaitAsync(s_patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The ledger's last answer counts until it is too old.
        }

        lock (_gate)
        {
            return Reason();
        }
    }

    private Task AskOnceAsync()
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
            var status = await grains.Ledger().Status();
            lock (_gate)
            {
                (_status, _toldAt) = (status, time.GetTimestamp());
            }
        }
        catch (Exception)
        {
            // If the ledger does not answer, the age of its last answer tells.
        }
    }

    private string? Reason()
    {
        var silent = time.GetElapsedTime(_toldAt ?? _askedSince!.Value);
        if (silent > options.LongestHistoryLag)
            return Text($"The ledger has not answered for {silent.TotalSeconds:F0} s.");

        if (_status.Stopped is { IsDefaultOrEmpty: false } stopped)
        {
            var names = string.Join(
                ", ", stopped.Take(NamesLimit).Select(static at => Text($"{at.Stream} at record {at.Sequence}")));
            var more = stopped.Length > NamesLimit ? Text($" and of {stopped.Length - NamesLimit} more streams") : "";
            return $"The history has stopped of {names}{more}: it can't take the record.";
        }

        // Clients miss their newest fills meanwhile; reads of older ones work.
        if (_status.Fails)
            return Text(
                $"The history can't be written, and {_status.Behind} records wait: its database is locked, full or gone. The log says which.");

        var lag = TimeSpan.FromTicks(_status.BehindNanos / TimeSpan.NanosecondsPerTick);
        return lag > options.LongestHistoryLag
            ? Text($"The history has not advanced for {lag.TotalSeconds:F0} s; {_status.Behind} records wait.")
            : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
