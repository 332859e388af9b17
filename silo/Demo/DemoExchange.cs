using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;
using QuantumCore.Market;

namespace QuantumCore.Silo.Demo;

/// <summary>
/// Keys, accounts and money of a demo. Everything has a fixed name, so that a repetition changes nothing.
/// </summary>
internal sealed class DemoExchange(IGrainFactory grains, SecretSeal seal, DemoFunds funds)
{
    public const long Alice = 1001;
    public const long Bob = 1002;

    private const long FirstSimulated = 1010;
    private const string SimulatedOwner = "simulated";

    // Far from where a simulated price goes in days, and near enough that a mistyped digit is refused.
    private const int StaticBand = 3_000;

    // As far as a market order may go by the listed protection.
    private const int DynamicBand = 500;

    /// <summary>
    /// Suffix of a demo customer's key that makes its signing secret. Published, like the keys themselves.
    /// </summary>
    public const string SecretSuffix = "-secret";

    private static readonly ImmutableArray<ApiKey> s_keys =
    [
        new(KeyRing.Hash("demo-alice"), Alice, false, true, "demo-alice"),
        new(KeyRing.Hash("demo-bob"), Bob, false, true, "demo-bob"),
        new(KeyRing.Hash("demo-admin"), 0, true, true, "demo-admin"),
    ];

    /// <summary>
    /// Accounts of the simulated participants. They have no API keys, and their owner is "simulated".
    /// </summary>
    public static ImmutableArray<long> Simulated { get; } = [.. Enum.GetValues<Participant>().Select(AccountOf)];

    /// <summary>Returns the account of a simulated participant.</summary>
    public static long AccountOf(Participant participant) => FirstSimulated + (long)participant;

    /// <summary>
    /// Sets price bands of simulated symbols, in basis points: around the reference price, and around the last price.
    /// </summary>
    public async Task SetBandsAsync(IReadOnlyList<Instrument> instruments)
    {
        var bands = new SetBookRules(
            new RuleChanges(StaticBandBasisPoints: StaticBand, DynamicBandBasisPoints: DynamicBand));
        foreach (var instrument in instruments)
        {
            var reference = new SetReferencePrice(instrument.ReferencePriceTicks);
            foreach (var command in (BookCommand[])[reference, bands])
            {
                if (await grains.Book(instrument.BookKey).Operate(instrument.Symbol, command) is var reason
                    and not RejectReason.None)
                    throw new InvalidOperationException(
                        $"The price bands of {instrument.Symbol} were refused: {reason}.");
            }
        }
    }

    /// <summary>Adds the keys and deposits amounts at which a program's profit is visible.</summary>
    public async Task PrepareAsync(IReadOnlyList<Instrument> instruments)
    {
        var catalog = grains.Catalog();
        var known = (await catalog.Keys()).ToDictionary(key => key.Hash, StringComparer.Ordinal);
        foreach (var key in s_keys)
        {
            await AddAsync(catalog, key, known.GetValueOrDefault(key.Hash));
            // The same person in a browser, signed in without a password.
            var role = key.IsAdmin ? UserRole.Administrator : UserRole.Customer;
            await catalog.AddUser(new User(key.Label, key.Account, role, "", IsDemo: true), UserEvent.Added, "demo");
        }

        // An asset that was renamed was deposited under its first name.
        var changes = await NameChangesAsync();
        var named = changes.Select(change => change.Request.NewAsset).ToHashSet();
        foreach (var account in new[] { Alice, Bob })
        {
            foreach (var (asset, amount) in DemoFunds.Starting(instruments, changes)
                .Where(one => !named.Contains(one.Asset.Name)))
                await DepositAsync(account, $"demo-{asset.Name}", asset, amount);
        }
    }

    /// <summary>
    /// Replaces the money that the simulated participants have spent. An account with less than half of its initial
    /// amount gets that amount again. Otherwise fees and losses would stop an unattended market after some days.
    /// </summary>
    public async Task FundAsync(IReadOnlyList<Instrument> instruments)
    {
        var catalog = grains.Catalog();
        var changes = await NameChangesAsync();
        var owned = (await catalog.Owners()).Select(account => account.Account).ToHashSet();
        foreach (var account in Simulated)
        {
            if (!owned.Contains(account))
                await catalog.SetOwner(new OwnedAccount(account, SimulatedOwner));

            var view = await grains.Account(account).View([]);
            foreach (var (asset, isCash) in DemoFunds.Assets(instruments, changes))
            {
                var amount = DemoFunds.AmountOf(asset, isCash ? 1_000_000_000 : 1_000_000);
                var has = view.Balances.FirstOrDefault(balance => balance.Asset == asset.Name).Total;
                if (has < amount / 2)
                    await DepositAsync(account, $"sim-{view.Sequence}-{asset.Name}", asset, amount);
            }
        }
    }

    /// <summary>Returns the participants' accounts that no one else owns.</summary>
    public async Task<long[]> SimulatedAccountsAsync() =>
        [.. (await grains.Catalog().Owners()).Where(owned => owned.Owner == SimulatedOwner)
            .Select(owned => owned.Account).Intersect(Simulated)];

    /// <summary>
    /// Returns the symbol changes that are done or announced. Nothing is deposited under the old name.
    /// </summary>
    public Task<CorporateActionView[]> NameChangesAsync() => funds.NameChangesAsync();

    private async Task AddAsync(ICatalogGrain catalog, ApiKey key, ApiKey? known)
    {
        var secret = key.Label + SecretSuffix;
        if (key.IsAdmin)
            await catalog.AddKey(key);
        else if (known?.Signing is not { } signing || seal.Open(signing.Material, key.Hash) is null)
            await catalog.AddKey(
                key with { Signing = new SigningKey(SigningScheme.HmacSha256, seal.Close(secret, key.Hash)) });
    }

    private async Task DepositAsync(long account, string name, Asset asset, long amount)
    {
        var deposit = new DepositRequest(name, asset.Name, amount);
        var result = await grains.Account(account).Deposit(deposit);
        if (result.Reason is not (RejectReason.None or RejectReason.KeyConflict))
            throw new InvalidOperationException($"The demo's deposit of {asset.Name} was refused: {result.Reason}.");
    }
}
