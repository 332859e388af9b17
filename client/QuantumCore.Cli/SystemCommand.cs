using System.CommandLine;
using System.Globalization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>admin system: state of the exchange itself.</summary>
internal static class SystemCommand
{
    internal static Command Compose(CommandLineApp app) => app.Add(
        new Command("system", "Show the state of the exchange: silos, lag of the history, newest warnings and errors."),
        "qc admin system",
        static async (_, session, cancellation) =>
        {
            var system = await session.Operator().GetSystemAsync(cancellation);
            session.Screen.Show(system, console => Show(console, system));
        });

    private static void Show(IAnsiConsole console, ExchangeSystem system)
    {
        Tables.Show(
            console, "No silo answers.", ["silo", "role", "state", "since", "grains awake", ""],
            system.Silos.Select(static silo => new[]
            {
                silo.Name, silo.Role, silo.State, Tables.Time(silo.Since),
                silo.Grains.Sum(static grains => grains.Count).ToString(CultureInfo.InvariantCulture),
                silo.Current ? "answers" : "",
            }));
        console.WriteLine(system.Journal is { } journal
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Journal: {journal.Records} records; the history is {journal.Behind} records and "
                + $"{journal.BehindMillis} ms behind.")
            : "Journal: the ledger does not answer.");
        Tables.Show(
            console, "No warnings and no errors since this process started.", ["time", "level", "from", "detail"],
            system.Log.Select(static line => new[]
            {
                Tables.Time(line.Time), line.Level, line.Category, line.Message,
            }));
    }
}
