using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Users and their sessions, as the fold of the catalog's records about them.</summary>
internal sealed class UserRegister
{
    private readonly SortedDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<UserSession>> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lastCodes = new(StringComparer.Ordinal);

    /// <summary>How many users there are.</summary>
    public int Count => _users.Count;

    /// <summary>The user of a name; null when there is none.</summary>
    public User? Find(string name) => _users.GetValueOrDefault(name);

    /// <summary>Everyone, and the sessions that have not reached their end.</summary>
    public UserList All(long nowNanos) => new(
        [.. _users.Values],
        [.. _sessions.Values.SelectMany(sessions => sessions).Where(session => session.EndsNanos > nowNanos)]);

    /// <summary>The number of the newest code that a user has used; 0 for none.</summary>
    public long LastCode(string user) => _lastCodes.GetValueOrDefault(user);

    /// <summary>Whether a user has this session; with a null id, whether there is any.</summary>
    public bool HasSession(string user, string? id) =>
        _sessions.TryGetValue(user, out var sessions) && sessions.Exists(session => id is null || session.Id == id);

    /// <summary>The next number for an account of someone who signs up.</summary>
    public long NextAccount() => Math.Max(
        User.LastReservedAccount,
        _users.Values.Select(user => user.Account).DefaultIfEmpty().Max()) + 1;

    /// <summary>Takes in a record about users or their sessions.</summary>
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
        _users[name] = record.User;
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
        if (sessions.Count == UserSession.MostOfOne)
            sessions.RemoveAt(0);
        sessions.Add(session);
        if (record.CodeStep > 0)
            _lastCodes[session.User] = record.CodeStep;
    }

    private void Remove(string user, Predicate<UserSession> which)
    {
        if (_sessions.TryGetValue(user, out var sessions) && sessions.RemoveAll(which) > 0 && sessions.Count == 0)
            _sessions.Remove(user);
    }
}
