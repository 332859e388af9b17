using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace QuantumCore.TestKit;

/// <summary>An authenticator app (RFC 6238), independent of the library that checks its codes.</summary>
public static class AuthenticatorApp
{
    /// <summary>Returns the code of a secret in base32 for a 30-second step since 1970.</summary>
    public static string Code(string secret, long step)
    {
        var bits = string.Concat(secret.Select(
            letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2)
                .PadLeft(5, '0')));
        var key = bits.Chunk(8).Select(octet => Convert.ToByte(new string(octet), 2)).ToArray();
        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The standard's hash.
        var hash = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
