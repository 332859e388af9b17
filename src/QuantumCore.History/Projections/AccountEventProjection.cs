using System.Runtime.InteropServices;

namespace QuantumCore.History;

/// <summary>Index of the records that concern an account, by account and stream.</summary>
internal sealed class AccountEventProjection(WorkingRows rows, RowBuffers buffers, long batch)
{
    private readonly Dictionary<(long Account, long StreamId), EventBlock> _events = [];

    /// <summary>Notes that a record concerns an account.</summary>
    public void Add(RecordOrigin place, long account)
    {
        ref var block =
            ref CollectionsMarshal.GetValueRefOrAddDefault(_events, (account, rows.EventStream(place.Stream)), out _);
        (block ??= new()).Add(place.Sequence);
    }

    public RowBuffer[] Rows()
    {
        var (streams, blocks, last) = (
            buffers.Empty(Statements.AddEventStream), buffers.Empty(Statements.AddEventBlock),
            buffers.Empty(Statements.PutEventLast));
        foreach (var stream in rows.NewEventStreams)
        {
            streams.Add(rows.EventStream(stream)).Add(stream);
        }

        foreach (var ((account, stream), block) in _events)
        {
            blocks.Add(account).Add(batch).Add(stream).Add(block.First).Add(block.Text());
            last.Add(account).Add(stream).Add(block.Last).Add(batch);
        }

        return [streams, blocks, last];
    }
}
