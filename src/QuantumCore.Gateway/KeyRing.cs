using System.Collections.Frozen;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway;

/// <summary>The API keys, by their hashes, as this process knows them.</summary>
/// <remarks>
/// A key is 256 random bits, so that one round of SHA-256 is enough. The table is looked up by half of the hash;
/// the whole is compared in constant time.
/// </remarks>
public sealed class KeyRing(IGrainFactory grains, GatewayOptions options, Quotas quotas, TimeProvider time)
{
    private const int LongestKey = 128;

    private readonly CatalogCopy<FrozenDictionary<UInt128, Held>> _copy = new(() => Load(grains), time);

    /// <summary>The lower-case hexadecimal SHA-256 of a key: all that is ever stored of it.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>A new random key.</summary>
    public static string NewKey() => "qc_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>A new random secret of a key that signs.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// What the holder of this key may do; null when it is unknown or revoked, may not be used from this address, or is a demo
    /// key where there is no demo.
    /// </summary>
    public ValueTask<ApiKey?> Find(string key, IPAddress? from)
    {
        if (key.Length is 0 or > LongestKey)
            return ValueTask.FromResult<ApiKey?>(null);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[LongestKey * 3];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(key, text)], hash);
        return _copy.Fresh is { } keys && Match(keys, hash, from) is { } known
            ? ValueTask.FromResult<ApiKey?>(known)
            : FindAnew(hash.ToArray(), from);
    }

    /// <summary>The same of a key whose <see cref="Hash"/> is known.</summary>
    internal ValueTask<ApiKey?> FindHashed(string hash, IPAddress? from) => FindAnew(Convert.FromHexString(hash), from);

    /// <summary>Counts a request of an account; false when it asks more often than it may.</summary>
    internal bool MayAsk(long account, Lane lane) => quotas.TakeAccount(account, lane);

    /// <summary>The keys that open something, by account and label; those of one account unless it is 0.</summary>
    public async ValueTask<IReadOnlyList<ApiKey>> All(long account) =>
    [
        .. (await _copy.Current()).Values.Select(held => held.Key)
            .Where(key => !key.IsRevoked && (account == 0 || key.Account == account))
            .OrderBy(key => key.Account).ThenBy(key => key.Id, StringComparer.Ordinal),
    ];

    /// <summary>How many keys an account has ever had.</summary>
    public async ValueTask<int> Count(long account) => (await _copy.Current()).Values.Count(held => held.Key.Account == account);

    /// <summary>Asks the catalog after a change made here.</summary>
    public async ValueTask Refresh() => await _copy.AfterChange();

    private async ValueTask<ApiKey?> FindAnew(byte[] hash, IPAddress? from) =>
        Match(await _copy.Current(), hash, from) ?? Match(await _copy.AfterMiss(), hash, from);

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

    private static async ValueTask<FrozenDictionary<UInt128, Held>> Load(IGrainFactory grains)
    {
        var keys = await grains.Catalog().Keys();
        return keys.ToFrozenDictionary(key => FirstHalf(Convert.FromHexString(key.Hash)), Held.Of);
    }

    /// <summary>A key, and from where it may be used; from anywhere when nothing is said.</summary>
    private sealed record Held(ApiKey Key, IPNetwork[] Networks)
    {
        public static Held Of(ApiKey key) =>
            new(key, [.. key.Addresses.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => IPNetwork.Parse(text))]);

        public bool MayBeUsedFrom(IPAddress? from)
        {
            if (Networks.Length == 0)
                return true;

            var address = from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from;
            return address is not null && Array.Exists(Networks, network => network.Contains(address));
        }
    }
}
