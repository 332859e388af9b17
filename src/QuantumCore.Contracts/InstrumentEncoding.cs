using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes an instrument's definition as bytes, in the journal and between grains.</summary>
internal static class InstrumentEncoding
{
    // An instrument without a group keeps its original encoding.
    private const byte Version = 1;
    private const byte VersionWithGroup = 2;
    private const byte VersionWithSettlement = 3;
    private const byte Kind = 1;

    public static ImmutableArray<byte> Encode(Instrument instrument)
    {
        var to = new RecordWriter(VersionOf(instrument), Kind, 0);
        to.Text(instrument.Symbol);
        WriteAsset(ref to, instrument.Base);
        WriteAsset(ref to, instrument.Quote);
        to.Count(instrument.PriceDecimals);
        to.Count(instrument.TickSize);
        to.Count(instrument.QuantityDecimals);
        to.Count(instrument.LotSize);
        to.Count(instrument.MinPriceTicks);
        to.Count(instrument.MaxPriceTicks);
        to.Count(instrument.MinQuantityLots);
        to.Count(instrument.MaxQuantityLots);
        to.Count(instrument.MinNotional);
        to.Count(instrument.MaxNotional);
        to.Count(instrument.MakerFeePpm);
        to.Count(instrument.TakerFeePpm);
        to.Count(instrument.ReferencePriceTicks);
        to.Count(instrument.ProtectionPpm);
        to.Count(instrument.MaxLevels);
        if (VersionOf(instrument) != Version)
        {
            to.Text(instrument.Group);
        }

        if (instrument.SettlementDays > 0)
        {
            to.Count(instrument.SettlementDays);
            to.Text(instrument.SettlementVenue);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(to.ToArray());
    }

    public static Instrument Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version, VersionWithSettlement);
        var instrument = new Instrument
        {
            Symbol = from.Text(),
            Base = ReadAsset(ref from),
            Quote = ReadAsset(ref from),
            PriceDecimals = from.Count32(),
            TickSize = from.Count(),
            QuantityDecimals = from.Count32(),
            LotSize = from.Count(),
            MinPriceTicks = from.Count(),
            MaxPriceTicks = from.Count(),
            MinQuantityLots = from.Count(),
            MaxQuantityLots = from.Count(),
            MinNotional = from.Count(),
            MaxNotional = from.Count(),
            MakerFeePpm = from.Count32(),
            TakerFeePpm = from.Count32(),
            ReferencePriceTicks = from.Count(),
            ProtectionPpm = from.Count32(),
            MaxLevels = from.Count32(),
        };
        if (from.Version >= VersionWithGroup)
        {
            instrument = instrument with { Group = from.Text() };
        }

        if (from.Version == VersionWithSettlement)
        {
            instrument = instrument with { SettlementDays = from.Count32(), SettlementVenue = from.Text() };
        }

        from.End();
        return instrument;
    }

    private static byte VersionOf(Instrument instrument) =>
        instrument.SettlementDays > 0
            ? VersionWithSettlement
            : instrument.Group.Length > 0 ? VersionWithGroup : Version;

    internal static void WriteAsset(ref RecordWriter to, Asset asset)
    {
        to.Text(asset.Name);
        to.Count(asset.Decimals);
    }

    internal static Asset ReadAsset(ref RecordReader from) => new(from.Text(), from.Count32());
}
