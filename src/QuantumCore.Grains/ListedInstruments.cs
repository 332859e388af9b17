using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// What is listed, ready to be asked for. Replaced whole; an instrument that stays as it was is not decoded again, as an exchange may have thousands and
/// is asked for them by each account that wakes.
/// </summary>
internal sealed class ListedInstruments
{
    /// <summary>Nothing.</summary>
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

    /// <summary>All of them, by symbol.</summary>
    public ImmutableArray<Instrument> All { get; }

    /// <summary>The instrument of a symbol; null where none is listed.</summary>
    public Instrument? Of(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>The asset of a name, if an instrument trades it or is paid in it.</summary>
    public Asset? AssetOf(string name) => _assets.GetValueOrDefault(name);

    /// <summary>The same with what is listed by now, by symbol; itself where that is the same.</summary>
    public ListedInstruments With(ImmutableArray<EncodedInstrument> definitions)
    {
        if (definitions.SequenceEqual(_definitions))
            return this;

        // None is ever taken away: what is known comes in its turn, with new ones between.
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
