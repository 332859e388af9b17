using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Cancels all orders of an account, or all of one book or side.</summary>
public sealed class MassCancellation(
    IGrainFactory grains, Listings listings, ShownSequences shown, AccountQueries accounts, BookCalls books,
    ILogger<MassCancellation> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>
    /// Cancels all orders, or all in one book. No order in flight survives. With a side, only the account's open orders
    /// of that side are cancelled, together in each book.
    /// </summary>
    public ValueTask<MassCancel> CancelAllAsync(long account, string? symbol, Side? side) =>
        side is { } only ? CancelSideAsync(account, symbol, only) : CancelUpToFloorAsync(account, symbol);

    /// <summary>
    /// Cancels the orders of an account that a kill switch has frozen. What is not known to be cancelled is left to the
    /// recovery agent, which cancels orders of frozen accounts.
    /// </summary>
    internal async ValueTask CancelKilledAsync(long account) => await CancelUpToFloorAsync(account, symbol: null);

    /// <summary>Marks the orders of an account for a cancel: no order below the floor survives it.</summary>
    internal async ValueTask<(RejectReason Reason, long Floor,
        ImmutableArray<string> Symbols)> MarkCancelAllAsync(long account)
    {
        var mark = await _calls.AskAsync("CancelAll", account, () => grains.Account(account).CancelAll());
        return mark.Failure != RejectReason.None ? (mark.Failure, 0, [])
            // After a retry, the failed call may have left its mark.
            : mark is { IsFirst: false, Value.Reason: not RejectReason.None } ? (RejectReason.OutcomeUnknown, 0, [])
            : (mark.Value.Reason, mark.Value.Floor, mark.Value.Symbols);
    }

    /// <summary>Cancels the orders of an account in these books, up to a floor.</summary>
    internal async ValueTask<MassCancel> CloseUpToAsync(long account, long floor, IEnumerable<string> symbols)
    {
        var result = new MassCancel(RejectReason.None, 0);
        foreach (var name in symbols)
        {
            var closed = await _calls.AskAsync(
                "CloseAll", account, async () => await (await listings.BookAsync(name)).CloseAll(name, account, floor));
            if (closed.Failure == RejectReason.None)
            {
                result = result with { Cancelled = result.Cancelled + closed.Value };
                var state =
                    await _calls.AskAsync(
                        "State", account, async () => await (await listings.BookAsync(name)).State(name));
                if (state.Failure == RejectReason.None)
                    shown.Note(account, name, state.Value.Sequence);
            }
            else
            {
                result = result with { Reason = closed.Failure };
            }
        }

        return result;
    }

    private async ValueTask<MassCancel> CancelUpToFloorAsync(long account, string? symbol)
    {
        var (reason, floor, symbols) = await MarkCancelAllAsync(account);
        return reason == RejectReason.None
            ? await CloseUpToAsync(account, floor, symbols.Where(name => symbol is null || name == symbol))
            : new MassCancel(reason, 0);
    }

    private async ValueTask<MassCancel> CancelSideAsync(long account, string? symbol, Side side)
    {
        var view = await _calls.AskAsync("View", account, () => accounts.ViewAsync(account));
        if (view.Failure != RejectReason.None)
            return new MassCancel(view.Failure, 0);

        var result = new MassCancel(RejectReason.None, 0);
        var open =
            view.Value.OpenOrders.Where(order => order.Side == side && (symbol is null || order.Symbol == symbol));
        foreach (var book in open.GroupBy(order => order.Symbol, StringComparer.Ordinal))
        {
            ImmutableArray<long> numbers = [.. book.Select(order => order.Number)];
            var closed = await _calls.AskAsync(
                "Close",
                account,
                async () =>
                    await (await listings.BookAsync(book.Key)).Close(book.Key, account, numbers, EndReason.MassCancel));
            if (closed.Failure != RejectReason.None)
            {
                result = result with { Reason = closed.Failure };
                continue;
            }

            foreach (var report in closed.Value)
                books.Note(report);

            var count = closed.Value.Count(report => report.Reason == RejectReason.None);
            result = result with { Cancelled = result.Cancelled + count };
        }

        return result;
    }
}

/// <summary>Result of a mass cancel.</summary>
/// <param name="Reason">None, or why it is not known to be complete.</param>
/// <param name="Cancelled">Number of open orders known to have ended by it.</param>
public readonly record struct MassCancel(RejectReason Reason, int Cancelled);
