namespace QuantumCore.Client;

/// <summary>Users of the exchange and their sessions.</summary>
public sealed class OperatorUsersClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorUsersClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns all users, sorted by name.</summary>
    public async Task<IReadOnlyList<ExchangeUser>> GetAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<UserList>("admin/users", cancellation)).Users;

    /// <summary>Adds a user. Not retried after a lost response.</summary>
    public Task<ExchangeUser> AddAsync(NewUser user, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<ExchangeUser>("admin/users", Requests.Of(user), cancellation);

    /// <summary>Changes one property of a user.</summary>
    public Task<ExchangeUser> ChangeAsync(string name, UserChange change, CancellationToken cancellation = default)
    {
        var call = ExchangeCall.Post(CallPath.Of("admin/users", name), Requests.Of(change));
        return _calls.SendAsync<ExchangeUser>(call with { Method = HttpMethod.Patch }, cancellation);
    }

    /// <summary>Signs a user out of all sessions. Returns false if there were none.</summary>
    public async Task<bool> SignOutAsync(string name, CancellationToken cancellation = default) =>
        (await _calls.DeleteAsync<SessionsEnded>(CallPath.Of("admin/users", name, "sessions"), cancellation)).Ended;
}
