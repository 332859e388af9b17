namespace QuantumCore.Gateway.Admission;

/// <summary>Room for the requests of one connection that are on their way: while there is none, no more is read.</summary>
internal sealed class RequestRoom : IAsyncDisposable
{
    /// <summary>Requests of one connection on their way at a time.</summary>
    private const int Most = 256;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _room = new(Most);

    /// <summary>Takes room for a request; complete when there is some.</summary>
    public Task Enter() => _room.WaitAsync();

    /// <summary>The request is answered.</summary>
    public void Leave() => _room.Release();

    /// <summary>Waits for what is on its way, and no longer than five seconds for the next of it.</summary>
    public async ValueTask DisposeAsync()
    {
        var left = 0;
        while (left < Most && await _room.WaitAsync(s_drain))
            left++;
    }
}
