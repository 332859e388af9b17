namespace QuantumCore.Gateway;

/// <summary>Whether the exchange serves: every book replayed, not stopping.</summary>
public sealed class ExchangeReadiness
{
    private volatile bool _ready;

    /// <summary>Requests are served; otherwise they are refused as overloaded.</summary>
    public bool IsReady => _ready;

    /// <summary>Every book has answered.</summary>
    public void Open() => _ready = true;

    /// <summary>No new work; what is under way is finished.</summary>
    public void Close() => _ready = false;
}
