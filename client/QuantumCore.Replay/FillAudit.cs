using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Compares each aggressive order's fills with the recording. Price and quantity show in the taker's answer; which
/// resting orders were chosen shows only in the maker's own fills, joined by trade id as they come in.
/// </summary>
internal sealed class FillAudit(ReplayReport report)
{
    private readonly Queue<OpenComparison> _open = new();
    private readonly Dictionary<string, AccountFill> _makers = [];

    /// <summary>Fills of the taker whose maker is not known yet.</summary>
    internal int OpenFills { get; private set; }

    /// <summary>Whether every aggressive order is compared.</summary>
    internal bool IsComplete => _open.Count == 0;

    /// <summary>Takes the taker's answer.</summary>
    /// <param name="line">The command's line.</param>
    /// <param name="expected">The recorded fills: the maker's client order id, quantity, price.</param>
    /// <param name="fills">The fills of the answer.</param>
    internal void Compare(int line, IReadOnlyList<ExpectedFill> expected, IReadOnlyList<OrderFill> fills)
    {
        report.Aggressive++;
        report.Fills += fills.Count;
        OpenFills += fills.Count;
        _open.Enqueue(new OpenComparison(line, expected, fills));
        Settle();
    }

    /// <summary>Takes fills of the maker.</summary>
    internal void Join(IEnumerable<AccountFill> makerFills)
    {
        foreach (var fill in makerFills)
            _makers[fill.TradeId] = fill;

        Settle();
    }

    /// <summary>Ends the comparison: what has no maker by now differs.</summary>
    internal void Close()
    {
        while (_open.TryDequeue(out var comparison))
            report.Differs(comparison.Line, "the maker's account does not show all of these trades");
    }

    private void Settle()
    {
        while (_open.TryPeek(out var next) && next.Fills.All(fill => _makers.ContainsKey(fill.TradeId)))
        {
            _open.Dequeue();
            OpenFills -= next.Fills.Count;
            Judge(next);
        }
    }

    private void Judge(OpenComparison comparison)
    {
        var actual = new List<ExpectedFill>();
        var sidesAgree = true;
        foreach (var fill in comparison.Fills)
        {
            _makers.Remove(fill.TradeId, out var maker);
            actual.Add(new ExpectedFill(maker!.ClientOrderId, fill.Quantity, fill.Price));
            sidesAgree &= maker.Quantity == fill.Quantity && maker.Price == fill.Price;
        }

        if (!sidesAgree)
            report.Differs(comparison.Line, "maker and taker were told different quantities or prices of one trade");
        else if (!actual.SequenceEqual(comparison.Expected))
            report.Differs(comparison.Line, $"recorded {Text(comparison.Expected)}, the exchange {Text(actual)}");
        else
            report.AggressiveExact++;
    }

    private static string Text(IReadOnlyList<ExpectedFill> fills) => fills.Count == 0
        ? "no fills"
        : string.Join(" | ", fills.Select(fill => $"{fill.Maker}:{fill.Quantity}@{fill.Price}"));

    private sealed record OpenComparison(
        int Line, IReadOnlyList<ExpectedFill> Expected, IReadOnlyList<OrderFill> Fills);
}

/// <summary>A fill as the recording wants it, in the exchange's units.</summary>
internal readonly record struct ExpectedFill(string Maker, decimal Quantity, decimal Price);
