using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>risk: what an account may enter.</summary>
internal static class RiskCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var account = new Argument<string?>("account")
        {
            Description = "Another account than the key's, ACC-n (administrator's key; demo-admin unless told otherwise)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var symbol = Grammar.SymbolOption("Set all limits of this instrument: those that are named, and no others");
        var quantity = Grammar.DecimalOption("--max-quantity", "Most of one order");
        var value = Grammar.DecimalOption("--max-value", "Most that price times quantity of one order may be");
        var orders = Grammar.NumberOption("--max-orders", "Most open orders at a time", 0, 100_000);
        var position = Grammar.DecimalOption("--max-position", "Most that it may have with all its open buys filled");
        var why = new Option<string>("--why") { Description = "A sentence for the record", HelpName = "text" };
        return app.Add(
            new Command("risk", "Show an account's risk limits; as an administrator, set those of an instrument.")
            {
                account, symbol, quantity, value, orders, position, why,
            },
            """
            qc risk
            qc risk ACC-1001 --symbol AAPL --max-quantity 500 --max-value 100000.00 --why "new customer"
            qc risk ACC-1001 --symbol AAPL                 takes all limits of AAPL away
            """,
            async (parse, session, cancellation) =>
            {
                var (whose, where) = (parse.GetValue(account), parse.GetValue(symbol));
                if (whose is null && where is not null)
                    throw new UsageException("risk: limits are set for an account: qc risk ACC-1001 --symbol AAPL ...");

                var limits = whose is null ? await session.Client().GetLimitsAsync(cancellation)
                    : where is null ? await session.Administrator().GetLimitsAsync(whose, cancellation)
                    : await session.Administrator().SetLimitsAsync(
                        whose,
                        new RiskLimits
                        {
                            Symbol = where,
                            MaxOrderQuantity = parse.GetValue(quantity),
                            MaxOrderValue = parse.GetValue(value),
                            MaxOpenOrders = parse.GetValue(orders),
                            MaxPosition = parse.GetValue(position),
                        },
                        parse.GetValue(why),
                        cancellation);
                session.Screen.Show(limits, console => Tables.Limits(console, limits));
                return ExitCodes.Done;
            });
    }
}
