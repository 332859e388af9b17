using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>The wire's words for sides, types and states, read exactly as written.</summary>
internal static class WireNames
{
    public static Side? ReadSide(string? text) => text switch
    {
        "buy" => Side.Buy,
        "sell" => Side.Sell,
        _ => null,
    };

    public static OrderType? ReadType(string? text) => text switch
    {
        null or "limit" => OrderType.Limit,
        "market" => OrderType.Market,
        _ => null,
    };

    public static TimeInForce? ReadTimeInForce(string? text, OrderType type) => text switch
    {
        null => type == OrderType.Market ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel,
        "gtc" => TimeInForce.GoodTillCancel,
        "ioc" => TimeInForce.ImmediateOrCancel,
        "fok" => TimeInForce.FillOrKill,
        _ => null,
    };

    public static string Of(Side side) => side switch
    {
        Side.Buy => "buy",
        Side.Sell => "sell",
    };

    public static string Of(OrderType type) => type switch
    {
        OrderType.Limit => "limit",
        OrderType.Market => "market",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stopLimit",
        OrderType.TakeProfit => "takeProfit",
        OrderType.TakeProfitLimit => "takeProfitLimit",
        OrderType.TrailingStop => "trailingStop",
        OrderType.TrailingStopLimit => "trailingStopLimit",
        OrderType.Pegged => "pegged",
    };

    public static string Of(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.GoodTillCancel => "gtc",
        TimeInForce.ImmediateOrCancel => "ioc",
        TimeInForce.FillOrKill => "fok",
        TimeInForce.Day => "day",
        TimeInForce.GoodTillDate => "gtd",
        TimeInForce.AtTheOpening => "opg",
        TimeInForce.AtTheClose => "cls",
    };

    public static string Of(OrderStatus status) => status switch
    {
        OrderStatus.New => "new",
        OrderStatus.PartiallyFilled => "partiallyFilled",
        OrderStatus.Filled => "filled",
        OrderStatus.Cancelled => "cancelled",
        OrderStatus.Expired => "expired",
        OrderStatus.Rejected => "rejected",
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
    };
}
