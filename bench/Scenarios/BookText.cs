using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>A book in the canonical text of a scenario's <c>=</c> line.</summary>
/// <param name="Bids">Bid levels, best first.</param>
/// <param name="Asks">Ask levels, best first.</param>
/// <param name="Waiting">Armed, parked, pending and held orders by name; their sequence is irrelevant.</param>
/// <param name="Phase">Trading phase.</param>
/// <param name="Last">Last price, in ticks; null if not stated.</param>
internal sealed record BookText(string Bids, string Asks, string Waiting, TradingPhase Phase, long? Last)
{
    private static readonly string[] s_places = ["armed", "parked", "pend", "held"];

    /// <summary>Parses the text of a file.</summary>
    /// <exception cref="FormatException">The text is not a book.</exception>
    public static BookText Parse(string text)
    {
        var book = new BookText("-", "-", "", TradingPhase.Continuous, null);
        var waiting = new string[s_places.Length];
        foreach (var part in text.Split('|', StringSplitOptions.TrimEntries))
        {
            var word = part.Split(' ')[0];
            var rest = part[word.Length..].Trim();
            var place = Array.IndexOf(s_places, word is "pending" ? "pend" : word);
            if (place >= 0)
                waiting[place] = Place(s_places[place], rest.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
            else
                book = book.With(word, rest);
        }

        return book with { Waiting = string.Concat(waiting) };
    }

    /// <summary>Converts a book.</summary>
    public static BookText Of(IScenarioBook book, ScenarioNames names)
    {
        IReadOnlyList<long>[] places = [book.Armed, book.Parked, book.Pending, book.Held];
        var waiting = places.Select((ids, place) => Place(s_places[place], ids.Select(names.Of)));
        return new BookText(
            Levels(book.Orders(Side.Buy), names), Levels(book.Orders(Side.Sell), names), string.Concat(waiting),
            book.Phase, book.LastPriceTicks);
    }

    /// <summary>Returns the text, with the last price if it is known.</summary>
    public override string ToString() =>
        $"B {Bids} | S {Asks}{Waiting}"
        + (Phase == TradingPhase.Continuous ? "" : $" | state {ScenarioWords.Of(Phase)}")
        + Last switch { null => "", 0 => " | last -", var last => $" | last {last}" };

    private BookText With(string word, string rest) => word switch
    {
        "B" => this with { Bids = CanonicalLevels(rest) },
        "S" => this with { Asks = CanonicalLevels(rest) },
        "state" => this with { Phase = ScenarioWords.PhaseOf(rest) },
        "last" => this with { Last = rest is "-" ? 0 : ScenarioWords.Price(rest) },
        _ =>
            throw new FormatException($"'{word}' is no part of a book: B, S, armed, parked, pend, held, state or last"),
    };

    private static string Place(string place, IEnumerable<string> names)
    {
        var all = string.Join(' ', names.Where(name => name is not "-").Order(StringComparer.Ordinal));
        return all.Length == 0 ? "" : $" | {place} {all}";
    }

    private static string CanonicalLevels(string text) => text is "-" or ""
        ? "-"
        : string.Join("; ", text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(CanonicalLevel));

    private static string CanonicalLevel(string text)
    {
        if (text.Split(':') is not [var price, var orders])
            throw new FormatException($"'{text}' is no level: price: id quantity, id quantity");

        // An order without a limit has no displayed price, so a star after it is meaningless.
        price = price.Trim().TrimStart('@');
        return price is "MKT"
            ? $"MKT: {string.Join(", ", orders.Split(',').Select(order => CanonicalOrder(order).TrimEnd('*')))}"
            : $"{ScenarioWords.Number(price)}: {string.Join(", ", orders.Split(',').Select(CanonicalOrder))}";
    }

    private static string CanonicalOrder(string text)
    {
        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var name, var size])
            throw new FormatException($"'{text.Trim()}' is no order of a level: id shown+reserve, or id quantity*");

        if (size.EndsWith('*'))
            return $"{name} {ScenarioWords.Number(size[..^1])}*";
        return size.Split('+') switch
        {
            [var all] => $"{name} {ScenarioWords.Number(all)}",
            [var shown, var reserve] => Displayed(name, ScenarioWords.Number(shown), ScenarioWords.Number(reserve)),
            _ => throw new FormatException($"'{size}' is not shown+reserve"),
        };
    }

    private static string Displayed(string name, long shown, long reserve) =>
        reserve == 0 ? $"{name} {shown}" : $"{name} {shown}+{reserve}";

    private static string Levels(IReadOnlyList<ScenarioEntry> orders, ScenarioNames names)
    {
        var levels = new List<(string Price, List<string> Orders)>();
        foreach (var order in orders)
        {
            var price = OrderRules.IsMarket(names.Type(order.OrderId)) ? "MKT" : $"{order.PriceTicks}";
            if (levels.Count == 0 || levels[^1].Price != price)
                levels.Add((price, []));
            var name = names.Of(order.OrderId);
            levels[^1].Orders.Add((price, order.ShownLots) switch
            {
                ("MKT", _) => Displayed(name, order.LeavesLots, 0),
                (_, 0) => $"{name} {order.LeavesLots}*",
                _ => Displayed(name, order.ShownLots, order.LeavesLots - order.ShownLots),
            });
        }

        return levels.Count == 0
            ? "-"
            : string.Join("; ", levels.Select(level => $"{level.Price}: {string.Join(", ", level.Orders)}"));
    }
}
