using System.CommandLine;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>instruments, tickers, book, trades, symbol state, watch.</summary>
internal static class MarketCommands
{
    internal static IEnumerable<Command> All(CommandLineApp app) =>
        [Instruments(app), Tickers(app), Book(app), Trades(app), SymbolState(app), Watch(app)];

    private static Command Instruments(CommandLineApp app) => app.Add(
        new Command("instruments", "List the instruments with tick, lot and fees."),
        "qc instruments",
        async (_, session, cancellation) =>
        {
            var instruments = await session.Client().Market.GetInstrumentsAsync(cancellation);
            session.Screen.Show(instruments, console => Tables.Instruments(console, instruments));
        });

    private static Command Tickers(CommandLineApp app) => app.Add(
        new Command("tickers", "Phase, last price and last 24 hours of all symbols."),
        "qc tickers",
        async (_, session, cancellation) =>
        {
            var tickers = await session.Client().Market.GetTickersAsync(cancellation);
            session.Screen.Show(tickers, console => Tables.Tickers(console, tickers));
        });

    private static Command Book(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var (depth, orders) = (Depth(), Orders());
        return app.Add(
            new Command("book", "The current book by price, or market-by-order.") { symbol, depth, orders },
            """
            qc book AAPL --depth 5
            qc book AAPL --orders                        who trades first, with numbers of orders
            """,
            async (parse, session, cancellation) =>
            {
                if (parse.GetValue(orders))
                {
                    var each = await session.Client()
                        .Market.GetBookOrdersAsync(parse.GetValue(symbol)!, parse.GetValue(depth), cancellation);
                    session.Screen.Show(
                        each,
                        console =>
                            console.Write(OrderByOrderScreen.Table(each.Symbol, each.Sequence, each.Bids, each.Asks)));
                    return;
                }

                var book = await session.Client().Market.GetBookAsync(
                    parse.GetValue(symbol)!, parse.GetValue(depth), cancellation);
                session.Screen.Show(book, console =>
                    console.Write(Tables.Book($"{book.Symbol} #{book.Sequence}", book.Bids, book.Asks)));
            });
    }

    private static Command Trades(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var limit = Grammar.CountOption("--limit", "Maximum number of trades", otherwise: 20, most: 1000);
        return app.Add(
            new Command("trades", "The latest public trades, newest first.") { symbol, limit },
            "qc trades AAPL --limit 50",
            async (parse, session, cancellation) =>
            {
                var trades = await session.Client().Market.GetTradesAsync(
                    parse.GetValue(symbol)!, parse.GetValue(limit), cancellation);
                session.Screen.Show(trades, console => Tables.Trades(console, trades));
            });
    }

    private static Command SymbolState(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var state = app.Add(
            new Command("state", "A symbol's trading phase, prices and indicative auction result.") { symbol },
            "qc symbol state AAPL",
            async (parse, session, cancellation) =>
            {
                var state = await session.Client().Market.GetStateAsync(parse.GetValue(symbol)!, cancellation);
                session.Screen.Show(state, console => Tables.State(console, state));
            });
        return new Command("symbol", "Show one symbol.") { state };
    }

    private static Command Watch(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var (depth, orders) = (Depth(), Orders());
        var updates =
            Grammar.CountOption("--updates", "Stop after this number of updates", otherwise: 0, most: 1_000_000_000);
        return app.Add(
            new Command("watch", "The book, live, until Ctrl-C: by price, or market-by-order.")
            {
                symbol, depth, orders, updates,
            },
            """
            qc watch AAPL
            qc watch AAPL --json --updates 100           one book a line
            qc watch AAPL --orders --json                all orders, then one change a line
            """,
            async (parse, session, cancellation) =>
            {
                string[] symbols = [parse.GetValue(symbol)!];
                var (levels, count) = (parse.GetValue(depth), parse.GetValue(updates));
                try
                {
                    await (parse.GetValue(orders)
                        ? OrderByOrderScreen.ShowAsync(
                            session.Screen, session.Client().Market.WatchBookOrdersAsync(symbols, cancellation), levels,
                            count)
                        : ShowAsync(
                            session.Screen, session.Client().Market.WatchBooksAsync(symbols, cancellation), levels,
                            count));
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    // Ctrl-C is how one stops watching.
                }
            });
    }

    private static Option<int> Depth() =>
        Grammar.CountOption("--depth", "Levels, or orders, of each side", otherwise: 10, most: 1000);

    private static Option<bool> Orders() => new("--orders")
    {
        Description = "Market-by-order: each order, in the sequence in which they trade",
    };

    private static async Task ShowAsync(
        Screen screen, IAsyncEnumerable<BookUpdate> feed, int depth, int updates)
    {
        if (screen.Json || !screen.Console.Profile.Capabilities.Ansi)
        {
            await ListAsync(screen, feed, depth, updates);
            return;
        }

        await screen.Console.Live(new Text("connecting...")).StartAsync(async live =>
        {
            var shown = 0;
            await foreach (var update in feed)
            {
                var (book, note) = (update.Book, update.Book.IsStale ? " (stale, asking again)" : "");
                live.UpdateTarget(Tables.Book(
                    $"{book.Symbol} #{book.Sequence}{note}", [.. book.Bids.Take(depth)], [.. book.Asks.Take(depth)]));
                if (++shown == updates)
                    return;
            }
        });
    }

    private static async Task ListAsync(Screen screen, IAsyncEnumerable<BookUpdate> feed, int depth, int updates)
    {
        var shown = 0;
        await foreach (var update in feed)
        {
            if (update.Book.IsStale)
            {
                screen.Note($"{update.Book.Symbol}: missed something, asking again");
                continue;
            }

            var book = new BookSnapshot(
                update.Book.Symbol, update.Book.Sequence,
                new UtcTime(update.Book.TimeNanos),
                update.Book.TimeNanos, [.. update.Book.Bids.Take(depth)], [.. update.Book.Asks.Take(depth)]);
            screen.Show(book, console =>
                console.Write(Tables.Book($"{book.Symbol} #{book.Sequence}", book.Bids, book.Asks)));
            if (++shown == updates)
                return;
        }
    }
}
