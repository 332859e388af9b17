using System.Collections.Frozen;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Users;

/// <summary>A user and the session it is signed in with.</summary>
internal sealed record SignedIn(User User, UserSession Session);

/// <summary>Users and their sessions, as this process knows them; what ended elsewhere ends here after ten seconds at most.</summary>
internal sealed class UserSessions(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    private readonly CatalogCopy<Known> _copy = new(() => Load(grains), time);

    /// <summary>
    /// The user of a name; null when there is none, or none who may sign in here. Looked up in a copy of the last second, so that
    /// it takes no longer for a name that nobody has.
    /// </summary>
    public async ValueTask<User?> Find(string name) => Find((await _copy.AfterMiss()).Users, name);

    /// <summary>A session and its user; null when it has ended.</summary>
    public async ValueTask<SignedIn?> FindSession(string id) => Find(await _copy.Current(), id) ?? Find(await _copy.AfterMiss(), id);

    /// <summary>Every user by name.</summary>
    public async ValueTask<IReadOnlyList<User>> All() =>
        [.. (await _copy.Current()).Users.Values.OrderBy(user => user.Name, StringComparer.Ordinal)];

    /// <summary>The sessions of a user, the newest first.</summary>
    public async ValueTask<IReadOnlyList<UserSession>> Of(string user) =>
    [
        .. (await _copy.Current()).Sessions.Values
            .Where(session => session.User == user && IsOpen(session))
            .OrderByDescending(session => session.BegunNanos),
    ];

    /// <summary>Asks the catalog after a change made here.</summary>
    public async ValueTask Refresh() => await _copy.AfterChange();

    private SignedIn? Find(Known known, string id) =>
        known.Sessions.TryGetValue(id, out var session) && IsOpen(session) && Find(known.Users, session.User) is { } user
            ? new SignedIn(user, session)
            : null;

    private User? Find(FrozenDictionary<string, User> users, string name) =>
        users.TryGetValue(name, out var user) && !user.IsClosed && (!user.IsDemo || options.DemoMode) ? user : null;

    private bool IsOpen(UserSession session) => session.EndsNanos > time.UnixNanos();

    private static async ValueTask<Known> Load(IGrainFactory grains)
    {
        var all = await grains.Catalog().Users();
        return new Known(
            all.Users.ToFrozenDictionary(user => user.Name, StringComparer.Ordinal),
            all.Sessions.ToFrozenDictionary(session => session.Id, StringComparer.Ordinal));
    }

    private sealed record Known(FrozenDictionary<string, User> Users, FrozenDictionary<string, UserSession> Sessions);
}
