using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace QuantumCore.Gateway.Users;

/// <summary>
/// Hashes passwords and compares them, with the framework's hasher (PBKDF2, HMAC of SHA-512, a salt for each). It takes a tenth of
/// a second of a core by intention, and so one is hashed at a time: who signs in takes nothing from those who trade.
/// </summary>
internal sealed class Passwords : IDisposable
{
    public const int Shortest = 8;
    public const int Longest = 128;

    private const int Iterations = 210_000;

    /// <summary>How long one may wait for those before it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly PasswordHasher<string> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<string> _nobodys;

    public Passwords() => _nobodys = new Lazy<string>(() => _hasher.HashPassword("", Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));

    /// <summary>The hash of a password; null when too many wait.</summary>
    public async ValueTask<string?> Hash(string password, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(s_patience, cancellationToken))
            return null;

        try
        {
            return _hasher.HashPassword("", password);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Whether it is the password of this hash; null when too many wait. It takes as long with a null or empty hash, which no
    /// password has.
    /// </summary>
    public async ValueTask<bool?> Matches(string? hash, string password, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(s_patience, cancellationToken))
            return null;

        try
        {
            var nobodys = _nobodys.Value;
            var isKnown = !string.IsNullOrEmpty(hash);
            var found = _hasher.VerifyHashedPassword("", isKnown ? hash! : nobodys, password);
            return isKnown && found != PasswordVerificationResult.Failed;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
