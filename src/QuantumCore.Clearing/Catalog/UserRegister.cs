using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Users and their sessions, built from the catalog's records.</summary>
internal sealed class UserRegister
{
    private readonly SortedDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<UserSession>> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UserSession> _sessionsById = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lastCodes = new(StringComparer.Ordinal);

    // Sign-ups, oldest first; and those not used since, with true once they had their first session.
    private readonly Queue<(string Name, long TimeNanos)> _signUps = new();
    private readonly Dictionary<string, bool> _unused = new(StringComparer.Ordinal);
    private long _lastAccount = User.LastReservedAccount;

    /// <summary>Number of users.</summary>
    public int Count => _users.Count;

    /// <summary>Returns the user of a name, or null if there is none.</summary>
    public User? Find(string name) => _users.GetValueOrDefault(name);

    /// <summary>Returns all users, and the sessions that have not ended.</summary>
    public UserList All(long nowNanos) => new(
        [.. _users.Values],
        [.. _sessions.Values.SelectMany(sessions => sessions).Where(session => session.EndsNanos > nowNanos)]);

    /// <summary>Returns a session that has not ended, with its user, or null if there is none.</summary>
    public SignedIn? FindSession(string id, long nowNanos) =>
        _sessionsById.TryGetValue(id, out var session) && session.EndsNanos > nowNanos
            && _users.TryGetValue(session.User, out var user)
            ? new SignedIn(user, session)
            : null;

    /// <summary>Returns the sessions of a user that have not ended.</summary>
    public ImmutableArray<UserSession> SessionsOf(string user, long nowNanos) =>
        [.. _sessions.GetValueOrDefault(user, []).Where(session => session.EndsNanos > nowNanos)];

    /// <summary>
    /// Removes the oldest sign-up from those that may expire. Returns its user if the user signed in only at sign-up.
    /// Returns null if the oldest is younger than <see cref="User.UnusedDays"/>, or its user came back.
    /// </summary>
    public User? TakeUnused(long nowNanos)
    {
        if (!_signUps.TryPeek(out var oldest)
            || nowNanos - oldest.TimeNanos < TimeSpan.FromDays(User.UnusedDays).Nanos())
            return null;

        _signUps.Dequeue();
        return IsUnused(oldest.Name) ? _users[oldest.Name] : null;
    }

    /// <summary>Returns true if a user signed in only at sign-up.</summary>
    public bool IsUnused(string name) => _unused.ContainsKey(name);

    /// <summary>Returns the number of the newest code that a user has used; 0 for none.</summary>
    public long LastCode(string user) => _lastCodes.GetValueOrDefault(user);

    /// <summary>Returns true if a user has this session, or any session if the id is null.</summary>
    public bool HasSession(string user, string? id) =>
        _sessions.TryGetValue(user, out var sessions) && sessions.Exists(session => id is null || session.Id == id);

    /// <summary>Returns the next account number for a sign-up.</summary>
    public long NextAccount() => _lastAccount + 1;

    /// <summary>Applies a record about users or their sessions.</summary>
    public void Apply(CatalogRecord record)
    {
        switch (record)
        {
            case UserSet set:
                Apply(set);
                break;
            case SessionBegun begun:
                Apply(begun);
                break;
            case SessionsEnded ended:
                Remove(ended.User, session => ended.Id.Length == 0 || session.Id == ended.Id);
                break;
            case CodeUsed used:
                _lastCodes[used.User] = used.CodeStep;
                break;
            default:
                throw new ArgumentException($"{record.GetType().Name} is not about users.", nameof(record));
        }
    }

    private void Apply(UserSet record)
    {
        var name = record.User.Name;
        if (record.Event == UserEvent.Expired)
        {
            _users.Remove(name);
            _lastCodes.Remove(name);
            _unused.Remove(name);
            Remove(name, static _ => true);
            return;
        }

        _users[name] = record.User;
        _lastAccount = Math.Max(_lastAccount, record.User.Account);
        if (record.Event != UserEvent.SignedUp)
        {
            _unused.Remove(name);
        }
        else
        {
            _signUps.Enqueue((name, record.TimeNanos));
            _unused[name] = false;
        }

        if (record.Event is UserEvent.Closed or UserEvent.PasswordChanged)
            Remove(name, session => session.Id != record.KeptSession);
    }

    // A user with too many sessions loses the oldest.
    private void Apply(SessionBegun record)
    {
        var session = record.Session;
        Remove(session.User, known => known.EndsNanos <= session.BegunNanos);
        if (!_sessions.TryGetValue(session.User, out var sessions))
            _sessions[session.User] = sessions = [];
        if (_unused.TryGetValue(session.User, out var hadSession))
        {
            if (hadSession)
                _unused.Remove(session.User);
            else
                _unused[session.User] = true;
        }

        if (sessions.Count == UserSession.MostOfOne)
        {
            _sessionsById.Remove(sessions[0].Id);
            sessions.RemoveAt(0);
        }

        sessions.Add(session);
        _sessionsById[session.Id] = session;
        if (record.CodeStep > 0)
            _lastCodes[session.User] = record.CodeStep;
    }

    private void Remove(string user, Predicate<UserSession> which)
    {
        if (!_sessions.TryGetValue(user, out var sessions))
            return;

        foreach (var session in sessions.FindAll(which))
        {
            sessions.Remove(session);
            _sessionsById.Remove(session.Id);
        }

        if (sessions.Count == 0)
            _sessions.Remove(user);
    }
}
