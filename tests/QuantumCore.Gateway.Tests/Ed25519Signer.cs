using Org.BouncyCastle.Math.EC.Rfc8032;

namespace QuantumCore.Gateway.Tests;

/// <summary>A private Ed25519 key (RFC 8032), for clients of the tests.</summary>
internal sealed class Ed25519Signer
{
    private readonly byte[] _seed;

    /// <summary>The key of a seed of 32 bytes.</summary>
    public Ed25519Signer(byte[] seed)
    {
        _seed = seed;
        Ed25519.GeneratePublicKey(seed, 0, Point, 0);
    }

    /// <summary>The public key's 32 bytes.</summary>
    public byte[] Point { get; } = new byte[32];

    /// <summary>The public key as base64 of its DER.</summary>
    public string PublicKey => Convert.ToBase64String([.. Convert.FromHexString("302a300506032b6570032100"), .. Point]);

    /// <summary>Returns the 64 bytes of a signature.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[64];
        Ed25519.Sign(_seed, 0, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }
}
