using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Instruments;

namespace QuantumCore.Silo.Demo;

/// <summary>Keys, accounts and money of a demo. Everything has a fixed name, so that doing it again changes nothing.</summary>
internal sealed class DemoExchange(IGrainFactory grains, SecretSeal seal)
{
    public const long Alice = 1001;
    public const long Bob = 1002;
    public const long Maker = 1010;
    public const long Taker = 1011;

    /// <summary>The demo's customers sign with their key and this behind it. Published, like the keys themselves.</summary>
    public const string SecretSuffix = "-secret";

    private static readonly ImmutableArray<ApiKey> s_keys =
    [
        new(KeyRing.Hash("demo-alice"), Alice, false, true, "demo-alice"),
        new(KeyRing.Hash("demo-bob"), Bob, false, true, "demo-bob"),
        new(KeyRing.Hash("demo-admin"), 0, true, true, "demo-admin"),
    ];

    /// <summary>Adds the keys and pays in: cash is counted in thousands, holdings in single units.</summary>
    public async Task PrepareAsync(IReadOnlyList<Instrument> instruments)
    {
        var catalog = grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);
        var known = (await catalog.Keys()).ToDictionary(key => key.Hash, StringComparer.Ordinal);
        foreach (var key in s_keys)
        {
            await AddAsync(catalog, key, known.GetValueOrDefault(key.Hash));
            // The same person in a browser, signed in without a password.
            var role = key.IsAdmin ? UserRole.Administrator : UserRole.Customer;
            await catalog.AddUser(new User(key.Label, key.Account, role, "", IsDemo: true), UserEvent.Added, "demo");
        }

        var quotes = instruments.Select(instrument => instrument.Quote).Distinct().ToArray();
        var bases = instruments.Select(instrument => instrument.Base).Distinct().Except(quotes).ToArray();
        foreach (var (account, cash, holding) in new[]
        {
            (Alice, 1_000_000L, 10_000L),
            (Bob, 1_000_000L, 10_000L),
            (Maker, 1_000_000_000L, 1_000_000L),
            (Taker, 1_000_000_000L, 1_000_000L),
        })
        {
            foreach (var asset in quotes)
                await DepositAsync(account, asset, cash);
            foreach (var asset in bases)
                await DepositAsync(account, asset, holding);
        }
    }

    private async Task AddAsync(ICatalogGrain catalog, ApiKey key, ApiKey? known)
    {
        var secret = key.Label + SecretSuffix;
        if (key.IsAdmin)
            await catalog.AddKey(key);
        else if (known?.Signing is not { } signing || seal.Open(signing.Material, key.Hash) is null)
            await catalog.AddKey(key with { Signing = new SigningKey(SigningScheme.HmacSha256, seal.Close(secret, key.Hash)) });
    }

    private async Task DepositAsync(long account, Asset asset, long units)
    {
        var amount = (Int128)units * DecimalText.PowerOfTen(asset.Decimals);
        if (amount > Instrument.NotionalLimit)
            amount = Instrument.NotionalLimit;

        var deposit = new DepositRequest($"demo-{asset.Name}", asset.Name, (long)amount);
        var result = await grains.Account(account).Deposit(deposit);
        if (result.Reason is not (RejectReason.None or RejectReason.KeyConflict))
            throw new InvalidOperationException($"The demo's deposit of {asset.Name} was refused: {result.Reason}.");
    }
}
