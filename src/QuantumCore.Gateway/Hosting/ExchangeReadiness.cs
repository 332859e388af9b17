using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway.Hosting;

/// <summary>Readiness of the exchange. It is ready once every book is replayed, and until it stops.</summary>
public sealed class ExchangeReadiness(CommitAge commits, GatewayOptions options, TimeProvider time)
{
    private volatile string? _notOpen = "The exchange is starting: its books are replayed.";
    private long _lastTurnedAway = time.GetTimestamp();

    /// <summary>True if requests are served; otherwise they are rejected as overloaded.</summary>
    public bool IsReady => _notOpen is null;

    /// <summary>
    /// True once shutdown has begun. Earlier requests finish; new ones are told that the connection ends.
    /// </summary>
    public bool IsClosing { get; private set; }

    /// <summary>Reason, for people, why requests are not served; null while they are.</summary>
    public string? NotOpen => _notOpen;

    /// <summary>Reason why a supervisor should send no traffic here now; null if all is well.</summary>
    public string? NotReady => _notOpen
        ?? (commits.Oldest is var age && age > options.LongestCommit
            ? $"The journal has not committed for {age.TotalSeconds:F1} s."
            : null);

    /// <summary>Time since a request was last rejected.</summary>
    public TimeSpan QuietFor => time.GetElapsedTime(Interlocked.Read(ref _lastTurnedAway));

    /// <summary>Starts to serve requests: every book has answered.</summary>
    public void Open()
    {
        if (!IsClosing)
            _notOpen = null;
    }

    /// <summary>Accepts no new work; work in flight finishes.</summary>
    public void Close()
    {
        IsClosing = true;
        _notOpen = "The exchange is stopping.";
        TurnedAway();
    }

    /// <summary>Records that a request was rejected.</summary>
    internal void TurnedAway() => Interlocked.Exchange(ref _lastTurnedAway, time.GetTimestamp());
}
