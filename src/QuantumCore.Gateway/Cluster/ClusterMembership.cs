using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;

namespace QuantumCore.Gateway.Cluster;

/// <summary>
/// Cluster membership: silos and clients without grains find each other through the member list in the exchange's
/// database.
/// </summary>
public static class ClusterMembership
{
    /// <summary>
    /// Orleans service id shared by all exchanges of this kind. Each exchange has its own cluster name.
    /// </summary>
    public const string Service = "quantumcore";

    // Orleans' name of the driver.
    private const string Driver = "Npgsql";

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Creates the missing tables of members and reminders beside the journal, as Orleans' ADO.NET providers need them.
    /// </summary>
    public static async Task CreateTablesAsync(string postgres, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        using var text =
            new StreamReader(typeof(ClusterMembership).Assembly.GetManifestResourceStream("Membership.sql")!);
#pragma warning disable CA2100 // The statements are this assembly's own text.
        await using var create =
            new NpgsqlCommand(await text.ReadToEndAsync(cancellationToken), connection, transaction);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Sends exceptions of QuantumCore types to callers unchanged, instead of as an unserializable exception.
    /// </summary>
    public static void SendExceptionsWhole(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(
            known => known.SupportedNamespacePrefixes.Add(nameof(QuantumCore)));

    /// <summary>Makes a process a silo in a named cluster, with the cluster's reminders.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="cluster">Name of the exchange.</param>
    /// <param name="postgres">Connection to the database of members and reminders; the tables exist already.</param>
    public static void JoinCluster(this ISiloBuilder silo, string cluster, string postgres)
    {
        silo.Configure<ClusterOptions>(names => (names.ServiceId, names.ClusterId) = (Service, cluster));
        silo.UseAdoNetClustering(table => (table.Invariant, table.ConnectionString) = (Driver, TablesIn(postgres)));
        silo.UseAdoNetReminderService(
            table => (table.Invariant, table.ConnectionString) = (Driver, TablesIn(postgres)));
    }

    /// <summary>Makes a process a client of the cluster's silos with a gateway port, present and future.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cluster">Name of the exchange.</param>
    /// <param name="postgres">Connection to the database of its member list.</param>
    public static void JoinCluster(this IClientBuilder client, string cluster, string postgres)
    {
        client.Configure<ClusterOptions>(names => (names.ServiceId, names.ClusterId) = (Service, cluster));
        client.Configure<ClientMessagingOptions>(
            messaging => messaging.ResponseTimeout = QuantumCore.Gateway.GatewayOptions.GrainPatience);
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

    private static string TablesIn(string postgres) =>
        new NpgsqlConnectionStringBuilder(postgres) { SearchPath = "cluster" }.ConnectionString;
}
