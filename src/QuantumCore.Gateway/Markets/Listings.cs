using System.Collections.Frozen;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Markets;

/// <summary>
/// Cache of the listed instruments. None is ever removed, so an old list serves while a new one loads.
/// </summary>
public sealed class Listings(IGrainFactory grains, TimeProvider time)
{
    // Comparing a name with more of them would cost more than the request itself.
    private const int MostCompared = 500;

    private readonly CatalogCopy<FrozenDictionary<string, Instrument>> _copy =
        new(() => LoadAsync(grains), time, servesOld: true);

    /// <summary>Returns the instrument of a symbol; null if it is not listed.</summary>
    public ValueTask<Instrument?> FindAsync(string symbol) =>
        TryFind(symbol) is { } known ? ValueTask.FromResult<Instrument?>(known) : FindAnewAsync(symbol);

    /// <summary>Returns the instrument of a symbol if a fresh copy lists it. It asks nobody.</summary>
    public Instrument? TryFind(string symbol) => _copy.Fresh is { } listed ? listed.GetValueOrDefault(symbol) : null;

    /// <summary>Returns true if a fresh copy does not list a symbol. It asks nobody.</summary>
    public bool Lacks(string symbol) => _copy.Fresh is { } listed && !listed.ContainsKey(symbol);

    /// <summary>Returns the grain of a symbol's book. All books of a group share one grain.</summary>
    public ValueTask<IOrderBookGrain> BookAsync(string symbol) =>
        TryFind(symbol) is { } known ? ValueTask.FromResult(grains.Book(known.BookKey)) : BookAnewAsync(symbol);

    /// <summary>Returns every listed instrument, ordered by symbol.</summary>
    public async ValueTask<IReadOnlyList<Instrument>> AllAsync() =>
        [.. (await _copy.CurrentAsync()).Values.OrderBy(instrument => instrument.Symbol, StringComparer.Ordinal)];

    /// <summary>Returns every listed instrument by its symbol, including all that were found before.</summary>
    public ValueTask<FrozenDictionary<string, Instrument>> BySymbolAsync() => _copy.CurrentAsync();

    /// <summary>Returns an asset by its name; null if no listed instrument has it.</summary>
    public async ValueTask<Asset?> FindAssetAsync(string name) =>
        AssetIn((await _copy.CurrentAsync()).Values, name) ?? AssetIn((await _copy.AfterMissAsync()).Values, name);

    /// <summary>Makes the refusal of an unlisted symbol, with a listed one that is spelt nearly the same.</summary>
    public async ValueTask<Refusal> UnknownAsync(string? symbol, string field = "symbol") => new(
        RejectReason.UnknownSymbol, field, null,
        NotListed(field, symbol, "a listed symbol", [.. (await BySymbolAsync()).Keys]));

    /// <summary>Makes the refusal of an asset that no instrument has, with one that is spelt nearly the same.</summary>
    public async ValueTask<Refusal> UnknownAssetAsync(string? name, string field = "asset")
    {
        var instruments = (await BySymbolAsync()).Values;
        string[] assets = [.. instruments.SelectMany(static one => new[] { one.Base.Name, one.Quote.Name }).Distinct()];
        return Refusal.Malformed(field, NotListed(field, name, "an asset of a listed instrument", assets));
    }

    /// <summary>Reloads the instruments after a change made here.</summary>
    public async ValueTask RefreshAsync() => await _copy.AfterChangeAsync();

    private static string NotListed(string field, string? name, string rule, string[] listed)
    {
        var text = RefusalText.Not(field, name, rule);
        var meant = name is null ? null
            : listed.Contains(name.Trim().ToUpperInvariant()) ? name.Trim().ToUpperInvariant()
            : listed.Length <= MostCompared ? RefusalText.Nearest(name, listed)
            : null;
        return meant is null ? text : $"{text}; did you mean '{meant}'?";
    }

    private static Asset? AssetIn(IEnumerable<Instrument> instruments, string name) =>
        instruments.SelectMany(instrument => new[] { instrument.Base, instrument.Quote })
            .FirstOrDefault(asset => asset.Name == name);

    private async ValueTask<IOrderBookGrain> BookAnewAsync(string symbol) =>
        grains.Book((await FindAnewAsync(symbol))?.BookKey ?? symbol);

    private async ValueTask<Instrument?> FindAnewAsync(string symbol) =>
        (await _copy.CurrentAsync()).GetValueOrDefault(symbol)
            ?? (await _copy.AfterMissAsync()).GetValueOrDefault(symbol);

    private static async ValueTask<FrozenDictionary<string, Instrument>> LoadAsync(IGrainFactory grains)
    {
        var listed = await grains.Catalog().Instruments();
        return listed.Select(encoded => encoded.Decode())
            .ToFrozenDictionary(instrument => instrument.Symbol, StringComparer.Ordinal);
    }
}
