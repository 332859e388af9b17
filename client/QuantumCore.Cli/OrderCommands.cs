using System.CommandLine;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>buy, sell, cancel, amend, orders, order.</summary>
internal static class OrderCommands
{
    internal static IEnumerable<Command> All(CommandLineApp app) =>
        [Place(app, OrderSide.Buy), Place(app, OrderSide.Sell), Cancel(app), Amend(app), List(app), Show(app)];

    private static Command Place(CommandLineApp app, OrderSide side)
    {
        var name = side == OrderSide.Buy ? "buy" : "sell";
        var symbol = Grammar.Symbol();
        var quantity = Grammar.Quantity();
        var limit = Grammar.DecimalOption("--limit", "The limit price; without it a market order");
        var ioc = new Option<bool>("--ioc") { Description = "Fill what can be filled at once, no more" };
        var fok = new Option<bool>("--fok") { Description = "Fill completely at once or not at all" };
        var postOnly = new Option<bool>("--post-only") { Description = "Refuse the order rather than let it take" };
        var clientId = new Option<string>("--client-id")
        {
            Description = "The order's name, 1 to 36 characters; the same name never trades twice",
            HelpName = "name",
        };
        var command = new Command(name, $"Place an order to {name}: a limit order with --limit, else a market order.")
        {
            symbol, quantity, limit, ioc, fok, postOnly, clientId,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ioc) && result.GetValue(fok))
                result.AddError("--ioc and --fok exclude each other");

            if (result.GetResult(limit) is null && (result.GetValue(fok) || result.GetValue(postOnly)))
                result.AddError("--fok and --post-only need --limit");

            if (result.GetValue(postOnly) && (result.GetValue(ioc) || result.GetValue(fok)))
                result.AddError("--post-only goes with neither --ioc nor --fok");
        });
        return app.Add(
            command,
            $"""
            qc {name} AAPL 100 --limit 150.00            rests until filled or cancelled
            qc {name} AAPL 100 --limit 150.00 --ioc      takes what is there, the rest expires
            qc {name} AAPL 100                           at the market
            qc {name} AAPL 100 --limit 150.00 --client-id my-1    safe to repeat
            """,
            async (parse, session, cancellation) =>
            {
                var price = parse.GetValue(limit);
                var order = new PlaceOrder
                {
                    Symbol = parse.GetValue(symbol)!,
                    Side = side,
                    Quantity = parse.GetValue(quantity),
                    Price = price,
                    Type = price is null ? OrderType.Market : OrderType.Limit,
                    TimeInForce = parse.GetValue(ioc) ? TimeInForce.ImmediateOrCancel
                        : parse.GetValue(fok) ? TimeInForce.FillOrKill : null,
                    PostOnly = parse.GetValue(postOnly),
                    ClientOrderId = parse.GetValue(clientId),
                };
                var placed = await session.Client().PlaceAsync(order, cancellation);
                session.Screen.Show(placed, console => Tables.Order(console, placed));
                return ExitCodes.Done;
            });
    }

    private static Command Cancel(CommandLineApp app)
    {
        var orderId = new Argument<long?>("order id")
        {
            Description = "The order's id; needs --symbol",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var symbol = Grammar.SymbolOption("The order's instrument; with --all only this one");
        var clientId = new Option<string>("--client-id") { Description = "Cancel by name instead", HelpName = "name" };
        var all = new Option<bool>("--all") { Description = "Cancel all open orders" };
        var side = Grammar.SideOption();
        var command = new Command("cancel", "Cancel an order by id or name, or all orders.")
        {
            orderId, symbol, clientId, all, side,
        };
        command.Validators.Add(result =>
        {
            var ways = (result.GetResult(orderId)?.Tokens.Count > 0 ? 1 : 0) +
                (result.GetResult(clientId) is null ? 0 : 1) + (result.GetValue(all) ? 1 : 0);
            if (ways != 1)
                result.AddError("name exactly one of: an order id, --client-id, --all");

            if (result.GetResult(orderId)?.Tokens.Count > 0 && result.GetResult(symbol) is null)
                result.AddError("an order id needs --symbol: ids count within a symbol");

            if (result.GetResult(side) is not null && !result.GetValue(all))
                result.AddError("--side goes with --all");
        });
        return app.Add(
            command,
            """
            qc cancel 17 --symbol AAPL
            qc cancel --client-id my-1
            qc cancel --all
            qc cancel --all --symbol AAPL --side buy
            """,
            async (parse, session, cancellation) =>
            {
                var client = session.Client();
                if (parse.GetValue(all))
                {
                    var count = await client.CancelAllAsync(
                        parse.GetValue(symbol), parse.GetValue(side), cancellation);
                    if (session.Screen.Json)
                        session.Screen.WriteJson($$"""{"cancelled":{{count}}}""");
                    else
                        session.Screen.Console.WriteLine($"{count} cancelled.");

                    return ExitCodes.Done;
                }

                var order = parse.GetValue(clientId) is { } name
                    ? await client.CancelByClientIdAsync(name, cancellation)
                    : await client.CancelAsync(parse.GetValue(symbol)!, parse.GetValue(orderId)!.Value, cancellation);
                session.Screen.Show(order, console => Tables.Order(console, order));
                return ExitCodes.Done;
            });
    }

    private static Command Amend(CommandLineApp app)
    {
        var orderId = new Argument<long>("order id") { Description = "The order's id" };
        var symbol = Grammar.SymbolOption("The order's instrument");
        symbol.Required = true;
        var price = Grammar.DecimalOption("--limit", "The new limit");
        var quantity = Grammar.DecimalOption("--quantity", "The new total quantity, what is filled included");
        var clientId = new Option<string>("--client-id") { Description = "Name of the replacement", HelpName = "name" };
        var command = new Command(
            "amend", "Change an open order. A smaller quantity keeps its priority; anything else replaces it.")
        {
            orderId, symbol, price, quantity, clientId,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(price) is null && result.GetResult(quantity) is null)
                result.AddError("nothing to change: give --limit, --quantity or both");
        });
        return app.Add(
            command,
            """
            qc amend 17 --symbol AAPL --quantity 50      smaller, keeps its place in the queue
            qc amend 17 --symbol AAPL --limit 151.00     replaced: the answer has the new id
            """,
            async (parse, session, cancellation) =>
            {
                var change = new AmendOrder
                {
                    Price = parse.GetValue(price),
                    Quantity = parse.GetValue(quantity),
                    ClientOrderId = parse.GetValue(clientId),
                };
                var order = await session.Client().AmendAsync(
                    parse.GetValue(symbol)!, parse.GetValue(orderId), change, cancellation);
                session.Screen.Show(order, console => Tables.Order(console, order));
                return ExitCodes.Done;
            });
    }

    private static Command List(CommandLineApp app)
    {
        var symbol = Grammar.SymbolOption("Only this instrument");
        var command = new Command("orders", "The account's open orders.") { symbol };
        return app.Add(
            command,
            """
            qc orders
            qc orders --symbol AAPL --json
            """,
            async (parse, session, cancellation) =>
            {
                var orders = await session.Client().GetOpenOrdersAsync(parse.GetValue(symbol), cancellation);
                session.Screen.Show(orders, console => Tables.Orders(console, orders));
                return ExitCodes.Done;
            });
    }

    private static Command Show(CommandLineApp app)
    {
        var orderId = new Argument<long>("order id") { Description = "The order's id" };
        var symbol = Grammar.SymbolOption("The order's instrument");
        symbol.Required = true;
        var command = new Command("order", "One order's state, open or done.") { orderId, symbol };
        return app.Add(
            command,
            "qc order 17 --symbol AAPL",
            async (parse, session, cancellation) =>
            {
                var order = await session.Client().GetOrderAsync(
                    parse.GetValue(symbol)!, parse.GetValue(orderId), cancellation);
                session.Screen.Show(order, console => Tables.Order(console, order));
                return ExitCodes.Done;
            });
    }
}
