using System.Globalization;
using QuantumCore.Bench.Scenarios;
using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

internal enum FullVerb
{
    Submit,
    SubmitList,
    Cancel,
    CancelMany,
    Block,
    Unblock,
    Reduce,
    Amend,
    Replace,
    SetPhase,
    SetMark,
    SetReference,
    SetLast,
    AdvanceTime,
    Bust,
    Correct,
    SetRules,
    SetOwner,
    Adjust,
    Admit,
    TakeQuotes,
    EndPhase,
    Cross,
    Sweep,
    Proceed,
}

/// <summary>Any command of a book. Its text is in the scenarios' notation, with ids for names.</summary>
internal sealed record FullCommand(FullVerb Verb, long Time)
{
    public long OrderId { get; init; }

    /// <summary>True if more parts of a taker phase follow.</summary>
    public bool GoesOn { get; init; }

    /// <summary>The other order of a cross.</summary>
    public long MakerId { get; init; }

    public NewOrder Order { get; init; }

    public NewOrder[] Legs { get; init; } = [];

    public OrderListKind Kind { get; init; }

    public ReplaceMode Mode { get; init; }

    public ReferenceFilter Filter { get; init; }

    public Amendment Amendment { get; init; } = new();

    public TradingPhase Phase { get; init; }

    /// <summary>Trade number, lots, or account.</summary>
    public long Value { get; init; }

    /// <summary>Owner of an account.</summary>
    public long Owner { get; init; }

    public long PriceTicks { get; init; }

    public OrderAdjustment Adjustment { get; init; }

    public BookRules Rules { get; init; } = BookRules.None;

    /// <summary>End reason of a mass cancel: a customer's, or a corporate action's.</summary>
    private EndReason ManyEndFor => Time % 2 == 0 ? EndReason.CorporateAction : EndReason.MassCancel;

    public RejectReason Apply(ReferenceBook book, out long id)
    {
        id = 0;
        return Verb switch
        {
            FullVerb.Submit => book.Submit(Time, Order, out id),
            FullVerb.SubmitList => book.SubmitList(Time, Kind, Legs, out id),
            FullVerb.Cancel => book.Cancel(Time, OrderId, EndReason.User),
            FullVerb.CancelMany => book.CancelMany(Time, Filter, ManyEndFor),
            FullVerb.Block => book.Block(Time, Filter),
            FullVerb.Unblock => book.Unblock(Time, Filter),
            FullVerb.Reduce => book.Reduce(Time, OrderId, Value),
            FullVerb.Amend => book.Amend(Time, OrderId, Amendment),
            FullVerb.Replace => book.Replace(Time, OrderId, Order, out id, Mode),
            FullVerb.SetPhase => book.SetPhase(Time, Phase),
            FullVerb.SetMark => book.SetMark(Time, PriceTicks),
            FullVerb.SetReference => book.SetReference(Time, PriceTicks),
            FullVerb.SetLast => book.SetLast(Time, PriceTicks),
            FullVerb.AdvanceTime => book.AdvanceTime(Time),
            FullVerb.Bust => book.Bust(Time, Value),
            FullVerb.Correct => book.Correct(Time, Value, PriceTicks),
            FullVerb.SetRules => book.SetRules(Time, Rules),
            FullVerb.SetOwner => book.SetOwner(Time, Value, Owner),
            FullVerb.Adjust =>
                book.Adjust(Time, Adjustment.NewUnits, Adjustment.OldUnits, Adjustment.FallTicks, PriceTicks),
            FullVerb.Admit => book.Admit(Time, Order, out id),
            FullVerb.TakeQuotes => Done(() => book.TakeQuotes(Time, OrderId, PriceTicks, Value, GoesOn)),
            FullVerb.EndPhase => Done(() => book.EndPhase(Time)),
            FullVerb.Cross => Done(() => book.Cross(Time, OrderId, MakerId, PriceTicks, Value)),
            FullVerb.Sweep => Done(() => book.Sweep(Time, OrderId, PriceTicks)),
            FullVerb.Proceed => Done(() => book.Proceed(Time, OrderId)),
        };
    }

    public RejectReason Apply(OrderBook book, out long id)
    {
        id = 0;
        var filter = new OrderFilter(Filter.Account, Filter.Owner, Filter.Side);
        return Verb switch
        {
            FullVerb.Submit => book.Submit(Time, Order, out id),
            FullVerb.SubmitList => book.SubmitList(Time, Kind, Legs, out id),
            FullVerb.Cancel => book.Cancel(Time, OrderId, EndReason.User),
            FullVerb.CancelMany => book.CancelMany(Time, filter, ManyEndFor),
            FullVerb.Block => book.Block(Time, filter),
            FullVerb.Unblock => book.Unblock(Time, filter),
            FullVerb.Reduce => book.Reduce(Time, OrderId, Value),
            FullVerb.Amend => book.Amend(Time, OrderId, Amendment),
            FullVerb.Replace => book.Replace(Time, OrderId, Order, out id, Mode),
            FullVerb.SetPhase => book.SetPhase(Time, Phase),
            FullVerb.SetMark => book.SetMark(Time, PriceTicks),
            FullVerb.SetReference => book.SetReference(Time, PriceTicks),
            FullVerb.SetLast => book.SetLast(Time, PriceTicks),
            FullVerb.AdvanceTime => book.AdvanceTime(Time),
            FullVerb.Bust => book.Bust(Time, Value),
            FullVerb.Correct => book.Correct(Time, Value, PriceTicks),
            FullVerb.SetRules => book.SetRules(Time, Rules),
            FullVerb.SetOwner => book.SetOwners(Time, new Dictionary<long, long> { [Value] = Owner }),
            FullVerb.Adjust => book.Adjust(Time, Adjustment, PriceTicks),
            FullVerb.Admit => book.Admit(Time, Order, out id),
            FullVerb.TakeQuotes => Done(() => book.TakeQuotes(Time, OrderId, PriceTicks, Value, GoesOn)),
            FullVerb.EndPhase => Done(() => book.EndPhase(Time)),
            FullVerb.Cross => Done(() => book.Cross(Time, OrderId, MakerId, PriceTicks, Value)),
            FullVerb.Sweep => Done(() => book.Sweep(Time, OrderId, PriceTicks)),
            FullVerb.Proceed => Done(() => book.Proceed(Time, OrderId)),
        };
    }

    /// <summary>Runs a command that is never rejected.</summary>
    private static RejectReason Done(Action command)
    {
        command();
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = Verb switch
        {
            FullVerb.Submit => $"new {Text(Order)}",
            FullVerb.SubmitList => $"{ListWord()}: {string.Join(" / ", Legs.Select(Text))}",
            FullVerb.Cancel => $"cancel {OrderId}",
            FullVerb.CancelMany => $"mass{Text(Filter)}",
            FullVerb.Block => $"kill{Text(Filter)}",
            FullVerb.Unblock => $"unblock{Text(Filter)}",
            FullVerb.Reduce => $"reduce {OrderId} qty={Value}",
            FullVerb.Amend => $"amend {OrderId}{Text(Amendment)}",
            FullVerb.Replace => $"replace {ModeWord()} {OrderId} with {Text(Order)}",
            FullVerb.SetPhase => $"state {Phase.ToString().ToUpperInvariant()}",
            FullVerb.SetMark => $"mark {PriceTicks}",
            FullVerb.SetReference => $"static {PriceTicks}",
            FullVerb.SetLast => $"last {PriceTicks}",
            FullVerb.AdvanceTime => "time",
            FullVerb.Bust => $"bust {Value}",
            FullVerb.Correct => $"correct {Value} @{PriceTicks}",
            FullVerb.SetRules => $"rules {Text(Rules)}",
            FullVerb.SetOwner => $"owner acc={Value} own={Owner}",
            FullVerb.Adjust => Adjustment.IsSplit
                ? $"split {Adjustment.NewUnits}:{Adjustment.OldUnits}"
                : $"dividend {Adjustment.FallTicks} min={PriceTicks}",
            FullVerb.Admit => $"admit {Text(Order)}",
            FullVerb.TakeQuotes => $"take {OrderId} {Value}@{PriceTicks}{(GoesOn ? " and on" : "")}",
            FullVerb.EndPhase => "end of phase",
            FullVerb.Cross => $"cross {OrderId} {MakerId} {Value}@{PriceTicks}",
            FullVerb.Sweep => $"sweep {OrderId} @{PriceTicks}",
            FullVerb.Proceed => $"proceed {OrderId}",
        };
        return $"> {text} t={Time}";
    }

    /// <summary>Returns events in the scenarios' notation, including those that scenarios omit.</summary>
    public static string Text(ReadOnlySpan<BookEvent> events)
    {
        var names = new ScenarioNames();
        var told = new List<string>();
        foreach (ref readonly var happened in events)
            told.Add(EventText.Of(in happened, names)?.Replace("#", "", StringComparison.Ordinal)
                ?? $"list {happened.OrderId} {(happened.Detail == 1 ? "done" : "executing")}");
        return told.Count == 0 ? "(none)" : string.Join(" | ", told);
    }

    private string ListWord() => Kind switch
    {
        OrderListKind.OneCancelsOther => "oco",
        OrderListKind.OneTriggersOther => "oto",
        OrderListKind.OneTriggersOneCancelsOther => "otoco",
        _ => $"list{(int)Kind}",
    };

    private string ModeWord() => Mode switch
    {
        ReplaceMode.Atomic => "atomic",
        ReplaceMode.StopOnFailure => "stop",
        ReplaceMode.AllowFailure => "allow",
        _ => $"mode{(int)Mode}",
    };

    /// <summary>Returns an order in the scenarios' notation, named x.</summary>
    public static string Text(NewOrder order)
    {
        var asked = order.Conditions ?? new OrderConditions();
        var type = order.Type switch
        {
            OrderType.Market => "mkt",
            OrderType.Limit => "lim",
            OrderType.Pegged => "peg",
            OrderType.Leg => "leg",
            OrderType.Stop or OrderType.StopLimit => "stop",
            OrderType.TakeProfit or OrderType.TakeProfitLimit => "tp",
            OrderType.TrailingStop or OrderType.TrailingStopLimit => "stop",
            _ => $"type{(int)order.Type}",
        };
        var side = order.Side switch { Side.Buy => "B", Side.Sell => "S", _ => $"side{(int)order.Side}" };
        var price = order.Type == OrderType.Pegged ? Option("cap", Given(order.PriceTicks)) : $"@{order.PriceTicks}";
        return $"x {side} {type} {order.QuantityLots}{price}{Word(order.TimeInForce)}"
            + Option("gtd", asked.ExpiryNanos) + Option("min", asked.MinimumLots) + Option("disp", asked.DisplayLots)
            + (asked.Hidden ? " hid" : "") + (asked.AllOrNone ? " aon" : "") + (asked.DoNotReduce ? " dnr" : "")
            + (order.PostOnly ? " post" : "") + (asked.Slide ? " slide" : "")
            + Option("trig", asked.TriggerTicks) + Option("trail", asked.TrailTicks)
            + (asked.TrailBasisPoints is { } width ? $" trail={width}bp" : "")
            + Option("act", asked.ActivationTicks) + Option("loff", asked.LimitOffsetTicks)
            + asked.TriggerReference switch
            {
                TriggerReference.Last => "",
                TriggerReference.Quote => " ref=bidask",
                TriggerReference.Mark => " ref=mark",
                _ => " ref=?",
            }
            + asked.Peg switch
            {
                PegReference.None => "",
                PegReference.Primary => " peg=prim",
                PegReference.Market => " peg=mkt",
                PegReference.Midpoint => " peg=mid",
                _ => " peg=?",
            }
            + Option("off", Given(asked.PegOffsetTicks)) + Option("amt", asked.Amount)
            + Option("prot", asked.ProtectionTicks)
            + Option("own", Given(order.Owner)) + Option("acc", order.Account)
            + (order.SelfTrade == SelfTradePrevention.None ? "" : $" stp={StpWord(order.SelfTrade)}");
    }

    private static string StpWord(SelfTradePrevention mode) =>
        mode <= SelfTradePrevention.CancelOldest ? ScenarioWords.Of(mode) : "?";

    private static string Word(TimeInForce time) => time switch
    {
        TimeInForce.Day => " day",
        TimeInForce.GoodTillCancel or TimeInForce.GoodTillDate => "",
        TimeInForce.AtTheOpening => " opg",
        TimeInForce.ImmediateOrCancel => " ioc",
        TimeInForce.FillOrKill => " fok",
        TimeInForce.AtTheClose => " cls",
        _ => $" tif{(int)time}",
    };

    private static string Text(ReferenceFilter filter) =>
        Option("acc", filter.Account) + Option("own", filter.Owner) + (filter.Side is { } side ? $" side={side}" : "");

    private static string Text(Amendment amendment) =>
        Option("px", amendment.PriceTicks) + Option("qty", amendment.TotalLots) + Option("disp", amendment.DisplayLots)
        + Option("trig", amendment.TriggerTicks) + Option("trail", amendment.TrailTicks)
        + (amendment.TrailBasisPoints is { } width ? $" trail={width}bp" : "")
        + Option("gtd", amendment.ExpiryNanos) + Option("leaves", amendment.ExpectedLeavesLots);

    private static string Text(BookRules rules) =>
        $"min={rules.MinPriceTicks} max={rules.MaxPriceTicks} mode={rules.DynamicBandMode} ext={rules.MaxExtensions}"
        + Option("prot", rules.ProtectionTicks) + Option("stat", rules.StaticBandBasisPoints)
        + Option("dyn", rules.DynamicBandBasisPoints) + Option("collar", rules.AuctionCollarBasisPoints);

    private static long? Given(long value) => value == 0 ? null : value;

    private static string Option(string name, long? value) =>
        value is { } given ? $" {name}={given.ToString(CultureInfo.InvariantCulture)}" : "";
}
