using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// Margin requirement of an account by the desk's terms, computed without the product's formulas: it tries every
/// combination of fills of the open orders.
/// </summary>
internal static class WitnessedNeeds
{
    /// <summary>Returns an error in the margin figures of an account; null for none.</summary>
    /// <param name="view">Account view.</param>
    /// <param name="margin">Margin figures of the account.</param>
    /// <param name="creditPpm">Credit of the margin group of all symbols, in millionths; 0 for no group.</param>
    public static string? Wrong(AccountView view, MarginView margin, int creditPpm)
    {
        var lines = margin.Positions;
        var (now, alone, units) = (new Int128[lines.Length], (Int128)0,
            lines.Select(line => UnitsOf(view, line)).ToArray());
        for (var i = 0; i < lines.Length; i++)
        {
            now[i] = units[i].Now;
            alone += new[] { units[i].Least, units[i].Now, units[i].Most }.Max(
                of => Needed(of, lines[i].MarkTicks, 150_000, 150_000));
        }

        var kept = OfGroup(now, lines, creditPpm, 100_000, 110_000);
        var worst = Enumerable.Range(0, 1 << lines.Length).Max(corner => OfGroup(
            [.. units.Select((of, i) => (corner >> i & 1) == 0 ? of.Least : of.Most)], lines, creditPpm, 150_000,
            150_000));
        var (own, off) = (Sum(lines.Select(line => line.Requirement)),
            Sum(margin.Groups.Select(group => group.InitialCredit)));
        return kept != margin.Maintenance ? $"needs {kept} to keep what it has, and says {margin.Maintenance}"
            : own - off != margin.Requirement ? $"needs {own} less {off}, and says {margin.Requirement}"
            : alone - worst != off ? $"is credited {alone - worst}, and says {off}"
            : null;
    }

    private static (Int128 Least, Int128 Now, Int128 Most) UnitsOf(AccountView view, MarginLine line)
    {
        var open = view.OpenOrders.Where(order => order.Symbol == line.Symbol).ToArray();
        var now = view.Balances.Where(balance => balance.Asset == line.Symbol).Sum(balance => balance.Total);
        return (
            now - open.Where(order => order.Side == Side.Sell).Sum(order => order.Held),
            now,
            now + open.Where(order => order.Side == Side.Buy).Sum(order => order.QuantityLots - order.FilledLots));
    }

    private static Int128 OfGroup(
        Int128[] units, IReadOnlyList<MarginLine> lines, int creditPpm, int longPpm, int shortPpm)
    {
        Int128 longs = 0, shorts = 0;
        for (var i = 0; i < units.Length; i++)
        {
            var needed = Needed(units[i], lines[i].MarkTicks, longPpm, shortPpm);
            (longs, shorts) = units[i] > 0 ? (longs + needed, shorts) : (longs, shorts + needed);
        }

        return longs + shorts - (creditPpm * Int128.Min(longs, shorts) / 1_000_000);
    }

    private static Int128 Needed(Int128 units, long markTicks, int longPpm, int shortPpm) =>
        ((Int128.Abs(units) * markTicks * (units > 0 ? longPpm : shortPpm)) + 999_999) / 1_000_000;

    private static Int128 Sum(IEnumerable<Int128> amounts) =>
        amounts.Aggregate((Int128)0, (sum, amount) => sum + amount);
}
