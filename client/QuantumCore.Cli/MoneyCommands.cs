using System.CommandLine;

namespace QuantumCore.Cli;

/// <summary>transfer, transfers, withdraw, withdrawals.</summary>
internal static class MoneyCommands
{
    internal static IEnumerable<Command> All(CommandLineApp app) =>
        [Transfer(app), Transfers(app), Withdraw(app), Withdrawals(app)];

    private static Command Transfer(CommandLineApp app)
    {
        var to = new Argument<string>("to") { Description = "The account that receives, ACC-n" };
        var (asset, amount) = AssetAndAmount();
        var from = From();
        var name = Key("transfer");
        return app.Add(
            new Command(
                "transfer", "Transfer to another account of the same owner; as an administrator, to any account.")
            {
                to, asset, amount, from, name,
            },
            """
            qc transfer ACC-1002 USD 100.00
            qc transfer ACC-1002 AAPL 5 --from ACC-1001 --money-key gift-8
            """,
            async (parse, session, cancellation) =>
            {
                var (receiver, what, much) = (parse.GetValue(to)!, parse.GetValue(asset)!, parse.GetValue(amount));
                var transfer = parse.GetValue(from) is { } giver
                    ? await session.Operator().Accounts.TransferAsync(
                        giver, receiver, what, much, parse.GetValue(name), cancellation)
                    : await session.Client().Money.TransferAsync(
                        receiver, what, much, parse.GetValue(name), cancellation);
                session.Screen.Show(transfer, console => Tables.Transfers(console, [transfer]));
            });
    }

    private static Command Transfers(CommandLineApp app)
    {
        var limit = Grammar.CountOption("--limit", "Maximum number of rows", otherwise: 20, most: Pages.MostRows);
        return app.Add(
            new Command("transfers", "The account's transfers, given and received, newest first.") { limit },
            "qc transfers --limit 100",
            async (parse, session, cancellation) =>
            {
                var client = session.Client();
                var transfers = await Pages.ReadAsync(
                    parse.GetValue(limit), (size, after) => client.Money.GetTransfersAsync(size, after, cancellation));
                session.Screen.Show(transfers, console => Tables.Transfers(console, transfers));
            });
    }

    private static Command Withdraw(CommandLineApp app)
    {
        var (asset, amount) = AssetAndAmount();
        var destination = new Argument<string>("destination")
        {
            Description = "Destination in the receiver's format, such as an IBAN",
        };
        var from = From();
        var name = Key("withdrawal");
        return app.Add(
            new Command("withdraw", "Withdraw from the exchange. The amount leaves the account at once.")
            {
                asset, amount, destination, from, name,
            },
            """
            qc withdraw USD 100.00 "DE89 3704 0044 0532 0130 00"
            qc withdraw AAPL 5 custodian-7 --from ACC-1001 --money-key w-8
            """,
            async (parse, session, cancellation) =>
            {
                var (what, much, where) = (parse.GetValue(asset)!, parse.GetValue(amount),
                    parse.GetValue(destination)!);
                var withdrawal = parse.GetValue(from) is { } giver
                    ? await session.Operator().Accounts.WithdrawAsync(
                        giver, what, much, where, parse.GetValue(name), cancellation)
                    : await session.Client().Money.WithdrawAsync(what, much, where, parse.GetValue(name), cancellation);
                session.Screen.Show(withdrawal, console => Tables.Withdrawals(console, [withdrawal]));
            });
    }

    private static Command Withdrawals(CommandLineApp app)
    {
        var limit = Grammar.CountOption("--limit", "Maximum number of rows", otherwise: 20, most: Pages.MostRows);
        return app.Add(
            new Command("withdrawals", "The account's withdrawals with their states, newest first.") { limit },
            "qc withdrawals --limit 100",
            async (parse, session, cancellation) =>
            {
                var client = session.Client();
                var withdrawals = await Pages.ReadAsync(
                    parse.GetValue(limit),
                    (size, after) => client.Money.GetWithdrawalsAsync(size, after, cancellation));
                session.Screen.Show(withdrawals, console => Tables.Withdrawals(console, withdrawals));
            });
    }

    private static Option<string> From() => new("--from")
    {
        Description = "Giving account, instead of the key's own (administrator's key; default: demo-admin)",
        HelpName = "account",
    };

    private static (Argument<string> Asset, Argument<decimal> Amount) AssetAndAmount()
    {
        var amount = Grammar.Quantity();
        amount.Description = "Amount";
        return (new Argument<string>("asset") { Description = "Asset, such as USD" }, amount);
    }

    private static Option<string> Key(string what) => new("--money-key")
    {
        Description = $"Idempotency key; a {what} under the same key is booked once",
        HelpName = "name",
    };
}
