using System.CommandLine;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>admin pin: shows and sets the silo that holds a book.</summary>
internal static class PinCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var symbol = new Argument<string?>("symbol")
        {
            Description = "The instrument whose book is pinned",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var silo = new Argument<string?>("silo")
        {
            Description = "The silo's name, its tag, or a role",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var none = new Option<bool>("--none") { Description = "Unpin the book: any silo may hold it" };
        var why = Grammar.Why();
        return app.Add(
            new Command("pin", "List pinned books and their silos; pin or unpin a book.") { symbol, silo, none, why },
            """
            qc admin pin
            qc admin pin AAPL east --why "beside its market maker"
            qc admin pin AAPL --none
            """,
            async (parse, session, cancellation) =>
            {
                var (book, target) = (parse.GetValue(symbol), parse.GetValue(silo));
                if (parse.GetValue(none) ? book is null || target is not null : book is null != target is null)
                    throw new UsageException(
                        "admin pin: an instrument and a silo, as in qc admin pin AAPL east, an instrument and --none, "
                        + "or nothing.");

                var pins = book is null
                    ? await session.Operator().Placement.GetPinsAsync(cancellation)
                    : await session.Operator().Placement.PinAsync(book, target, parse.GetValue(why), cancellation);
                session.Screen.Show(pins, console => Show(console, pins));
            });
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<BookPin> pins)
    {
        var table = Tables.With("symbols", "pinned to", "held", "is at", "since", "by", "why");
        foreach (var pin in pins)
        {
            Tables.Row(
                table, string.Join(' ', pin.Symbols), pin.Silo, pin.Held ? "yes" : "no", pin.At, Tables.Time(pin.Since),
                pin.By, pin.Why);
        }

        Tables.Write(console, table, "No book is pinned.");
    }
}
