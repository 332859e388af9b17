namespace QuantumCore.Gateway.Identity;

/// <summary>
/// Named trading sessions, each connected once; the name and the account are its identity. A new connection of the same
/// identity ends the previous one. It begins after the previous one has ended and its cleanup is done.
/// </summary>
internal sealed class SessionRegistry(TimeProvider time)
{
    /// <summary>
    /// Time that the previous connection has to end. A new connection that would wait longer is rejected.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Lock _lock = new();
    private readonly Dictionary<(long Account, string Name), SessionClaim> _claims = [];

    /// <summary>
    /// Claims an identity. Give the claim back after the connection has ended and its cleanup is done.
    /// </summary>
    /// <param name="account">Account of the session.</param>
    /// <param name="name">Client's name for it, after the name of the interface.</param>
    /// <param name="mayTrade">False for a read-only key, which does not end a session that trades.</param>
    /// <param name="giveWay">
    /// Ends the connection because a newer one of the same identity has come. It is called at most once, and returns at
    /// once.
    /// </param>
    public async ValueTask<(SessionClaim? Claim, SessionRefusal Refusal)> ClaimAsync(
        long account, string name, bool mayTrade, Action giveWay)
    {
        var claim = new SessionClaim(this, (account, name), mayTrade, giveWay);
        SessionClaim? before;
        lock (_lock)
        {
            if (_claims.TryGetValue(claim.Identity, out before) && before.MayTrade && !mayTrade)
                return (null, SessionRefusal.Trades);
            _claims[claim.Identity] = claim;
        }

        if (before is null)
            return (claim, SessionRefusal.None);

        before.GiveWay();
        try
        {
            await before.Gone.WaitAsync(Patience, time);
            return (claim, SessionRefusal.None);
        }
        catch (TimeoutException)
        {
            // The next connection waits for the same end.
            _ = before.Gone.ContinueWith(
                _ => claim.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return (null, SessionRefusal.StillEnding);
        }
    }

    /// <summary>Removes a claim that was given back, unless another one has taken its place.</summary>
    internal void Forget(SessionClaim claim)
    {
        lock (_lock)
        {
            if (_claims.GetValueOrDefault(claim.Identity) == claim)
                _claims.Remove(claim.Identity);
        }
    }
}

/// <summary>
/// A connection's claim to its identity. Dispose it after the connection has ended and its cleanup is done.
/// </summary>
internal sealed class SessionClaim(
    SessionRegistry registry, (long Account, string Name) identity, bool mayTrade, Action giveWay)
    : IDisposable
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Account and name of its session.</summary>
    public (long Account, string Name) Identity => identity;

    /// <summary>True if its key may enter orders.</summary>
    public bool MayTrade => mayTrade;

    /// <summary>Task that completes when the connection has ended.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Ends the connection; returns at once.</summary>
    public void GiveWay() => giveWay();

    /// <inheritdoc/>
    public void Dispose()
    {
        registry.Forget(this);
        _gone.TrySetResult();
    }
}

/// <summary>Reason why an identity was not given.</summary>
internal enum SessionRefusal
{
    /// <summary>The identity was given.</summary>
    None = 0,

    /// <summary>The previous connection has not ended in time.</summary>
    StillEnding = 1,

    /// <summary>A session that trades has the identity, and the new key is read-only.</summary>
    Trades = 2,
}
