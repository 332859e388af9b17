using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Storage;

/// <summary>
/// Configures storage for the state of grains: everything that is not money, and so not in the journal.
/// </summary>
public static class GrainStateHosting
{
    private const string Postgres = "postgres";

    /// <summary>Stores the state of grains in PostgreSQL by Orleans' ADO.NET provider; its tables must exist.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="postgres">Connection string of the database.</param>
    public static ISiloBuilder KeepGrainStateInPostgres(this ISiloBuilder silo, string postgres)
    {
        silo.AddAdoNetGrainStorage(Postgres, storage =>
        {
            (storage.Invariant, storage.GrainStorageSerializer) = ("Npgsql", new StateSerializer());
            storage.ConnectionString =
                new NpgsqlConnectionStringBuilder(postgres) { SearchPath = GrainStateTables.Schema }.ConnectionString;
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
