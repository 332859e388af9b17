using System.CommandLine;
using System.CommandLine.Parsing;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>order list of: dependent orders of any type, each in the grammar of order place.</summary>
internal static class OrderListOfCommand
{
    private static readonly Argument<OrderSide> s_side = Grammar.WordArgument<OrderSide>("side", "What it does");
    private static readonly OrderFlags s_flags = new();

    // Grammar of a single order: a command that is parsed but never run.
    private static readonly Command s_order = OneOrder();

    internal static Command Compose(CommandLineApp app)
    {
        var kind = Grammar.WordArgument<OrderListKind>("kind", "How the orders depend on each other");
        var orders = new Option<string[]>("--order")
        {
            Description =
                "Order with the options of qc order place, in quotes; repeat it for each, in the sequence of the list",
            Required = true,
        };
        var command = new Command("of", "Place a list of orders of any type, each with its own options.")
        {
            kind, orders,
        };
        command.Validators.Add(result =>
        {
            var texts = result.GetValue(orders) ?? [];
            foreach (var text in texts)
            {
                foreach (var error in Parse(text).Errors)
                    result.AddError($"--order \"{text}\": {error.Message}");
            }

            // An invalid kind has no value to validate.
            var count = result.GetResult(kind)?.Tokens switch
            {
                [{ Value: "otoco" }] =>
                3,
                [{ Value: "oco" or "oto" }] => 2,
                _ => texts.Length
            };
            if (texts.Length != count)
                result.AddError($"a list of this kind has {count} orders, and here are {texts.Length}");
        });
        return app.Add(
            command,
            """
            qc order list of oco --order "sell AAPL 100 --limit 160.00 --display 10" --order "sell AAPL 100 --trail 5.00"
            qc order list of oto --order "buy AAPL 100 --limit 150.00" --order "sell AAPL 50 --type takeProfit --trigger 160.00"
            """,
            async (parse, session, cancellation) =>
            {
                var list = new PlaceOrderList(parse.GetValue(kind), [.. parse.GetValue(orders)!.Select(Order)]);
                await OrderListCommands.PlaceAsync(session, list, cancellation);
            });
    }

    private static PlaceOrder Order(string text)
    {
        var parse = Parse(text);
        return s_flags.Order(parse, parse.GetValue(s_side));
    }

    private static ParseResult Parse(string text) => s_order.Parse([.. CommandLineParser.SplitCommandLine(text)]);

    private static Command OneOrder()
    {
        var command = new Command("order") { s_side };
        s_flags.AddTo(command);
        return command;
    }
}
