using System.Collections.Frozen;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway.Identity;

/// <summary>Cache of the API keys, by their hashes.</summary>
/// <remarks>
/// A key is 256 random bits, so one round of SHA-256 is enough. Half of the hash finds the entry; the whole hash is
/// compared in constant time.
/// </remarks>
public sealed class KeyRing(IGrainFactory grains, GatewayOptions options, Quotas quotas, TimeProvider time)
{
    private const int LongestKey = 128;

    private readonly CatalogCopy<FrozenDictionary<UInt128, Held>> _copy = new(() => LoadAsync(grains), time);

    /// <summary>Returns the lower-case hexadecimal SHA-256 of a key. Nothing else of a key is ever stored.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Makes a new random key.</summary>
    public static string NewKey() => "qc_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Makes a new random secret for a key that signs requests.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// Returns the permissions of a key. Null if it is unknown or revoked, may not be used from this address, or is a
    /// demo key outside demo mode.
    /// </summary>
    public ValueTask<ApiKey?> FindAsync(string key, IPAddress? from)
    {
        if (key.Length is 0 or > LongestKey)
            return ValueTask.FromResult<ApiKey?>(null);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[LongestKey * 3];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(key, text)], hash);
        return _copy.Fresh is { } keys && Match(keys, hash, from) is { } known
            ? ValueTask.FromResult<ApiKey?>(known)
            : FindAnewAsync(hash.ToArray(), from);
    }

    /// <summary>Returns the permissions of a key whose <see cref="Hash"/> is known; null in the same cases.</summary>
    internal ValueTask<ApiKey?> FindHashedAsync(string hash, IPAddress? from) =>
        FindAnewAsync(Convert.FromHexString(hash), from);

    /// <summary>Counts a request of an account; false if it exceeds the rate limit.</summary>
    internal bool MayAsk(long account, Lane lane) => quotas.TakeAccount(account, lane);

    /// <summary>Returns the active keys, by account and label; those of one account, or of all if it is 0.</summary>
    public async ValueTask<IReadOnlyList<ApiKey>> AllAsync(long account) =>
    [
        .. (await _copy.CurrentAsync()).Values.Select(held => held.Key)
            .Where(key => !key.IsRevoked && (account == 0 || key.Account == account))
            .OrderBy(key => key.Account).ThenBy(key => key.Id, StringComparer.Ordinal),
    ];

    /// <summary>Returns the number of keys that an account has ever had.</summary>
    public async ValueTask<int> CountAsync(long account) =>
        (await _copy.CurrentAsync()).Values.Count(held => held.Key.Account == account);

    /// <summary>Reloads the keys after a change made here.</summary>
    public async ValueTask RefreshAsync() => await _copy.AfterChangeAsync();

    private async ValueTask<ApiKey?> FindAnewAsync(byte[] hash, IPAddress? from) =>
        Match(await _copy.CurrentAsync(), hash, from) ?? Match(await _copy.AfterMissAsync(), hash, from);

    private ApiKey? Match(FrozenDictionary<UInt128, Held> keys, ReadOnlySpan<byte> hash, IPAddress? from)
    {
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        return keys.TryGetValue(FirstHalf(hash), out var held)
            && Convert.FromHexString(held.Key.Hash, stored, out _, out _) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(stored, hash)
            && !held.Key.IsRevoked
            && (!held.Key.IsDemo || options.DemoMode)
            && held.MayBeUsedFrom(from)
            ? held.Key
            : null;
    }

    private static UInt128 FirstHalf(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<UInt128>(hash);

    private static async ValueTask<FrozenDictionary<UInt128, Held>> LoadAsync(IGrainFactory grains)
    {
        var keys = await grains.Catalog().Keys();
        return keys.ToFrozenDictionary(key => FirstHalf(Convert.FromHexString(key.Hash)), Held.Of);
    }

    /// <summary>A key and the networks it may be used from; any network if there are none.</summary>
    private sealed record Held(ApiKey Key, IPNetwork[] Networks)
    {
        public static Held Of(ApiKey key) =>
            new(
                key,
                [.. key.Addresses.Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(text => IPNetwork.Parse(text))]);

        public bool MayBeUsedFrom(IPAddress? from)
        {
            if (Networks.Length == 0)
                return true;

            var address = from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from;
            return address is not null && Array.Exists(Networks, network => network.Contains(address));
        }
    }
}
