using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Computes a hash of a client's request, which distinguishes a retry from another request under the same key. FNV-1a.
/// It is journaled and must never change. A client can only collide with itself.
/// </summary>
internal static class RequestHash
{
    private const ulong Offset = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;

    /// <summary>
    /// Returns the hash of an order. The protection price of an order without a limit is the gateway's, not the
    /// client's, and does not count.
    /// </summary>
    public static ulong Of(HoldRequest request)
    {
        var hash = Add(Offset, request.Symbol);
        hash = Add(hash, (long)request.Side);
        hash = Add(hash, (long)request.Type);
        hash = Add(hash, (long)request.TimeInForce);
        hash = Add(hash, request.PostOnly ? 1 : 0);
        hash = Add(hash, HasLimit(request.Type) ? request.PriceTicks : 0);
        hash = Add(hash, request.QuantityLots);
        if (request.SelfTrade != SelfTradePrevention.None)
        {
            hash = Add(hash, (long)request.SelfTrade);
        }

        foreach (var part in request.Conditions?.Bytes ?? [])
        {
            hash = unchecked((hash ^ part) * Prime);
        }

        return hash;
    }

    /// <summary>
    /// Returns the hash of a signal's own content. What its strategy makes of it may change before a retry.
    /// </summary>
    public static ulong Of(SignalIntent signal) =>
        Add(
            Add(Add(Add(Add(Offset, "signal"), signal.Symbol), (long)signal.Action), signal.SaidLots),
            signal.LimitTicks);

    /// <summary>Returns the content of an order without its client order id, for detecting duplicates.</summary>
    public static OrderContent ContentOf(
        string symbol, Side side, OrderType type, long priceTicks, long quantityLots, EncodedConditions? conditions) =>
            new(
            symbol, side, type, HasLimit(type) ? priceTicks : 0, quantityLots, conditions.Decode()?.Amount ?? 0);

    /// <summary>Returns the hash of a list: its kind and all of its orders, with their names.</summary>
    public static ulong Of(OrderListKind kind, IEnumerable<HoldRequest> orders)
    {
        var hash = Add(Offset, (long)kind);
        foreach (var order in orders)
        {
            hash = Add(Add(hash, order.ClientOrderId), unchecked((long)Of(order)));
        }

        return hash;
    }

    private static bool HasLimit(OrderType type) =>
        type is OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit or OrderType.Pegged;

    /// <summary>Returns the hash of an amendment that replaces an order.</summary>
    public static ulong Of(AmendRequest request)
    {
        var hash = Add(Add(Add(Add(Offset, request.Symbol), request.OrderId), request.PriceTicks), request.TotalLots);
        hash = request.ExpectedLots == 0 ? hash : Add(hash, request.ExpectedLots);
        return request.TriggerTicks == 0 ? hash : Add(Add(hash, "trigger"), request.TriggerTicks);
    }

    /// <summary>Returns the hash of a deposit.</summary>
    public static ulong Of(string asset, long amount) => Add(Add(Offset, asset), amount);

    /// <summary>Returns the hash of a transfer to another account.</summary>
    public static ulong OfTransfer(long to, string asset, long amount) =>
        Add(Add(Add(Add(Offset, "transfer"), to), asset), amount);

    /// <summary>Returns the hash of a withdrawal.</summary>
    public static ulong OfWithdrawal(string asset, long amount, string destination) =>
        Add(Add(Add(Add(Offset, "withdrawal"), asset), amount), destination);

    private static ulong Add(ulong hash, string text)
    {
        foreach (var character in text)
        {
            hash = unchecked((hash ^ character) * Prime);
        }

        return Add(hash, text.Length);
    }

    private static ulong Add(ulong hash, long value)
    {
        for (var shift = 0; shift < 64; shift += 8)
        {
            hash = unchecked((hash ^ (byte)(value >> shift)) * Prime);
        }

        return hash;
    }
}
