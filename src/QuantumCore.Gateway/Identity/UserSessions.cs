using System.Collections.Concurrent;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Identity;

/// <summary>
/// Users and their sessions, read from the catalog one by one. Sessions are cached for ten seconds, so one that ended
/// elsewhere ends here by then.
/// </summary>
internal sealed class UserSessions(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    /// <summary>Lifetime of a cached session.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(10);

    // Sessions used within ten seconds. Above this number, they are read each time.
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns the user of a name; null if there is none, or none who may sign in here. An unknown name takes as long
    /// as a known one.
    /// </summary>
    public async ValueTask<User?> FindAsync(string name) =>
        await grains.Catalog().FindUser(name) is { } user && MayBeHere(user) ? user : null;

    /// <summary>Returns a session and its user; null if it has ended.</summary>
    public async ValueTask<SignedIn?> FindSessionAsync(string id)
    {
        if (!_kept.TryGetValue(id, out var kept) || time.GetElapsedTime(kept.Since) >= LongestAge)
            kept = Keep(id);

        var found = await kept.Asked;
        return found is not null && found.Session.EndsNanos > time.UnixNanos() && MayBeHere(found.User) ? found : null;
    }

    /// <summary>Returns every user by name.</summary>
    public async ValueTask<IReadOnlyList<User>> AllAsync() => (await grains.Catalog().Users()).Users;

    /// <summary>Returns the sessions of a user, newest first.</summary>
    public async ValueTask<IReadOnlyList<UserSession>> OfAsync(string user) =>
        [.. (await grains.Catalog().SessionsOf(user)).OrderByDescending(session => session.BegunNanos)];

    /// <summary>Clears the cache after a change made here.</summary>
    public void Refresh() => _kept.Clear();

    private bool MayBeHere(User user) => !user.IsClosed && (!user.IsDemo || options.DemoMode);

    private Kept Keep(string id)
    {
        if (_kept.Count >= MostKept)
            _kept.Clear();
        var asked = new Kept(grains.Catalog().FindSession(id).AsTask(), time.GetTimestamp());
        _kept[id] = asked;

        // After a failure, the next caller reads again. The same for an unknown session, which may have just begun
        // elsewhere.
        _ = asked.Asked.ContinueWith(
            task =>
            {
                if (!task.IsCompletedSuccessfully || task.Result is null)
                    _kept.TryRemove(new KeyValuePair<string, Kept>(id, asked));
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return asked;
    }

    private sealed record Kept(Task<SignedIn?> Asked, long Since);
}
