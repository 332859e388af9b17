namespace QuantumCore.Gateway;

/// <summary>
/// The trading sessions that clients have named, each connected once: the name and the account are its identity. A new connection of the same
/// identity ends the one before it, and begins when that is gone with everything its end does.
/// </summary>
internal sealed class StandingSessions(TimeProvider time)
{
    /// <summary>Time that the connection before has to end in; a new one that would wait longer is refused.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Lock _lock = new();
    private readonly Dictionary<(long Account, string Name), SessionClaim> _standing = [];

    /// <summary>Claims an identity. The claim is to be given back when its connection has ended, with everything its end does.</summary>
    /// <param name="account">Whose session it is.</param>
    /// <param name="name">The client's name for it, after that of the interface.</param>
    /// <param name="mayTrade">False for a key that only reads: it does not end a session that trades.</param>
    /// <param name="giveWay">Ends the connection, since a newer one of the same identity has come. Called once at most; returns at once.</param>
    public async ValueTask<(SessionClaim? Claim, SessionRefusal Refusal)> Claim(long account, string name, bool mayTrade, Action giveWay)
    {
        var claim = new SessionClaim(this, (account, name), mayTrade, giveWay);
        SessionClaim? before;
        lock (_lock)
        {
            if (_standing.TryGetValue(claim.Identity, out before) && before.MayTrade && !mayTrade)
                return (null, SessionRefusal.Trades);
            _standing[claim.Identity] = claim;
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
            // Whoever comes next waits for the same end.
            _ = before.Gone.ContinueWith(_ => claim.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return (null, SessionRefusal.StillEnding);
        }
    }

    /// <summary>Forgets a claim that was given back, unless another one has taken its place.</summary>
    internal void Forget(SessionClaim claim)
    {
        lock (_lock)
        {
            if (_standing.GetValueOrDefault(claim.Identity) == claim)
                _standing.Remove(claim.Identity);
        }
    }
}

/// <summary>A connection's claim to be the one of its identity; disposed of when it has ended, with everything its end does.</summary>
internal sealed class SessionClaim(StandingSessions sessions, (long Account, string Name) identity, bool mayTrade, Action giveWay) : IDisposable
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The account, and the name of its session.</summary>
    public (long Account, string Name) Identity => identity;

    /// <summary>True if its key may enter orders.</summary>
    public bool MayTrade => mayTrade;

    /// <summary>Complete when the connection has ended.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Ends the connection; returns at once.</summary>
    public void GiveWay() => giveWay();

    /// <inheritdoc/>
    public void Dispose()
    {
        sessions.Forget(this);
        _gone.TrySetResult();
    }
}

/// <summary>Why an identity was not given.</summary>
internal enum SessionRefusal
{
    /// <summary>It was.</summary>
    None = 0,

    /// <summary>The connection before has not ended in time.</summary>
    StillEnding = 1,

    /// <summary>A session that trades has it, and the new key may only read.</summary>
    Trades = 2,
}
