using System.Collections.Frozen;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Supported messages and their tags. Other tags are rejected, so that none is silently ignored; except for tags that
/// would not change what the exchange does.
/// </summary>
internal static class FixDictionary
{
    // Currency (checked for D and G), HandlInst, SecurityIDSource, SecurityID, TransactTime, ExDestination,
    // SecurityType, SecurityExchange, CFICode, OrderCapacity, OrderRestrictions, Text.
    private static readonly int[] s_unheard = [15, 21, 22, 48, 60, 100, 167, 207, 461, 528, 529, 58];

    // Parties to an order (NoPartyIDs and its tags), who have to do with it besides its account. The account's key
    // decides whose it is.
    private static readonly int[] s_parties = [453, 448, 447, 452, 802, 523, 803];

    private static readonly FrozenDictionary<string, FrozenSet<int>> s_tags =
        new Dictionary<string, FrozenSet<int>>(StringComparer.Ordinal)
        {
            ["D"] = WithParties(
                FixTag.Account, FixTag.ClOrdID, FixTag.ExecInst, FixTag.OrderQty, FixTag.OrdType, FixTag.Price,
                FixTag.Side, FixTag.Symbol,
                FixTag.TimeInForce, FixTag.StopPx, FixTag.MinQty, FixTag.MaxFloor, FixTag.ExpireTime,
                FixTag.CashOrderQty,
                FixTag.PegOffsetValue, FixTag.ExpireDate, FixTag.PegOffsetType),
            ["F"] = WithParties(
                FixTag.Account, FixTag.ClOrdID, FixTag.OrderID, FixTag.OrderQty, FixTag.OrigClOrdID, FixTag.Side,
                FixTag.Symbol),
            ["G"] = WithParties(
                FixTag.Account, FixTag.ClOrdID, FixTag.OrderID, FixTag.OrderQty, FixTag.OrdType, FixTag.OrigClOrdID,
                FixTag.Price, FixTag.Side,
                FixTag.Symbol, FixTag.TimeInForce, FixTag.StopPx, FixTag.MaxFloor, FixTag.MinQty, FixTag.ExecInst,
                FixTag.ExpireTime, FixTag.ExpireDate,
                FixTag.PegOffsetValue, FixTag.PegOffsetType),
            ["q"] = Of(FixTag.ClOrdID, FixTag.Side, FixTag.Symbol, FixTag.MassCancelRequestType),
            ["H"] = WithParties(
                FixTag.Account, FixTag.ClOrdID, FixTag.OrderID, FixTag.Side, FixTag.Symbol, FixTag.OrdStatusReqID),
            ["AF"] = WithParties(
                FixTag.Account, FixTag.MassStatusReqID, FixTag.MassStatusReqType, FixTag.Side, FixTag.Symbol),
            ["x"] = Of(
                FixTag.SecurityReqID, FixTag.SecurityListRequestType, FixTag.Symbol, FixTag.SubscriptionRequestType),
            ["V"] = Of(
                FixTag.MDReqID, FixTag.SubscriptionRequestType, FixTag.MarketDepth, FixTag.MDUpdateType,
                FixTag.AggregatedBook, FixTag.NoMDEntryTypes, FixTag.MDEntryType,
                FixTag.NoRelatedSym, FixTag.Symbol),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Returns true if messages of this type are supported.</summary>
    public static bool Knows(string type) => s_tags.ContainsKey(type);

    /// <summary>Returns true if a message of this type may have this tag.</summary>
    public static bool MayHave(string type, int tag) => s_tags[type].Contains(tag);

    private static FrozenSet<int> WithParties(params int[] tags) => Of([.. tags, .. s_parties]);

    private static FrozenSet<int> Of(params int[] tags) => tags.Concat(s_unheard).ToFrozenSet();
}
