namespace QuantumCore.Client;

// An administrator's calls about who may come in.
public sealed partial class QuantumCoreClient
{
    /// <summary>Every API key that opens something.</summary>
    public async Task<IReadOnlyList<KnownApiKey>> GetApiKeysAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<ApiKeyList>(Get("admin/keys"), cancellation)).Keys;

    /// <summary>Takes an API key away, at once here and within ten seconds in other silos.</summary>
    /// <param name="id">The key's <see cref="KnownApiKey.Id"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<KnownApiKey> RevokeApiKeyAsync(string id, CancellationToken cancellation = default) => _calls.SendAsync<KnownApiKey>(
        new ExchangeCall(HttpMethod.Delete, $"admin/keys/{Uri.EscapeDataString(id)}") { Repeatable = false }, cancellation);

    /// <summary>Every user, by name.</summary>
    public async Task<IReadOnlyList<ExchangeUser>> GetUsersAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<UserList>(Get("admin/users"), cancellation)).Users;

    /// <summary>Adds a user. Not repeated when its answer is lost.</summary>
    public Task<ExchangeUser> AddUserAsync(NewUser user, CancellationToken cancellation = default) =>
        _calls.SendAsync<ExchangeUser>(Post("admin/users", user) with { Repeatable = false }, cancellation);

    /// <summary>Changes one thing about a user.</summary>
    public Task<ExchangeUser> ChangeUserAsync(string name, UserChange change, CancellationToken cancellation = default) => _calls.SendAsync<ExchangeUser>(
        Post($"admin/users/{Uri.EscapeDataString(name)}", change) with { Method = HttpMethod.Patch }, cancellation);

    /// <summary>Signs a user out everywhere; false when it was signed in nowhere.</summary>
    public async Task<bool> SignOutAsync(string name, CancellationToken cancellation = default) => (await _calls.SendAsync<SessionsEnded>(
        new ExchangeCall(HttpMethod.Delete, $"admin/users/{Uri.EscapeDataString(name)}/sessions"), cancellation)).Ended;

    /// <summary>The newest lines of the audit log, newest first.</summary>
    /// <param name="before">Only lines of smaller sequences; null for the newest.</param>
    /// <param name="limit">How many at most, 1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<AuditLine>> GetAuditAsync(long? before = null, int limit = 100, CancellationToken cancellation = default) =>
        LinesAsync("audit", before, limit, cancellation);

    private async Task<IReadOnlyList<AuditLine>> LinesAsync(string log, long? before, int limit, CancellationToken cancellation) =>
        (await _calls.SendAsync<AuditLines>(
            Get($"admin/{log}?limit={Text(limit)}{(before is { } sequence ? $"&before={Text(sequence)}" : "")}"), cancellation)).Lines;
}
