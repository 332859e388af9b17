using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// The listed instruments, ready for lookup. They are replaced as a whole. An unchanged instrument is not decoded
/// again, because an exchange may have thousands and each activated account refreshes them.
/// </summary>
internal sealed class ListedInstruments
{
    /// <summary>No instruments.</summary>
    public static readonly ListedInstruments None = new([], []);

    private readonly ImmutableArray<EncodedInstrument> _definitions;
    private readonly Dictionary<string, Instrument> _bySymbol;
    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);

    private ListedInstruments(ImmutableArray<EncodedInstrument> definitions, ImmutableArray<Instrument> all)
    {
        (_definitions, All) = (definitions, all);
        _bySymbol = all.ToDictionary(instrument => instrument.Symbol, StringComparer.Ordinal);
        foreach (var instrument in all)
        {
            _assets.TryAdd(instrument.Base.Name, instrument.Base);
            _assets.TryAdd(instrument.Quote.Name, instrument.Quote);
        }
    }

    /// <summary>All instruments, sorted by symbol.</summary>
    public ImmutableArray<Instrument> All { get; }

    /// <summary>Returns the instrument of a symbol, or null if it is not listed.</summary>
    public Instrument? Of(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>Returns the asset of a name, if it is the base or quote asset of an instrument.</summary>
    public Asset? AssetOf(string name) => _assets.GetValueOrDefault(name);

    /// <summary>
    /// Returns the instruments with the present definitions, sorted by symbol; itself if nothing changed.
    /// </summary>
    public ListedInstruments With(ImmutableArray<EncodedInstrument> definitions)
    {
        if (definitions.SequenceEqual(_definitions))
            return this;

        // Instruments are never removed, so known ones keep their sequence, with new ones in between.
        var all = ImmutableArray.CreateBuilder<Instrument>(definitions.Length);
        var known = 0;
        foreach (var definition in definitions)
        {
            var isKnown = known < _definitions.Length && definition == _definitions[known];
            all.Add(isKnown ? All[known] : definition.Decode());
            if (known < All.Length && All[known].Symbol == all[^1].Symbol)
                known++;
        }

        return new ListedInstruments(definitions, all.MoveToImmutable());
    }
}
