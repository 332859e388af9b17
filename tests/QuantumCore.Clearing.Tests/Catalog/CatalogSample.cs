using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing.Tests;

/// <summary>A catalog without a grain: changes are applied as the journal would return them.</summary>
internal sealed class CatalogSample
{
    public const long Now = 20_000 * UtcDay.Nanos;

    private long _sequence;

    public CatalogSample(params Instrument[] listed)
    {
        foreach (var instrument in listed)
        {
            List(instrument);
        }
    }

    public Catalog Catalog { get; } = new();

    public void List(Instrument instrument)
    {
        var definition = EncodedInstrument.From(instrument);
        Catalog.RequireFits(instrument, definition);
        Apply(new InstrumentListed(Now, definition));
    }

    /// <summary>Applies a record after its encoding, and returns it.</summary>
    public T Apply<T>(T record)
        where T : CatalogRecord
    {
        Catalog.Apply(++_sequence, CatalogRecordEncoding.Decode(CatalogRecordEncoding.Encode(record)));
        return record;
    }

    public void Apply(ImmutableArray<CatalogRecord> records)
    {
        foreach (var record in records)
        {
            Apply(record);
        }
    }

    /// <summary>Makes a change. Returns the refusal, or null.</summary>
    public string? Make(CatalogChange change)
    {
        if (change.Record is { } record)
        {
            Apply(record);
        }

        return change.Refusal;
    }
}
