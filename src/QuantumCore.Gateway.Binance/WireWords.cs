using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Words of the Binance interface, read exactly as Binance writes them.</summary>
internal static class WireWords
{
    /// <summary>Interval of one-second candles, made of trades; the history keeps the other intervals.</summary>
    public const string Second = "1s";

    public static Side? ReadSide(string text) => text switch
    {
        "BUY" => Side.Buy,
        "SELL" => Side.Sell,
        _ => null,
    };

    public static string Of(Side side) => side == Side.Buy ? "BUY" : "SELL";

    public static TimeInForce? ReadTimeInForce(string text) => text switch
    {
        "GTC" => TimeInForce.GoodTillCancel,
        "IOC" => TimeInForce.ImmediateOrCancel,
        "FOK" => TimeInForce.FillOrKill,
        _ => null,
    };

    /// <summary>
    /// Returns the time in force. Orders from other interfaces may have one that Binance has no word for; it is shown
    /// as GTC.
    /// </summary>
    public static string Of(TimeInForce timeInForce, OrderType type) =>
        OrderCombinations.IsMarket(type) ? "GTC" : timeInForce switch
        {
            TimeInForce.ImmediateOrCancel => "IOC",
            TimeInForce.FillOrKill => "FOK",
            TimeInForce.GoodTillCancel or TimeInForce.Day or TimeInForce.GoodTillDate or TimeInForce.AtTheOpening
                or TimeInForce.AtTheClose => "GTC",
        };

    public static SelfTradePrevention? ReadSelfTrade(string text) => text switch
    {
        "NONE" => SelfTradePrevention.None,
        "EXPIRE_TAKER" => SelfTradePrevention.ExpireTaker,
        "EXPIRE_MAKER" => SelfTradePrevention.ExpireMaker,
        "EXPIRE_BOTH" => SelfTradePrevention.ExpireBoth,
        "DECREMENT" => SelfTradePrevention.Decrement,
        _ => null,
    };

    public static string Of(SelfTradePrevention mode) => mode switch
    {
        SelfTradePrevention.None => "NONE",
        SelfTradePrevention.ExpireTaker or SelfTradePrevention.CancelNewest => "EXPIRE_TAKER",
        SelfTradePrevention.ExpireMaker or SelfTradePrevention.CancelOldest => "EXPIRE_MAKER",
        SelfTradePrevention.ExpireBoth => "EXPIRE_BOTH",
        SelfTradePrevention.Decrement => "DECREMENT",
    };

    /// <summary>
    /// Returns the status of an order. An order by amount is filled when the rest of the amount does not pay for
    /// another lot.
    /// </summary>
    public static string Status(PastOrder order) => order.Status switch
    {
        OrderStatus.New => order.Stage == OrderStage.Pending ? "PENDING_NEW" : "NEW",
        OrderStatus.PartiallyFilled => "PARTIALLY_FILLED",
        OrderStatus.Filled => "FILLED",
        // Nobody cancelled the other order of a pair: it ended by its own rule.
        OrderStatus.Cancelled => order.End == EndReason.OneCancelsOther ? "EXPIRED" : "CANCELED",
        OrderStatus.Rejected => "REJECTED",
        OrderStatus.Expired => order.End switch
        {
            EndReason.SelfTrade => "EXPIRED_IN_MATCH",
            EndReason.Amount when order.FilledLots > 0 => "FILLED",
            _ => "EXPIRED",
        },
    };

    /// <summary>
    /// Returns the type of an order. Types that Binance has no word for are shown as the limit orders that they become.
    /// </summary>
    public static string Of(OrderType type, bool postOnly, OrderConditions terms) => type switch
    {
        OrderType.Limit => postOnly ? "LIMIT_MAKER" : "LIMIT",
        OrderType.Market => "MARKET",
        OrderType.Stop => "STOP_LOSS",
        OrderType.TrailingStop => terms.ActivationTicks is null ? "STOP_LOSS" : "TAKE_PROFIT",
        OrderType.StopLimit or OrderType.TrailingStopLimit => "STOP_LOSS_LIMIT",
        OrderType.TakeProfit => "TAKE_PROFIT",
        OrderType.TakeProfitLimit => "TAKE_PROFIT_LIMIT",
        OrderType.Pegged or OrderType.Leg => "LIMIT",
    };

    public static string Status(BookState state) => state.IsHalted ? "HALT" : state.Phase switch
    {
        TradingPhase.Continuous => "TRADING",
        TradingPhase.Halt => "HALT",
        TradingPhase.Closed => "END_OF_DAY",
        TradingPhase.PreOpen or TradingPhase.Opening or TradingPhase.Volatility or TradingPhase.Closing => "BREAK",
    };

    public static string Of(OrderListKind kind) => kind switch
    {
        OrderListKind.OneCancelsOther => "OCO",
        OrderListKind.OneTriggersOther or OrderListKind.OneTriggersOneCancelsOther => "OTO",
        OrderListKind.Strategy => "NONE",
    };

    /// <summary>
    /// Returns the reject reason for an execution report; only the first few are in Binance's current documentation.
    /// </summary>
    public static string Of(RejectReason reason) => reason switch
    {
        RejectReason.None => "NONE",
        RejectReason.InsufficientFunds or RejectReason.ShortNotAllowed or RejectReason.InsufficientMargin
            or RejectReason.NoLocate
            or RejectReason.UnsettledFunds => "INSUFFICIENT_BALANCES",
        RejectReason.StopWouldTrigger => "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
        RejectReason.PostOnlyWouldTake => "WOULD_MATCH_IMMEDIATELY",
        RejectReason.ListPrices => "OCO_BAD_PRICES",
        RejectReason.UnknownSymbol => "UNKNOWN_INSTRUMENT",
        RejectReason.SymbolHalted or RejectReason.SymbolClosed or RejectReason.NotInThisPhase => "MARKET_CLOSED",
        RejectReason.DuplicateOrder or RejectReason.KeyConflict or RejectReason.KeyCancelled => "DUPLICATE_ORDER",
        RejectReason.AccountBlocked or RejectReason.AccountFrozen or RejectReason.KillSwitch or RejectReason.ReduceOnly
            or RejectReason.NotPermitted => "ACCOUNT_INACTIVE",
        _ => "PRICE_QTY_EXCEED_HARD_LIMITS",
    };
}
