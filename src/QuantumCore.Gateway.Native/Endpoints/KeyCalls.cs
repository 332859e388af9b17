using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for API keys: of users for their own, of administrators for any.</summary>
internal sealed class KeyCalls(IGrainFactory grains, KeyRing keys, SecretSeal seal, OperatorLog operators)
{
    private const int MostAddresses = 20;

    /// <summary>
    /// Maximum number of keys that a user may make, including revoked ones: each stays in the journal.
    /// </summary>
    private const int MostOfOne = 100;

    private static readonly Refusal s_noOwner =
        new(RejectReason.Forbidden, null, null, "Only users with an account of their own have keys.");

    /// <summary>POST /admin/accounts/{account}/keys: makes an API key for an account.</summary>
    /// <remarks>
    /// Needs the role administrator. <c>apiKey</c>, and for hmac <c>secret</c>, are in this response only. Expect
    /// <c>BadRequest</c> for a public key or an address that is none; the body may be empty.
    /// </remarks>
    public Task<Result<Api.ApiKeyGrant>> MakeForAnyAsync(HttpContext context, Caller officer, AccountId account) =>
        MakeAsync(context, account, officer);

    /// <summary>GET /admin/keys: lists all API keys.</summary>
    /// <remarks>Needs the role administrator. Keys are shown by <c>id</c>, never with their text.</remarks>
    public Task<Result<Api.ApiKeyList>> ListAnyAsync(HttpContext context) => ListAsync(account: 0);

    /// <summary>DELETE /admin/keys/{id}: revokes any API key.</summary>
    /// <remarks>
    /// Needs the role administrator; it is for ever. Expect <c>BadRequest</c> for an unknown id, <c>Forbidden</c> for
    /// the keys of the demo.
    /// </remarks>
    public Task<Result<Api.KnownApiKey>> RevokeAnyAsync(HttpContext context, Caller officer) =>
        RevokeAsync(context, account: 0, officer);

    /// <summary>POST /keys: makes an API key for yourself.</summary>
    /// <remarks>
    /// Needs a session with an account; a key makes no keys. <c>apiKey</c>, and for hmac <c>secret</c>, are in this
    /// response only. Expect <c>Forbidden</c> for a user of the demo or without an account, and with <c>limit</c> above
    /// 100 keys, revoked ones included.
    /// </remarks>
    public async Task<Result<Api.ApiKeyGrant>> MakeOwnAsync(HttpContext context, SignedIn who)
    {
        if (OwnerOf(who) is not { } account)
            return s_noOwner;

        if (await keys.CountAsync(account.Value) >= MostOfOne)
        {
            var limit = MostOfOne.ToString(CultureInfo.InvariantCulture);
            var rule = $"An account has at most {MostOfOne} keys, revoked ones included.";
            return new Refusal(RejectReason.Forbidden, null, limit, rule);
        }

        return await MakeAsync(context, account, officer: null);
    }

    /// <summary>GET /keys: lists your own API keys.</summary>
    /// <remarks>Needs a session with an account. Keys are shown by <c>id</c>, never with their text.</remarks>
    public async Task<Result<Api.ApiKeyList>> ListOwnAsync(HttpContext context, SignedIn who) =>
        OwnerOf(who) is { } account ? await ListAsync(account.Value) : s_noOwner;

    /// <summary>DELETE /keys/{id}: revokes one of your API keys.</summary>
    /// <remarks>
    /// Needs a session with an account; it is for ever. Expect <c>BadRequest</c> for an id that is not one of your
    /// keys.
    /// </remarks>
    public async Task<Result<Api.KnownApiKey>> RevokeOwnAsync(HttpContext context, SignedIn who) =>
        OwnerOf(who) is { } account ? await RevokeAsync(context, account.Value, officer: null) : s_noOwner;

    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>
    /// Returns the account of the signed-in user: a key makes no keys. Null for demo users; they have keys already,
    /// which everyone knows.
    /// </summary>
    private static AccountId? OwnerOf(SignedIn who) =>
        who.User is { Account: > 0 and var account, IsDemo: false } ? new AccountId(account) : null;

    private async Task<Result<Api.ApiKeyGrant>> MakeAsync(HttpContext context, AccountId account, Caller? officer)
    {
        // Without a body it is a plain key, as before.
        var (unread, text) = await Call.ReadOptionalAsync<Api.NewApiKey>(context);
        if (unread is { } unreadable)
            return unreadable;

        var shown = KeyRing.NewKey();
        var hash = KeyRing.Hash(shown);
        var (refusal, signing, secret) = ReadSigning(text, hash);
        var addresses = "";
        if ((refusal ?? ReadAddresses(text.Addresses, out addresses)) is { } refused)
            return refused;

        var rights = text.ReadOnly ? KeyRights.Read : KeyRights.All;
        var key = new ApiKey(hash, account.Value, false, false, account.ToString(), rights, signing, addresses);
        // Before the key exists: its secret is shown once, and must not be lost with a failed record.
        if (await NoteAsync(officer, "keyMade", key, isDone: false) is { } unnoted)
            return unnoted;

        await Catalog.AddKey(key);
        await keys.RefreshAsync();
        return new Api.ApiKeyGrant(key.Label, shown, secret, key.Id);
    }

    private async Task<Result<Api.KnownApiKey>> RevokeAsync(HttpContext context, long account, Caller? officer)
    {
        await keys.RefreshAsync();
        var id = Call.Path(context, "id");
        var key = (await keys.AllAsync(account)).FirstOrDefault(key => key.Id == id);
        if (key is null)
            return Refusal.Not("id", id, "the id of a key that is not revoked");
        if (key.IsDemo)
            return new Refusal(RejectReason.Forbidden, "id", null, "Demo keys cannot be revoked.");

        await Catalog.AddKey(key.Revoked());
        await keys.RefreshAsync();
        return await NoteAsync(officer, "keyRevoked", key) is { } refused ? refused : ToApi(key);
    }

    private ValueTask<Refusal?> NoteAsync(Caller? officer, string what, ApiKey key, bool isDone = true) =>
        operators.NoteAsync(
        officer, what, key.Label,
        new KeyNote(
            key.Id, key.Rights == KeyRights.Read ? true : null,
            key.Addresses.Length > 0 ? key.Addresses.Split(',') : null), isDone);

    private async Task<Result<Api.ApiKeyList>> ListAsync(long account) =>
        new Api.ApiKeyList([.. (await keys.AllAsync(account)).Select(ToApi)]);

    private static Api.KnownApiKey ToApi(ApiKey key) => new(
        key.Id,
        ApiValues.AccountOrNull(key.Account),
        key.Label,
        key.IsAdmin,
        key.Rights == KeyRights.Read,
        key.Signing is { Scheme: var scheme } ? WireNames.Of(scheme) : null,
        key.Addresses.Split(',', StringSplitOptions.RemoveEmptyEntries),
        key.IsDemo);

    private static Refusal? ReadAddresses(IReadOnlyList<string?>? texts, out string addresses)
    {
        addresses = "";
        if (texts is null)
            return null;

        var networks = new List<string>();
        foreach (var text in texts)
        {
            if (AddressNetwork.Read(text) is not { } network)
                return Refusal.Not(
                    "addresses", text ?? "null", "an IP address such as 192.0.2.7, or a network such as 10.0.0.0/8");
            networks.Add(network.ToString());
        }

        addresses = string.Join(',', networks);
        return networks.Count <= MostAddresses
            ? null
            : new Refusal(
                RejectReason.BadRequest, "addresses", MostAddresses.ToString(CultureInfo.InvariantCulture),
                $"addresses has {networks.Count} entries; a key has at most {MostAddresses}");
    }

    private (Refusal? Refusal, SigningKey? Signing, string? Secret) ReadSigning(Api.NewApiKey text, string hash)
    {
        static (Refusal?, SigningKey?, string?) Not(Refusal refusal) => (refusal, null, null);

        switch (text.Signing)
        {
            case null or "hmac" when text.PublicKey is not null:
                return (Refusal.Malformed("publicKey", "publicKey needs signing 'rsa' or 'ed25519'"), null, null);
            case null when text.ReadOnly:
                return Not(Refusal.Malformed(
                    "readOnly", "readOnly true needs a key that signs requests: signing 'hmac', 'rsa' or 'ed25519'"));
            case null:
                return default;
            case "hmac":
                var secret = KeyRing.NewSecret();
                return (null, new SigningKey(SigningScheme.HmacSha256, seal.Close(secret, hash)), secret);
            case "rsa" when text.PublicKey is { } pem && RequestSignature.ReadPublicKey(pem) is { } publicKey:
                return (null, new SigningKey(SigningScheme.RsaSha256, publicKey), null);
            case "rsa":
                return Not(Refusal.Not(
                    "publicKey", text.PublicKey, "an RSA key of 2048 to 8192 bits in PEM (BEGIN PUBLIC KEY)"));
            case "ed25519" when text.PublicKey is { } pem && RequestSignature.ReadEd25519Key(pem) is { } publicKey:
                return (null, new SigningKey(SigningScheme.Ed25519, publicKey), null);
            case "ed25519":
                return Not(Refusal.Not("publicKey", text.PublicKey, "an Ed25519 key in PEM (BEGIN PUBLIC KEY)"));
            default:
                return (Refusal.NotOneOf("signing", text.Signing, "hmac", "rsa", "ed25519"), null, null);
        }
    }
}
