namespace QuantumCore.Client;

/// <summary>API keys of any account.</summary>
public sealed class OperatorKeysClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorKeysClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns every valid API key.</summary>
    public async Task<IReadOnlyList<KnownApiKey>> GetAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<ApiKeyList>("admin/keys", cancellation)).Keys;

    /// <summary>
    /// Creates an API key for an account. Not retried after a lost response: create another key. Nobody can use the
    /// lost one.
    /// </summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="key">Kind of key, such as a signing or a read-only one; null for a plain key.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<ApiKeyGrant> CreateAsync(
        string account, NewApiKey? key = null, CancellationToken cancellation = default)
    {
        var path = CallPath.Account(account, "keys");
        return key is null
            ? _calls.SendAsync<ApiKeyGrant>(new(HttpMethod.Post, path) { Repeatable = false }, cancellation)
            : _calls.PostOnceAsync<ApiKeyGrant>(path, key, cancellation);
    }

    /// <summary>Revokes an API key: immediately in this silo, within ten seconds in the others.</summary>
    /// <param name="id"><see cref="KnownApiKey.Id"/> of the key.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<KnownApiKey> RevokeAsync(string id, CancellationToken cancellation = default) =>
        _calls.DeleteOnceAsync<KnownApiKey>(CallPath.Of("admin/keys", id), cancellation);
}
