using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.Upkeep;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>verify, backup, restore, export, lobster: maintenance of a journal without a running exchange.</summary>
internal static class UpkeepCommands
{
    internal const string PlaceText = "A data directory, a journal's file or backup, or a PostgreSQL connection string";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    internal static IEnumerable<Command> All(CommandLineApp app) =>
        [Verify(app), Backup(app), Restore(app), Export(app), LobsterCommand.Create(app)];

    internal static Argument<string> Place(string name, string description) => new(name) { Description = description };

    private static Command Verify(CommandLineApp app)
    {
        var place = Place("place", PlaceText);
        place.DefaultValueFactory = _ => "data";
        var without = new Option<bool>("--no-history") { Description = "Leave out the SQL rows beside the journal" };
        var command = new Command(
            "verify",
            "Verify a journal without the exchange: checksums, sequences, every book's commands replayed byte for "
            + "byte, every account's state, snapshots, and the history's invariants. Changes nothing. "
            + "Exit code 0: no issues; 1: issues found.")
        {
            place, without,
        };
        return app.Add(
            command,
            """
            qc verify                                   ./data of an exchange that is down
            qc verify backups/monday.db --json          a backup, for a script
            qc verify 'Host=db;Database=exchange;Username=qc;SSL Mode=VerifyFull'
            """,
            (parse, session, cancellation) => OnStorageAsync(session, async () =>
            {
                var where = new JournalPlace(parse.GetValue(place)!);
                using var held = where.TryHold();
                if (held is null)
                    session.Screen.Note(
                        "An exchange is running there. Its history keeps changing and is not verified.");

                await using var history =
                    held is null || parse.GetValue(without) ? null : await where.FindHistoryAsync(cancellation);
                var isOlder = history is not null && await IsOlderAsync(where, history, cancellation);
                if (isOlder)
                    session.Screen.Note(
                        "The history is of an older release and is not verified. "
                        + "The exchange rebuilds it at its next start.");

                return Show(session, await Verification.RunAsync(where, isOlder ? null : history, cancellation));
            }));
    }

    // An unreadable file is for the verification to report.
    private static async Task<bool> IsOlderAsync(
        JournalPlace place, HistoryStore history, CancellationToken cancellation)
    {
        try
        {
            return !await history.IsOfThisReleaseAsync(cancellation);
        }
        catch (DbException) when (!place.IsPostgres)
        {
            return false;
        }
    }

    private static Command Backup(CommandLineApp app)
    {
        var from = Place("from", PlaceText);
        var to = Place("file", "Backup file, which must not exist yet");
        var (payouts, settlements) = (Folder("payouts"), Folder("settlements"));
        var command = new Command(
            "backup",
            "Copy the journal into one file, and verify the copy. The exchange may run meanwhile. "
            + "Files of payouts and settlement batches in their folders are copied, too. "
            + "A backup is a journal in one file, whatever its database was. The history is rebuilt from it.")
        {
            from, to, payouts, settlements,
        };
        return app.Add(
            command,
            """
            qc backup data backups/monday.db
            qc backup 'Host=db;Database=exchange;Username=qc;SSL Mode=VerifyFull' backups/monday.db --payouts data/payouts --settlements data/settlements
            """,
            (parse, session, cancellation) => OnStorageAsync(session, async () =>
            {
                var place = new JournalPlace(parse.GetValue(from)!);
                var folders = OutgoingFolders.Of(place, parse.GetValue(payouts), parse.GetValue(settlements));
                if (folders.Payouts is null || folders.Settlements is null)
                    session.Screen.Note("Without --payouts and --settlements their files are not in the backup.");

                return Show(session, await Upkeep.Backup.MakeAsync(place, parse.GetValue(to)!, cancellation, folders));
            }));
    }

    private static Command Restore(CommandLineApp app)
    {
        var file = Place("file", "The backup");
        var to = Place(
            "to", "An empty data directory, or the connection string of a PostgreSQL database without an exchange");
        var (payouts, settlements) = (Folder("payouts"), Folder("settlements"));
        var replace = new Option<bool>("--replace")
        {
            Description =
                "Replace an existing journal, which is kept as …before-restore, the next time as …before-restore-2",
        };
        var command = new Command(
            "restore",
            "Restore a verified backup to an empty place, and verify it there. "
            + "An exchange that starts on it continues from the backup; "
            + "the original exchange can't write into it. "
            + "Files of payouts and settlement batches are restored only if their folder does not "
            + "exist. An existing folder stays as it is.")
        {
            file, to, replace, payouts, settlements,
        };
        return app.Add(
            command,
            """
            qc restore backups/monday.db new-data
            qc restore backups/monday.db 'Host=db;Database=exchange2;Username=qc;SSL Mode=VerifyFull' --payouts data2/payouts --settlements data2/settlements
            """,
            (parse, session, cancellation) => OnStorageAsync(session, async () =>
            {
                var place = new JournalPlace(parse.GetValue(to)!);
                return Show(session, await Upkeep.Backup.RestoreAsync(
                    parse.GetValue(file)!, place, parse.GetValue(replace), cancellation,
                    OutgoingFolders.Of(place, parse.GetValue(payouts), parse.GetValue(settlements))));
            }));
    }

    private static Option<string> Folder(string kind) => new("--" + kind)
    {
        Description = $"Folder of the {kind} [default: the one in the data directory]",
        HelpName = "dir",
    };

    private static Command Export(CommandLineApp app)
    {
        var place = Place("place", PlaceText);
        var what = new Argument<ExportKind>("what")
        {
            Description = "records, trades or postings",
            HelpName = "records|trades|postings",
            CustomParser = result => Enum.TryParse<ExportKind>(result.Tokens[0].Value, ignoreCase: true, out var kind)
                && Enum.IsDefined(kind)
                ? kind
                : Grammar.Refuse<ExportKind>(
                    result, $"what: '{result.Tokens[0].Value}' is none of records, trades, postings"),
        };
        var csv = new Option<bool>("--csv")
        {
            Description = "Write comma-separated values instead of JSON lines; trades and postings only",
        };
        var stream = new Option<string>("--stream")
        {
            Description = "Only this stream, such as book/AAPL or acct/1001",
            HelpName = "name",
        };
        var into = new Option<string>("--to")
        {
            Description = "The file [default: standard output]",
            HelpName = "file",
        };
        var command = new Command(
            "export",
            "Export a journal's records, trades (as made) or postings as lines. Amounts are decimals. "
            + "Each stream is in its own sequence.")
        {
            place, what, csv, stream, into,
        };
        return app.Add(
            command,
            """
            qc export data trades --csv --to trades.csv
            qc export backups/monday.db postings | jq -s 'group_by(.asset)'
            qc export data records --stream acct/1001
            """,
            (parse, session, cancellation) => OnStorageAsync(session, async () =>
            {
                var path = parse.GetValue(into);
                if (parse.GetValue(csv) && parse.GetValue(what) == ExportKind.Records)
                    throw new UsageException("--csv: records of different kinds have different fields; leave it out");

                IReadOnlyList<Finding> findings = [];
                await WriteAsync(path, session.Screen.Output, async writer => findings = await Upkeep.Export.WriteAsync(
                    new JournalPlace(parse.GetValue(place)!), parse.GetValue(what), parse.GetValue(csv),
                    parse.GetValue(stream),
                    writer, cancellation));
                foreach (var finding in findings)
                    session.Screen.Note(Text(finding));

                return findings.Count == 0 ? ExitCodes.Done : ExitCodes.Refused;
            }));
    }

    /// <summary>
    /// Writes a file under a temporary name first, so that a truncated file never looks complete and an existing one is
    /// kept. A device is written directly.
    /// </summary>
    internal static async Task WriteAsync(string? path, TextWriter output, Func<TextWriter, Task> write)
    {
        if (path is null)
        {
            await write(output);
            return;
        }

        var target = File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } linked
            ? linked.FullName
            : Path.GetFullPath(path);
        var part = target.StartsWith("/dev/", StringComparison.Ordinal)
            || target.StartsWith("/proc/", StringComparison.Ordinal)
            ? target
            : target + ".part";
        try
        {
            await using (var writer = new StreamWriter(
                part, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
                await write(writer);
            if (part != target)
                File.Move(part, target, overwrite: true);
        }
        catch when (part != target)
        {
            File.Delete(part);
            throw;
        }
    }

    internal static async Task<int> OnStorageAsync(Session session, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (failure is JournalSetupException or SqliteFailureException or ArgumentException)
        {
            session.Screen.Failed("Storage", failure.Message);
            return ExitCodes.Usage;
        }
        catch (DbException failure)
        {
            session.Screen.Failed("Storage", failure.Message);
            return ExitCodes.Unreachable;
        }
    }

    private static int Show(Session session, VerifyReport report)
    {
        if (session.Screen.Json)
            session.Screen.WriteJson(JsonSerializer.Serialize(report, s_json));
        else
            Write(session.Screen.Console, report);

        return report.IsClean ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static void Write(IAnsiConsole console, VerifyReport report)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Journal}: {report.Records} records of {report.Streams} streams in {report.Frames} frames, "
            + $"{report.Accounts} accounts, {report.Snapshots} snapshots, {report.Milliseconds / 1000m:F1} s"));
        foreach (var book in report.Books)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {book.Symbol}: run again to {book.Sequence}, {book.OpenOrders} open orders, "
                + $"state {book.StateHash}"));
        }

        if (report.Files > 0)
            console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"  {report.Files} files of payouts and settlement"));
        if (report.History is null)
            console.WriteLine("  no history was compared");
        foreach (var finding in report.Findings)
            console.WriteLine(Text(finding));
        if (report.FindingCount > report.Findings.Count)
            console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture, $"… and {report.FindingCount - report.Findings.Count} more"));

        console.WriteLine(report.IsClean
            ? "Nothing is wrong."
            : string.Create(CultureInfo.InvariantCulture, $"{report.FindingCount} wrong."));
    }

    internal static string Text(Finding finding)
    {
        var where = finding.Stream is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" {finding.Stream} {finding.Sequence}");
        return $"{finding.Kind}{where}: {finding.What}\n    {finding.Meaning}";
    }
}
