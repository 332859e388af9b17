using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using QuantumCore.Instruments;
using QuantumCore.Upkeep;

namespace QuantumCore.Cli;

/// <summary>lobster: exports a book's displayed orders as two files, for research and for <c>qc replay</c>.</summary>
internal static class LobsterCommand
{
    private const int UsualLevels = 10;

    internal static Command Create(CommandLineApp app)
    {
        var place = UpkeepCommands.Place("place", UpkeepCommands.PlaceText);
        var symbol = Grammar.Symbol();
        var to = new Option<string>("--to")
        {
            Description = "Prefix of the output files …_message_10.csv and …_orderbook_10.csv",
            HelpName = "name",
            Required = true,
        };
        var day = new Option<long?>("--day")
        {
            Description = "Only this UTC day, as in 2030-12-25",
            HelpName = "day",
            CustomParser = Day,
        };
        var levels = new Option<int>("--levels")
        {
            Description = $"Levels of a side in the order book file, 1 to {LobsterExport.LevelsLimit}",
            DefaultValueFactory = static _ => UsualLevels,
            HelpName = "count",
        };
        levels.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > LobsterExport.LevelsLimit)
                result.AddError($"--levels: 1 to {LobsterExport.LevelsLimit}.");
        });
        var command = new Command(
            "lobster",
            "Export the public view of a book (market-by-order) in LOBSTER's format: "
            + "a file of messages and one of the best levels after each. "
            + "They name no account. qc replay plays them into any exchange.")
        {
            place, symbol, to, day, levels,
        };
        return app.Add(
            command,
            """
            qc lobster data BTC-USD --to btc --day 2030-12-25
            qc lobster backups/monday.db AAPL --to aapl --levels 50
            qc replay btc_message_10.csv --list
            """,
            (parse, session, cancellation) => UpkeepCommands.OnStorageAsync(session, async () =>
            {
                var count = parse.GetValue(levels);
                var messages = Name(parse.GetValue(to)!, "message", count);
                var rows = Name(parse.GetValue(to)!, "orderbook", count);
                var summary = new LobsterSummary(0, 0, 0, 0, 0);
                IReadOnlyList<Finding> findings = [];
                await UpkeepCommands.WriteAsync(
                    messages, session.Screen.Output, toMessages => UpkeepCommands.WriteAsync(
                    rows, session.Screen.Output, async toRows => (summary, findings) = await LobsterExport.WriteAsync(
                        new JournalPlace(parse.GetValue(place)!), parse.GetValue(symbol)!, parse.GetValue(day), count,
                        toMessages, toRows, cancellation)));
                foreach (var finding in findings)
                    session.Screen.Note(UpkeepCommands.Text(finding));

                if (session.Screen.Json)
                    session.Screen.WriteJson(
                        JsonSerializer.Serialize(new { messages, rows, summary }, JsonSerializerOptions.Web));
                else
                    session.Screen.Note(Text(summary, messages));

                return findings.Count == 0 ? ExitCodes.Done : ExitCodes.Refused;
            }));
    }

    private static string Name(string beginning, string part, int levels) =>
        string.Create(CultureInfo.InvariantCulture, $"{beginning}_{part}_{levels}.csv");

    private static string Text(LobsterSummary summary, string messages) => string.Create(
        CultureInfo.InvariantCulture,
        $"{messages}: {summary.Messages} messages: {summary.Submissions} orders, {summary.Executions} executions, "
            + $"{summary.HiddenExecutions} of what was hidden, {summary.Crosses} of auctions");

    private static long? Day(ArgumentResult result)
    {
        if (UtcDay.TryParse(result.Tokens[0].Value, out var day))
            return day;

        result.AddError($"--day: {result.Tokens[0].Value}: a day is as in 2030-12-25.");
        return null;
    }
}
