namespace QuantumCore.Client.Tests;

/// <summary>What its streams are asked for.</summary>
internal sealed partial class TestExchange
{
    /// <summary>How many snapshots to keep from the streams' readers.</summary>
    internal int SnapshotsToLose { get; set; }

    private void Subscribe(TestStream stream, string op, string symbol)
    {
        if (stream.Follows(op, symbol, AlertsMessage))
            return;

        if (!_books.TryGetValue(symbol, out var book))
        {
            stream.Send(new() { ["type"] = "error", ["code"] = "UnknownSymbol", ["field"] = "symbol", ["detail"] = $"no symbol {symbol}" });
            return;
        }

        if (op == "unsubscribe")
        {
            stream.Symbols.Remove(symbol);
            return;
        }

        stream.Symbols.Add(symbol);
        Snapshots++;
        var snapshot = book.Snapshot(1000);
        snapshot["type"] = "snapshot";
        if (SnapshotsToLose > 0)
            SnapshotsToLose--;
        else
            stream.Send(snapshot);
    }
}
