using Npgsql;
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
    private const string Before = ".before-restore";

    /// <summary>
    /// Copies a journal as of this moment, of a running exchange too, and verifies the copy. The file has its name only
    /// if the copy is sound; else it is left beside it, with .unverified after its name. The files of payouts and settlement batches that lie in
    /// their folders go along, each of them the batch that the copy has under its name.
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

        if (to.IsPostgres)
        {
            // A database has no second place for its schema.
            await SetAsideAsync(to, cancellationToken);
            await FillAsync(to.Text, file, to.JournalSchema, atLeast, cancellationToken);
        }
        else
        {
            // Filled beside what it replaces: a full disk or an interruption leaves that where it was.
            var restored = to.JournalFile + Restored;
            File.Delete(restored);
            await FillAsync(restored, file, to.JournalSchema, atLeast, cancellationToken);
            await SetAsideAsync(to, cancellationToken);
            File.Move(restored, to.JournalFile);
        }

        return await Verification.RunAsync(to, null, cancellationToken);
    }

    private static Task FillAsync(
        string into, string file, string schema, Dictionary<string, long> atLeast, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var image = JournalImage.Open(file);
            using var target = JournalTarget.Create(into, schema);
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

    private static async Task SetAsideAsync(JournalPlace place, CancellationToken cancellationToken)
    {
        if (!place.IsPostgres)
        {
            // What a journal that is gone had acknowledged is no measure of the one that takes its place.
            var witness = Path.ChangeExtension(place.JournalFile, ".witness");
            foreach (var file in (string?[])[place.JournalFile, place.HistoryFile, witness])
            {
                foreach (var part in (string[])["-shm", "-wal", ""])
                {
                    if (file is not null && File.Exists(file + part))
                    {
                        File.Move(file + part, file + Before + part, overwrite: true);
                    }
                }
            }

            return;
        }

        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(place.Text) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var schema in (string[])[place.JournalSchema, place.HistorySchema])
        {
#pragma warning disable CA2100 // The schemas' names are checked by the stores.
            await using var move = new NpgsqlCommand(
                $"""
                DO $aside$ BEGIN
                    IF to_regnamespace('{schema}') IS NOT NULL THEN
                        DROP SCHEMA IF EXISTS {schema}_before_restore CASCADE;
                        ALTER SCHEMA {schema} RENAME TO {schema}_before_restore;
                    END IF;
                END $aside$;
                """,
                connection,
                transaction);
#pragma warning restore CA2100
            await move.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
