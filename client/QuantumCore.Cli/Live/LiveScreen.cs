using System.Globalization;
using System.Text;
using QuantumCore.Client;

namespace QuantumCore.Cli.Live;

/// <summary>
/// Draws a view as lines of plain text, and lines as VT100 sequences: only home, erase and reverse. No colours, no
/// characters beyond ASCII.
/// </summary>
internal static class LiveScreen
{
    private const int LeastWidth = 64;
    private const int LeastHeight = 12;
    private const int LadderWidth = 40;
    private const int HeadLines = 2;

    /// <summary>Sequence that clears the screen.</summary>
    internal const string Clear = "\e[2J\e[H";

    /// <summary>Sequence that leaves the screen below the last frame.</summary>
    internal const string Leave = "\e[m\r\n";

    /// <summary>Returns the whole screen: as many lines as its height, none wider than its width.</summary>
    internal static IReadOnlyList<string> Lines(LiveView view, int width, int height)
    {
        if (width < LeastWidth || height < LeastHeight)
            return [Cut($"qc live needs {LeastWidth} x {LeastHeight} characters. q quits.", width)];

        // The last line stays empty: writing its last character scrolls some terminals.
        var orders = Math.Clamp(height / 4, 3, 10);
        var ladder = Ladder(view, height - HeadLines - orders - 3);
        var lines = new List<string>(height)
        {
            Head(view),
            Columns($"{"own",7} {"bid size",9} {"price",11} {"ask size",9}", $"{"time",-8} {"trade",11} {"size",7}"),
        };
        for (var i = 0; i < ladder.Count; i++)
            lines.Add(Columns(ladder[i], i < view.Tape.Count ? Print(view.Tape[i]) : ""));

        lines.Add($"{view.Account} {view.Orders.Count} open orders".TrimStart());
        for (var i = 0; i < orders; i++)
            lines.Add(i < view.Orders.Count ? Line(view.Orders[i]) : "");
        lines.Add(" n next symbol   p previous   q quit");
        return [.. lines.Select(line => Cut(line, width - 1))];
    }

    /// <summary>Returns a frame that overwrites the previous one, with head and foot in reverse.</summary>
    internal static string Frame(IReadOnlyList<string> lines, int width)
    {
        var frame = new StringBuilder("\e[H");
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                frame.Append("\r\n");
            if (i == 0 || i == lines.Count - 1)
                frame.Append("\e[7m").Append(lines[i].PadRight(width - 1)).Append("\e[m");
            else
                frame.Append(lines[i]);
            frame.Append("\e[K");
        }

        return frame.Append("\e[J").ToString();
    }

    private static string Head(LiveView view)
    {
        var spread = view is { Bids: [var bid, ..], Asks: [var ask, ..] } ? Text(ask.Price - bid.Price) : "-";
        var last = view.Tape.FirstOrDefault(static trade => !trade.IsLeg) is { } newest ? Text(newest.Price) : view.State?.LastPrice is { } price ? Text(price) : "-";
        var phase = view.State is { } state ? Tables.Word(state.Phase) : "";
        return $" {view.Symbol}  {phase}  last {last}  spread {spread}  {(view.IsFresh ? "live" : "STALE, connecting")}";
    }

    /// <summary>Returns the ladder: asks above, bids below, the best ones in the middle.</summary>
    private static List<string> Ladder(LiveView view, int height)
    {
        var half = (height - 1) / 2;
        var own = view.Orders.Where(order => order.Symbol == view.Symbol && order.Price is not null)
            .GroupBy(static order => (order.Side, order.Price!.Value))
            .ToDictionary(static orders => orders.Key, static orders => orders.Sum(static order => order.Remaining));
        var lines = new List<string>(height);
        for (var i = half - 1; i >= 0; i--)
            lines.Add(Rung(view.Asks, i, OrderSide.Sell));
        lines.Add(new string('-', LadderWidth - 1));
        for (var i = 0; i < height - half - 1; i++)
            lines.Add(Rung(view.Bids, i, OrderSide.Buy));
        return lines;

        string Rung(IReadOnlyList<PriceLevel> levels, int at, OrderSide side)
        {
            if (at >= levels.Count)
                return "";

            var (price, quantity) = levels[at];
            var mine = own.TryGetValue((side, price), out var open) ? $"*{Text(open)}" : "";
            return side == OrderSide.Buy
                ? $"{mine,7} {Text(quantity),9} {Text(price),11}"
                : $"{mine,7} {"",9} {Text(price),11} {Text(quantity),9}";
        }
    }

    /// <summary>
    /// Formats a trade. The trade's state precedes its side, because a narrow screen cuts off the end.
    /// </summary>
    private static string Print(Trade trade) => string.Create(
        CultureInfo.InvariantCulture,
        $"{trade.Time,-8:HH:mm:ss} {Text(trade.Price),11} {Text(trade.Quantity),7} {$"{Tables.State(trade)} {Tables.Taker(trade)}".TrimStart()}");

    private static string Line(Order order) =>
        $"  {order.Symbol,-10} {Tables.Word(order.Side),-4} {Tables.Word(order.Type),-10} {Text(order.Remaining),10} at {(order.Price is { } price ? Text(price) : "market"),-12} {order.ClientOrderId}";

    private static string Columns(string left, string right) => $"{left.PadRight(LadderWidth)} {right}".TrimEnd();

    private static string Cut(string line, int width) => line.Length <= width ? line : line[..Math.Max(width, 0)];

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
