using System.CommandLine;
using System.CommandLine.Parsing;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>settle: settlement venues, their holidays, batches and fails.</summary>
internal static class SettleCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var venue = new Argument<string?>("venue")
        {
            Description = "Settlement venue [default: all]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var holidays = new Option<DateOnly[]>("--holiday")
        {
            Description = "Holiday; repeat it for each. Replaces all holidays from the day after tomorrow on",
            HelpName = "yyyy-mm-dd",
            CustomParser = Days,
            AllowMultipleArgumentsPerToken = true,
        };
        var none = new Option<bool>("--no-holidays")
        {
            Description = "Remove all holidays from the day after tomorrow on",
        };
        var why = Grammar.Why();
        var buyIn = new Option<string?>("--buy-in")
        {
            Description = "Buy in units that an account failed to deliver, at its cost",
            HelpName = "account:symbol",
        };
        var id = new Option<string?>("--id")
        {
            Description = "Idempotency key of the buy-in, which also names its order",
            HelpName = "id",
        };
        var buyInDays = new Option<int?>("--buy-in-days")
        {
            Description = "Business days before a fail may be bought in, 0 to 100",
            HelpName = "days",
        };
        return app.Add(
            new Command(
                "settle",
                "Show settlement venues with holidays, batches and fails; set holidays, "
                + "or buy in a fail (administrator's key).")
            {
                venue, holidays, none, buyIn, id, buyInDays, why,
            },
            """
            qc settle
            qc settle MAIN
            qc settle MAIN --holiday 2030-12-25 --holiday 2031-01-01 --why "NYSE calendar"
            qc settle MAIN --no-holidays
            qc settle MAIN --buy-in ACC-1002:AAPL --id buy-in-17 --why "four days"
            qc settle MAIN --buy-in-days 3
            """,
            async (parse, session, cancellation) =>
            {
                var (whose, days) = (parse.GetValue(venue), parse.GetValue(holidays) ?? []);
                Grammar.RequireNothingBeside(
                    parse,
                    "settle",
                    [holidays, none, buyIn, id, buyInDays],
                    parse.GetValue(buyIn) is not null
                        ? [buyIn, id]
                        : days.Length > 0 ? [holidays] : parse.GetValue(none) ? [none] : [buyInDays]);
                if (parse.GetValue(buyIn) is { } whom)
                {
                    await BuyInAsync(session, whose, whom, parse.GetValue(id), parse.GetValue(why), cancellation);
                    return;
                }

                var venues = await SetOrReadAsync(
                    session, whose, days.Length > 0 || parse.GetValue(none) ? days : null, parse.GetValue(buyInDays),
                    parse.GetValue(why), cancellation);
                session.Screen.Show(venues, console => Show(console, venues));
            });
    }

    /// <summary>
    /// Sets a venue's holidays, or its days before a buy-in, and returns the venues; without a setting, reads them.
    /// </summary>
    private static async Task<IReadOnlyList<SettlementVenue>> SetOrReadAsync(
        Session session, string? venue, DateOnly[]? holidays, int? buyInDays, string? why,
        CancellationToken cancellation)
    {
        var settlement = session.Operator().Settlement;
        if (buyInDays is { } days)
        {
            return venue is null
                ? throw new UsageException("settle: --buy-in-days is of a venue, as in qc settle MAIN --buy-in-days 3.")
                : await settlement.SetBuyInDaysAsync(venue, days, why, cancellation);
        }

        if (holidays is not null)
        {
            return venue is null
                ? throw new UsageException(
                    "settle: holidays are of a venue, as in qc settle MAIN --holiday 2030-12-25.")
                : await settlement.SetHolidaysAsync(venue, holidays, why, cancellation);
        }

        var venues = await settlement.GetVenuesAsync(cancellation);
        return venue is null
            ? venues
            : [venues.FirstOrDefault(of => of.Venue == venue)
                ?? throw new UsageException($"settle: nothing settles at {venue}.")];
    }

    private static async Task BuyInAsync(
        Session session, string? venue, string whom, string? id, string? why, CancellationToken cancellation)
    {
        if (venue is null || id is null || whom.Split(':') is not [var account, var symbol])
            throw new UsageException(
                "settle: a buy-in is of a venue, an account, a symbol and an id, "
                + "as in qc settle MAIN --buy-in ACC-1002:AAPL --id buy-in-17.");

        var order = await session.Operator().Settlement.BuyInAsync(venue, id, account, symbol, why, cancellation);
        session.Screen.Show(order, console => Tables.Orders(console, [order]));
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<SettlementVenue> venues)
    {
        var table = Tables.With("venue", "batch", "state", "trades", "items", "closed", "hash");
        foreach (var venue in venues)
        {
            console.WriteLine(
                $"{venue.Venue}: weekends"
                    + (venue.Holidays.Count == 0 ? "" : " and " + string.Join(", ", venue.Holidays.Select(Tables.Day)))
                + $"; bought in after {venue.BuyInDays} business days");
            foreach (var batch in venue.Batches)
            {
                Tables.Row(
                    table, venue.Venue, batch.Batch, Tables.Word(batch.State), Tables.Text(batch.Trades),
                    Tables.Text(batch.Items),
                    Tables.Time(batch.ClosedAt), batch.Hash[..16]);
            }
        }

        Tables.Write(console, table, "Nothing has settled yet.");
        var fails = Tables.With("venue", "fails", "account", "units", "cash", "since", "days");
        foreach (var (venue, fail) in venues.SelectMany(venue => venue.Fails.Select(fail => (venue.Venue, fail))))
        {
            Tables.Row(
                fails, venue, fail.Symbol, fail.Account, Tables.Text(fail.Units) + " " + fail.Asset,
                Tables.Text(fail.Cash) + " " + fail.Currency,
                Tables.Day(fail.Since), Tables.Text(fail.Days));
        }

        Tables.Write(console, fails, "Nothing fails.");
    }

    private static DateOnly[]? Days(ArgumentResult result)
    {
        var days = new List<DateOnly>();
        foreach (var token in result.Tokens)
        {
            if (!Grammar.IsDay(token.Value, out var day))
            {
                result.AddError($"{token.Value}: a day is as in 2030-12-25.");
                return null;
            }

            days.Add(day);
        }

        return [.. days];
    }
}
