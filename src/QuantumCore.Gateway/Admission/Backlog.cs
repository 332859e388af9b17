namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Send buffer that connections share for bursts, such as the reports of ten thousand orders that one request
/// cancelled, or a long answer. It bounds the memory of waiting messages, however many connections there are.
/// </summary>
internal sealed class BurstRoom(GatewayOptions options)
{
    private long _taken;

    /// <summary>Opens the backlog of a new connection.</summary>
    public Backlog Open() => new(this, options.StreamBacklogBytes);

    /// <summary>Takes bytes from the shared buffer; false if fewer are left.</summary>
    public bool TryTake(long bytes)
    {
        if (bytes == 0 || Interlocked.Add(ref _taken, bytes) <= options.StreamBurstBytes)
            return true;

        GiveBack(bytes);
        return false;
    }

    /// <summary>Returns bytes that were taken.</summary>
    public void GiveBack(long bytes)
    {
        if (bytes != 0)
            Interlocked.Add(ref _taken, -bytes);
    }
}

/// <summary>
/// Bytes that wait for a client that must get all of them. They use the connection's own allowance first, then the
/// shared buffer.
/// </summary>
internal sealed class Backlog(BurstRoom shared, long own) : IDisposable
{
    // Each caller sees the total before and after its change, so the sum taken from the shared buffer equals the
    // excess.
    private long _waiting;

    /// <summary>Counts bytes that are to wait; false if there is no room, and then they are not counted.</summary>
    public bool TryAdd(int bytes)
    {
        var after = Interlocked.Add(ref _waiting, bytes);
        var needed = Over(after) - Over(after - bytes);
        if (shared.TryTake(needed))
            return true;

        // Nothing was taken. But concurrent calls may have seen these bytes and added or removed others.
        after = Interlocked.Add(ref _waiting, -bytes);
        shared.GiveBack(Over(after + bytes) - Over(after) - needed);
        return false;
    }

    /// <summary>Removes bytes that no longer wait.</summary>
    public void Remove(int bytes)
    {
        var after = Interlocked.Add(ref _waiting, -bytes);
        shared.GiveBack(Over(after + bytes) - Over(after));
    }

    /// <summary>Ends the backlog: nothing waits from now on, even if a caller still adds.</summary>
    public void Dispose() => shared.GiveBack(Over(Interlocked.Exchange(ref _waiting, long.MinValue / 2)));

    private long Over(long waiting) => Math.Max(0, waiting - own);
}
