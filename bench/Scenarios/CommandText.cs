using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>Parses a command of a scenario, and the settings of its first line.</summary>
internal static class CommandText
{
    /// <summary>Parses a command. Without a verb it is a new order.</summary>
    /// <exception cref="FormatException">The text is not a command; the message says why.</exception>
    public static ScenarioCommand Parse(string text)
    {
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).ToList();
        var time = TakeTime(words);
        if (words.Count == 0)
            throw new FormatException("a command is missing");

        // An order may be named like a verb, if its side and type follow.
        var command = words is [_, "B" or "S", "lim" or "mkt" or "stop" or "tp" or "peg", ..]
            ? new NewCommand(OrderText.Parse(words))
            : Verb(words[0], words.GetRange(1, words.Count - 1), ref time);
        return command with { Text = text, Time = time };
    }

    /// <summary>Parses <c>name=value</c> pairs.</summary>
    /// <exception cref="FormatException">A word is not such a pair.</exception>
    public static ScenarioSettings Settings(IEnumerable<string> words)
    {
        var settings = new ScenarioSettings();
        foreach (var (name, value) in Pairs(words))
            settings = With(settings, name, value);
        return settings;
    }

    private static long? TakeTime(List<string> words)
    {
        var at = words.FindIndex(word => word.StartsWith("t=", StringComparison.Ordinal));
        if (at < 0)
            return null;

        var time = ScenarioWords.Number(words[at][2..]);
        words.RemoveAt(at);
        return time;
    }

    private static ScenarioCommand Verb(string verb, List<string> rest, ref long? time)
    {
        switch (verb)
        {
            case "new" when rest is ["oco" or "oto" or "otoco", not ("B" or "S"), ..]:
                return OrderList(rest[0], rest.GetRange(1, rest.Count - 1));
            case "new":
                return new NewCommand(OrderText.Parse(rest));
            case "oco" or "oto" or "otoco":
                return OrderList(verb, rest);
            case "amend":
                return Amend(rest);
            case "replace":
                return Replace(rest);
            case "mass" or "kill" or "unblock":
                return Mass(verb, rest);
            case "correct":
                return Correct(rest);
            case "split":
                return Split(Only(verb, rest));
            case "rules" or "cfg":
                return Rules(verb, rest);
            case "time":
                time = ScenarioWords.Number(Only(verb, rest));
                return new TimeCommand();
            default:
                return Simple(verb, rest);
        }
    }

    private static ScenarioCommand Simple(string verb, List<string> rest) => verb switch
    {
        "cancel" => new CancelCommand(Only(verb, rest)),
        "state" => new PhaseCommand(ScenarioWords.PhaseOf(Only(verb, rest))) { OtherSubject = rest[0] },
        "mark" => new MarkCommand(ScenarioWords.Price(Only(verb, rest))),
        "ref" or "static" => new ReferenceCommand(ScenarioWords.Price(Only(verb, rest))) { OtherSubject = "ref" },
        "last" => new LastCommand(ScenarioWords.Price(Only(verb, rest))),
        "dividend" => new AdjustCommand(OrderAdjustment.Dividend(ScenarioWords.Number(Only(verb, rest))))
        {
            OtherSubject = "dividend",
        },
        "bust" => new BustCommand(ScenarioWords.Number(Only(verb, rest))) { OtherSubject = rest[0] },
        _ when rest is ["B" or "S", ..] => new NewCommand(OrderText.Parse([verb, .. rest])),
        _ => throw new FormatException($"'{verb}' is no command"),
    };

    private static AdjustCommand Split(string ratio) => ratio.Split(':') is [var news, var olds]
        ? new AdjustCommand(OrderAdjustment.Split(ScenarioWords.Number(news), ScenarioWords.Number(olds)))
        : throw new FormatException($"'{ratio}' is no ratio");

    private static string Only(string verb, List<string> rest) =>
        rest is [var only] ? only : throw new FormatException($"'{verb}' takes one word");

    private static ListCommand OrderList(string verb, List<string> rest)
    {
        var name = verb;
        if (rest is [var first, ..] && first.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            name = first[..colon];
            rest = [first[(colon + 1)..], .. rest[1..]];
        }

        var legs = string.Join(' ', rest)
            .Split('/')
            .Select(leg => OrderText.Parse(leg.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .ToArray();
        var (kind, count) = verb switch
        {
            "oco" => (OrderListKind.OneCancelsOther, 2),
            "oto" => (OrderListKind.OneTriggersOther, 2),
            _ => (OrderListKind.OneTriggersOneCancelsOther, 3),
        };
        return legs.Length == count
            ? new ListCommand(kind, name, legs)
            : throw new FormatException($"'{verb}' has {count} orders with / between them");
    }

    private static MassCommand Mass(string verb, List<string> rest)
    {
        string? owner = null;
        string? account = null;
        Side? side = null;
        foreach (var (name, value) in Pairs(rest))
        {
            switch (name)
            {
                case "own": owner = value; break;
                case "acc": account = value; break;
                case "side": side = ScenarioWords.SideOf(value); break;
                default: throw new FormatException($"'{verb}' has no '{name}=': own=, acc= or side=");
            }
        }

        var what = verb switch { "mass" => MassVerb.Cancel, "kill" => MassVerb.Kill, _ => MassVerb.Unblock };
        if (what != MassVerb.Cancel && owner is null && account is null)
            throw new FormatException($"'{verb}' says whose: own= or acc=");
        return new MassCommand(what, verb, owner, account, side);
    }

    private static AmendCommand Amend(List<string> rest)
    {
        if (rest.Count == 0)
            throw new FormatException("'amend' names an order");

        var amendment = new Amendment();
        foreach (var (name, value) in Pairs(rest.Skip(1)))
        {
            amendment = name switch
            {
                "qty" => amendment with { TotalLots = ScenarioWords.Number(value) },
                "px" or "cap" => amendment with { PriceTicks = ScenarioWords.Number(value) },
                "disp" => amendment with { DisplayLots = ScenarioWords.Number(value) },
                "trig" => amendment with { TriggerTicks = ScenarioWords.Number(value) },
                "gtd" => amendment with { ExpiryNanos = ScenarioWords.Number(value) },
                "leaves" or "expected" => amendment with { ExpectedLeavesLots = ScenarioWords.Number(value) },
                "trail" when OrderText.Trail(value) is (var ticks, var basisPoints) =>
                    amendment with { TrailTicks = ticks, TrailBasisPoints = basisPoints },
                _ => throw new FormatException($"'amend' has no '{name}='"),
            };
        }

        return new AmendCommand(rest[0], amendment);
    }

    private static ReplaceCommand Replace(List<string> rest)
    {
        ReplaceMode? said = rest switch
        {
            ["atomic", _, "with", ..] => ReplaceMode.Atomic,
            ["stop", _, "with", ..] => ReplaceMode.StopOnFailure,
            ["allow", _, "with", ..] => ReplaceMode.AllowFailure,
            _ => null,
        };
        if (said is not null)
            rest = rest.GetRange(1, rest.Count - 1);
        return rest is [var old, "with", ..]
            ? new ReplaceCommand(said ?? ReplaceMode.Atomic, old, OrderText.Parse(rest.GetRange(2, rest.Count - 2)))
            : throw new FormatException("'replace' is: replace atomic|stop|allow id with order");
    }

    private static CorrectCommand Correct(List<string> rest) => rest switch
    {
        [var trade, var price] => new CorrectCommand(
            ScenarioWords.Number(trade),
            ScenarioWords.Price(price.StartsWith("px=", StringComparison.Ordinal) ? price[3..] : price))
        { OtherSubject = trade },
        _ => throw new FormatException("'correct' is: correct n @price"),
    };

    private static RulesCommand Rules(string verb, List<string> rest) =>
        Settings(rest) is { Phase: null, MaxLevels: null } settings
            ? new RulesCommand(settings) { OtherSubject = verb }
            : throw new FormatException($"'{verb}' changes neither the phase nor the most levels");

    private static List<(string Name, string Value)> Pairs(IEnumerable<string> words)
    {
        var pairs = words.Select(Pair).ToList();
        return pairs.GroupBy(pair => pair.Name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new FormatException($"'{twice.Key}=' stands there twice")
            : pairs;
    }

    private static (string Name, string Value) Pair(string word) =>
        word.Split('=') is [{ Length: > 0 } name, { Length: > 0 } value]
        ? (name, value)
        : throw new FormatException($"'{word}' is not name=value");

    private static ScenarioSettings With(ScenarioSettings settings, string name, string value) => name switch
    {
        "last" => settings with { Last = ScenarioWords.Number(value) },
        "static" or "ref" => settings with { StaticReference = ScenarioWords.Number(value) },
        "mark" => settings with { Mark = ScenarioWords.Number(value) },
        "state" => settings with { Phase = ScenarioWords.PhaseOf(value) },
        "prot" => settings with { ProtectionTicks = ScenarioWords.Number(value) },
        "stat" => settings with { StaticBand = ScenarioWords.Small(value) },
        "dyn" => settings with { DynamicBand = ScenarioWords.Small(value) },
        "collar" => settings with { Collar = ScenarioWords.Small(value) },
        "ext" => settings with { MaxExtensions = ScenarioWords.Small(value) },
        "levels" => settings with { MaxLevels = ScenarioWords.Small(value) },
        "min" => settings with { MinPriceTicks = ScenarioWords.Number(value) },
        "max" => settings with { MaxPriceTicks = ScenarioWords.Number(value) },
        "mode" => settings with
        {
            Mode = value switch
            {
                "auction" => BandMode.Auction,
                "reject" => BandMode.Reject,
                _ => throw new FormatException($"'{value}' is no mode of the band: auction or reject"),
            },
        },
        _ => throw new FormatException($"'{name}=' is no setting"),
    };
}
