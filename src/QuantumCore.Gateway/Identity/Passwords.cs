using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace QuantumCore.Gateway.Identity;

/// <summary>
/// Hashes and verifies passwords with the framework's hasher (PBKDF2, HMAC-SHA-512, one salt each). It takes a tenth of
/// a second of a core on purpose. So only one runs at a time, and sign-ins take nothing from trading.
/// </summary>
internal sealed class Passwords : IDisposable
{
    public const int Shortest = 8;
    public const int Longest = 128;

    private const int Iterations = 210_000;

    /// <summary>Maximum time to wait for earlier hashes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly PasswordHasher<string> _hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<string> _nobodys;

    public Passwords() =>
        _nobodys = new Lazy<string>(
            () => _hasher.HashPassword("", Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));

    /// <summary>Returns the hash of a password; null if too many wait.</summary>
    public async ValueTask<string?> HashAsync(string password, CancellationToken cancellationToken)
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
    /// Verifies a password against a hash; null if too many wait. A null or empty hash, which no password has, takes
    /// the same time.
    /// </summary>
    public async ValueTask<bool?> MatchesAsync(string? hash, string password, CancellationToken cancellationToken)
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
