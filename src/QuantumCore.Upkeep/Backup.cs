using System.Globalization;
using Npgsql;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Backs up and restores journals. A backup is a journal in one SQLite file, whatever its source. It can be verified,
/// exported, restored to either database, or opened by its own exchange. The history is rebuilt from it.
/// </summary>
public static class Backup
{
    /// <summary>
    /// Distance by which epochs of a restored journal exceed the copied ones. It fences off activations of the original
    /// exchange, and epochs raised there since the backup.
    /// </summary>
    public const long EpochStep = 1_000_000;

    private const string Unverified = ".unverified";
    private const string Restored = ".restored";

    /// <summary>
    /// Copies a journal at one moment, also of a running exchange, and verifies the copy. The file gets its name only
    /// if the copy is sound; otherwise it stays beside it with the suffix .unverified. The copy includes grain state,
    /// and files of payouts and settlement batches that equal the copy's batch of their name.
    /// </summary>
    /// <exception cref="JournalSetupException">The file exists already, or there is no journal to copy.</exception>
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
    /// Restores a sound backup to an empty place. With <paramref name="replace"/> existing data is kept under another
    /// name.
    /// Files of payouts and settlement batches are restored only where no such folder exists: an existing folder is of
    /// a later
    /// moment and stays.
    /// </summary>
    /// <exception cref="JournalSetupException">The place is occupied, or an exchange is running on it.</exception>
    public static async Task<VerifyReport> RestoreAsync(
        string file, JournalPlace to, bool replace, CancellationToken cancellationToken,
        OutgoingFolders? folders = null)
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

        // Before the journal, so that an exchange never starts without these files.
        using (var files = JournalImage.Open(file))
        {
            OutgoingFiles.Write(files, outgoing);
        }

        var states = await GrainStateRows.ReadAsync(new JournalPlace(file), cancellationToken);
        if (to.IsPostgres)
        {
            // The same transaction renames the old schemas and fills the new ones. After an interruption an exchange
            // must not find an empty database and start anew.
            var aside = await SchemasAsideAsync(to, cancellationToken);
            await FillAsync(
                () => JournalTarget.Replace(to.Text, to.JournalSchema, aside), file, atLeast, cancellationToken);
            await GrainStateRows.FillPostgresAsync(to.Text, states, cancellationToken);
        }
        else
        {
            // Restored beside the old file, so that a full disk or an interruption leaves the old file in place.
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

    private static Task FillStateAsync(
        JournalPlace to, IReadOnlyList<StateRow> states, CancellationToken cancellationToken) =>
        to.StateFile is { } file
            ? GrainStateRows.FillAsync(file + Restored, states, cancellationToken)
            : Task.CompletedTask;

    private static Task FillAsync(
        Func<JournalTarget> into, string file, Dictionary<string, long> atLeast, CancellationToken cancellationToken) =>
            Task.Run(
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

    /// <summary>Returns the epochs of the journal to be replaced, as far as they are readable.</summary>
    private static Dictionary<string, long> Epochs(JournalPlace place)
    {
        try
        {
            using var image = JournalImage.Open(place.Text, place.JournalSchema);
            return image.Streams().ToDictionary(stream => stream.Name, stream => stream.Epoch, StringComparer.Ordinal);
        }
        catch (Exception unreadable)
            when (unreadable is FileNotFoundException or JournalSetupException or SqliteFailureException)
        {
            return [];
        }
    }

    private static void SetFilesAside(JournalPlace place)
    {
        // The acknowledged sequences of the old journal do not apply to the restored one.
        var witness = Path.ChangeExtension(place.JournalFile, ".witness");
        string[] files = place is { HistoryFile: { } history, StateFile: { } state }
            ? [place.JournalFile, history, state, witness]
            : [place.JournalFile, witness];
        string[] parts = ["-shm", "-wal", ""];
        var aside = FreeSuffix(".before-restore", '-', suffix => files.Any(file => File.Exists(file + suffix)));
        foreach (var file in files)
        {
            foreach (var part in parts)
            {
                if (File.Exists(file + part))
                {
                    // A file of an interrupted restore may be in the way.
                    File.Move(file + part, file + aside + part, overwrite: true);
                }
            }
        }
    }

    /// <summary>Returns the existing schemas of a place, each with its new name.</summary>
    private static async Task<IReadOnlyList<(string Name, string Aside)>> SchemasAsideAsync(
        JournalPlace place, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(place.Text) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var there = await SchemasAsync(connection, cancellationToken);
        string[] schemas = [place.JournalSchema, place.HistorySchema, GrainStateTables.Schema];
        var aside =
            FreeSuffix("_before_restore", '_', suffix => schemas.Any(schema => there.Contains(schema + suffix)));
        return [.. schemas.Where(there.Contains).Select(schema => (schema, schema + aside))];
    }

    private static async Task<HashSet<string>> SchemasAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
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

    /// <summary>
    /// Returns a free suffix for replaced files, numbered if necessary, so that earlier ones are never overwritten.
    /// </summary>
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
