using System.Buffers.Binary;

namespace QuantumCore.Journal;

internal static class FrameEncoder
{
    /// <summary>
    /// Encodes segments, sorted by stream number and then sequence, into one frame. It reads the streams' committed
    /// chains and changes nothing, so that the same segments can be encoded again without the refused ones.
    /// </summary>
    public static JournalFrame Encode(FrameId id, List<Segment> segments)
    {
        var slices = new List<FrameSlice>();
        var body = new byte[SizeOf(segments)];
        var position = 0;
        for (var i = 0; i < segments.Count;)
        {
            var end = i + 1;
            while (end < segments.Count && segments[end].Stream == segments[i].Stream) end++;
            var slice = EncodeSlice(body, position, segments, i, end);
            slices.Add(slice);
            position += slice.Length;
            i = end;
        }

        return new JournalFrame(id, Checksum.Of(body), body, slices);
    }

    private static int SizeOf(List<Segment> segments)
    {
        var size = 0;
        JournalStream? stream = null;
        foreach (var segment in segments)
        {
            if (segment.Stream != stream) size += SliceLayout.HeaderBytes;
            stream = segment.Stream;
            size += segment.Bytes + segment.Bodies.Count * SliceLayout.RecordBytes;
        }

        return size;
    }

    private static FrameSlice EncodeSlice(byte[] body, int position, List<Segment> segments, int from, int end)
    {
        var at = segments[from].Stream.Committed;
        var first = segments[from].First;
        var last = segments[end - 1].Last;
        SliceLayout.WriteHeader(body.AsSpan(position), (int)(last - first + 1), at, first);
        var write = position + SliceLayout.HeaderBytes;
        var sequence = first;
        var chain = at.Chain;
        for (var i = from; i < end; i++)
        {
            foreach (var (record, _) in segments[i].Bodies)
            {
                chain = Checksum.OfRecord(chain, at.StreamId, at.Epoch, sequence++, record.Span);
                BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(write), record.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(write + 4), chain);
                record.Span.CopyTo(body.AsSpan(write + SliceLayout.RecordBytes));
                write += SliceLayout.RecordBytes + record.Length;
            }
        }

        return new FrameSlice(at.StreamId, at.Epoch, first, last, position, write - position, chain);
    }
}
