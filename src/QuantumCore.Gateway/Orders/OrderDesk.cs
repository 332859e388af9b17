using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Enters and cancels orders in the format of the native API, the same over HTTP and over a WebSocket.
/// </summary>
internal sealed class OrderDesk(OrderEntry entry, MassCancellation massCancellation, Listings listings, Door door)
{
    /// <summary>Largest order id in a request.</summary>
    public const long LargestId = (1L << 53) - 1;

    /// <summary>Reads and enters an order; returns its report, and the detail of a refusal if there is one.</summary>
    public async ValueTask<(ExecutionReport Report, string? Detail)> PlaceAsync(long account, OrderText text)
    {
        var (refusal, order) = await OrderReading.ReadAsync(text, listings);
        if (refusal is { } refused)
            return (Refuse(account, order, refused), refused.Detail);

        var report = await entry.PlaceAsync(account, order);
        return (report, report.Reason == RejectReason.None ? null : await ExplainAsync(report, order, text));
    }

    /// <summary>
    /// Reads and enters a batch. An order that cannot be read is rejected in its place; the rest is entered.
    /// </summary>
    /// <param name="account">Account of the orders.</param>
    /// <param name="texts">Orders of the batch.</param>
    /// <param name="mustBeNew">
    /// True if an order whose client order id was used before gets <see cref="RejectReason.KeyConflict"/>.
    /// </param>
    /// <param name="areApart">True for independent orders: those of one book do not wait for those of another.</param>
    public async ValueTask<(Refusal? Refusal,
        ImmutableArray<(ExecutionReport Report, string? Detail)> Reports)> PlaceBatchAsync(
        long account, List<OrderText?>? texts, bool mustBeNew = false, bool areApart = false)
    {
        if (texts is null or { Count: 0 or > OrderEntry.LongestBatch })
        {
            return (new Refusal(
                RejectReason.BadRequest, "orders", OrderEntry.LongestBatch.ToString(),
                $"orders has {texts?.Count ?? 0} orders; a batch has 1 to {OrderEntry.LongestBatch}"), []);
        }


        if (texts.IndexOf(null) is >= 0 and var missing)
            return (Refusal.NullItem($"orders[{missing}]", "an order"), []);

        var reports = new (ExecutionReport Report, string? Detail)?[texts.Count];
        var orders = ImmutableArray.CreateBuilder<HoldRequest>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var (refusal, order) = await OrderReading.ReadAsync(texts[i]!, listings);
            if (refusal is { } refused)
                reports[i] = (Refuse(account, order, refused), refused.Detail);
            else
                orders.Add(order);
        }

        var entered = await entry.PlaceBatchAsync(account, orders.ToImmutable(), mustBeNew, areApart);
        var next = 0;
        for (var i = 0; i < reports.Length; i++)
        {
            if (reports[i] is not null)
                continue;
            var report = entered[next];
            reports[i] = (
                report,
                report.Reason == RejectReason.None ? null : await ExplainAsync(report, orders[next], texts[i]!));
            next++;
        }

        return (null, [.. reports.Select(report => report!.Value)]);
    }

    /// <summary>Explains the rejection of an order with the caller's values; null if its title says all.</summary>
    private async ValueTask<string?> ExplainAsync(ExecutionReport report, HoldRequest order, OrderText text) =>
        await listings.FindAsync(order.Symbol) is { } instrument
            ? OrderRefusals.Explain(report, order, instrument, field => WrittenValues.Of(text, field))
            : null;

    /// <summary>
    /// Cancels all orders of an account, limited to one symbol or side if given; or returns a refusal.
    /// </summary>
    /// <param name="account">Account of the orders.</param>
    /// <param name="symbol">Symbol; null for every symbol.</param>
    /// <param name="sideText">Side as text; null for both sides.</param>
    /// <param name="queue">Orders that the same connection sent before.</param>
    public async ValueTask<(Refusal? Refusal, int Cancelled)> CancelAllAsync(
        long account, string? symbol, string? sideText, OrderQueue? queue = null)
    {
        var side = WireNames.ReadSide(sideText);
        if (sideText is not null && side is null)
            return (Refusal.NotOneOf("side", sideText, WireNames.Sides.AsSpan()), 0);
        if (symbol is not null && await listings.FindAsync(symbol) is null)
            return (await listings.UnknownAsync(symbol), 0);

        // Queued orders were sent before this cancel, so they are rejected too.
        queue?.RefuseWaiting(symbol, side);
        if (side is null)
            door.RefuseWaiting(account);
        var (reason, cancelled) = await massCancellation.CancelAllAsync(account, symbol, side);
        return reason == RejectReason.None
            ? (null, cancelled)
            : (new Refusal(reason, null, null, $"{cancelled} orders are known to be cancelled."), cancelled);
    }

    private static ExecutionReport Refuse(long account, HoldRequest order, Refusal refusal) =>
        ExecutionReport.Refused(order, account, refusal.Reason, refusal.Field, refusal.Limit);
}
