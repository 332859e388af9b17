using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>account, fills, prevented, deposit.</summary>
internal static class AccountCommands
{
    internal static IEnumerable<Command> All(CommandLineApp app) =>
        [Balances(app), Fills(app), Prevented(app), Deposit(app)];

    private static Command Balances(CommandLineApp app) => app.Add(
        new Command("account", "The account's balances."),
        "qc account --key demo-bob",
        async (_, session, cancellation) =>
        {
            var account = await session.Client().Account.GetAsync(cancellation);
            session.Screen.Show(account, console => Tables.Account(console, account));
        });

    private static Command Fills(CommandLineApp app)
    {
        var symbol = Grammar.SymbolOption("Only this instrument");
        var limit = Grammar.CountOption("--limit", "Maximum number of rows", otherwise: 20, most: 1000);
        return app.Add(
            new Command("fills", "The account's fills, newest first.") { symbol, limit },
            """
            qc fills
            qc fills --symbol AAPL --limit 100
            """,
            async (parse, session, cancellation) =>
            {
                var fills = await session.Client().Orders.GetFillsAsync(
                    parse.GetValue(symbol), parse.GetValue(limit), cancellation);
                session.Screen.Show(fills, console => Tables.Fills(console, fills));
            });
    }

    private static Command Prevented(CommandLineApp app)
    {
        var symbol = Grammar.SymbolOption("Only this instrument");
        var order = new Option<long?>("--order") { Description = "Only this order; with its symbol", HelpName = "id" };
        var limit = Grammar.CountOption("--limit", "Maximum number of rows", otherwise: 20, most: 1000);
        return app.Add(
            new Command(
                "prevented", "Matches of the account's orders that self-trade prevention stopped, newest first.")
            {
                symbol, order, limit,
            },
            """
            qc prevented
            qc prevented --symbol AAPL --order 17
            """,
            async (parse, session, cancellation) =>
            {
                var matches = await session.Client().Orders.GetPreventedMatchesAsync(
                    parse.GetValue(symbol), parse.GetValue(order), parse.GetValue(limit), cancellation);
                session.Screen.Show(matches, console => Tables.Prevented(console, matches));
            });
    }

    private static Command Deposit(CommandLineApp app)
    {
        var account = new Argument<string>("account") { Description = "The account, ACC-n" };
        var asset = new Argument<string>("asset") { Description = "Asset to deposit, for example USD" };
        var amount = Grammar.Quantity();
        amount.Description = "Amount to deposit";
        var name = new Option<string>("--deposit-key")
        {
            Description = "Idempotency key; a deposit under the same key is booked once",
            HelpName = "name",
        };
        return app.Add(
            new Command("deposit", "Book a deposit (administrator's key; default: demo-admin).")
            {
                account, asset, amount, name,
            },
            """
            qc deposit ACC-1001 USD 10000.00
            qc deposit ACC-1001 AAPL 50 --deposit-key gift-7
            """,
            async (parse, session, cancellation) =>
            {
                var receipt = await session.Operator().Accounts.DepositAsync(
                    parse.GetValue(account)!, parse.GetValue(asset)!, parse.GetValue(amount), parse.GetValue(name),
                    cancellation);
                session.Screen.Show(receipt, console => console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{receipt.Account} has {receipt.Amount} {receipt.Asset} more ({receipt.Key}).")));
            });
    }
}
