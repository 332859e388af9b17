using QuantumCore.Gateway.Admission;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>The journal and the history this silo keeps.</summary>
internal static class Storage
{
    /// <summary>Adds both stores as the options say.</summary>
    public static void AddStorage(this IServiceCollection services, SiloOptions options)
    {
        services.AddSingleton<IJournalStore>(options.Storage switch
        {
            StorageKind.Sqlite => new SqliteJournalStore(Path.Combine(options.DataDirectory, "journal.db")),
            StorageKind.Postgres => new PostgresJournalStore(options.Postgres!),
            StorageKind.Volatile => new VolatileJournalStore(),
        });
        services.AddSingleton(provider => new CommitAge(() => provider.GetRequiredService<JournalWriter>().OldestPendingAge));
        services.AddSingleton<HistoryStore>(options.Storage switch
        {
            StorageKind.Sqlite => new SqliteHistory(Path.Combine(options.DataDirectory, "history.db")),
            StorageKind.Postgres => new PostgresHistory(options.Postgres!, "history"),
            StorageKind.Volatile => new SqliteHistory(TemporaryHistory()),
        });
    }

    /// <summary>Opens both; before any grain is called.</summary>
    public static async Task InitializeStorageAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<IJournalStore>().InitializeAsync(cancellationToken);
        await services.GetRequiredService<HistoryStore>().InitializeAsync(cancellationToken);
    }

    /// <summary>A file of this process alone: a volatile journal starts again at 1, and so must its history.</summary>
    private static string TemporaryHistory() =>
        Path.Combine(Directory.CreateTempSubdirectory("quantumcore-").FullName, "history.db");
}
