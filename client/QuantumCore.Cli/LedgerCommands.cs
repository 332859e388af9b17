using System.CommandLine;
using System.Globalization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>statement, positions, and ledger: trial-balance, fees, check.</summary>
internal static class LedgerCommands
{
    internal static Command Statement(CommandLineApp app)
    {
        var (from, to) = (Day("--from", "First UTC day, such as 2026-01-31 (default: today)"),
            Day("--to", "Last UTC day (default: today)"));
        var account = Account();
        var limit = Grammar.CountOption("--limit", "Number of lines", otherwise: 100, most: Pages.MostRows);
        return app.Add(
            new Command("statement", "Show an account's statement: opening and closing balances, and each entry.")
            {
                from, to, account, limit,
            },
            """
            qc statement
            qc statement --from 2026-11-01 --to 2026-11-30 --json
            qc statement --account ACC-1001 --key demo-admin
            """,
            async (parse, session, cancellation) =>
            {
                var statement = await ReadAsync(
                    session, parse.GetValue(account), parse.GetValue(from), parse.GetValue(to), parse.GetValue(limit),
                    cancellation);
                session.Screen.Show(statement, console => Show(console, statement));
            });
    }

    internal static Command Positions(CommandLineApp app)
    {
        var fifo = new Option<bool>("--fifo") { Description = "First in, first out; otherwise at average cost" };
        var inCost = new Option<bool>("--fees-in-cost")
        {
            Description = "Fees in cost and proceeds, as tax offices count",
        };
        var account = Account();
        return app.Add(
            new Command("positions", "Show positions with their cost and profit.") { fifo, inCost, account },
            """
            qc positions
            qc positions --fifo --fees-in-cost
            qc positions --account ACC-1001 --key demo-admin
            """,
            async (parse, session, cancellation) =>
            {
                var (method, isInCost) = (parse.GetValue(fifo) ? CostMethod.Fifo : CostMethod.Average,
                    parse.GetValue(inCost));
                var positions = parse.GetValue(account) is { } other
                    ? await session.Operator().Ledger.GetPositionsAsync(other, method, isInCost, cancellation)
                    : await session.Client().Account.GetPositionsAsync(method, isInCost, cancellation);
                session.Screen.Show(positions, console => Tables.Show(
                    console,
                    "Nothing traded yet.",
                    ["symbol", "quantity", "cost", "average", "realised", "fees", "mark", "unrealised"],
                    positions.Select(p => new[]
                    {
                        p.Symbol, Tables.Text(p.Quantity), Tables.Text(p.Cost), Tables.TextOrNothing(p.AveragePrice),
                        Tables.Text(p.Realised),
                        Tables.Text(p.Fees), Tables.TextOrNothing(p.Mark), Tables.TextOrNothing(p.Unrealised),
                    })));
            });
    }

    internal static Command Ledger(CommandLineApp app) =>
        new("ledger", "The exchange's books (administrator's key; default: demo-admin).")
        {
            TrialBalance(app),
            Fees(app),
            Check(app),
        };

    private static Option<string> Account() =>
        new("--account") { Description = "Another account's (administrator's key)", HelpName = "ACC-n" };

    private static Command TrialBalance(CommandLineApp app) => app.Add(
        new Command(
            "trial-balance", "Show the trial balance of customers, fees and the outside world; its sum is zero."),
        "qc ledger trial-balance",
        async (_, session, cancellation) =>
        {
            var rows = await session.Operator().Ledger.GetTrialBalanceAsync(cancellation);
            session.Screen.Show(rows, console => Tables.Show(
                console,
                "Nothing has come in yet.",
                ["asset", "holder", "accounts", "total", "held"],
                rows.Select(
                    row => new[] { row.Asset, row.Holder, Tables.Text(row.Accounts), Tables.Text(row.Total),
                        Tables.Text(row.Held) })));
        });

    private static Command Fees(CommandLineApp app)
    {
        var (from, to) = (Day("--from", "First UTC day (default: today)"),
            Day("--to", "Last UTC day (default: today)"));
        return app.Add(
            new Command("fees", "Show fee revenue by day and symbol.") { from, to },
            "qc ledger fees --from 2026-11-01",
            async (parse, session, cancellation) =>
            {
                var rows = await session.Operator().Ledger.GetFeeRevenueAsync(
                    parse.GetValue(from), parse.GetValue(to), cancellation);
                session.Screen.Show(rows, console => Tables.Show(
                    console,
                    "No trades.",
                    ["day", "symbol", "asset", "trades", "maker fees", "taker fees"],
                    rows.Select(row => new[]
                    {
                        Tables.Day(row.Day), row.Symbol, row.Asset, Tables.Text(row.Trades), Tables.Text(row.MakerFees),
                        Tables.Text(row.TakerFees),
                    })));
            });
    }

    private static Command Check(CommandLineApp app) => app.Add(
        new Command(
            "check",
            "Reconcile the ledger with itself and with every account. Repairs nothing. Exit code 1: "
            + "there are differences."),
        "qc ledger check",
        async (_, session, cancellation) =>
        {
            var ledger = session.Operator().Ledger;
            var (compared, moving, findings) = (0, 0, new Dictionary<ReconciliationFinding, bool>());
            ReconciliationReport report;
            string? after = null;
            do
            {
                report = await ledger.ReconcileAsync(after, Pages.Longest, cancellation);
                (compared, moving, after) = (compared + report.Compared, moving + report.Moving, report.Next);
                foreach (var finding in report.Findings)
                    findings[finding] = true;
            }
            while (after is not null);

            var all = report with { Compared = compared, Moving = moving, Findings = [.. findings.Keys] };
            session.Screen.Show(all, console =>
            {
                Tables.Show(
                    console,
                    "Ledger and accounts agree.",
                    ["check", "account", "of", "ledger (minor units)", "other"],
                    all.Findings.Select(
                        f => new[] { f.Check, f.Account ?? "", f.Subject, f.LedgerMinorUnits, f.OtherMinorUnits }));
                console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{compared} accounts compared{(moving > 0 ? $", {moving} traded all the while" : "")}."));
            });
            return all.Findings.Count == 0 ? ExitCodes.Done : ExitCodes.Refused;
        });

    private static async Task<AccountStatement> ReadAsync(
        Session session, string? account, DateOnly? from, DateOnly? to, int limit, CancellationToken cancellation)
    {
        var client = account is null ? session.Client() : session.Administrator();
        AccountStatement last = null!;
        var entries = await Pages.ReadAsync(limit, async (size, after) =>
        {
            last = account is null
                ? await client.Account.GetStatementAsync(from, to, after, size, cancellation)
                : await client.Operator.Ledger.GetStatementAsync(account, from, to, after, size, cancellation);
            return new Page<StatementEntry>(last.Entries, last.Next);
        });
        return last with { Entries = entries };
    }

    private static void Show(IAnsiConsole console, AccountStatement statement)
    {
        console.WriteLine($"{statement.Account}, {Tables.Day(statement.From)} to {Tables.Day(statement.To)}");
        Tables.Show(
            console,
            "Nothing here yet.",
            ["asset", "cause", "lines", "in", "out", "balance", "of it pending"],
            statement.Assets.SelectMany(asset => (IEnumerable<string[]>)
            [
                [asset.Asset, "opening", "", "", "", Tables.Text(asset.Opening), Pending(asset.OpeningPending)],
                .. asset.Causes.Select(cause => new[]
                {
                    asset.Asset, Cause(cause.Cause, cause.Pending), Tables.Text(cause.Lines), Tables.Text(cause.In),
                    Tables.Text(cause.Out), "", "",
                }),
                [asset.Asset, "closing", "", "", "", Tables.Text(asset.Closing), Pending(asset.ClosingPending)],
            ]));
        Tables.Show(
            console,
            "No lines.",
            ["time", "cause", "key", "symbol", "trade", "asset", "amount"],
            statement.Entries.Select(line => new[]
            {
                Tables.Time(line.Time), Cause(line.Cause, line.Pending), line.Key ?? "", line.Symbol ?? "",
                line.TradeId ?? "", line.Asset, Tables.Text(line.Amount),
            }));
        if (statement.Next is not null)
            console.WriteLine("There are more lines: --limit.");
    }

    private static string Cause(string cause, bool isPending) => isPending ? cause + " (pending)" : cause;

    private static string Pending(decimal? amount) => amount is null or 0 ? "" : Tables.Text(amount.Value);

    private static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "day",
        CustomParser = result => Grammar.IsDay(result.Tokens[^1].Value, out var day)
            ? day
            : Grammar.Refuse<DateOnly?>(result, $"{name}: '{result.Tokens[^1].Value}' is no day such as 2026-01-31"),
    };
}
