namespace QuantumCore.Contracts;

/// <summary>What the holder of an API key may do. The key itself is never stored.</summary>
/// <param name="Hash">SHA-256 of the key, lower-case hexadecimal.</param>
/// <param name="Account">The account it trades for; 0 for a key that only administers.</param>
/// <param name="IsAdmin">Whether it may administer.</param>
/// <param name="IsDemo">Whether it is a published demo key, refused wherever demo mode is off.</param>
/// <param name="Label">A name for people.</param>
/// <param name="Rights">What it may do for its account.</param>
/// <param name="Signing">What its requests are signed with; null for a key that is shown as it is.</param>
/// <param name="Addresses">From where it may be used: IP networks such as 10.0.0.0/8, with commas between; empty for anywhere.</param>
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
    /// <summary>What it is called where it is not shown: the begin of its hash.</summary>
    public string Id => Hash[..16];

    /// <summary>Whether it opens nothing any more.</summary>
    public bool IsRevoked => Rights == KeyRights.None;

    /// <summary>The key as it is when it is revoked.</summary>
    public ApiKey Revoked() => this with { IsAdmin = false, Rights = KeyRights.None, Signing = null };
}

/// <summary>What a key may do for its account. Numbers are journaled and never change.</summary>
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

/// <summary>How a request is signed. Numbers are journaled and never change.</summary>
public enum SigningScheme : byte
{
    /// <summary>HMAC of SHA-256 with a secret that both sides know.</summary>
    HmacSha256 = 1,

    /// <summary>RSA, PKCS #1 v1.5, over SHA-256; the exchange knows the public key alone.</summary>
    RsaSha256 = 2,

    /// <summary>Ed25519 (RFC 8032); the exchange knows the public key alone.</summary>
    Ed25519 = 3,
}

/// <summary>What the signatures of a key are checked with.</summary>
/// <param name="Scheme">How they are made.</param>
/// <param name="Material">
/// Base64: of an HMAC key its secret, sealed, so that who reads the journal can't sign; of an RSA or Ed25519 key the public key
/// (SubjectPublicKeyInfo).
/// </param>
[GenerateSerializer, Immutable, Alias("signing-key")]
public sealed record SigningKey(SigningScheme Scheme, string Material);
