namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Room that connections share for bursts: what comes at once of ten thousand orders that one request has cancelled, or a long answer. It keeps what
/// waits in memory within bounds, however many connections there are.
/// </summary>
internal sealed class BurstRoom(GatewayOptions options)
{
    private long _taken;

    /// <summary>What waits for a connection that begins.</summary>
    public Backlog Open() => new(this, options.StreamBacklogBytes);

    /// <summary>Takes bytes, if so many are left.</summary>
    public bool TryTake(long bytes)
    {
        if (bytes == 0 || Interlocked.Add(ref _taken, bytes) <= options.StreamBurstBytes)
            return true;

        GiveBack(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void GiveBack(long bytes)
    {
        if (bytes != 0)
            Interlocked.Add(ref _taken, -bytes);
    }
}

/// <summary>Bytes that wait for the client of one connection, who is to get all of them: as many as it may have, and beyond that out of shared room.</summary>
internal sealed class Backlog(BurstRoom shared, long own) : IDisposable
{
    // Whoever adds or removes sees what was there before and after, so that what all of them take of the shared room comes to what is over.
    private long _waiting;

    /// <summary>Counts bytes in that are to wait; false where there is no room, and they are not.</summary>
    public bool TryAdd(int bytes)
    {
        var after = Interlocked.Add(ref _waiting, bytes);
        var needed = Over(after) - Over(after - bytes);
        if (shared.TryTake(needed))
            return true;

        // Nothing was taken; but others may have come or gone meanwhile, who saw these bytes.
        after = Interlocked.Add(ref _waiting, -bytes);
        shared.GiveBack(Over(after + bytes) - Over(after) - needed);
        return false;
    }

    /// <summary>They wait no more.</summary>
    public void Remove(int bytes)
    {
        var after = Interlocked.Add(ref _waiting, -bytes);
        shared.GiveBack(Over(after + bytes) - Over(after));
    }

    /// <summary>Nothing waits any more, whoever still adds.</summary>
    public void Dispose() => shared.GiveBack(Over(Interlocked.Exchange(ref _waiting, long.MinValue / 2)));

    private long Over(long waiting) => Math.Max(0, waiting - own);
}
