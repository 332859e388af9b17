using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Clearing;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Identity;
using QuantumCore.Grains.Storage;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>Journal, history and grain state of this silo, and its folders of payouts and settlement.</summary>
internal static class Storage
{
    private const int SqliteFull = 13;
    private const string JournalFile = "journal.db";
    private const string HistoryFile = "history.db";
    private const string StateFile = "state.db";

    // ENOSPC, and its equivalent on Windows.
    private const int NoSpace = 28;
    private const int NoSpaceOfWindows = unchecked((int)0x80070070);

    private static readonly string[] s_databases = [JournalFile, HistoryFile, StateFile];

    /// <summary>Adds the stores, and the folders of payouts and settlement, according to the options.</summary>
    public static void AddStorage(this IServiceCollection services, SiloOptions options)
    {
        services.AddSingleton<IJournalStore>(options.Storage switch
        {
            StorageKind.Sqlite => new SqliteJournalStore(Path.Combine(options.DataDirectory, JournalFile)),
            StorageKind.Postgres => new PostgresJournalStore(options.Postgres!),
            StorageKind.Volatile => new VolatileJournalStore(),
        });
        if (options.Storage == StorageKind.Sqlite)
            services.AddSingleton(_ => new SqliteGrainStorage(Path.Combine(options.DataDirectory, StateFile)));
        services.AddSingleton(
            provider => new CommitAge(() => provider.GetRequiredService<JournalWriter>().OldestPendingAge));
        services.AddSingleton(new HistoryStore(options.Storage switch
        {
            StorageKind.Sqlite => new SqliteHistory(Path.Combine(options.DataDirectory, HistoryFile)),
            StorageKind.Postgres => new PostgresHistory(options.Postgres!, "history"),
            StorageKind.Volatile => new SqliteHistory(Path.Combine(ScratchFolder(options), HistoryFile)),
        }));
        services.AddSingleton<IPayoutReceiver>(
            new FilePayouts(options.Payouts ?? (options.Storage == StorageKind.Volatile
            ? ScratchFolder(options)
            : Path.Combine(options.DataDirectory, "payouts"))));
        services.AddSingleton<ISettlementReceiver>(
            new FileSettlements(options.Settlements ?? (options.Storage == StorageKind.Volatile
            ? ScratchFolder(options)
            : Path.Combine(options.DataDirectory, "settlements")), options.SettlementAnswers));
    }

    /// <summary>
    /// Tests the folders by making a file in each, so that the first withdrawal does not find the problem. A folder of
    /// payouts or settlement is tested if an option names it. Otherwise it is in the data directory.
    /// </summary>
    /// <exception cref="FormatException">
    /// A folder that an option names is unusable; the message is for the user.
    /// </exception>
    /// <exception cref="IOException">The data directory is unusable.</exception>
    public static void TryFolders(SiloOptions options)
    {
        if (options.Storage == StorageKind.Sqlite && Try(options.DataDirectory, "--data") is { } failed)
            throw failed;
        if (options.Storage == StorageKind.Sqlite)
        {
            foreach (var name in s_databases)
                PrivateFiles.MakeFile(Path.Combine(options.DataDirectory, name));
        }

        if ((Try(options.Payouts, "--payouts") ?? Try(options.Settlements, "--settlements")) is { } wrong)
            throw new FormatException(wrong.Message, wrong);
    }

    private static IOException? Try(string? folder, string option)
    {
        try
        {
            if (folder is null)
                return null;

            PrivateFiles.MakeFolder(folder);
            File.Create(Path.Combine(folder, Path.GetRandomFileName()), 1, FileOptions.DeleteOnClose).Dispose();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new IOException($"{option}: no file can be made in '{folder}': {error.Message}", error);
        }
    }

    /// <summary>Adds the seal that opens the secrets of API keys.</summary>
    public static void AddSeal(this IServiceCollection services, SiloOptions options) =>
        services.AddSingleton(options.Storage == StorageKind.Volatile
            ? SecretSeal.OfThisProcess()
            : new SecretSeal(SealingKey(Path.Combine(options.Secrets, "secrets.key"))));

    /// <summary>Opens journal, history and grain state, before any grain is called.</summary>
    public static async Task InitializeStorageAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var (journal, history) = (services.GetRequiredService<IJournalStore>(),
            services.GetRequiredService<HistoryStore>());
        await journal.InitializeAsync(cancellationToken);
        await history.InitializeAsync(cancellationToken);
        if (services.GetService<SqliteGrainStorage>() is { } state)
            await state.InitializeAsync(cancellationToken);
        await CheckHistoryAsync(journal, history, cancellationToken);
    }

    /// <summary>
    /// Checks that the history does not go beyond the journal, from which it is made. If it does, the journal has lost
    /// records or belongs to another exchange.
    /// </summary>
    private static async Task CheckHistoryAsync(
        IJournalStore journal, HistoryStore history, CancellationToken cancellationToken)
    {
        // The cursors are read first: other silos may be writing to both.
        var cursors = await history.CursorsAsync(cancellationToken);
        var heads = (await journal.HeadsAsync("", cancellationToken)).ToDictionary(
            head => head.Name, head => head.Head, StringComparer.Ordinal);
        foreach (var (stream, sequence) in cursors)
        {
            var head = heads.GetValueOrDefault(stream);
            if (sequence > head)
            {
                throw new JournalSetupException(
                    $"The history knows stream {stream} up to sequence {sequence}, and the journal ends at {head}: it has lost records. "
                    + "Restore the journal; to go on without them, delete the history, which is made again.");
            }
        }
    }

    /// <summary>Returns true if a start failed because the disk is full.</summary>
    public static bool IsDiskFull(Exception error) => error switch
    {
        SqliteFailureException failure => failure.IsDiskFull,
        SqliteException failure => (failure.SqliteErrorCode & 0xFF) == SqliteFull,
        PostgresException failure => failure.SqlState == PostgresErrorCodes.DiskFull,
        IOException { HResult: NoSpace or NoSpaceOfWindows } => true,
        AggregateException several => several.InnerExceptions.Any(IsDiskFull),
        _ => error.InnerException is { } cause && IsDiskFull(cause),
    };

    /// <summary>
    /// Returns the key that seals the secrets of API keys. It is made at the first start, in a file that only its owner
    /// can read. It is in no journal and no backup.
    /// </summary>
    private static byte[] SealingKey(string path)
    {
        PrivateFiles.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path))
        {
            // The file is written completely or not at all. Of two processes that start together, one wins.
            var draft = $"{path}.{Environment.ProcessId}";
            using (var writer = PrivateFiles.Open(draft, FileMode.Create))
            {
                writer.Write(RandomNumberGenerator.GetBytes(SecretSeal.KeyLength));
                writer.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(draft, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(draft);
            }
        }

        var key = File.ReadAllBytes(path);
        return key.Length == SecretSeal.KeyLength
            ? key
            : throw new JournalSetupException(
                $"{path} is not the {SecretSeal.KeyLength} bytes it was made with: the secrets of API keys can't be opened. "
                + "Restore it; to go on without them, delete it and create those keys again.");
    }

    /// <summary>
    /// Returns the directory of the keys for session cookies, which only its owner can read; null for volatile storage.
    /// </summary>
    public static string? SessionKeys(SiloOptions options)
    {
        if (options.Storage == StorageKind.Volatile)
            return null;

        var path = Path.Combine(options.Secrets, "session-keys");
        PrivateFiles.MakeFolder(path);
        return path;
    }

    /// <summary>
    /// Returns a new folder for one kind of files: a volatile journal starts again at 1, and so must its history, its
    /// payouts and its settlement batches.
    /// </summary>
    private static string ScratchFolder(SiloOptions options) => options.Scratch is { } folder
        ? Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName
        : Directory.CreateTempSubdirectory("quantumcore-").FullName;
}
