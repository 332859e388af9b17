using Microsoft.AspNetCore.Http;

namespace QuantumCore.Client.Tests;

/// <summary>What its streams are asked for.</summary>
internal sealed partial class TestExchange
{
    /// <summary>How many snapshots to keep from the streams' readers.</summary>
    internal int SnapshotsToLose { get; set; }

    /// <summary>Of <see cref="UpgradeRefusal"/>: the connection is cut.</summary>
    internal const int Cut = 0;

    /// <summary>Answer to an upgrade to a WebSocket; null where there is one.</summary>
    internal int? UpgradeRefusal { get; set; }

    /// <summary>Upgrades that were refused.</summary>
    internal int UpgradesRefused { get; private set; }

    /// <summary>Answers as a proxy: without a word of the exchange's.</summary>
    private bool RefusesUpgrade(HttpContext context)
    {
        if (UpgradeRefusal is not { } status)
            return false;

        UpgradesRefused++;
        if (status == Cut)
            context.Abort();
        else
            context.Response.StatusCode = status;
        return true;
    }

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
