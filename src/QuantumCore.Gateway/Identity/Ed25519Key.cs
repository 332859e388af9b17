using Org.BouncyCastle.Math.EC.Rfc8032;

namespace QuantumCore.Gateway.Identity;

/// <summary>An Ed25519 public key (RFC 8032), which checks signatures.</summary>
internal sealed class Ed25519Key
{
    /// <summary>Length of a key, in bytes.</summary>
    public const int Length = 32;

    /// <summary>Length of a signature, in bytes.</summary>
    public const int SignatureLength = 64;

    private readonly byte[] _bytes;

    private Ed25519Key(byte[] bytes) => _bytes = bytes;

    /// <summary>
    /// Reads a key of 32 bytes. Null if they are no point of the curve, or one of small order, which any signature
    /// fits.
    /// </summary>
    public static Ed25519Key? Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length && Ed25519.ValidatePublicKeyPartial(bytes.ToArray(), 0)
            ? new Ed25519Key(bytes.ToArray())
            : null;

    /// <summary>Returns true if the key signed the message with this signature.</summary>
    public bool Signed(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureLength
            && Ed25519.Verify(signature.ToArray(), 0, _bytes, 0, message.ToArray(), 0, message.Length);
}
