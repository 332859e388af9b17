using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>Options of an order to place, and the resulting order.</summary>
internal sealed class OrderFlags
{
    private readonly Argument<string> _symbol = Grammar.Symbol();
    private readonly Argument<decimal?> _quantity =
        Grammar.OptionalQuantity("Quantity in the base asset; or use --amount");
    private readonly Option<decimal?> _limit =
        Grammar.DecimalOption("--limit", "Limit price; for a pegged order, its cap");
    private readonly Option<OrderType?> _type = Grammar.WordOption<OrderType>(
        "--type", "Order type (market, limit, stop, trailingStop, pegged) [default: follows from the other options]",
        OrderType.Leg);
    private readonly Option<TimeInForce?> _tif = Grammar.WordOption<TimeInForce>("--tif", "Time in force");
    private readonly Option<bool> _ioc =
        Flag("--ioc", "Immediate or cancel: fill what can be filled at once; the remainder expires");
    private readonly Option<bool> _fok = Flag("--fok", "Fill or kill: fill completely at once or not at all");
    private readonly Option<DateTimeOffset?> _goodTill = Grammar.TimeOption(
        "--good-till", "When it expires, UTC, such as 2030-01-31T15:30:00Z; says --tif gtd");
    private readonly Option<bool> _postOnly = Flag("--post-only", "Reject the order if it would trade on arrival");
    private readonly Option<bool> _slide = Flag("--slide", "Post-only, but moved one tick away instead of rejected");
    private readonly Option<decimal?> _display = Grammar.DecimalOption("--display", "Iceberg: display quantity");
    private readonly Option<bool> _hidden = Flag("--hidden", "Hidden order");
    private readonly Option<bool> _allOrNone = Flag("--all-or-none", "Trade the whole quantity or nothing");
    private readonly Option<bool> _doNotReduce = Flag("--do-not-reduce", "Keep the order's prices at a dividend");
    private readonly Option<decimal?> _min = Grammar.DecimalOption("--min", "Minimum quantity to fill at entry");
    private readonly Option<decimal?> _trigger = Grammar.DecimalOption("--trigger", "Stop: trigger price");
    private readonly Option<TriggerBy?> _by =
        Grammar.WordOption<TriggerBy>("--trigger-by", "Reference price of the trigger");
    private readonly Option<decimal?> _trail =
        Grammar.DecimalOption("--trail", "Trailing stop: distance, a price difference");
    private readonly Option<int?> _trailPoints =
        Grammar.NumberOption("--trail-bp", "Trailing stop: distance in basis points", 1, 9_999);
    private readonly Option<decimal?> _activation =
        Grammar.DecimalOption("--activation", "Trailing stop: price at which it starts to follow");
    private readonly Option<decimal?> _limitOffset = Grammar.DecimalOption(
        "--limit-offset", "Trailing stop-limit: how far the limit stands beyond the trigger");
    private readonly Option<PegTo?> _peg = Grammar.WordOption<PegTo>("--peg", "Pegged: reference price");
    private readonly Option<decimal?> _pegOffset =
        Grammar.DecimalOption("--offset", "Pegged: distance from the reference price");
    private readonly Option<decimal?> _amount =
        Grammar.DecimalOption("--amount", "Market: spend or receive this much, in the quote asset");
    private readonly Option<decimal?> _protection = Grammar.DecimalOption(
        "--protection", "Market, stop: how far from the first price it may trade");
    private readonly Option<SelfTrade?> _selfTrade = Grammar.WordOption<SelfTrade>(
        "--self-trade", "Self-trade prevention: what to do if it would trade with an order of the same owner");
    private readonly Option<string> _name =
        Grammar.NameOption("The order's name, 1 to 36 characters; the same name never trades twice");

    /// <summary>Adds the options to a command.</summary>
    internal void AddTo(Command command)
    {
        command.Arguments.Add(_symbol);
        command.Arguments.Add(_quantity);
        Option[] options =
        [
            _limit, _type, _tif, _ioc, _fok, _goodTill, _postOnly, _slide, _display, _hidden, _allOrNone, _doNotReduce,
            _min, _trigger, _by,
            _trail, _trailPoints, _activation, _limitOffset, _peg, _pegOffset, _amount, _protection, _selfTrade, _name,
        ];
        foreach (var option in options)
            command.Options.Add(option);

        command.Validators.Add(result =>
        {
            var times = new Option[] { _ioc, _fok, _tif }.Count(option => Has(result, option));
            if (times > 1)
                result.AddError("--ioc, --fok and --tif exclude each other");

            if (result.GetResult(_quantity) is { Tokens.Count: > 0 } == result.GetResult(_amount) is not null)
                result.AddError("give either a quantity or --amount");

            // An invalid type has no value to validate.
            if (!Has(result, _type) && TypeOf(result) == OrderType.Market && result.GetValue(_postOnly))
                result.AddError("--post-only needs --limit");

            if (result.GetValue(_postOnly) && (result.GetValue(_ioc) || result.GetValue(_fok)))
                result.AddError("--post-only goes with neither --ioc nor --fok");
        });
    }

    /// <summary>Returns the order that a command line asks for.</summary>
    internal PlaceOrder Order(ParseResult parse, OrderSide side) => new()
    {
        Symbol = parse.GetValue(_symbol)!,
        Side = side,
        Quantity = parse.GetValue(_quantity),
        Type = TypeOf(parse.CommandResult),
        Price = parse.GetValue(_limit),
        TimeInForce = parse.GetValue(_ioc) ? TimeInForce.ImmediateOrCancel
            : parse.GetValue(_fok) ? TimeInForce.FillOrKill
            : parse.GetValue(_tif) ?? (parse.GetValue(_goodTill) is null ? null : TimeInForce.GoodTillDate),
        GoodTill = parse.GetValue(_goodTill),
        PostOnly = parse.GetValue(_postOnly),
        Slide = parse.GetValue(_slide),
        DisplayQuantity = parse.GetValue(_display),
        Hidden = parse.GetValue(_hidden),
        AllOrNone = parse.GetValue(_allOrNone),
        DoNotReduce = parse.GetValue(_doNotReduce),
        MinQuantity = parse.GetValue(_min),
        TriggerPrice = parse.GetValue(_trigger),
        TriggerBy = parse.GetValue(_by),
        TrailingDistance = parse.GetValue(_trail),
        TrailingBasisPoints = parse.GetValue(_trailPoints),
        ActivationPrice = parse.GetValue(_activation),
        LimitOffset = parse.GetValue(_limitOffset),
        Peg = parse.GetValue(_peg),
        PegOffset = parse.GetValue(_pegOffset),
        QuoteAmount = parse.GetValue(_amount),
        Protection = parse.GetValue(_protection),
        SelfTrade = parse.GetValue(_selfTrade),
        ClientOrderId = parse.GetValue(_name),
    };

    /// <summary>Returns the type that was named, or the one implied by the other options.</summary>
    private OrderType TypeOf(System.CommandLine.Parsing.CommandResult result)
    {
        if (Has(result, _type))
            return result.GetValue(_type) ?? OrderType.Limit;
        if (Has(result, _peg))
            return OrderType.Pegged;
        if (Has(result, _trail) || Has(result, _trailPoints))
            return Has(result, _limitOffset) ? OrderType.TrailingStopLimit : OrderType.TrailingStop;
        if (Has(result, _trigger))
            return Has(result, _limit) ? OrderType.StopLimit : OrderType.Stop;
        return Has(result, _limit) ? OrderType.Limit : OrderType.Market;
    }

    private static bool Has(System.CommandLine.Parsing.CommandResult result, Option option) =>
        result.GetResult(option) is { Implicit: false };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
