using System.Security.Cryptography;
using System.Text;

namespace QuantumCore.Gateway.Identity;

/// <summary>
/// Encrypts the secrets of keys that sign requests, with AES-256-GCM. The exchange needs a secret to check a signature,
/// but a reader of the journal or a backup must not get it. A secret is bound to its key, so it cannot be moved to
/// another.
/// </summary>
public sealed class SecretSeal
{
    /// <summary>Length of the sealing key, in bytes.</summary>
    public const int KeyLength = 32;

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _key;

    /// <param name="key">
    /// Sealing key, 32 random bytes. It must stay the same for as long as sealed secrets are to be opened.
    /// </param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public SecretSeal(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"A sealing key has {KeyLength} bytes.", nameof(key));
        _key = key.ToArray();
    }

    /// <summary>Makes a seal for the life of this process: no other process opens what it seals.</summary>
    public static SecretSeal OfThisProcess() => new(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>Seals the secret of a key; returns base64.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="keyHash">Hash of the key that the secret belongs to.</param>
    public string Close(string secret, string keyHash)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var sealedSecret = new byte[NonceLength + TagLength + plain.Length];
        var nonce = sealedSecret.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagLength);
        cipher.Encrypt(
            nonce,
            plain,
            sealedSecret.AsSpan(NonceLength + TagLength),
            sealedSecret.AsSpan(NonceLength, TagLength),
            Encoding.UTF8.GetBytes(keyHash));
        return Convert.ToBase64String(sealedSecret);
    }

    /// <summary>
    /// Returns the secret's bytes. Null if it was changed, or sealed with another sealing key or for another key.
    /// </summary>
    public byte[]? Open(string closed, string keyHash)
    {
        var bytes = new byte[closed.Length];
        if (!Convert.TryFromBase64String(closed, bytes, out var length) || length < NonceLength + TagLength)
            return null;

        var secret = new byte[length - NonceLength - TagLength];
        using var cipher = new AesGcm(_key, TagLength);
        try
        {
            cipher.Decrypt(
                bytes.AsSpan(0, NonceLength),
                bytes.AsSpan(NonceLength + TagLength, secret.Length),
                bytes.AsSpan(NonceLength, TagLength),
                secret,
                Encoding.UTF8.GetBytes(keyHash));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
