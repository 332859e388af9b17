using System.Security.Cryptography;
using System.Text;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Identity;

/// <summary>Verifies signatures of requests. Comparisons with a secret take constant time.</summary>
internal static class RequestSignature
{
    /// <summary>DER prefix of an Ed25519 public key.</summary>
    private static readonly byte[] s_ed25519 = Convert.FromHexString("302a300506032b6570032100");

    /// <summary>Returns true if the key signed this payload.</summary>
    /// <param name="seal">Opens the secret of an HMAC key.</param>
    /// <param name="key">API key; a key without signing has no valid signature.</param>
    /// <param name="payload">Signed payload, as it was sent.</param>
    /// <param name="signature">For an HMAC key hexadecimal in either case, for an RSA or Ed25519 key base64.</param>
    public static bool IsValid(SecretSeal seal, ApiKey key, string payload, string signature) => key.Signing switch
    {
        { Scheme: SigningScheme.HmacSha256, Material: var closed } =>
            seal.Open(closed, key.Hash) is { } secret && IsHmac(secret, payload, signature),
        { Scheme: SigningScheme.RsaSha256, Material: var publicKey } => IsRsa(publicKey, payload, signature),
        { Scheme: SigningScheme.Ed25519, Material: var publicKey } => IsEd25519(publicKey, payload, signature),
        _ => false,
    };

    /// <summary>Returns true if the signature is the HMAC-SHA256 of the payload.</summary>
    public static bool IsHmac(ReadOnlySpan<byte> secret, string payload, string signature) =>
        IsHmac(secret, Encoding.UTF8.GetBytes(payload), signature);

    /// <summary>Returns true if the signature is the HMAC-SHA256 of the payload's bytes.</summary>
    public static bool IsHmac(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> payload, string signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> told = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, payload, expected);
        var isHexadecimal = signature.Length == 2 * told.Length
            && Convert.FromHexString(signature, told, out _, out _) == System.Buffers.OperationStatus.Done;
        return CryptographicOperations.FixedTimeEquals(expected, told) && isHexadecimal;
    }

    /// <summary>Reads an Ed25519 public key, PEM or bare base64, as base64; null if the text is none.</summary>
    public static string? ReadEd25519Key(string text)
    {
        var bare = Bare(text);
        return Ed25519KeyOf(bare) is not null ? bare : null;
    }

    /// <summary>
    /// Reads an RSA public key of 2048 to 8192 bits, PEM or bare base64, as base64; null if the text is none.
    /// </summary>
    public static string? ReadPublicKey(string text)
    {
        var bare = Bare(text);
        var bytes = new byte[bare.Length];
        if (!Convert.TryFromBase64String(bare, bytes, out var length))
            return null;

        using var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(bytes.AsSpan(0, length), out var read);
            return read == length && rsa.KeySize is >= 2048 and <= 8192 ? bare : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Bare(string text) =>
        string.Concat(text.Split(['\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries))
        .Replace("-----BEGINPUBLICKEY-----", "", StringComparison.Ordinal)
        .Replace("-----ENDPUBLICKEY-----", "", StringComparison.Ordinal);

    /// <summary>Returns the key's point, which follows the Ed25519 prefix (RFC 8410).</summary>
    private static Ed25519Key? Ed25519KeyOf(string material)
    {
        var bytes = new byte[material.Length];
        return Convert.TryFromBase64String(material, bytes, out var length)
            && length == s_ed25519.Length + Ed25519Key.Length
            && bytes.AsSpan().StartsWith(s_ed25519)
            ? Ed25519Key.Read(bytes.AsSpan(s_ed25519.Length, Ed25519Key.Length))
            : null;
    }

    private static bool IsEd25519(string publicKey, string payload, string signature)
    {
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && Ed25519KeyOf(publicKey) is { } key
            && key.Signed(Encoding.UTF8.GetBytes(payload), bytes.AsSpan(0, length));
    }

    private static bool IsRsa(string publicKey, string payload, string signature)
    {
        var bytes = new byte[signature.Length];
        if (!Convert.TryFromBase64String(signature, bytes, out var length))
            return false;

        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
        return rsa.VerifyData(
            Encoding.UTF8.GetBytes(payload), bytes.AsSpan(0, length), HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1);
    }
}
