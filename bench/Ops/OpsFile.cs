using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace QuantumCore.Bench.Ops;

/// <summary>Verb of an operation record. The letters are the file's.</summary>
public enum OpsVerb : byte
{
    /// <summary>A limit order that rests.</summary>
    New = (byte)'N',

    /// <summary>An immediate-or-cancel limit order.</summary>
    Immediate = (byte)'I',

    /// <summary>A market order; its price is 0.</summary>
    Market = (byte)'M',

    /// <summary>Cancels the order <see cref="OpsRecord.Reference"/>.</summary>
    Cancel = (byte)'C',

    /// <summary>Cancels <see cref="OpsRecord.Reference"/>, then enters a new limit order on its side.</summary>
    Replace = (byte)'R',
}

/// <summary>An operation record of 24 bytes, as in the file.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct OpsRecord
{
    /// <summary>Verb.</summary>
    public OpsVerb Verb;

    /// <summary>Side: 0 buys, 1 sells.</summary>
    public byte Side;

    /// <summary>Index of the symbol, from 0.</summary>
    public ushort Symbol;

    /// <summary>Limit, in ticks.</summary>
    public int PriceTicks;

    /// <summary>Quantity, in lots.</summary>
    public uint QuantityLots;

    /// <summary>Id of the entering order, unique in the file.</summary>
    public uint Id;

    /// <summary>Id of the cancelled order.</summary>
    public uint Reference;

    /// <summary>Reserved; 0.</summary>
    public uint Reserved;
}

/// <summary>
/// An operations file in the format OPS1, little-endian: a header of 64 bytes, then 24 bytes per record.
/// </summary>
/// <param name="Symbols">Number of symbols.</param>
/// <param name="Preload">Number of records at the start that fill the books and are not timed.</param>
/// <param name="MaxId">Highest order id.</param>
/// <param name="LowestTicks">Lowest price, in ticks.</param>
/// <param name="HighestTicks">Highest price, in ticks.</param>
/// <param name="Seed">Seed of the generator.</param>
/// <param name="Records">All records, preload first.</param>
public sealed record OpsFile(
    int Symbols, int Preload, uint MaxId, int LowestTicks, int HighestTicks, ulong Seed, OpsRecord[] Records)
{
    private const int HeaderLength = 64;
    private const int RecordLength = 24;

    // Records are stored in their memory layout.
    private static ReadOnlySpan<byte> Magic =>
        BitConverter.IsLittleEndian
            ? "OPS1"u8
            : throw new PlatformNotSupportedException("This is a little-endian format.");

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">The file has another format or is truncated.</exception>
    public static OpsFile Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength
            || !header.StartsWith(Magic))
            throw new InvalidDataException("This is no OPS1 file.");

        var symbols = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var operations = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        var preload = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        var length = file.Length - HeaderLength;
        var total = length / RecordLength;
        if (symbols is 0 or > ushort.MaxValue + 1 || preload > operations || operations != (ulong)total
            || length % RecordLength != 0)
        {
            throw new InvalidDataException($"The header announces {symbols} symbols and {operations} records, "
                + $"{preload} of them to begin with; there are {total}.");
        }

        var records = new OpsRecord[total];
        foreach (var part in records.AsMemory().Chunks())
            file.ReadExactly(MemoryMarshal.AsBytes(part.Span));
        return new OpsFile(
            (int)symbols, (int)preload, BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[28..]), BinaryPrimitives.ReadInt32LittleEndian(header[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[40..]), records);
    }

    /// <summary>Writes the header and all records.</summary>
    public void Write(Stream destination)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)Symbols);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], (ulong)Records.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], (ulong)Preload);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], MaxId);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], LowestTicks);
        BinaryPrimitives.WriteInt32LittleEndian(header[32..], HighestTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], Seed);
        destination.Write(header);
        foreach (var part in Records.AsMemory().Chunks())
            destination.Write(MemoryMarshal.AsBytes(part.Span));
    }
}

file static class Parts
{
    private const int RecordsAtOnce = 1 << 20;

    /// <summary>Splits records into chunks, because the length of a byte span is an int.</summary>
    public static IEnumerable<Memory<OpsRecord>> Chunks(this Memory<OpsRecord> records)
    {
        for (; !records.IsEmpty; records = records[Math.Min(RecordsAtOnce, records.Length)..])
            yield return records[..Math.Min(RecordsAtOnce, records.Length)];
    }
}
