using System.Globalization;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>
/// Events in a scenario's notation. Events of a file and of a book are converted to the same canonical text, so they
/// are compared as texts.
/// </summary>
internal static class EventText
{
    /// <summary>Returns the canonical form of a written event.</summary>
    /// <exception cref="FormatException">The text is not an event.</exception>
    public static string Canonical(string text)
    {
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            ["trade" or "atrade", var first, var second, var size] => $"{words[0]} {first} {second} {Size(size)}",
            ["rest", var id, "hidden", var size] => $"rest {id} hidden {Size(size)}",
            ["rest", var id, var size, "hidden"] => $"rest {id} hidden {Size(size)}",
            ["rest", var id, ['h', 'i', 'd', 'd', 'e', 'n', '@', .. var price], var lots] =>
                $"rest {id} hidden {Lots(lots)}@{Price(price)}",
            ["rest" or "refill", var id, var size] => $"{words[0]} {id} {Size(size)}",
            ["ack", var id] => $"ack {id}",
            ["ack", var id, ['@', .. var price]] => $"ack {id} @{Price(price)}",
            ["exp" or "can", var id, "amt", var amount, var reason] => $"{words[0]} {id} amt {Lots(amount)} {reason}",
            ["exp" or "can", var id, var lots, ['L', 'I', 'S', 'T', ..]] => $"can {id} {Lots(lots)} LIST",
            ["exp" or "can", var id, var lots, var reason] => $"{words[0]} {id} {Lots(lots)} {reason}",
            ["stp", var taker, var maker, var lots, var mode] =>
                $"stp {taker} {maker} {Lots(lots)} {ScenarioWords.Of(ScenarioWords.SelfTradeOf(mode))}",
            ["ind", var price, var lots, var imbalance] =>
                $"ind {Price(price)} {Lots(lots)} {Signed(ScenarioWords.Number(imbalance))}",
            ["uncross", var price, var lots] => $"uncross {Price(price)} {Lots(lots)}",
            ["amend", var id, var size, "keep" or "lose"] => $"amend {id} {Size(size)} {words[3]}",
            ["reprice", var id, var prices] => $"reprice {id} {Move(prices)}",
            ["park" or "act", var id] => $"{words[0]} {id}",
            ["trig", var id, var price] => $"trig {id} {Price(price)}",
            ["rej", var subject, _, ..] => $"rej {subject} {string.Concat(words[2..])}",
            ["state", var phase] => $"state {ScenarioWords.Of(ScenarioWords.PhaseOf(phase))}",
            ["ext" or "extension", var count] => $"ext {Lots(count)}",
            ["bust", var trade] => $"bust {Lots(trade)}",
            ["correct", var trade, var price] => $"correct {Lots(trade)} @{Price(price.TrimStart('@'))}",
            _ => throw new FormatException($"'{text.Trim()}' is no event"),
        };
    }

    /// <summary>Returns an event of a book as text; null if scenarios omit it.</summary>
    public static string? Of(in BookEvent happened, ScenarioNames names)
    {
        var id = names.Of(happened.OrderId);
        var price = happened.PriceTicks;
        var lots = happened.QuantityLots;
        return happened.Kind switch
        {
            BookEventKind.Accepted => happened.Detail == 1 ? $"ack {id} @{price}" : $"ack {id}",
            BookEventKind.Trade => $"trade {names.Of(happened.MakerId)} {id} {lots}@{price}",
            BookEventKind.Rested => Rested(in happened, id),
            BookEventKind.Amended => Amended(in happened, id, names),
            BookEventKind.Ended => Ended(in happened, id),
            BookEventKind.Refilled => $"refill {id} {lots}@{price}",
            BookEventKind.Repriced => $"reprice {id} {(lots == 0 ? "-" : lots)}>{price}",
            BookEventKind.Parked => $"park {id}",
            BookEventKind.SelfTradePrevented =>
                $"stp {id} {names.Of(happened.MakerId)} {lots} {ScenarioWords.Of((SelfTradePrevention)happened.Detail)}",
            BookEventKind.Triggered => $"trig {id} {price}",
            BookEventKind.Activated => $"act {id}",
            BookEventKind.ListChanged => null,
            BookEventKind.Uncrossed => $"uncross {OrNone(price)} {lots}",
            BookEventKind.AuctionTrade => $"atrade {id} {names.Of(happened.MakerId)} {lots}@{price}",
            BookEventKind.Indicative => $"ind {OrNone(price)} {lots} {Signed(happened.LeavesLots)}",
            BookEventKind.PhaseChanged => $"state {ScenarioWords.Of((TradingPhase)happened.Detail)}",
            BookEventKind.Extended => $"ext {lots}",
            BookEventKind.Busted => $"bust {happened.OrderId}",
            BookEventKind.Corrected => $"correct {happened.OrderId} @{price}",
        };
    }

    private static string Rested(in BookEvent happened, string id) => happened.Detail switch
    {
        1 => $"rest {id} hidden {happened.LeavesLots}@{happened.PriceTicks}",
        2 => $"rest {id} {happened.LeavesLots}@MKT",
        _ => $"rest {id} {happened.QuantityLots}@{happened.PriceTicks}",
    };

    private static string Ended(in BookEvent happened, string id)
    {
        var word = happened.EndReason.Status() == OrderStatus.Cancelled ? "can" : "exp";
        var amount = happened.Detail == 2 ? "amt " : "";
        return $"{word} {id} {amount}{happened.QuantityLots} {ScenarioWords.Of(happened.EndReason)}";
    }

    /// <summary>
    /// Returns an amendment as text. The price of a waiting stop-limit is its trigger or its limit: a file may state
    /// either.
    /// </summary>
    private static string Amended(in BookEvent happened, string id, ScenarioNames names)
    {
        var (lots, place) = (happened.QuantityLots, happened.Detail == 1 ? "lose" : "keep");
        var text = $"amend {id} {lots}@{AmendedPrice(in happened, names)} {place}";
        return names.LimitOfStop(happened.OrderId) is > 0 and var limit && limit != happened.PriceTicks
            ? $"{text}{ScenarioComparison.Or}amend {id} {lots}@{limit} {place}"
            : text;
    }

    private static string AmendedPrice(in BookEvent happened, ScenarioNames names)
    {
        var type = names.Type(happened.OrderId);
        return type == OrderType.Market || (happened.PriceTicks == 0 && OrderRules.IsMarket(type))
            ? "MKT"
            : OrNone(happened.PriceTicks);
    }

    private static string OrNone(long price) => price == 0 ? "-" : price.ToString(CultureInfo.InvariantCulture);

    private static string Signed(long lots) => lots > 0 ? $"+{lots}" : $"{lots}";

    private static string Size(string text) => text.Split('@') is [var lots, var price]
        ? $"{Lots(lots)}@{Price(price)}"
        : throw new FormatException($"'{text}' is not quantity@price");

    private static string Move(string text) => text.Split('>') is [var from, var to]
        ? $"{(from is "" or "-" ? "-" : Price(from))}>{Price(to)}"
        : throw new FormatException($"'{text}' is not old>new");

    private static string Lots(string text) => $"{ScenarioWords.Number(text)}";

    private static string Price(string text) => text is "-" or "MKT" ? text : $"{ScenarioWords.Number(text)}";
}
