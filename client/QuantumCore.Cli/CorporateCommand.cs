using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>corporate: announces and shows corporate actions.</summary>
internal static class CorporateCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var all = app.Add(
            new Command(
                "corporate",
                "Corporate actions: dividends, splits and symbol changes (administrator's key). Without a subcommand: "
                + "list them."),
            """
            qc corporate
            qc corporate dividend AAPL 0.25 --id aapl-2030-q4
            qc corporate dividend AAPL 0.25 --id aapl-2030-q4 --ex-date 2030-12-01 --pay-date 2030-12-15
            qc corporate split AAPL 3:2 --unit-value 100.00 --id aapl-3-2
            qc corporate rename AAPL APLX --id aapl-aplx
            qc corporate show aapl-2030-q4
            """,
            async (_, session, cancellation) =>
            {
                var actions = await session.Operator().CorporateActions.GetAsync(cancellation);
                session.Screen.Show(actions, console => Show(console, actions));
            });
        all.Subcommands.Add(Dividend(app));
        all.Subcommands.Add(Split(app));
        all.Subcommands.Add(Rename(app));
        all.Subcommands.Add(Parts(app));
        return all;
    }

    private static Command Dividend(CommandLineApp app)
    {
        var symbol = new Argument<string>("symbol") { Description = "The instrument whose holders are paid" };
        var amount = new Argument<decimal>("amount")
        {
            Description = "Cash for one unit; up to eight digits beyond the smallest coin",
        };
        var id = Id();
        var exDate = DayOption("--ex-date", "UTC day before which holdings count [default: holdings now count]");
        var payDate = DayOption("--pay-date", "UTC day of the payment [default: at once]");
        var why = Grammar.Why();
        return app.Add(
            new Command("dividend", "Announce a cash dividend.") { symbol, amount, id, exDate, payDate, why },
            """
            qc corporate dividend AAPL 0.25 --id aapl-2030-q4
            qc corporate dividend AAPL 0.25 --id aapl-2030-q4 --ex-date 2030-12-01 --pay-date 2030-12-15 --why "fourth quarter"
            """,
            async (parse, session, cancellation) =>
            {
                var dividend = new CorporateDividend(
                    parse.GetValue(id)!, parse.GetValue(symbol)!, parse.GetValue(amount), parse.GetValue(exDate),
                    parse.GetValue(payDate));
                var actions =
                    await session.Operator().CorporateActions.AnnounceDividendAsync(
                        dividend, parse.GetValue(why), cancellation);
                session.Screen.Show(actions, console => Show(console, actions));
            });
    }

    private static Command Split(CommandLineApp app)
    {
        var symbol = new Argument<string>("symbol") { Description = "The instrument whose units are split" };
        var ratio = new Argument<(int New, int Old)>("ratio")
        {
            Description = "New units to old ones, such as 3:2, or 1:10",
            CustomParser = Ratio,
        };
        var value = new Option<decimal>("--unit-value")
        {
            Description = "Price of one new unit, at which fractions are paid in cash",
            HelpName = "price",
            Required = true,
        };
        var id = Id();
        var exDate = DayOption(
            "--ex-date", "First possible UTC day [default: as soon as its books are halted or closed]");
        var why = Grammar.Why();
        return app.Add(
            new Command("split", "Announce a split, or a reverse split: it begins when the symbol is halted or closed.")
            {
                symbol, ratio, value, id, exDate, why,
            },
            """
            qc admin phase AAPL halt
            qc corporate split AAPL 3:2 --unit-value 100.00 --id aapl-3-2
            qc corporate split AAPL 1:10 --unit-value 1500.00 --id aapl-1-10 --ex-date 2030-12-01
            """,
            async (parse, session, cancellation) =>
            {
                var (units, old) = parse.GetValue(ratio);
                var split = new CorporateSplit(
                    parse.GetValue(id)!, parse.GetValue(symbol)!, units, old, parse.GetValue(value),
                    parse.GetValue(exDate));
                var actions =
                    await session.Operator().CorporateActions.AnnounceSplitAsync(
                        split, parse.GetValue(why), cancellation);
                session.Screen.Show(actions, console => Show(console, actions));
            });
    }

    private static Command Rename(CommandLineApp app)
    {
        var symbol = new Argument<string>("symbol") { Description = "The instrument; its book closes permanently" };
        var newSymbol = new Argument<string>("new symbol") { Description = "New name of the instrument" };
        var newAsset = new Option<string?>("--new-asset")
        {
            Description = "New name of its units [default: the new symbol, if both had the same name]",
            HelpName = "asset",
        };
        var id = Id();
        var exDate = DayOption(
            "--ex-date", "First possible UTC day [default: as soon as its book is halted or closed]");
        var why = Grammar.Why();
        return app.Add(
            new Command("rename", "Announce a symbol change: it begins when the symbol is halted or closed.")
            {
                symbol, newSymbol, newAsset, id, exDate, why,
            },
            """
            qc admin phase AAPL halt
            qc corporate rename AAPL APLX --id aapl-aplx --why "new name of the issuer"
            """,
            async (parse, session, cancellation) =>
            {
                var change = new CorporateSymbolChange(
                    parse.GetValue(id)!, parse.GetValue(symbol)!, parse.GetValue(newSymbol)!, parse.GetValue(newAsset),
                    parse.GetValue(exDate));
                var actions =
                    await session.Operator().CorporateActions.AnnounceSymbolChangeAsync(
                        change, parse.GetValue(why), cancellation);
                session.Screen.Show(actions, console => Show(console, actions));
            });
    }

    private static Command Parts(CommandLineApp app)
    {
        var id = new Argument<string>("id") { Description = "The action" };
        var after = new Option<string?>("--after")
        {
            Description = "Continue after the 'next' of the previous page",
            HelpName = "place",
        };
        return app.Add(
            new Command("show", "Show what each account received or paid.") { id, after },
            "qc corporate show aapl-2030-q4",
            async (parse, session, cancellation) =>
            {
                var page = await session.Operator().CorporateActions.GetPartsAsync(
                    parse.GetValue(id)!, parse.GetValue(after), 100, cancellation);
                session.Screen.Show(page, console =>
                {
                    var table = Tables.With("account", "units", "change", "amount", "paid");
                    foreach (var part in page.Parts)
                        Tables.Row(
                            table, part.Account, Tables.Text(part.Units), Tables.Text(part.Change),
                            Tables.Text(part.Amount), part.Paid ? "yes" : "no");
                    Tables.Write(console, table, "No account has a part on record.");
                    if (page.Next is { } next)
                        console.WriteLine($"more: --after {next}");
                });
            });
    }

    private static Option<string> Id() => new("--id")
    {
        Description = "Permanent name; a repeat changes nothing",
        HelpName = "name",
        Required = true,
    };

    private static Option<DateOnly?> DayOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "yyyy-mm-dd",
        CustomParser = Day,
    };

    private static void Show(IAnsiConsole console, IReadOnlyList<CorporateAction> actions)
    {
        var table = Tables.With(
            "action", "type", "symbol", "ratio", "amount", "asset", "ex-date", "pay date", "state", "accounts",
            "received", "owed", "from issuer");
        foreach (var action in actions)
        {
            Tables.Row(
                table, action.Id, Tables.Word(action.Type),
                action.NewSymbol is { } later ? $"{action.Symbol} to {later}" : action.Symbol, action.Ratio ?? "",
                Tables.Text(action.Amount), action.Asset,
                action.ExDate is { } day ? Tables.Day(day) : Tables.Time(action.CutAt),
                action.PayDate is { } paid ? Tables.Day(paid) : "at once",
                Tables.Word(action.State), Tables.Text(action.Accounts), Tables.Text(action.Received),
                Tables.Text(action.Owed),
                Tables.Text(action.FromIssuer));
        }

        Tables.Write(console, table, "There is no corporate action yet.");
    }

    private static (int New, int Old) Ratio(ArgumentResult result)
    {
        if (result.Tokens[0].Value.Split(':') is [var one, var other]
            && int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            && int.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var old))
        {
            return (units, old);
        }

        result.AddError($"{result.Tokens[0].Value}: new units to old ones, as in 3:2.");
        return default;
    }

    private static DateOnly? Day(ArgumentResult result)
    {
        if (Grammar.IsDay(result.Tokens[0].Value, out var day))
            return day;

        result.AddError($"{result.Tokens[0].Value}: a day is as in 2030-12-25.");
        return null;
    }
}
