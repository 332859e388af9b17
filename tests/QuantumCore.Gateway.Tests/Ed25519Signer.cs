using System.Numerics;
using System.Security.Cryptography;
using QuantumCore.Gateway.Binance;

namespace QuantumCore.Gateway.Tests;

/// <summary>A private Ed25519 key (RFC 8032), for clients of the tests.</summary>
internal sealed class Ed25519Signer
{
    private readonly BigInteger _factor;
    private readonly byte[] _prefix;
    private readonly byte[] _point;

    /// <summary>The key of a seed of 32 bytes.</summary>
    public Ed25519Signer(byte[] seed)
    {
        var hash = SHA512.HashData(seed);
        hash[0] &= 0xf8;
        hash[31] = (byte)((hash[31] & 0x7f) | 0x40);
        (_factor, _prefix) = (Number(hash.AsSpan(0, 32)), hash[32..]);
        _point = Times(_factor);
    }

    /// <summary>The public key's 32 bytes.</summary>
    public byte[] Point => _point;

    /// <summary>The public key as base64 of its DER.</summary>
    public string PublicKey => Convert.ToBase64String([.. Convert.FromHexString("302a300506032b6570032100"), .. _point]);

    /// <summary>Returns the 64 bytes of a signature.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var number = Number(SHA512.HashData([.. _prefix, .. message])) % Ed25519Key.Order;
        var point = Times(number);
        var challenge = Number(SHA512.HashData([.. point, .. _point, .. message])) % Ed25519Key.Order;
        var signature = new byte[64];
        point.CopyTo(signature, 0);
        ((number + (challenge * _factor)) % Ed25519Key.Order).TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true);
        return signature;
    }

    private static byte[] Times(BigInteger number) => Ed25519Key.Encode(Ed25519Key.Combine(number, Ed25519Key.Base, 0, Ed25519Key.Base));

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);
}
