using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Scenarios;

/// <summary>Parses <c>id side type qty@price options</c>.</summary>
internal sealed class OrderText
{
    private TimeInForce? _timeInForce;
    private bool _postOnly;
    private bool _takesProfit;
    private long? _price;
    private long _quantity;
    private SelfTradePrevention _selfTrade;
    private string? _owner;
    private string? _account;
    private OrderConditions _conditions = new();
    private readonly HashSet<string> _said = [];

    private OrderText()
    {
    }

    /// <exception cref="FormatException">The text is not an order.</exception>
    public static ScenarioOrder Parse(IReadOnlyList<string> words)
    {
        if (words.Count < 3)
            throw new FormatException("an order is: id side type qty@price options");

        var text = new OrderText();
        var side = ScenarioWords.SideOf(words[1]);
        foreach (var word in words.Skip(3))
            text.Take(word);
        return new ScenarioOrder(words[0], text.Terms(side, words[2]), text._owner, text._account);
    }

    private void Take(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
            TakeValue(word[..equals], word[(equals + 1)..]);
        else if (char.IsAsciiDigit(word[0]) || word[0] is '-' or '@')
            TakeSize(word);
        else
            TakeFlag(word);
    }

    private void TakeSize(string word)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        if (at != 0)
        {
            Once("a quantity");
            _quantity = ScenarioWords.Number(at < 0 ? word : word[..at]);
        }

        if (at >= 0)
            SetPrice(word[(at + 1)..]);
    }

    private void SetPrice(string ticks)
    {
        Once("a price");
        _price = ScenarioWords.Number(ticks);
    }

    /// <summary>Rejects a repeated option: both values cannot be meant.</summary>
    private void Once(string what)
    {
        if (!_said.Add(what))
            throw new FormatException($"the order has {what} twice");
    }

    private void TakeFlag(string word)
    {
        if (word is "gtc" or "day" or "ioc" or "fok" or "opg" or "cls")
            Once("a time in force");
        switch (word)
        {
            case "gtc": _timeInForce = TimeInForce.GoodTillCancel; break;
            case "day": _timeInForce = TimeInForce.Day; break;
            case "ioc": _timeInForce = TimeInForce.ImmediateOrCancel; break;
            case "fok": _timeInForce = TimeInForce.FillOrKill; break;
            case "opg": _timeInForce = TimeInForce.AtTheOpening; break;
            case "cls": _timeInForce = TimeInForce.AtTheClose; break;
            case "hid": _conditions = _conditions with { Hidden = true }; break;
            case "aon": _conditions = _conditions with { AllOrNone = true }; break;
            case "dnr": _conditions = _conditions with { DoNotReduce = true }; break;
            case "post": _postOnly = true; break;
            case "tp": _takesProfit = true; break;
            case "slide":
                _postOnly = true;
                _conditions = _conditions with { Slide = true };
                break;
            default: throw new FormatException($"'{word}' is no option of an order");
        }
    }

    private void TakeValue(string name, string value)
    {
        Once(value.EndsWith("bp", StringComparison.Ordinal) ? $"'{name}=' in bp" : $"'{name}='");
        switch (name)
        {
            case "own": _owner = Name(value); break;
            case "acc": _account = Name(value); break;
            case "stp": _selfTrade = ScenarioWords.SelfTradeOf(value); break;
            case "cap": SetPrice(value); break;
            case "trail": TakeTrail(value); break;
            default: _conditions = Condition(name, value); break;
        }
    }

    private OrderConditions Condition(string name, string value) => name switch
    {
        "gtd" => _conditions with { ExpiryNanos = ScenarioWords.Number(value) },
        "min" => _conditions with { MinimumLots = ScenarioWords.Number(value) },
        "disp" => _conditions with { DisplayLots = ScenarioWords.Number(value) },
        "trig" => _conditions with { TriggerTicks = ScenarioWords.Number(value) },
        "act" => _conditions with { ActivationTicks = ScenarioWords.Number(value) },
        "loff" => _conditions with { LimitOffsetTicks = ScenarioWords.Number(value) },
        "off" => _conditions with { PegOffsetTicks = ScenarioWords.Number(value) },
        "amt" => _conditions with { Amount = ScenarioWords.Number(value) },
        "prot" => _conditions with { ProtectionTicks = ScenarioWords.Number(value) },
        "ref" => _conditions with
        {
            TriggerReference = value switch
            {
                "last" => TriggerReference.Last,
                "bidask" => TriggerReference.Quote,
                "mark" => TriggerReference.Mark,
                _ => throw new FormatException($"'{value}' is no trigger reference: last, bidask or mark"),
            },
        },
        "peg" => _conditions with
        {
            Peg = value switch
            {
                "prim" => PegReference.Primary,
                "mkt" => PegReference.Market,
                "mid" => PegReference.Midpoint,
                _ => throw new FormatException($"'{value}' is no peg: prim, mkt or mid"),
            },
        },
        _ => throw new FormatException($"'{name}=' is no option of an order"),
    };

    private void TakeTrail(string value) => _conditions = Trail(value) is (var ticks, var basisPoints)
        ? _conditions with
        {
            TrailTicks = ticks ?? _conditions.TrailTicks,
            TrailBasisPoints = basisPoints ?? _conditions.TrailBasisPoints,
        }
        : _conditions;

    /// <summary>Parses a distance: <c>3</c> is ticks, <c>50bp</c> basis points.</summary>
    public static (long? Ticks, int? BasisPoints) Trail(string value) => value.EndsWith("bp", StringComparison.Ordinal)
        ? (null, ScenarioWords.Small(value[..^2]))
        : (ScenarioWords.Number(value), null);

    private NewOrder Terms(Side side, string word)
    {
        var type = Type(word);
        if (OrderRules.IsTrailing(type))
            _conditions = OfTrailing(_conditions, _said.Contains("'off='"));
        if (_takesProfit && !OrderRules.IsTakeProfit(type))
            throw new FormatException("'tp' is of a stop");
        if (type != OrderType.Pegged && _said.Contains("'cap='"))
            throw new FormatException("'cap=' is of a peg");
        var time = _timeInForce
            ?? (_conditions.ExpiryNanos is null ? TimeInForce.GoodTillCancel : TimeInForce.GoodTillDate);
        return new NewOrder(
            Account: 0, side, type, time, _postOnly, _price ?? 0, _quantity, Owner: 0, _selfTrade,
            _conditions == new OrderConditions() ? null : _conditions);
    }

    /// <summary>
    /// Completes a trailing stop: <c>off=</c> is the offset of its limit from the trigger, <c>trig=</c> its activation
    /// price.
    /// </summary>
    private static OrderConditions OfTrailing(OrderConditions said, bool hasOffset)
    {
        if (said.LimitOffsetTicks is null && hasOffset)
            said = said with { LimitOffsetTicks = said.PegOffsetTicks, PegOffsetTicks = 0 };
        return said is { ActivationTicks: null, TriggerTicks: not null }
            ? said with { ActivationTicks = said.TriggerTicks, TriggerTicks = null }
            : said;
    }

    private OrderType Type(string word)
    {
        var trails = _conditions.TrailTicks is not null || _conditions.TrailBasisPoints is not null;
        return word switch
        {
            "mkt" => OrderType.Market,
            "lim" when _conditions.Peg != PegReference.None => OrderType.Pegged,
            "lim" => OrderType.Limit,
            "peg" => OrderType.Pegged,
            "stop" when _takesProfit && !trails => Type("tp"),
            "stop" when trails => _price is null && _conditions.LimitOffsetTicks is null && !_said.Contains("'off='")
                ? OrderType.TrailingStop
                : OrderType.TrailingStopLimit,
            "stop" => _price is null ? OrderType.Stop : OrderType.StopLimit,
            "tp" => _price is null ? OrderType.TakeProfit : OrderType.TakeProfitLimit,
            _ => throw new FormatException($"'{word}' is no order type: lim, mkt, stop or tp"),
        };
    }

    private static string Name(string value) =>
        value.Length > 0 ? value : throw new FormatException("a name is missing");
}
