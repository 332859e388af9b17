using Microsoft.AspNetCore.Http;

namespace QuantumCore.Client.Tests;

/// <summary>Stream requests.</summary>
internal sealed partial class TestExchange
{
    /// <summary>Number of snapshots to withhold from the streams' readers.</summary>
    internal int SnapshotsToLose { get; set; }

    /// <summary>Value of <see cref="UpgradeRefusal"/> that cuts the connection.</summary>
    internal const int Cut = 0;

    /// <summary>HTTP status that rejects WebSocket upgrades; null to accept them.</summary>
    internal int? UpgradeRefusal { get; set; }

    /// <summary>Number of rejected upgrades.</summary>
    internal int UpgradesRefused { get; private set; }

    /// <summary>Responds like a proxy, without any content of the exchange.</summary>
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
            stream.Send(
                new()
                {
                    ["type"] = "error",
                    ["code"] = "UnknownSymbol",
                    ["field"] = "symbol",
                    ["detail"] = $"no symbol {symbol}",
                });
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
