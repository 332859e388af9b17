using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Grains.Books;

/// <summary>Answers queries about a book and its orders.</summary>
internal sealed class BookViews(OpenBooks books, BookJournal journal, OrderReporter reporter)
{
    /// <inheritdoc cref="IOrderBookGrain.Status"/>
    public async ValueTask<ExecutionReport> StatusAsync(string symbol, long account, long orderId)
    {
        var book = books.Find(symbol);
        if (book is not { IsServing: true })
        {
            return BookReports.Refused(symbol, account, journal.Refuse(symbol, urgent: true, out _));
        }

        var (owner, number) = book.Machine.OwnerOf(orderId);
        if (owner != account)
        {
            return BookReports.Refused(
                symbol, account, owner == 0 ? RejectReason.UnknownOrder : RejectReason.NotOwner);
        }

        book.Machine.IsKnown(account, number, out var ticket, out var finished);
        var answer = ticket is null
            ? PendingReport.Closed(book, account, number, finished, refused: false)
            : PendingReport.Open(book, ticket);
        return (await reporter.ReportAsync(book, [answer]))[0];
    }

    /// <inheritdoc cref="IOrderBookGrain.Depth"/>
    public async ValueTask<DepthView> DepthAsync(string symbol)
    {
        var book = books.Find(symbol);
        if (book is not { IsServing: true })
        {
            return new DepthView(book?.Machine.Sequence ?? 0, book?.Machine.TimeNanos ?? 0, [], []);
        }

        var view = new DepthView(
            book.Machine.Sequence, book.Machine.TimeNanos, Levels(book, Side.Buy), Levels(book, Side.Sell),
            book.Machine.Core.LastPriceTicks);
        await journal.SettleAsync();
        return view;
    }

    /// <inheritdoc cref="IOrderBookGrain.State"/>
    public async ValueTask<BookState> StateAsync(string symbol)
    {
        var book = books.Find(symbol);
        var state = book is { IsServing: true }
            ? StateOf(book)
            : new BookState(book?.Machine.Sequence ?? 0, 0, book?.IsHalted == true);
        await journal.SettleAsync();
        return state;
    }

    /// <inheritdoc cref="IOrderBookGrain.StateHash"/>
    public async ValueTask<ulong> StateHashAsync(string symbol)
    {
        var book = books.Find(symbol);
        var hash = book is { IsServing: true } ? book.Machine.Core.StateHash : 0;
        await journal.SettleAsync();
        return hash;
    }

    /// <inheritdoc cref="IOrderBookGrain.Position"/>
    public async ValueTask<PlaceInLine> PositionAsync(string symbol, long account, long orderId)
    {
        var book = books.Find(symbol);
        if (book is not { IsServing: true })
        {
            return new PlaceInLine(journal.Refuse(symbol, urgent: true, out _), 0, 0);
        }

        var owner = book.Machine.OwnerOf(orderId).Account;
        if (owner != account)
        {
            return new PlaceInLine(owner == 0 ? RejectReason.UnknownOrder : RejectReason.NotOwner, 0, 0);
        }

        var reason = book.Machine.Core.TryGetQueuePosition(orderId, out var position) ? RejectReason.None
            : book.Machine.Core.TryGetOrder(orderId, out _) ? RejectReason.NotResting
            : RejectReason.OrderClosed;
        await journal.SettleAsync();
        return new PlaceInLine(reason, position.OrdersAhead, position.LotsAhead);
    }

    /// <summary>Returns the state of a book that can take commands.</summary>
    public static BookState StateOf(OpenBook book) => new(
        book.Machine.Sequence,
        book.Machine.Core.OpenOrders,
        IsHalted: false,
        book.Machine.Core.Phase,
        book.Machine.Core.LastPriceTicks,
        book.Machine.Core.MarkPriceTicks,
        book.Machine.Core.ReferencePriceTicks,
        book.Machine.Indicative,
        book.Machine.MarkNanos,
        book.Machine.PhaseReason,
        book.Machine.PhaseNanos,
        book.Machine.Plan,
        book.Machine.AuctionNanos,
        book.Machine.Rules,
        book.Machine.Core.StaticBand?.LowestTicks ?? 0,
        book.Machine.Core.StaticBand?.HighestTicks ?? 0);

    private static ImmutableArray<DepthLevel> Levels(OpenBook book, Side side)
    {
        var levels = new PriceLevel[book.Machine.Core.LevelCount(side)];
        var count = book.Machine.Core.CopyLevels(side, levels);
        return [.. levels.Take(count).Select(l => new DepthLevel(l.PriceTicks, l.Lots, l.Orders))];
    }
}
