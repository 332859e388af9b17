using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Providers;
using Orleans.Runtime.Hosting;

namespace QuantumCore.Grains.Storage;

/// <summary>
/// Configures storage for the state of grains: everything that is not money, and so not in the journal.
/// </summary>
public static class GrainStateHosting
{
    /// <summary>Schema of grain state in PostgreSQL.</summary>
    public const string Schema = "state";

    private const string Postgres = "postgres";

    /// <summary>Creates missing tables of grain state, beside the journal.</summary>
    /// <param name="postgres">Connection string of the database.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public static async Task CreateTablesAsync(string postgres, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        using var text = new StreamReader(typeof(GrainStateHosting).Assembly.GetManifestResourceStream("GrainState.sql")!);
#pragma warning disable CA2100 // The statements are this assembly's own text.
        await using var create = new NpgsqlCommand(await text.ReadToEndAsync(cancellationToken), connection, transaction);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Stores the state of grains in PostgreSQL by Orleans' ADO.NET provider; its tables must exist.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="postgres">Connection string of the database.</param>
    public static ISiloBuilder KeepGrainStateInPostgres(this ISiloBuilder silo, string postgres)
    {
        silo.AddAdoNetGrainStorage(Postgres, storage =>
        {
            (storage.Invariant, storage.GrainStorageSerializer) = ("Npgsql", new StateSerializer());
            storage.ConnectionString = new NpgsqlConnectionStringBuilder(postgres) { SearchPath = Schema }.ConnectionString;
        });
        return silo.KeepGrainStateIn(static services => services.GetRequiredKeyedService<IGrainStorage>(Postgres));
    }

    /// <summary>
    /// Stores the state of grains in the <see cref="SqliteGrainStorage"/> of the silo's services, which must be open.
    /// </summary>
    /// <param name="silo">The silo.</param>
    public static ISiloBuilder KeepGrainStateInFile(this ISiloBuilder silo) =>
        silo.KeepGrainStateIn(static services => services.GetRequiredService<SqliteGrainStorage>());

    private static ISiloBuilder KeepGrainStateIn(this ISiloBuilder silo, Func<IServiceProvider, IGrainStorage> storage)
    {
        silo.Services.AddGrainStorage(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (services, _) => new QualifiedStorage(storage(services)));
        return silo;
    }
}
