using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>A market-by-order book: live on a terminal, otherwise its changes line by line.</summary>
internal static class OrderByOrderScreen
{
    internal static async Task ShowAsync(
        Screen screen, IAsyncEnumerable<OrderByOrderUpdate> feed, int depth, int updates)
    {
        if (screen.Json || !screen.Console.Profile.Capabilities.Ansi)
        {
            await ListAsync(screen, feed, updates);
            return;
        }

        await screen.Console.Live(new Text("connecting...")).StartAsync(async live =>
        {
            var shown = 0;
            await foreach (var update in feed)
            {
                live.UpdateTarget(
                    Table(
                        update.Book.Symbol, update.Book.Sequence, [.. update.Book.Bids.Take(depth)],
                        [.. update.Book.Asks.Take(depth)], update.Book.IsStale));
                if (++shown == updates)
                    return;
            }
        });
    }

    internal static Table Table(
        string symbol, long sequence, IReadOnlyList<BookOrder> bids, IReadOnlyList<BookOrder> asks,
        bool isStale = false)
    {
        var table = Tables.With("order", "bid size", "bid", "ask", "ask size", "order ")
            .Title(Markup.Escape($"{symbol} #{sequence}{(isStale ? " (stale, asking again)" : "")}"));
        for (var i = 0; i < Math.Max(bids.Count, asks.Count); i++)
        {
            string[] bid = i < bids.Count
                ? [$"{bids[i].OrderId}", Tables.Text(bids[i].Quantity), $"[green]{Tables.Text(bids[i].Price)}[/]"]
                : ["", "", ""];
            string[] ask = i < asks.Count
                ? [$"[red]{Tables.Text(asks[i].Price)}[/]", Tables.Text(asks[i].Quantity), $"{asks[i].OrderId}"]
                : ["", "", ""];
            table.AddRow([.. bid, .. ask]);
        }

        return table;
    }

    private static async Task ListAsync(Screen screen, IAsyncEnumerable<OrderByOrderUpdate> feed, int updates)
    {
        var shown = 0;
        await foreach (var (change, book, changes) in feed)
        {
            if (change == BookChange.Stale)
            {
                screen.Note($"{book.Symbol}: missed something, asking again");
                continue;
            }

            if (change == BookChange.Snapshot)
            {
                var all = new BookOrders(
                    book.Symbol, book.Sequence, new UtcTime(book.TimeNanos), book.TimeNanos, [.. book.Bids],
                    [.. book.Asks]);
                screen.Show(all, console => console.Write(Table(all.Symbol, all.Sequence, all.Bids, all.Asks)));
            }

            foreach (var one in changes)
                screen.Show(one, console => console.WriteLine(InWords(one)));
            if (++shown == updates)
                return;
        }
    }

    private static string InWords(BookOrderChange change)
    {
        var order = change.OrderId == 0 ? "" : $" order {change.OrderId}";
        var quantity = change.Kind == BookOrderChangeKind.Removed ? "" : $" {Tables.Text(change.Quantity)}";
        var trade = change.TradeId is null ? "" : $", trade {change.TradeId}";
        return $"#{change.Sequence} {Tables.Lower(change.Kind)} {Tables.Lower(change.Side)}{order}{quantity} at "
            + $"{Tables.Text(change.Price)}{trade}";
    }
}
