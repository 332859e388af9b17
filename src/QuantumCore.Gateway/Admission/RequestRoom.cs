namespace QuantumCore.Gateway.Admission;

/// <summary>Limit of one connection's requests in flight. While it is reached, no more are read.</summary>
internal sealed class RequestRoom : IAsyncDisposable
{
    /// <summary>Maximum number of requests in flight per connection.</summary>
    private const int Most = 256;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _room = new(Most);

    /// <summary>Takes a place for a request; completes when there is one.</summary>
    public Task EnterAsync() => _room.WaitAsync();

    /// <summary>Releases the place of an answered request.</summary>
    public void Leave() => _room.Release();

    /// <summary>Waits for requests in flight, at most five seconds for each next one.</summary>
    public async ValueTask DisposeAsync()
    {
        var left = 0;
        while (left < Most && await _room.WaitAsync(s_drain))
            left++;
    }
}
