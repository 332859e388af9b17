using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>demo: play money of a demo account.</summary>
internal static class DemoCommands
{
    internal static Command All(CommandLineApp app) => new("demo", "The account's play money, on a demo.")
    {
        Show(app),
        Add(app),
        Reset(app),
    };

    private static Command Show(CommandLineApp app) => app.Add(
        new Command("funds", "The balances that an account starts with."),
        "qc demo funds",
        async (_, session, cancellation) => Told(session, await session.Client().Demo.GetFundsAsync(cancellation)));

    private static Command Add(CommandLineApp app)
    {
        var asset = new Argument<string?>("asset")
        {
            Description = "Only this asset [default: all]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return app.Add(
            new Command("add", "Add the starting balance once more, once an hour.") { asset },
            """
            qc demo add
            qc demo add USD
            """,
            async (parse, session, cancellation) =>
                Told(session, await session.Client().Demo.AddFundsAsync(parse.GetValue(asset), cancellation)));
    }

    private static Command Reset(CommandLineApp app) => app.Add(
        new Command("reset", "Cancel all orders, and set the balances back to their starting sizes."),
        "qc demo reset",
        async (_, session, cancellation) =>
        {
            var reset = await session.Client().Demo.ResetFundsAsync(cancellation);
            session.Screen.Note($"{reset.Cancelled} orders cancelled");
            Told(session, reset);
        });

    private static void Told(Session session, DemoFunds funds)
    {
        session.Screen.Show(funds, console => Tables.Show(
            console, "nothing changed", ["asset", "amount"],
            funds.Amounts.Select(amount => new[] { amount.Asset, Tables.TextOrNothing(amount.Amount) })));
    }
}
