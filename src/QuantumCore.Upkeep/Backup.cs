using System.Globalization;
using Npgsql;
using QuantumCore.Grains.Storage;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Copies of a journal. A backup is a journal in one SQLite file, whatever it was made from: it can be verified,
/// exported, restored to either database, or looked at with an exchange of its own. The history is made again from it.
/// </summary>
public static class Backup
{
    /// <summary>
    /// Epochs of a restored journal begin this far above the copied ones: whoever still has an activation of the exchange
    /// that was backed up, or raised epochs there since, is fenced off.
    /// </summary>
    public const long EpochStep = 1_000_000;

    private const string Unverified = ".unverified";
    private const string Restored = ".restored";

    /// <summary>
    /// Copies a journal as of this moment, of a running exchange too, and verifies the copy. The file has its name only
    /// if the copy is sound; else it is left beside it, with .unverified after its name. The files of payouts and settlement batches that lie in
    /// their folders go along, each of them the batch that the copy has under its name, and so does the state of grains.
    /// </summary>
    /// <exception cref="JournalSetupException">The file is there already, or there is no journal to copy.</exception>
    public static async Task<VerifyReport> MakeAsync(
        JournalPlace from, string file, CancellationToken cancellationToken, OutgoingFolders? folders = null)
    {
        var path = Path.GetFullPath(file);
        if (File.Exists(path))
        {
            throw new JournalSetupException($"{path} is there already.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path + Unverified);
        var states = await GrainStateRows.ReadAsync(from, cancellationToken);
        await Task.Run(
            () =>
            {
                using var image = JournalImage.Open(from.Text, from.JournalSchema);
                using var copy = JournalTarget.Create(path + Unverified);
                Copy(image, copy, stream => stream, cancellationToken);
                foreach (var outgoing in OutgoingFiles.Read(image, folders ?? OutgoingFolders.Of(from)))
                {
                    copy.Add(outgoing);
                }

                foreach (var state in states)
                {
                    copy.Add(state);
                }

                copy.Complete();
            },
            cancellationToken);
        var report = await Verification.RunAsync(new JournalPlace(path + Unverified), null, cancellationToken);
        if (!report.IsClean)
        {
            return report;
        }

        File.Move(path + Unverified, path);
        return report with { Journal = path };
    }

    /// <summary>
    /// Puts a backup where nothing is, or with <paramref name="replace"/> in the place of what is there, which is kept
    /// under another name. Nothing is changed unless the backup is sound. Its files of payouts and settlement batches go where no such folder is: a
    /// folder that is there is of a later moment, and stays.
    /// </summary>
    /// <exception cref="JournalSetupException">Something is there, or an exchange is running on it.</exception>
    public static async Task<VerifyReport> RestoreAsync(
        string file, JournalPlace to, bool replace, CancellationToken cancellationToken, OutgoingFolders? folders = null)
    {
        var report = await Verification.RunAsync(new JournalPlace(file), null, cancellationToken);
        if (!report.IsClean)
        {
            return report;
        }

        var outgoing = folders ?? OutgoingFolders.Of(to);
        if (!to.IsPostgres && !File.Exists(to.Text))
        {
            Directory.CreateDirectory(to.Text);
        }

        using var held = to.TryHold() ?? throw new JournalSetupException($"An exchange is running on {to.Title}.");
        var atLeast = new Dictionary<string, long>(StringComparer.Ordinal);
        if (await to.IsOccupiedAsync(cancellationToken))
        {
            if (!replace)
            {
                throw new JournalSetupException($"{to.Title} is not empty: something is there already.");
            }

            atLeast = Epochs(to);
        }

        // Before the journal: an exchange never finds itself without them.
        using (var files = JournalImage.Open(file))
        {
            OutgoingFiles.Write(files, outgoing);
        }

        var states = await GrainStateRows.ReadAsync(new JournalPlace(file), cancellationToken);
        if (to.IsPostgres)
        {
            // What is replaced goes aside in the transaction that fills: an exchange that starts after an interruption must not find nothing, and begin anew.
            var aside = await SchemasAsideAsync(to, cancellationToken);
            await FillAsync(() => JournalTarget.Replace(to.Text, to.JournalSchema, aside), file, atLeast, cancellationToken);
            await GrainStateRows.FillPostgresAsync(to.Text, states, cancellationToken);
        }
        else
        {
            // Filled beside what it replaces: a full disk or an interruption leaves that where it was.
            var restored = to.JournalFile + Restored;
            File.Delete(restored);
            await FillAsync(() => JournalTarget.Create(restored), file, atLeast, cancellationToken);
            await FillStateAsync(to, states, cancellationToken);
            SetFilesAside(to);
            if (to.StateFile is { } state)
            {
                File.Move(state + Restored, state);
            }

            File.Move(restored, to.JournalFile);
        }

        return await Verification.RunAsync(to, null, cancellationToken);
    }

    private static Task FillStateAsync(JournalPlace to, IReadOnlyList<StateRow> states, CancellationToken cancellationToken) =>
        to.StateFile is { } file ? GrainStateRows.FillAsync(file + Restored, states, cancellationToken) : Task.CompletedTask;

    private static Task FillAsync(
        Func<JournalTarget> into, string file, Dictionary<string, long> atLeast, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var image = JournalImage.Open(file);
            using var target = into();
            Copy(image, target, stream => stream with
            {
                Epoch = Math.Max(stream.Epoch, atLeast.GetValueOrDefault(stream.Name)) + EpochStep,
            }, cancellationToken);
            target.Complete();
        },
        cancellationToken);

    private static void Copy(
        JournalImage from, JournalTarget to, Func<StreamRow, StreamRow> change, CancellationToken cancellationToken)
    {
        foreach (var stream in from.Streams())
        {
            to.Add(change(stream));
        }

        foreach (var frame in from.Frames())
        {
            cancellationToken.ThrowIfCancellationRequested();
            to.Add(frame);
        }

        foreach (var slice in from.Slices())
        {
            cancellationToken.ThrowIfCancellationRequested();
            to.Add(slice);
        }

        foreach (var snapshot in from.Snapshots())
        {
            cancellationToken.ThrowIfCancellationRequested();
            to.Add(snapshot);
        }
    }

    /// <summary>Epochs of what is replaced, as far as it can still be read.</summary>
    private static Dictionary<string, long> Epochs(JournalPlace place)
    {
        try
        {
            using var image = JournalImage.Open(place.Text, place.JournalSchema);
            return image.Streams().ToDictionary(stream => stream.Name, stream => stream.Epoch, StringComparer.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is FileNotFoundException or JournalSetupException or SqliteFailureException)
        {
            return [];
        }
    }

    private static void SetFilesAside(JournalPlace place)
    {
        // What a journal that is gone had acknowledged is no measure of the one that takes its place.
        var witness = Path.ChangeExtension(place.JournalFile, ".witness");
        string[] files = place is { HistoryFile: { } history, StateFile: { } state } ? [place.JournalFile, history, state, witness] : [place.JournalFile, witness];
        string[] parts = ["-shm", "-wal", ""];
        var aside = FreeSuffix(".before-restore", '-', suffix => files.Any(file => File.Exists(file + suffix)));
        foreach (var file in files)
        {
            foreach (var part in parts)
            {
                if (File.Exists(file + part))
                {
                    // In the way can be the part of a file that an interrupted restore did not come to.
                    File.Move(file + part, file + aside + part, overwrite: true);
                }
            }
        }
    }

    /// <summary>The schemas of a place that are there, each with the name that it is to have.</summary>
    private static async Task<IReadOnlyList<(string Name, string Aside)>> SchemasAsideAsync(JournalPlace place, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(place.Text) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var there = await SchemasAsync(connection, cancellationToken);
        string[] schemas = [place.JournalSchema, place.HistorySchema, GrainStateHosting.Schema];
        var aside = FreeSuffix("_before_restore", '_', suffix => schemas.Any(schema => there.Contains(schema + suffix)));
        return [.. schemas.Where(there.Contains).Select(schema => (schema, schema + aside))];
    }

    private static async Task<HashSet<string>> SchemasAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var schemas = new HashSet<string>(StringComparer.Ordinal);
        await using var ask = new NpgsqlCommand("SELECT nspname::text FROM pg_namespace", connection);
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            schemas.Add(rows.GetString(0));
        }

        return schemas;
    }

    /// <summary>What was replaced has this behind its name, a later one a number, too: none takes an earlier one's place.</summary>
    private static string FreeSuffix(string first, char separator, Func<string, bool> isTaken)
    {
        var suffix = first;
        for (var number = 2; isTaken(suffix); number++)
        {
            suffix = string.Create(CultureInfo.InvariantCulture, $"{first}{separator}{number}");
        }

        return suffix;
    }
}
