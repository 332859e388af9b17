using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QuantumCore.Gateway.Users;

/// <summary>Authenticator codes (RFC 6238): six digits of an HMAC-SHA-1 of the number of the 30-second step.</summary>
internal static class Authenticator
{
    private const int SecretLength = 20;
    private const int StepSeconds = 30;
    private const int Digits = 1_000_000;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Makes a new random secret, in base32 as authenticators read it.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetString(Alphabet, SecretLength * 8 / 5);

    /// <summary>Returns the address that an authenticator reads from a QR code.</summary>
    public static string Address(string user, string secret) => $"otpauth://totp/QuantumCore:{user}?secret={secret}&issuer=QuantumCore";

    /// <summary>Returns the bytes of a secret; null if the text is none.</summary>
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
    /// Returns the number of the 30-second step of a code: the current one, the previous or the next, because clocks
    /// differ. Null if it matches none.
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

    /// <summary>Returns the code of a 30-second step.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Authenticators know only this one; as an HMAC with a secret it is not broken.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0xF)..]) & 0x7FFF_FFFF;
        return (number % Digits).ToString("D6", CultureInfo.InvariantCulture);
    }
}
