using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>order list oco, oto, otoco: orders that depend on each other.</summary>
internal static class OrderListCommands
{
    internal static Command All(CommandLineApp app) =>
        new("list", "Place orders that depend on each other, all or none.")
        {
            Pair(app),
            Child(app),
            Bracket(app),
            OrderListOfCommand.Compose(app),
        };

    private static Command Pair(CommandLineApp app)
    {
        var what = new ListTerms("Side and symbol of both legs");
        var legs = new Legs();
        var command = new Command("oco", "Place a target and a stop of the same quantity; one cancels the other.");
        what.AddTo(command);
        legs.AddTo(command);
        return app.Add(
            command,
            """
            qc order list oco sell AAPL 100 --target 160.00 --stop 140.00
            qc order list oco sell AAPL 100 --target 160.00 --stop 140.00 --stop-limit 139.50
            """,
            (parse, session, cancellation) => PlaceAsync(
                session,
                PlaceOrderList.OneCancelsOther(
                    legs.Target(parse, what, what.Side(parse)) with { ClientOrderId = what.Name(parse) },
                    legs.Stop(parse, what, what.Side(parse))),
                cancellation));
    }

    private static Command Child(CommandLineApp app)
    {
        var what = new ListTerms("Side and symbol of the first order; the other has the opposite side");
        var limit = Grammar.DecimalOption("--limit", "The first order's limit");
        limit.Required = true;
        var thenLimit = Grammar.DecimalOption("--then-limit", "The second order's limit");
        var thenStop = Grammar.DecimalOption("--then-stop", "The second order's trigger price");
        var command = new Command("oto", "Place two orders; the second one enters when the first is filled.");
        what.AddTo(command);
        foreach (var option in new Option[] { limit, thenLimit, thenStop })
            command.Options.Add(option);

        command.Validators.Add(result =>
        {
            if (result.GetResult(thenLimit) is null && result.GetResult(thenStop) is null)
                result.AddError("give --then-limit, --then-stop or both (a stop-limit)");
        });
        return app.Add(
            command,
            """
            qc order list oto buy AAPL 100 --limit 150.00 --then-limit 160.00
            qc order list oto buy AAPL 100 --limit 150.00 --then-stop 140.00
            qc order list oto buy AAPL 100 --limit 150.00 --then-stop 140.00 --then-limit 139.50
            """,
            (parse, session, cancellation) =>
            {
                var (price, trigger) = (parse.GetValue(thenLimit), parse.GetValue(thenStop));
                var child = what.Order(parse, what.Opposite(parse)) with
                {
                    Type = trigger is null ? OrderType.Limit : price is null ? OrderType.Stop : OrderType.StopLimit,
                    Price = price,
                    TriggerPrice = trigger,
                };
                return PlaceAsync(
                    session, PlaceOrderList.OneTriggersOther(Parent(parse, what, limit), child), cancellation);
            });
    }

    private static Command Bracket(CommandLineApp app)
    {
        var what = new ListTerms("Side and symbol of the first order; the two others have the opposite side");
        var limit = Grammar.DecimalOption("--limit", "The first order's limit");
        limit.Required = true;
        var legs = new Legs();
        var command = new Command("otoco", "A bracket: a target and a stop enter when the first order is filled.");
        what.AddTo(command);
        command.Options.Add(limit);
        legs.AddTo(command);
        return app.Add(
            command,
            "qc order list otoco buy AAPL 100 --limit 150.00 --target 160.00 --stop 140.00",
            (parse, session, cancellation) => PlaceAsync(
                session,
                PlaceOrderList.Bracket(
                    Parent(parse, what, limit),
                    legs.Target(parse, what, what.Opposite(parse)),
                    legs.Stop(parse, what, what.Opposite(parse))),
                cancellation));
    }

    private static PlaceOrder Parent(ParseResult parse, ListTerms what, Option<decimal?> limit) =>
        what.Order(parse, what.Side(parse)) with { Price = parse.GetValue(limit), ClientOrderId = what.Name(parse) };

    internal static async Task PlaceAsync(Session session, PlaceOrderList list, CancellationToken cancellation)
    {
        var placed = await session.Client().Orders.PlaceListAsync(list, cancellation);
        session.Screen.Show(placed, console => Tables.Orders(console, placed.Orders));
    }

    /// <summary>Side, symbol, quantity and name of a list.</summary>
    private sealed class ListTerms(string sideMeans)
    {
        private readonly Argument<OrderSide> _side = Grammar.WordArgument<OrderSide>("side", sideMeans);
        private readonly Argument<string> _symbol = Grammar.Symbol();
        private readonly Argument<decimal> _quantity = Grammar.Quantity();
        private readonly Option<string> _name = Grammar.NameOption(
            "Name of the first order; the others are named after it. The same name never trades twice");

        public void AddTo(Command command)
        {
            command.Arguments.Add(_side);
            command.Arguments.Add(_symbol);
            command.Arguments.Add(_quantity);
            command.Options.Add(_name);
        }

        public OrderSide Side(ParseResult parse) => parse.GetValue(_side);

        public OrderSide Opposite(ParseResult parse) => Side(parse) == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;

        public string? Name(ParseResult parse) => parse.GetValue(_name);

        public PlaceOrder Order(ParseResult parse, OrderSide side) => new()
        {
            Symbol = parse.GetValue(_symbol)!,
            Side = side,
            Quantity = parse.GetValue(_quantity),
        };
    }

    /// <summary>A target and a stop.</summary>
    private sealed class Legs
    {
        private readonly Option<decimal?> _target = Required("--target", "The limit that takes the profit");
        private readonly Option<decimal?> _stop = Required("--stop", "The trigger price that limits the loss");
        private readonly Option<decimal?> _stopLimit = Grammar.DecimalOption(
            "--stop-limit", "The stop's limit; without it the stop trades at the market");

        public void AddTo(Command command)
        {
            command.Options.Add(_target);
            command.Options.Add(_stop);
            command.Options.Add(_stopLimit);
        }

        public PlaceOrder Target(ParseResult parse, ListTerms what, OrderSide side) =>
            what.Order(parse, side) with { Price = parse.GetValue(_target) };

        public PlaceOrder Stop(ParseResult parse, ListTerms what, OrderSide side) => what.Order(parse, side) with
        {
            Type = parse.GetValue(_stopLimit) is null ? OrderType.Stop : OrderType.StopLimit,
            TriggerPrice = parse.GetValue(_stop),
            Price = parse.GetValue(_stopLimit),
        };

        private static Option<decimal?> Required(string name, string description)
        {
            var option = Grammar.DecimalOption(name, description);
            option.Required = true;
            return option;
        }
    }
}
