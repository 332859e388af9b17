namespace QuantumCore.Contracts;

/// <summary>An API key's rights. The key itself is never stored.</summary>
/// <param name="Hash">SHA-256 of the key, lower-case hexadecimal.</param>
/// <param name="Account">The account it trades for; 0 for a key that only administers.</param>
/// <param name="IsAdmin">True if it may administer the exchange.</param>
/// <param name="IsDemo">True for a published demo key, which is rejected wherever demo mode is off.</param>
/// <param name="Label">A display name.</param>
/// <param name="Rights">Rights in its account.</param>
/// <param name="Signing">Key that verifies its request signatures; null for a key that is sent as it is.</param>
/// <param name="Addresses">
/// Client networks allowed to use it, such as 10.0.0.0/8, separated by commas; empty for any.
/// </param>
[GenerateSerializer, Immutable, Alias("api-key")]
public sealed record ApiKey(
    string Hash,
    long Account,
    bool IsAdmin,
    bool IsDemo,
    string Label,
    KeyRights Rights = KeyRights.All,
    SigningKey? Signing = null,
    string Addresses = "")
{
    /// <summary>Public id: the first 16 digits of its hash.</summary>
    public string Id => Hash[..16];

    /// <summary>True if it was revoked and grants nothing.</summary>
    public bool IsRevoked => Rights == KeyRights.None;

    /// <summary>Returns the revoked form of the key.</summary>
    public ApiKey Revoked() => this with { IsAdmin = false, Rights = KeyRights.None, Signing = null };
}

/// <summary>Rights of a key in its account. Numbers are journaled and never change.</summary>
[Flags]
public enum KeyRights : byte
{
    /// <summary>Nothing: the key was revoked.</summary>
    None = 0,

    /// <summary>See orders, fills and balances.</summary>
    Read = 1,

    /// <summary>Enter, change and cancel orders.</summary>
    Trade = 2,

    /// <summary>All of these.</summary>
    All = 3,
}

/// <summary>Signature scheme of a request. Numbers are journaled and never change.</summary>
public enum SigningScheme : byte
{
    /// <summary>HMAC-SHA-256 with a secret that both sides know.</summary>
    HmacSha256 = 1,

    /// <summary>RSA, PKCS #1 v1.5, with SHA-256; the exchange knows only the public key.</summary>
    RsaSha256 = 2,

    /// <summary>Ed25519 (RFC 8032); the exchange knows only the public key.</summary>
    Ed25519 = 3,
}

/// <summary>Key material that verifies the signatures of an API key.</summary>
/// <param name="Scheme">The signature scheme.</param>
/// <param name="Material">
/// Base64. For HMAC, the sealed secret, so that a reader of the journal cannot sign. For RSA or Ed25519, the public key
/// (SubjectPublicKeyInfo).
/// </param>
[GenerateSerializer, Immutable, Alias("signing-key")]
public sealed record SigningKey(SigningScheme Scheme, string Material);
