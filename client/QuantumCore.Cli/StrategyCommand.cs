using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>strategy: places an order over several instruments.</summary>
internal static class StrategyCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var net = Grammar.NetOption(
            "--net", "The most to pay for one unit, in the quote asset; negative: the least to receive");
        var units = Grammar.UnitsOption("--units", "Number of units");
        var legs = Grammar.LegsOption(
            "--leg", "A leg: quantity of an instrument that one unit buys or sells; 2 to 4 legs of one group");
        var timeInForce = Grammar.WordOption(
            "--tif", "Time in force [default: gtc]", TimeInForce.AtTheOpening, TimeInForce.AtTheClose);
        var goodTill = Grammar.TimeOption(
            "--good-till", "When it expires, UTC, such as 2030-01-31T15:30:00Z; says --tif gtd");
        var name = Grammar.NameOption(
            "Name of the first leg's order, 1 to 34 characters; the others are named after it. "
            + "The same name never trades twice");
        var command = new Command(
            "strategy", "Place an order over several instruments of one group: all of its legs trade, or none.")
        {
            net, units, legs, timeInForce, goodTill, name,
        };
        return app.Add(
            command,
            """
            qc strategy --net -230.00 --units 10 --leg buy:AMZN:1 --leg sell:MSFT:1
                10 times: buy 1 AMZN, sell 1 MSFT, and receive at least 230.00 more than is paid
            qc strategy --net -270.00 --units 10 --leg buy:AMZN:1 --leg sell:MSFT:1 --tif ioc
                the same at once or not, and receive at least 270.00 for each unit
            qc strategy --net -230.00 --units 10 --leg buy:AMZN:1 --leg sell:MSFT:1 --client-id s1
            qc cancel --client-id s1                     ends all of its legs
            """,
            async (parse, session, cancellation) =>
            {
                var strategy = new PlaceStrategy
                {
                    Net = parse.GetValue(net),
                    Units = parse.GetValue(units),
                    Legs = parse.GetValue(legs)!,
                    TimeInForce = parse.GetValue(timeInForce)
                        ?? (parse.GetValue(goodTill) is null ? null : TimeInForce.GoodTillDate),
                    GoodTill = parse.GetValue(goodTill),
                    ClientOrderId = parse.GetValue(name),
                };
                var placed = await session.Client().Orders.PlaceStrategyAsync(strategy, cancellation);
                session.Screen.Show(placed, console => Tables.Orders(console, placed.Orders));
            });
    }
}
