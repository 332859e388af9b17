using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Compares each aggressive order's fills with the recording. The taker's response shows price and quantity. The
/// matched resting orders show only in the maker's own fills, which are joined by trade id as they arrive.
/// </summary>
internal sealed class FillAudit(ReplayReport report)
{
    private readonly Queue<OpenComparison> _open = new();
    private readonly Dictionary<string, AccountFill> _makers = [];
    private TradePosition _through;

    /// <summary>Number of taker fills whose maker is not known yet.</summary>
    internal int OpenFills { get; private set; }

    /// <summary>True if every aggressive order is compared.</summary>
    internal bool IsComplete => _open.Count == 0;

    /// <summary>Adds the taker's response for comparison.</summary>
    /// <param name="line">Line of the command.</param>
    /// <param name="expected">Recorded fills: the maker's client order id, quantity, price.</param>
    /// <param name="fills">Fills of the response.</param>
    internal void Compare(int line, IReadOnlyList<ExpectedFill> expected, IReadOnlyList<OrderFill> fills)
    {
        report.Aggressive++;
        report.Fills += fills.Count;
        OpenFills += fills.Count;
        _open.Enqueue(new OpenComparison(line, expected, fills));
        Settle();
    }

    /// <summary>Adds the next fills of the maker, in the sequence of their trades.</summary>
    internal void Join(IReadOnlyList<AccountFill> makerFills)
    {
        foreach (var fill in makerFills)
            _makers[fill.TradeId] = fill;
        if (makerFills.Count > 0)
            _through = TradePosition.Of(makerFills[^1].TradeId);

        Settle();
    }

    /// <summary>Ends the comparison. An order with an unknown maker counts as different.</summary>
    internal void Close()
    {
        for (; _open.TryDequeue(out var comparison); report.AggressiveCompared++)
            report.Differs(comparison.Line, "the maker's account does not show all of these trades");
    }

    private void Settle()
    {
        while (_open.TryPeek(out var next)
            && next.Fills.All(fill => _makers.ContainsKey(fill.TradeId) || IsOfAnother(fill)))
        {
            _open.Dequeue();
            OpenFills -= next.Fills.Count;
            Judge(next);
        }
    }

    /// <summary>
    /// Returns true if the maker has later fills but not this one: the counterparty is not part of the recording.
    /// </summary>
    private bool IsOfAnother(OrderFill fill) => TradePosition.Of(fill.TradeId).CompareTo(_through) <= 0;

    private void Judge(OpenComparison comparison)
    {
        report.AggressiveCompared++;
        var actual = new List<ExpectedFill>();
        var sidesAgree = true;
        foreach (var fill in comparison.Fills)
        {
            var isOfMaker = _makers.Remove(fill.TradeId, out var maker);
            actual.Add(new ExpectedFill(maker?.ClientOrderId ?? "somebody else", fill.Quantity, fill.Price));
            sidesAgree &= !isOfMaker || (maker!.Quantity == fill.Quantity && maker.Price == fill.Price);
        }

        if (!sidesAgree)
            report.Differs(comparison.Line, "maker and taker report different quantities or prices of one trade");
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

/// <summary>A fill expected by the recording, in the exchange's units.</summary>
internal readonly record struct ExpectedFill(string Maker, decimal Quantity, decimal Price);

/// <summary>Position of a trade among those of its symbol.</summary>
/// <param name="Sequence">Sequence of the command that made it.</param>
/// <param name="Index">Number among that command's trades, from 0.</param>
internal readonly record struct TradePosition(long Sequence, long Index) : IComparable<TradePosition>
{
    /// <summary>Returns the position encoded in a trade id.</summary>
    /// <exception cref="ReplayRefusedException">The text is not a trade id of this API.</exception>
    internal static TradePosition Of(string tradeId)
    {
        var dash = tradeId.IndexOf('-', StringComparison.Ordinal);
        return long.TryParse(tradeId.AsSpan(0, Math.Max(dash, 0)), CultureInfo.InvariantCulture, out var sequence) &&
            long.TryParse(tradeId.AsSpan(dash + 1), CultureInfo.InvariantCulture, out var index)
            ? new TradePosition(sequence, index)
            : throw new ReplayRefusedException(ReplayObstacle.NoFills, $"'{tradeId}' is not a trade id of this API");
    }

    /// <inheritdoc/>
    public int CompareTo(TradePosition other) => (Sequence, Index).CompareTo((other.Sequence, other.Index));
}
