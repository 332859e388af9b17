using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway;

/// <summary>Whether the exchange serves: every book replayed, not stopping.</summary>
public sealed class ExchangeReadiness(CommitAge commits, GatewayOptions options, TimeProvider time)
{
    private volatile string? _notOpen = "The exchange is starting: its books are replayed.";
    private long _lastTurnedAway = time.GetTimestamp();

    /// <summary>Requests are served; otherwise they are refused as overloaded.</summary>
    public bool IsReady => _notOpen is null;

    /// <summary>Served are requests that came before; who comes now is told so, and that his connection ends.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Why requests are not served, for people; null while they are.</summary>
    public string? NotOpen => _notOpen;

    /// <summary>Why a supervisor had better send nobody here now; null when all is well.</summary>
    public string? NotReady => _notOpen
        ?? (commits.Oldest is var age && age > options.LongestCommit
            ? $"The journal has not committed for {age.TotalSeconds:F1} s."
            : null);

    /// <summary>How long nobody had to be turned away.</summary>
    public TimeSpan QuietFor => time.GetElapsedTime(Interlocked.Read(ref _lastTurnedAway));

    /// <summary>Every book has answered.</summary>
    public void Open()
    {
        if (!IsClosing)
            _notOpen = null;
    }

    /// <summary>No new work; what is under way is finished.</summary>
    public void Close()
    {
        IsClosing = true;
        _notOpen = "The exchange is stopping.";
        TurnedAway();
    }

    /// <summary>Somebody came who is not served.</summary>
    internal void TurnedAway() => Interlocked.Exchange(ref _lastTurnedAway, time.GetTimestamp());
}
