namespace QuantumCore.Client;

// Users, API keys and the audit log. All need an administrator's key.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns every valid API key.</summary>
    public async Task<IReadOnlyList<KnownApiKey>> GetApiKeysAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<ApiKeyList>(Get("admin/keys"), cancellation)).Keys;

    /// <summary>Revokes an API key: immediately in this silo, within ten seconds in the others.</summary>
    /// <param name="id"><see cref="KnownApiKey.Id"/> of the key.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<KnownApiKey> RevokeApiKeyAsync(string id, CancellationToken cancellation = default) =>
        _calls.SendAsync<KnownApiKey>(
        new ExchangeCall(HttpMethod.Delete, $"admin/keys/{Uri.EscapeDataString(id)}") { Repeatable = false },
        cancellation);

    /// <summary>Returns all users, sorted by name.</summary>
    public async Task<IReadOnlyList<ExchangeUser>> GetUsersAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<UserList>(Get("admin/users"), cancellation)).Users;

    /// <summary>Adds a user. Not retried after a lost response.</summary>
    public Task<ExchangeUser> AddUserAsync(NewUser user, CancellationToken cancellation = default) =>
        _calls.SendAsync<ExchangeUser>(
            Post("admin/users", Requests.Of(user)) with { Repeatable = false }, cancellation);

    /// <summary>Changes one property of a user.</summary>
    public Task<ExchangeUser> ChangeUserAsync(
        string name, UserChange change, CancellationToken cancellation = default) => _calls.SendAsync<ExchangeUser>(
        Post($"admin/users/{Uri.EscapeDataString(name)}", Requests.Of(change)) with { Method = HttpMethod.Patch },
        cancellation);

    /// <summary>Signs a user out of all sessions. Returns false if there were none.</summary>
    public async Task<bool> SignOutAsync(string name, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<SessionsEnded>(
        new ExchangeCall(HttpMethod.Delete, $"admin/users/{Uri.EscapeDataString(name)}/sessions"), cancellation)).Ended;

    /// <summary>Returns the newest lines of the audit log, newest first.</summary>
    /// <param name="before">Sequence below which lines are returned; null for the newest.</param>
    /// <param name="limit">Most lines, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<IReadOnlyList<AuditLine>> GetAuditAsync(
        long? before = null, int limit = 100, CancellationToken cancellation = default) =>
        LinesAsync("audit", before, limit, cancellation);

    private async Task<IReadOnlyList<AuditLine>> LinesAsync(
        string log, long? before, int limit, CancellationToken cancellation) =>
        (await _calls.SendAsync<AuditLines>(
            Get($"admin/{log}?limit={Text(limit)}{(before is { } sequence ? $"&before={Text(sequence)}" : "")}"),
            cancellation)).Lines;
}
