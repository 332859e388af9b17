using System.Security.Cryptography;
using OtpNet;

namespace QuantumCore.Gateway.Identity;

/// <summary>Authenticator codes (RFC 6238): six digits of an HMAC-SHA-1 of the number of the 30-second step.</summary>
internal static class Authenticator
{
    private const int SecretLength = 20;
    private const int SecretLetters = SecretLength * 8 / 5;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    // The current step, the previous and the next, because clocks differ.
    private static readonly VerificationWindow s_steps = new(previous: 1, future: 1);

    /// <summary>Makes a new random secret, in base32 as authenticators read it.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetString(Alphabet, SecretLetters);

    /// <summary>Returns the address that an authenticator reads from a QR code.</summary>
    public static string Address(string user, string secret) =>
        $"otpauth://totp/QuantumCore:{user}?secret={secret}&issuer=QuantumCore";

    /// <summary>Returns the bytes of a secret; null if the text is none.</summary>
    public static byte[]? ReadSecret(string text) =>
        text.Length == SecretLetters && text.All(Alphabet.Contains) ? Base32Encoding.ToBytes(text) : null;

    /// <summary>Returns the number of the 30-second step of a code; null if the code is not valid now.</summary>
    public static long? Step(byte[] secret, string code, DateTimeOffset now) =>
        new Totp(secret).VerifyTotp(now.UtcDateTime, code, out var step, s_steps) ? step : null;
}
