using System.CommandLine;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>alerts: price alerts of the account.</summary>
internal static class AlertCommands
{
    internal static Command All(CommandLineApp app)
    {
        var list = app.Add(
            new Command("alerts", "Price alerts of the account. Without a subcommand: list them."),
            """
            qc alerts                                    those that wait and those that have fired
            qc alerts add AAPL 151.00
            qc alerts watch                              tells when one is there
            """,
            async (_, session, cancellation) =>
            {
                var alerts = await session.Client().Alerts.GetAsync(cancellation);
                session.Screen.Show(alerts, console => List(console, alerts.Alerts));
            });
        foreach (var command in (Command[])[Add(app), Remove(app), Watch(app)])
            list.Subcommands.Add(command);
        return list;
    }

    private static Command Add(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var price = Grammar.Price("price", "The price to wait for, in the quote asset");
        var above = new Option<bool>("--above") { Description = "At that price or higher" };
        var below = new Option<bool>("--below")
        {
            Description = "At that price or lower (default: the side away from the last price)",
        };
        var command = new Command(
            "add", "Set an alert. It fires once, at the first trade at the price or beyond. At most 50 per account.")
        {
            symbol, price, above, below,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(above) && result.GetValue(below))
                result.AddError("--above and --below: one of the two");
        });
        return app.Add(
            command,
            """
            qc alerts add AAPL 151.00                    when it gets there, from where it is now
            qc alerts add AAPL 140.00 --below            at or below it: at once where it is there already
            """,
            async (parse, session, cancellation) =>
            {
                bool? side = parse.GetValue(above) ? true : parse.GetValue(below) ? false : null;
                var alert = await session.Client()
                    .Alerts.AddAsync(parse.GetValue(symbol)!, parse.GetValue(price), side, cancellation);
                session.Screen.Show(alert, console => console.WriteLine(InWords(alert)));
            });
    }

    private static Command Remove(CommandLineApp app)
    {
        var id = Grammar.NumberArgument("id", "The alert's id, of the list");
        return app.Add(
            new Command("remove", "Remove an alert, fired or not, and list the rest.") { id },
            "qc alerts remove 1795798099001",
            async (parse, session, cancellation) =>
            {
                var left = await session.Client().Alerts.RemoveAsync(parse.GetValue(id), cancellation);
                session.Screen.Show(left, console => List(console, left.Alerts));
            });
    }

    private static Command Watch(CommandLineApp app)
    {
        var updates =
            Grammar.CountOption("--updates", "Stop after this number of alerts", otherwise: 0, most: 1_000_000_000);
        return app.Add(
            new Command("watch", "Print alerts that have fired, then each one that fires, until Ctrl-C.") { updates },
            """
            qc alerts watch
            qc alerts watch --json                       each alert that has fired, one a line
            qc alerts watch --updates 1 && mail -s "it is there" me@example.org < /dev/null
            """,
            async (parse, session, cancellation) =>
            {
                try
                {
                    await TellAsync(
                        session.Screen, session.Client().Alerts.WatchAsync(cancellation), parse.GetValue(updates));
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    // Ctrl-C is how one stops watching.
                }
            });
    }

    private static async Task TellAsync(Screen screen, IAsyncEnumerable<AlertUpdate> feed, int updates)
    {
        var told = 0;
        await foreach (var update in feed)
        {
            if (update.Change == AlertChange.Stale)
                screen.Note("the connection is lost: asking again");
            else if (update.Change == AlertChange.Snapshot)
                screen.Note(
                    $"waiting for {update.Now.Alerts.Count(static alert => alert.Fired is null)} of {update.Account}");

            // Whoever set it believes that it is watched.
            foreach (var alert in update.Forgotten)
                screen.Note(
                    "the exchange was restarted and has forgotten: "
                    + $"{alert.Symbol} {Side(alert)} {Tables.Text(alert.Price)}");

            foreach (var alert in update.Fired)
            {
                screen.Show(alert, console => console.WriteLine(InWords(alert)));
                if (++told == updates)
                    return;
            }
        }
    }

    private static void List(IAnsiConsole console, IReadOnlyList<PriceAlert> alerts) => Tables.Show(
        console, "No alerts.", ["id", "symbol", "side", "price", "set", "fired at", "fired"],
        alerts.Select(alert => new[]
        {
            Tables.Text(alert.Id),
            alert.Symbol,
            Side(alert),
            Tables.Text(alert.Price),
            Tables.Time(alert.Time),
            Tables.TextOrNothing(alert.Fired?.Price),
            alert.Fired is { } fired ? Tables.Time(fired.Time) : "",
        }));

    private static string InWords(PriceAlert alert) => alert.Fired is { } fired
        ? $"{Tables.Time(fired.Time)} {alert.Symbol} is at {Tables.Text(fired.Price)}: "
            + $"{Side(alert)} {Tables.Text(alert.Price)} (alert {alert.Id})"
        : $"Alert {alert.Id}: {alert.Symbol} {Side(alert)} {Tables.Text(alert.Price)}.";

    private static string Side(PriceAlert alert) => alert.IsAbove ? "at or above" : "at or below";
}
