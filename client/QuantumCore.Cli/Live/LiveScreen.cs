using System.Globalization;
using System.Text;
using QuantumCore.Client;

namespace QuantumCore.Cli.Live;

/// <summary>
/// Draws a view as lines, and lines as VT100 sequences: home, erase, reverse, and eight colours where the terminal has
/// them. No characters beyond ASCII.
/// </summary>
internal static class LiveScreen
{
    private const int LeastWidth = 64;
    private const int LeastHeight = 12;
    private const int LadderWidth = 40;
    private const int HeadLines = 2;
    private const string Keys = " b buy  s sell  c cancel  up/down select  n/p symbol  / list  ? help  q quit";

    private static readonly string[] s_help =
    [
        "b, s        buy, sell: type 10 150.25 for a limit order, 10 for a market order",
        "up, down    select one of your orders (also k, j)",
        "c, Delete   cancel the selected order",
        "C           cancel all your orders in this instrument",
        "/           pick an instrument from the list; letters filter it",
        "n, p        next and previous instrument (also right and left)",
        "q, Escape   leave a question or this page; at the book, quit",
        "",
        "An asterisk marks your own quantity at a price. Any key goes back.",
    ];

    /// <summary>Sequence that clears the screen.</summary>
    internal const string Clear = "\e[2J\e[H";

    /// <summary>Sequence that leaves the screen below the last frame.</summary>
    internal const string Leave = "\e[m\r\n";

    /// <summary>Returns the whole screen: as many lines as its height.</summary>
    internal static IReadOnlyList<LiveLine> Lines(LiveView view, LiveState state, int width, int height)
    {
        if (width < LeastWidth || height < LeastHeight)
            return [new LiveLine($"qc live needs {LeastWidth} x {LeastHeight} characters. q quits.")];

        // The foot is the last line; its last character stays empty, because writing it scrolls some terminals.
        var lines = new List<LiveLine>(height) { Head(view) };
        lines.AddRange(state.Mode switch
        {
            LiveMode.Help => s_help.Select(static line => new LiveLine($"  {line}")),
            LiveMode.Pick => Picker(state, height - HeadLines - 1),
            _ => Market(view, state, height - HeadLines),
        });
        while (lines.Count < height - 1)
            lines.Add(new LiveLine());
        lines.Add(Foot(state));
        return lines;
    }

    /// <summary>Returns a frame that overwrites the previous one.</summary>
    internal static string Frame(IReadOnlyList<LiveLine> lines, int width, bool inColour)
    {
        var frame = new StringBuilder("\e[H");
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                frame.Append("\r\n");
            lines[i].WriteTo(frame, width - 1, inColour);
            frame.Append("\e[K");
        }

        return frame.Append("\e[J").ToString();
    }

    private static LiveLine Head(LiveView view)
    {
        var spread = view is { Bids: [var bid, ..], Asks: [var ask, ..] } ? Tables.Text(ask.Price - bid.Price) : "-";
        var last = view.Tape.FirstOrDefault(static trade => !trade.IsLeg) is { } newest
            ? Tables.Text(newest.Price)
            : view.State?.LastPrice is { } price ? Tables.Text(price) : "-";
        var phase = view.State is { } state ? Tables.Word(state.Phase) : "";
        return new LiveLine(
            $" {view.Symbol}  {phase}  last {last}  spread {spread}  {(view.IsFresh ? "live" : "STALE, connecting")}",
            LiveStyle.Reverse);
    }

    private static LiveLine Foot(LiveState state) => new(
        state.Mode switch
        {
            LiveMode.Question => $" {state.Question}",
            LiveMode.Order when state.Message.Length > 0 =>
                $" {Tables.Word(state.Side)} {state.Symbol}: {state.Typed}_  {state.Message}",
            LiveMode.Order =>
                $" {Tables.Word(state.Side)} {state.Symbol}: {state.Typed}_  quantity and price, or quantity alone; "
                + "Enter sends",
            LiveMode.Pick => $" /{state.Typed}_  Enter shows it, Escape goes back",
            LiveMode.Help => " any key goes back",
            _ when state.Message.Length > 0 => $" {state.Message}",
            _ => Keys,
        },
        LiveStyle.Reverse);

    private static IEnumerable<LiveLine> Picker(LiveState state, int height)
    {
        var picks = state.Picks;
        var chosen = Math.Min(state.Choice, picks.Count - 1);
        var first = Math.Max(chosen - height + 1, 0);
        return picks.Count == 0
            ? [new LiveLine($"  No instrument has '{state.Typed}' in its name.")]
            : picks.Skip(first).Take(height).Select(
                (symbol, i) => new LiveLine($"  {symbol}", first + i == chosen ? LiveStyle.Reverse : LiveStyle.Plain));
    }

    private static List<LiveLine> Market(LiveView view, LiveState state, int height)
    {
        var room = Math.Clamp((height + HeadLines) / 4, 3, 10);
        var ladder = Ladder(view, height - room - 2);
        var lines = new List<LiveLine>(height)
        {
            new($"{$"{"own",7} {"bid size",9} {"price",11} {"ask size",9}",-LadderWidth} {"time",-8} {"trade",11} {"size",7}"),
        };
        for (var i = 0; i < ladder.Count; i++)
        {
            lines.Add(ladder[i]);
            if (i < view.Tape.Count)
                ladder[i].PadTo(LadderWidth + 1).Add(Print(view.Tape[i]), StyleOf(view.Tape[i].TakerSide));
        }

        var selected = state.SelectedIn(view.Orders);
        var first = Math.Max(selected - room + 1, 0);
        lines.Add(new LiveLine($"{view.Account} {view.Orders.Count} open orders".TrimStart()));
        lines.AddRange(view.Orders.Skip(first).Take(room).Select((order, i) => Line(order, first + i == selected)));
        return lines;
    }

    /// <summary>Returns the ladder: asks above, bids below, the best ones in the middle.</summary>
    private static List<LiveLine> Ladder(LiveView view, int height)
    {
        var half = (height - 1) / 2;
        var own = view.Orders.Where(order => order.Symbol == view.Symbol && order.Price is not null)
            .GroupBy(static order => (order.Side, order.Price!.Value))
            .ToDictionary(static orders => orders.Key, static orders => orders.Sum(static order => order.Remaining));
        var lines = new List<LiveLine>(height);
        for (var i = half - 1; i >= 0; i--)
            lines.Add(Rung(view.Asks, i, OrderSide.Sell));
        lines.Add(new LiveLine(new string('-', LadderWidth - 1)));
        for (var i = 0; i < height - half - 1; i++)
            lines.Add(Rung(view.Bids, i, OrderSide.Buy));
        return lines;

        LiveLine Rung(IReadOnlyList<PriceLevel> levels, int at, OrderSide side)
        {
            if (at >= levels.Count)
                return new LiveLine();

            var (price, quantity) = levels[at];
            var mine = own.TryGetValue((side, price), out var open) ? $"*{Tables.Text(open)}" : "";
            return new LiveLine($"{mine,7}", LiveStyle.Own).Add(
                side == OrderSide.Buy
                    ? $" {Tables.Text(quantity),9} {Tables.Text(price),11}"
                    : $" {"",9} {Tables.Text(price),11} {Tables.Text(quantity),9}",
                StyleOf(side));
        }
    }

    /// <summary>
    /// Formats a trade. The trade's state precedes its side, because a narrow screen cuts off the end.
    /// </summary>
    private static string Print(Trade trade) => string.Create(
        CultureInfo.InvariantCulture,
        $"{trade.Time,-8:HH:mm:ss} {Tables.Text(trade.Price),11} {Tables.Text(trade.Quantity),7} "
            + $"{$"{Tables.State(trade)} {Tables.Taker(trade)}".TrimStart()}");

    private static LiveLine Line(Order order, bool isSelected) => new(
        $"{(isSelected ? ">" : " ")} {order.Symbol,-10} {Tables.Word(order.Side),-4} {Tables.Word(order.Type),-10} "
            + $"{Tables.Text(order.Remaining),10} at {Tables.Price(order) ?? "market",-12} {order.ClientOrderId}",
        isSelected ? LiveStyle.Reverse : StyleOf(order.Side));

    private static LiveStyle StyleOf(OrderSide? side) => side switch
    {
        OrderSide.Buy => LiveStyle.Buy,
        OrderSide.Sell => LiveStyle.Sell,
        _ => LiveStyle.Plain,
    };
}
