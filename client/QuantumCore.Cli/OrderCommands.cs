using System.CommandLine;
using System.Globalization;
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
        var flags = new OrderFlags();
        var command = new Command(
            name, $"Place an order to {name}: at the market, or with a limit, a trigger, a trail or a peg.");
        flags.AddTo(command);
        return app.Add(
            command,
            $"""
            qc {name} AAPL 100 --limit 150.00            rests until filled or cancelled
            qc {name} AAPL 100 --limit 150.00 --ioc      takes what is there, the rest expires
            qc {name} AAPL 100                           at the market
            qc {name} AAPL --amount 1000.00              at the market, for so much money
            qc {name} AAPL 100 --trigger {(name == "buy" ? "155.00" : "145.00")}          a stop; with --limit a stop-limit
            qc {name} AAPL 100 --type takeProfit --trigger {(name == "buy" ? "145.00" : "155.00")}
            qc {name} AAPL 100 --trail 1.50 --trigger-by mark    a trailing stop
            qc {name} AAPL 100 --peg primary --limit 151.00      follows the quotes, up to its cap
            qc {name} AAPL 100 --limit 150.00 --display 10       an iceberg
            qc {name} AAPL 100 --limit 150.00 --good-till 2030-01-31T15:30:00Z
            qc {name} AAPL 100 --limit 150.00 --client-id my-1    safe to repeat
            """,
            async (parse, session, cancellation) =>
            {
                var placed = await session.Client().Orders.PlaceAsync(flags.Order(parse, side), cancellation);
                session.Screen.Show(placed, console => Tables.Order(console, placed));
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
                    var count = await client.Orders.CancelAllAsync(
                        parse.GetValue(symbol), parse.GetValue(side), cancellation);
                    if (session.Screen.Json)
                        session.Screen.WriteJson($$"""{"cancelled":{{count}}}""");
                    else
                        session.Screen.Console.WriteLine($"{count} cancelled.");

                    return;
                }

                var order = parse.GetValue(clientId) is { } name
                    ? await client.Orders.CancelByClientIdAsync(name, cancellation)
                    : await client.Orders.CancelAsync(
                        parse.GetValue(symbol)!, parse.GetValue(orderId)!.Value, cancellation);
                session.Screen.Show(order, console => Tables.Order(console, order));
            });
    }

    private static Command Amend(CommandLineApp app)
    {
        var orderId = Grammar.OrderId();
        var symbol = Grammar.OrderSymbol();
        var price = Grammar.DecimalOption("--limit", "The new limit");
        var quantity = Grammar.DecimalOption("--quantity", "The new total quantity, including the filled part");
        var expected =
            Grammar.DecimalOption("--if-remaining", "Amend only if this quantity is open; with --limit or --quantity");
        var clientId = Grammar.NameOption("Name of the replacement");
        var display = Grammar.DecimalOption("--display", "Iceberg: display quantity from its next slice on");
        var trigger = Grammar.DecimalOption("--trigger", "A waiting stop's new trigger price");
        var trail = Grammar.DecimalOption("--trail", "A trailing stop's new distance, a price difference");
        var trailPoints =
            Grammar.NumberOption("--trail-bp", "A trailing stop's new distance in basis points", 1, 9_999);
        var goodTill = Grammar.TimeOption("--good-till", "Expiry of a good-till-date order, UTC");
        var command = new Command(
            "amend",
            "Change an open order. A smaller quantity and conditions keep its priority; anything else replaces it.")
        {
            orderId, symbol, price, quantity, expected, clientId, display, trigger, trail, trailPoints, goodTill,
        };
        command.Validators.Add(result =>
        {
            var terms = new Option[] { price, quantity }.Any(option => result.GetResult(option) is not null);
            var conditions = new Option[] { display, trail, trailPoints, goodTill }.Any(
                option => result.GetResult(option) is not null);
            if (!terms && !conditions && result.GetResult(trigger) is null)
                result.AddError("nothing to change: give --limit, --quantity or a condition");

            if (terms && conditions)
                result.AddError("--limit and --quantity are changed apart from conditions, --trigger excepted");

            if (!terms && result.GetResult(expected) is not null)
                result.AddError("--if-remaining goes with --limit or --quantity");
        });
        return app.Add(
            command,
            """
            qc amend 17 --symbol AAPL --quantity 50      smaller, keeps its place in the queue
            qc amend 17 --symbol AAPL --limit 151.00     replaced: the answer has the new id
            qc amend 17 --symbol AAPL --limit 151.00 --if-remaining 100    not if a fill came in between
            qc amend 17 --symbol AAPL --trigger 149.00   a waiting stop's; where that takes more cover, it is replaced
            qc amend 17 --symbol AAPL --trigger 149.00 --limit 148.50    a stop-limit's two prices at once
            """,
            async (parse, session, cancellation) =>
            {
                var change = new AmendOrder
                {
                    Price = parse.GetValue(price),
                    Quantity = parse.GetValue(quantity),
                    ExpectedRemaining = parse.GetValue(expected),
                    ClientOrderId = parse.GetValue(clientId),
                    DisplayQuantity = parse.GetValue(display),
                    TriggerPrice = parse.GetValue(trigger),
                    TrailingDistance = parse.GetValue(trail),
                    TrailingBasisPoints = parse.GetValue(trailPoints),
                    GoodTill = parse.GetValue(goodTill),
                };
                var order = await session.Client().Orders.AmendAsync(
                    parse.GetValue(symbol)!, parse.GetValue(orderId), change, cancellation);
                session.Screen.Show(order, console => Tables.Order(console, order));
            });
    }

    private static Command List(CommandLineApp app)
    {
        var symbol = Grammar.SymbolOption("Only this instrument");
        var all = new Option<bool>("--all") { Description = "Include orders that are done, newest first" };
        var limit = Grammar.CountOption(
            "--limit", "With --all: maximum number of orders", otherwise: 100, most: Pages.MostRows);
        var command = new Command("orders", "The account's open orders, or all of them.") { symbol, all, limit };
        command.Validators.Add(result =>
        {
            if (result.GetResult(limit) is { Implicit: false } && !result.GetValue(all))
                result.AddError("--limit needs --all: open orders are all shown");
        });
        return app.Add(
            command,
            """
            qc orders
            qc orders --symbol AAPL --json
            qc orders --all --limit 20                   what became of the last ones
            """,
            async (parse, session, cancellation) =>
            {
                var (client, of, isAll) = (session.Client(), parse.GetValue(symbol), parse.GetValue(all));
                var orders = isAll
                    ? await Pages.ReadAsync(
                        parse.GetValue(limit),
                        (size, after) => client.Orders.GetHistoryAsync(of, size, after, cancellation))
                    : await client.Orders.GetOpenAsync(of, cancellation);
                session.Screen.Show(
                    orders, console => Tables.Orders(console, orders, isAll ? "No orders." : "No open orders."));
            });
    }

    private static Command Show(CommandLineApp app)
    {
        var orderId = new Argument<long?>("order id")
        {
            Description = "The order's id; needs --symbol",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var symbol = Grammar.SymbolOption("The order's instrument");
        var clientId = Grammar.NameOption("Show the order of this name instead");
        var place = new Command("place", "Place an order: the same as qc buy and qc sell.")
        {
            Place(app, OrderSide.Buy), Place(app, OrderSide.Sell),
        };
        var command = new Command("order", "Show one order, open or done; or place, list, amend, position.")
        {
            orderId, symbol, clientId, place, OrderListCommands.All(app), Amend(app), Position(app),
        };
        command.Validators.Add(result =>
        {
            if (result.Children.OfType<System.CommandLine.Parsing.CommandResult>().Any())
                return;

            var (hasId, hasName) = (result.GetResult(orderId) is { Tokens.Count: > 0 },
                result.GetResult(clientId) is not null);
            if (hasId == hasName || hasId == result.GetResult(symbol) is null)
                result.AddError("give an order id and --symbol, as ids count within a symbol; or --client-id");
        });
        return app.Add(
            command,
            """
            qc order 17 --symbol AAPL
            qc order --client-id my-1                    what became of it, if its answer was lost
            qc order position 17 --symbol AAPL           how much stands before it
            qc order place buy AAPL 100 --trigger 155.00
            qc order list oco sell AAPL 100 --target 160.00 --stop 140.00
            """,
            async (parse, session, cancellation) =>
            {
                var (client, name) = (session.Client(), parse.GetValue(clientId));
                var order = name is null
                    ? await client.Orders.GetAsync(
                        parse.GetValue(symbol)!, parse.GetValue(orderId)!.Value, cancellation)
                    : await client.Orders.GetByClientIdAsync(name, cancellation);
                session.Screen.Show(order, console => Tables.Order(console, order));
            });
    }

    private static Command Position(CommandLineApp app)
    {
        var orderId = Grammar.OrderId();
        var symbol = Grammar.OrderSymbol();
        return app.Add(
            new Command("position", "Show an order's place in the queue at its price: orders and quantity before it.")
            {
                orderId, symbol,
            },
            "qc order position 17 --symbol AAPL",
            async (parse, session, cancellation) =>
            {
                var place = await session.Client().Orders.GetQueuePositionAsync(
                    parse.GetValue(symbol)!, parse.GetValue(orderId), cancellation);
                session.Screen.Show(place, console => console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place.Symbol} #{place.OrderId}: {place.OrdersAhead} orders with {place.QuantityAhead} ahead.")));
            });
    }
}
