using System.Buffers.Binary;

namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>Makes frames on the test's own thread, byte for byte like the writer, but with seeded numbers.</summary>
internal static class FrameMaker
{
    public static JournalFrame Make(FrameId id, IEnumerable<(StreamActivation At, byte[][] Records)> parts)
    {
        var slices = new List<FrameSlice>();
        var body = new MemoryStream();
        foreach (var (at, records) in parts.OrderBy(part => part.At.StreamId))
        {
            var position = (int)body.Length;
            var header = new byte[SliceLayout.HeaderBytes];
            SliceLayout.WriteHeader(header, records.Length, at, at.Head + 1);
            body.Write(header);
            var chain = at.Chain;
            for (var i = 0; i < records.Length; i++)
            {
                chain = Checksum.OfRecord(chain, at.StreamId, at.Epoch, at.Head + 1 + i, records[i]);
                var before = new byte[SliceLayout.RecordBytes];
                BinaryPrimitives.WriteInt32LittleEndian(before, records[i].Length);
                BinaryPrimitives.WriteUInt32LittleEndian(before.AsSpan(4), chain);
                body.Write(before);
                body.Write(records[i]);
            }

            slices.Add(new FrameSlice(
                at.StreamId, at.Epoch, at.Head + 1, at.Head + records.Length, position, (int)body.Length - position,
                chain));
        }

        var whole = body.ToArray();
        return new JournalFrame(id, Checksum.Of(whole), whole, slices);
    }
}
