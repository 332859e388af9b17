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
        var venue = new Argument<string?>("venue") { Description = "The venue; all where none is named", Arity = ArgumentArity.ZeroOrOne };
        var holidays = new Option<DateOnly[]>("--holiday")
        {
            Description = "A day that is no business day; again for each: all of them from the day after tomorrow on",
            HelpName = "yyyy-mm-dd",
            CustomParser = Days,
            AllowMultipleArgumentsPerToken = true,
        };
        var none = new Option<bool>("--no-holidays") { Description = "None from the day after tomorrow on" };
        var why = new Option<string?>("--why") { Description = "A sentence for the record", HelpName = "text" };
        return app.Add(
            new Command("settle", "Show settlement venues with their holidays, batches and what fails; set the holidays of one (administrator's key).")
            {
                venue, holidays, none, why,
            },
            """
            qc settle
            qc settle MAIN
            qc settle MAIN --holiday 2026-12-25 --holiday 2027-01-01 --why "NYSE calendar"
            qc settle MAIN --no-holidays
            """,
            async (parse, session, cancellation) =>
            {
                var (whose, days) = (parse.GetValue(venue), parse.GetValue(holidays) ?? []);
                var isSet = days.Length > 0 || parse.GetValue(none);
                if ((isSet && whose is null) || (days.Length > 0 && parse.GetValue(none)))
                    throw new UsageException("settle: holidays are of a venue, as in qc settle MAIN --holiday 2026-12-25.");

                var venues = isSet
                    ? await session.Administrator().SetHolidaysAsync(whose!, days, parse.GetValue(why), cancellation)
                    : await session.Administrator().GetSettlementAsync(cancellation);
                if (!isSet && whose is not null)
                    venues = [venues.FirstOrDefault(of => of.Venue == whose) ?? throw new UsageException($"settle: nothing settles at {whose}.")];

                session.Screen.Show(venues, console => Show(console, venues));
                return ExitCodes.Done;
            });
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<SettlementVenue> venues)
    {
        var table = Tables.With("venue", "batch", "state", "trades", "items", "closed", "hash");
        foreach (var venue in venues)
        {
            console.WriteLine($"{venue.Venue}: weekends" + (venue.Holidays.Count == 0 ? "" : " and " + string.Join(", ", venue.Holidays.Select(Tables.Day))));
            foreach (var batch in venue.Batches)
            {
                Tables.Row(
                    table, venue.Venue, batch.Batch, Tables.Word(batch.State), Tables.Text(batch.Trades), Tables.Text(batch.Items),
                    Tables.Time(batch.ClosedAt), batch.Hash[..16]);
            }
        }

        Tables.Write(console, table, "Nothing has settled yet.");
        var fails = Tables.With("venue", "fails", "account", "units", "cash", "since", "days");
        foreach (var (venue, fail) in venues.SelectMany(venue => venue.Fails.Select(fail => (venue.Venue, fail))))
        {
            Tables.Row(
                fails, venue, fail.Symbol, fail.Account, Tables.Text(fail.Units) + " " + fail.Asset, Tables.Text(fail.Cash) + " " + fail.Currency,
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
                result.AddError($"{token.Value}: a day is as in 2026-12-25.");
                return null;
            }

            days.Add(day);
        }

        return [.. days];
    }
}
