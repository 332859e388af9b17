using System.Collections.Frozen;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>
/// The listed instruments, as this process knows them. None is ever taken away, so that an old list serves while a
/// new one is on its way.
/// </summary>
public sealed class Listings(IGrainFactory grains, TimeProvider time)
{
    private readonly CatalogCopy<FrozenDictionary<string, Instrument>> _copy = new(() => Load(grains), time, servesOld: true);

    /// <summary>The instrument of a symbol, or null when it is not listed.</summary>
    public ValueTask<Instrument?> Find(string symbol) =>
        _copy.Fresh is { } listed && listed.TryGetValue(symbol, out var instrument)
            ? ValueTask.FromResult<Instrument?>(instrument)
            : FindAnew(symbol);

    /// <summary>Whether a symbol is not listed as far as is known without asking.</summary>
    public bool Lacks(string symbol) => _copy.Fresh is { } listed && !listed.ContainsKey(symbol);

    /// <summary>The grain that a symbol's book lives in: of a group's books all in one.</summary>
    public async ValueTask<IOrderBookGrain> Book(string symbol) =>
        grains.Book((await Find(symbol))?.BookKey ?? symbol);

    /// <summary>Every listed instrument, by symbol.</summary>
    public async ValueTask<IReadOnlyList<Instrument>> All() =>
        [.. (await _copy.Current()).Values.OrderBy(instrument => instrument.Symbol, StringComparer.Ordinal)];

    /// <summary>Every listed instrument by its symbol, whatever was found before among them.</summary>
    public ValueTask<FrozenDictionary<string, Instrument>> BySymbol() => _copy.Current();

    /// <summary>An asset by its name, or null when no listed instrument has it.</summary>
    public async ValueTask<Asset?> FindAsset(string name) =>
        AssetIn((await _copy.Current()).Values, name) ?? AssetIn((await _copy.AfterMiss()).Values, name);

    /// <summary>Asks the catalog after a change made here.</summary>
    public async ValueTask Refresh() => await _copy.AfterChange();

    private static Asset? AssetIn(IEnumerable<Instrument> instruments, string name) =>
        instruments.SelectMany(instrument => new[] { instrument.Base, instrument.Quote })
            .FirstOrDefault(asset => asset.Name == name);

    private async ValueTask<Instrument?> FindAnew(string symbol) =>
        (await _copy.Current()).GetValueOrDefault(symbol) ?? (await _copy.AfterMiss()).GetValueOrDefault(symbol);

    private static async ValueTask<FrozenDictionary<string, Instrument>> Load(IGrainFactory grains)
    {
        var listed = await grains.Catalog().Instruments();
        return listed.Select(encoded => encoded.Decode())
            .ToFrozenDictionary(instrument => instrument.Symbol, StringComparer.Ordinal);
    }
}
