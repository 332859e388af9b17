using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Cancels orders for a connection that has ended and cannot ask again. It retries for half a minute; the log has the
/// result.
/// </summary>
internal sealed class CancelOnDisconnect(
    IGrainFactory grains, Listings listings, AccountQueries accounts, MassCancellation massCancellation,
    BookCalls books, TimeProvider time, ILogger<CancelOnDisconnect> log)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_lastPause = TimeSpan.FromSeconds(16);

    private readonly GrainCalls _calls = new(log);

    /// <summary>
    /// Cancels all that an account has open by now. Orders entered after the account has recorded the cancel stay.
    /// </summary>
    public ValueTask CancelAllLeftAsync(long account)
    {
        (RejectReason Reason, long Floor, ImmutableArray<string> Symbols)? mark = null;
        return UntilCancelledAsync(account, async () =>
        {
            if (mark is not { Reason: RejectReason.None })
                mark = await massCancellation.MarkCancelAllAsync(account);
            return mark is { Reason: RejectReason.None, Floor: var floor, Symbols: var symbols }
                ? await massCancellation.CloseUpToAsync(account, floor, symbols)
                : new MassCancel(RejectReason.OutcomeUnknown, 0);
        });
    }

    /// <summary>Cancels only these orders. The client order id of an order that has not arrived is used up.</summary>
    public ValueTask CancelLeftAsync(long account, ImmutableArray<EnteredOrder> orders)
    {
        var left = orders.ToDictionary(order => order.Name, StringComparer.Ordinal);
        return UntilCancelledAsync(account, async () =>
        {
            foreach (var order in left.Values.Where(static order => order.Number == 0).ToArray())
                await FindAsync(account, order, left);

            var cancelled = 0;
            foreach (var book in left.Values.Where(static order => order.Number > 0)
                .GroupBy(order => order.Symbol!, StringComparer.Ordinal).ToArray())
            {
                foreach (var some in book.Chunk(OrderEntry.LongestBatch))
                    cancelled += await CloseAsync(account, book.Key, some, left);
            }

            return new MassCancel(left.Count == 0 ? RejectReason.None : RejectReason.OutcomeUnknown, cancelled);
        });
    }

    /// <summary>Returns the numbers of the account's open orders; null if they are unknown.</summary>
    public async ValueTask<IReadOnlySet<long>?> OpenNumbersAsync(long account)
    {
        var view = await _calls.AskAsync("View", account, () => accounts.ViewAsync(account));
        return view.Failure == RejectReason.None
            ? view.Value.OpenOrders.Select(static order => order.Number).ToHashSet()
            : null;
    }

    /// <summary>
    /// Looks up the number of an order with an unknown outcome. An order that never arrived needs no cancel.
    /// </summary>
    private async ValueTask FindAsync(long account, EnteredOrder order, Dictionary<string, EnteredOrder> left)
    {
        var found = await _calls.AskAsync(
            "FindForCancel", account, () => grains.Account(account).FindForCancel(order.Name));
        if (found is { Failure: RejectReason.None, Value.Reason: RejectReason.None })
            left[order.Name] = order with { Symbol = found.Value.Symbol, Number = found.Value.Number };
        else if (found is { Failure: RejectReason.None, Value.Reason: RejectReason.UnknownOrder })
            left.Remove(order.Name);
    }

    /// <summary>
    /// Cancels orders of one book, and removes from <paramref name="left"/> those that are no longer open.
    /// </summary>
    private async ValueTask<int> CloseAsync(
        long account, string symbol, EnteredOrder[] orders, Dictionary<string, EnteredOrder> left)
    {
        ImmutableArray<long> numbers = [.. orders.Select(static order => order.Number)];
        var closed = await _calls.AskAsync(
            "Close", account,
            async () => await (await listings.BookAsync(symbol)).Close(symbol, account, numbers, EndReason.MassCancel));
        if (closed.Failure != RejectReason.None)
            return 0;

        for (var i = 0; i < orders.Length; i++)
        {
            books.Note(closed.Value[i]);
            if (closed.Value[i].Reason is RejectReason.None or RejectReason.OrderClosed or RejectReason.UnknownOrder)
                left.Remove(orders[i].Name);
        }

        return closed.Value.Count(static report => report is { Reason: RejectReason.None, WasCancelled: false });
    }

    private async ValueTask UntilCancelledAsync(long account, Func<ValueTask<MassCancel>> cancel)
    {
        var cancelled = 0;
        for (var pause = s_firstPause; ; pause *= 2)
        {
            var result = await cancel();
            cancelled += result.Cancelled;
            if (result.Reason == RejectReason.None)
            {
                Log.CancelledAtEnd(log, account, cancelled);
                return;
            }

            if (pause > s_lastPause)
            {
                Log.NotCancelledAtEnd(log, account);
                return;
            }

            await Task.Delay(pause, time);
        }
    }
}
