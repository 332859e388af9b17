using Org.BouncyCastle.Math.EC.Rfc8032;

namespace QuantumCore.Gateway.TestKit;

/// <summary>A private Ed25519 key (RFC 8032), for clients of the tests.</summary>
public sealed class Ed25519Signer
{
    private readonly byte[] _seed;

    /// <summary>Makes the key of a 32-byte seed.</summary>
    public Ed25519Signer(byte[] seed)
    {
        _seed = seed;
        Ed25519.GeneratePublicKey(seed, 0, Point, 0);
    }

    /// <summary>Public key, 32 bytes.</summary>
    public byte[] Point { get; } = new byte[32];

    /// <summary>Public key as base64 of its DER.</summary>
    public string PublicKey => Convert.ToBase64String([.. Convert.FromHexString("302a300506032b6570032100"), .. Point]);

    /// <summary>Returns a signature of 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[64];
        Ed25519.Sign(_seed, 0, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }
}
