using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Wire names of sides, types and states, read exactly as written.</summary>
internal static class WireNames
{
    /// <summary>Valid words of sides.</summary>
    public static readonly ImmutableArray<string> Sides = ["buy", "sell"];

    /// <summary>Valid words of order types.</summary>
    public static readonly ImmutableArray<string> Types =
        ["limit", "market", "stop", "stopLimit", "takeProfit", "takeProfitLimit", "trailingStop", "trailingStopLimit",
        "pegged"];

    /// <summary>Valid words of times in force.</summary>
    public static readonly ImmutableArray<string> Times = ["gtc", "ioc", "fok", "day", "gtd", "opg", "cls"];

    /// <summary>Valid words of times in force of a strategy.</summary>
    public static readonly ImmutableArray<string> StrategyTimes = ["gtc", "ioc", "fok", "day", "gtd"];

    /// <summary>Valid words of trigger references.</summary>
    public static readonly ImmutableArray<string> TriggerReferences = ["last", "quote", "mark"];

    /// <summary>Valid words of pegs.</summary>
    public static readonly ImmutableArray<string> Pegs = ["primary", "market", "midpoint"];

    /// <summary>Valid words of self-trade prevention.</summary>
    public static readonly ImmutableArray<string> SelfTrades =
        ["none", "expireTaker", "expireMaker", "expireBoth", "decrement", "cancelNewest", "cancelOldest"];

    /// <summary>Valid words of order lists.</summary>
    public static readonly ImmutableArray<string> ListKinds = ["oco", "oto", "otoco"];

    /// <summary>Valid words of trading phases.</summary>
    public static readonly ImmutableArray<string> Phases =
        ["preOpen", "opening", "continuous", "volatility", "closing", "halt",
        "closed"];

    /// <summary>Valid words of the reasons of a phase call.</summary>
    public static readonly ImmutableArray<string> PhaseReasons =
        ["newsPending", "newsDissemination", "orderImbalance", "technical", "regulatory"];

    /// <summary>Valid words of roles.</summary>
    public static readonly ImmutableArray<string> Roles = ["customer", "marketOperator", "risk", "administrator"];

    public static Side? ReadSide(string? text) => text switch
    {
        "buy" => Side.Buy,
        "sell" => Side.Sell,
        _ => null,
    };

    /// <summary>Reads the type of an order; only a strategy makes legs.</summary>
    public static OrderType? ReadType(string? text) => EnumWords<OrderType>.Find(text ?? "limit") switch
    {
        OrderType.Leg => null,
        var type => type,
    };

    public static TimeInForce? ReadTimeInForce(string? text, OrderType type) => text is not null
        ? EnumWords<TimeInForce>.Find(text)
        : type == OrderType.Market ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;

    public static TriggerReference? ReadTriggerReference(string? text) => text switch
    {
        null or "last" => TriggerReference.Last,
        "quote" => TriggerReference.Quote,
        "mark" => TriggerReference.Mark,
        _ => null,
    };

    public static PegReference? ReadPeg(string? text) => text switch
    {
        null => PegReference.None,
        "primary" => PegReference.Primary,
        "market" => PegReference.Market,
        "midpoint" => PegReference.Midpoint,
        _ => null,
    };

    public static SelfTradePrevention? ReadSelfTrade(string? text) => text switch
    {
        null or "none" => SelfTradePrevention.None,
        "expireTaker" => SelfTradePrevention.ExpireTaker,
        "expireMaker" => SelfTradePrevention.ExpireMaker,
        "expireBoth" => SelfTradePrevention.ExpireBoth,
        "decrement" => SelfTradePrevention.Decrement,
        "cancelNewest" => SelfTradePrevention.CancelNewest,
        "cancelOldest" => SelfTradePrevention.CancelOldest,
        _ => null,
    };

    public static OrderListKind? ReadListKind(string? text) => text switch
    {
        "oco" => OrderListKind.OneCancelsOther,
        "oto" => OrderListKind.OneTriggersOther,
        "otoco" => OrderListKind.OneTriggersOneCancelsOther,
        _ => null,
    };

    /// <summary>Reads the period of the candles that the history keeps.</summary>
    public static CandlePeriod? ReadPeriod(string text) => text switch
    {
        "1m" => CandlePeriod.Minute,
        "3m" => CandlePeriod.ThreeMinutes,
        "5m" => CandlePeriod.FiveMinutes,
        "15m" => CandlePeriod.QuarterHour,
        "30m" => CandlePeriod.HalfHour,
        "1h" => CandlePeriod.Hour,
        "2h" => CandlePeriod.TwoHours,
        "4h" => CandlePeriod.FourHours,
        "6h" => CandlePeriod.SixHours,
        "8h" => CandlePeriod.EightHours,
        "12h" => CandlePeriod.HalfDay,
        "1d" => CandlePeriod.Day,
        "3d" => CandlePeriod.ThreeDays,
        "1w" => CandlePeriod.Week,
        "1M" => CandlePeriod.Month,
        _ => null,
    };

    /// <summary>Reads a reason that a phase call may give; the other reasons are the exchange's own.</summary>
    public static PhaseReason? ReadPhaseReason(string? text) => text switch
    {
        "newsPending" => PhaseReason.NewsPending,
        "newsDissemination" => PhaseReason.NewsDissemination,
        "orderImbalance" => PhaseReason.OrderImbalance,
        "technical" => PhaseReason.Technical,
        "regulatory" => PhaseReason.Regulatory,
        _ => null,
    };

    public static string? Of(PhaseReason reason) => reason switch
    {
        PhaseReason.None => null,
        PhaseReason.NewsPending => "newsPending",
        PhaseReason.NewsDissemination => "newsDissemination",
        PhaseReason.OrderImbalance => "orderImbalance",
        PhaseReason.Technical => "technical",
        PhaseReason.Regulatory => "regulatory",
        PhaseReason.MarketWideBreaker => "marketWideBreaker",
        PhaseReason.PriceBand => "priceBand",
        PhaseReason.Planned => "planned",
    };

    public static string Of(SigningScheme scheme) => scheme switch
    {
        SigningScheme.HmacSha256 => "hmac",
        SigningScheme.RsaSha256 => "rsa",
        SigningScheme.Ed25519 => "ed25519",
    };

    public static string Of(TradeState state) => state == TradeState.Void ? "void" : "corrected";

    /// <summary>Returns the state of a changed trade from its price since, in ticks: 0 means busted.</summary>
    public static string OfPriceNow(long priceTicks) => Of(priceTicks == 0 ? TradeState.Void : TradeState.Corrected);

    public static string Of(OrderListKind kind) => kind switch
    {
        OrderListKind.OneCancelsOther => "oco",
        OrderListKind.OneTriggersOther => "oto",
        OrderListKind.OneTriggersOneCancelsOther => "otoco",
        OrderListKind.Strategy => "strategy",
    };

    public static string Of(TriggerReference reference) => reference switch
    {
        TriggerReference.Last => "last",
        TriggerReference.Quote => "quote",
        TriggerReference.Mark => "mark",
    };

    public static string? Of(PegReference peg) => peg switch
    {
        PegReference.None => null,
        PegReference.Primary => "primary",
        PegReference.Market => "market",
        PegReference.Midpoint => "midpoint",
    };

    public static string Of(SelfTradePrevention mode) => mode switch
    {
        SelfTradePrevention.None => "none",
        SelfTradePrevention.ExpireTaker => "expireTaker",
        SelfTradePrevention.ExpireMaker => "expireMaker",
        SelfTradePrevention.ExpireBoth => "expireBoth",
        SelfTradePrevention.Decrement => "decrement",
        SelfTradePrevention.CancelNewest => "cancelNewest",
        SelfTradePrevention.CancelOldest => "cancelOldest",
    };

    /// <summary>Returns the member of an order that holds this instruction.</summary>
    public static string Of(OrderField field) => field switch
    {
        OrderField.None => "",
        OrderField.Display => "displayQuantity",
        OrderField.MinimumQuantity => "minQuantity",
        OrderField.Trigger => "triggerPrice",
        OrderField.TriggerReference => "triggerBy",
        OrderField.TrailTicks => "trailingDistance",
        OrderField.TrailBasisPoints => "trailingBasisPoints",
        OrderField.Activation => "activationPrice",
        OrderField.LimitOffset => "limitOffset",
        OrderField.Amount => "quoteAmount",
        OrderField.Expiry => "goodTill",
        _ => JsonNamingPolicy.CamelCase.ConvertName(field.ToString()),
    };

    public static string Of(Side side) => side switch
    {
        Side.Buy => "buy",
        Side.Sell => "sell",
    };

    public static string Of(OrderChangeKind kind) => kind switch
    {
        OrderChangeKind.Added => "added",
        OrderChangeKind.Resized => "resized",
        OrderChangeKind.Removed => "removed",
        OrderChangeKind.Executed => "executed",
        OrderChangeKind.Printed => "printed",
    };

    public static string? Of(EndReason reason) => reason switch
    {
        EndReason.None => null,
        EndReason.User => "user",
        EndReason.MassCancel => "massCancel",
        EndReason.Replaced => "replaced",
        EndReason.Amended => "amended",
        EndReason.ImmediateOrCancel => "immediateOrCancel",
        EndReason.FillOrKill => "fillOrKill",
        EndReason.NoLiquidity => "noLiquidity",
        EndReason.Protection => "protection",
        EndReason.List => "list",
        EndReason.OneCancelsOther => "oneCancelsOther",
        EndReason.SelfTrade => "selfTrade",
        EndReason.MinimumQuantity => "minimumQuantity",
        EndReason.Band => "band",
        EndReason.Amount => "amount",
        EndReason.GoodTillDate => "goodTillDate",
        EndReason.Day => "day",
        EndReason.AtTheOpening => "atTheOpening",
        EndReason.AtTheClose => "atTheClose",
        EndReason.AuctionEnd => "auctionEnd",
        EndReason.Session => "session",
        EndReason.KillSwitch => "killSwitch",
        EndReason.PostOnly => "postOnly",
        EndReason.CorporateAction => "corporateAction",
    };
}
