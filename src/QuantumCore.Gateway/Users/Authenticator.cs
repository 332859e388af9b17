using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QuantumCore.Gateway.Users;

/// <summary>Codes of an authenticator (RFC 6238): six digits of an HMAC of SHA-1 over the number of the half minute.</summary>
internal static class Authenticator
{
    private const int SecretLength = 20;
    private const int StepSeconds = 30;
    private const int Digits = 1_000_000;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A new random secret, in base32 as authenticators read it.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetString(Alphabet, SecretLength * 8 / 5);

    /// <summary>What an authenticator reads from a picture.</summary>
    public static string Address(string user, string secret) => $"otpauth://totp/QuantumCore:{user}?secret={secret}&issuer=QuantumCore";

    /// <summary>The bytes of a secret; null for any text that is none.</summary>
    public static byte[]? ReadSecret(string text)
    {
        if (text.Length != SecretLength * 8 / 5)
            return null;

        var bytes = new byte[SecretLength];
        var (bits, length, at) = (0, 0, 0);
        foreach (var letter in text)
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
                return null;
            (bits, length) = (((bits << 5) | value) & 0xFFF, length + 5);
            if (length >= 8)
            {
                length -= 8;
                bytes[at++] = (byte)((bits >> length) & 0xFF);
            }
        }

        return bytes;
    }

    /// <summary>
    /// The number of the half minute that a code is of: this one, the one before or the one after, for clocks that differ; null when
    /// it is of none.
    /// </summary>
    public static long? Step(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(Code(secret, step))))
                found = step;
        }

        return found;
    }

    /// <summary>The code of a half minute.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Authenticators know this one alone; as an HMAC with a secret it is not broken.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0xF)..]) & 0x7FFF_FFFF;
        return (number % Digits).ToString("D6", CultureInfo.InvariantCulture);
    }
}
