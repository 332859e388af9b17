using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Listed instruments, and the terms that a new definition of them must keep.</summary>
internal sealed class InstrumentListings
{
    private readonly SortedDictionary<string, EncodedInstrument> _listed = new(StringComparer.Ordinal);

    // Decimals of every asset of a listed instrument.
    private readonly Dictionary<string, int> _decimals = new(StringComparer.Ordinal);

    /// <summary>Definitions of the instruments, sorted by symbol.</summary>
    public IReadOnlyCollection<EncodedInstrument> Definitions => _listed.Values;

    /// <summary>The instruments, sorted by symbol.</summary>
    public IEnumerable<Instrument> All => _listed.Values.Select(listed => listed.Decode());

    /// <summary>Returns true if a symbol is listed.</summary>
    public bool Has(string symbol) => _listed.ContainsKey(symbol);

    /// <summary>Returns true if an instrument is listed with this definition.</summary>
    public bool Has(string symbol, EncodedInstrument definition) =>
        _listed.TryGetValue(symbol, out var known) && known.Equals(definition);

    /// <summary>Returns the instrument of a symbol, or null if it is not listed.</summary>
    public Instrument? Find(string symbol) =>
        _listed.TryGetValue(symbol, out var definition) ? definition.Decode() : null;

    /// <summary>Returns the instrument of a listed symbol.</summary>
    public Instrument Get(string symbol) => _listed[symbol].Decode();

    /// <summary>Requires the decimals that the listed assets have.</summary>
    /// <exception cref="ArgumentException">The decimals are others.</exception>
    public void RequireSameScale(Instrument instrument, EncodedInstrument definition)
    {
        if (Array.Exists(
            [instrument.Base, instrument.Quote],
            asset => _decimals.GetValueOrDefault(asset.Name, asset.Decimals) != asset.Decimals))
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: the decimals of a listed asset never change.", nameof(definition));
        }
    }

    /// <summary>
    /// Requires the same group and settlement as before. Another group would be another grain for an existing book. Old
    /// trades are booked by the current definition, too.
    /// </summary>
    /// <exception cref="ArgumentException">The group or the settlement is another.</exception>
    public void RequireSameTerms(Instrument instrument, EncodedInstrument definition)
    {
        if (Find(instrument.Symbol) is not { } listed)
        {
            return;
        }

        if (listed.Group != instrument.Group)
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: the group of a listed instrument never changes.", nameof(definition));
        }

        if ((listed.SettlementDays, listed.SettlementVenue) != (instrument.SettlementDays, instrument.SettlementVenue))
        {
            throw new ArgumentException(
                $"{instrument.Symbol}: the settlement of a listed instrument never changes.", nameof(definition));
        }
    }

    /// <summary>Applies a record.</summary>
    public void Apply(InstrumentListed listed)
    {
        var instrument = listed.Definition.Decode();
        _listed[instrument.Symbol] = listed.Definition;
        (_decimals[instrument.Base.Name], _decimals[instrument.Quote.Name]) =
            (instrument.Base.Decimals, instrument.Quote.Decimals);
    }
}
