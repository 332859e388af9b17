using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;

namespace QuantumCore.Gateway.Cluster;

/// <summary>How silos, and who has no grains and calls theirs, find each other: by the list of members in the exchange's database.</summary>
public static class ClusterMembership
{
    /// <summary>What all exchanges of this kind are called; one of them has a name of its own.</summary>
    public const string Service = "quantumcore";

    // Orleans' name for it.
    private const string Driver = "Npgsql";

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>Creates what is missing of the tables of members, beside the journal: what Orleans' ADO.NET provider reads and writes.</summary>
    public static async Task CreateTablesAsync(string postgres, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        using var text = new StreamReader(typeof(ClusterMembership).Assembly.GetManifestResourceStream("Membership.sql")!);
#pragma warning disable CA2100 // The statements are this assembly's own text.
        await using var create = new NpgsqlCommand(await text.ReadToEndAsync(cancellationToken), connection, transaction);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>An exception of ours comes to the caller as what it is, and not as one that could not be sent.</summary>
    public static void SendExceptionsWhole(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(known => known.SupportedNamespacePrefixes.Add(nameof(QuantumCore)));

    /// <summary>Makes a process a silo among those of one name.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="cluster">The name of the exchange.</param>
    /// <param name="postgres">Where its list of members is; its tables are there already.</param>
    public static void JoinCluster(this ISiloBuilder silo, string cluster, string postgres)
    {
        silo.Configure<ClusterOptions>(names => (names.ServiceId, names.ClusterId) = (Service, cluster));
        silo.UseAdoNetClustering(table => (table.Invariant, table.ConnectionString) = (Driver, TablesIn(postgres)));
    }

    /// <summary>Makes a process a client of the silos that have a gateway port, those of now and of later.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cluster">The name of the exchange.</param>
    /// <param name="postgres">Where its list of members is.</param>
    public static void JoinCluster(this IClientBuilder client, string cluster, string postgres)
    {
        client.Configure<ClusterOptions>(names => (names.ServiceId, names.ClusterId) = (Service, cluster));
        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = QuantumCore.Gateway.GatewayOptions.GrainPatience);
        client.Configure<Orleans.Configuration.GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = s_again);
        client.Services.SendExceptionsWhole();
        client.UseAdoNetClustering(table => (table.Invariant, table.ConnectionString) = (Driver, TablesIn(postgres)));
        client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
        {
            // No silo has opened its gateway yet.
            await Task.Delay(s_again, cancellationToken);
            return true;
        });
    }

    private static string TablesIn(string postgres) => new NpgsqlConnectionStringBuilder(postgres) { SearchPath = "cluster" }.ConnectionString;
}
