using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Cluster membership in PostgreSQL, and nowhere else.</summary>
[Trait("Suite", "Gate")]
public sealed class MembershipTests(PostgresServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silos_find_each_other_and_who_died_by_the_list_in_the_database()
    {
        var postgres = await server.StartedAsync();
        await using var cluster = await GrainCluster.StartAsync(
            new GrainClusterOptions { Silos = 3, MayHaveMore = false, MembersIn = postgres });
        var name = cluster.SiloServices(0).GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId;
        Assert.Equal(3, await CountAsync(postgres, name, SiloStatus.Active));

        await cluster.KillSiloAsync(2);
        await Wait.UntilAsync(
            async () => await CountAsync(postgres, name, SiloStatus.Dead) == 1
                && await CountAsync(postgres, name, SiloStatus.Active) == 2,
            "the killed silo to be found dead");
    }

    private static async Task<long> CountAsync(string postgres, string cluster, SiloStatus status)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(Token);
        await using var count = new NpgsqlCommand(
            "SELECT count(*) FROM cluster.silo WHERE cluster = @cluster AND status = @status", connection);
        count.Parameters.AddWithValue("cluster", cluster);
        count.Parameters.AddWithValue("status", (int)status);
        return (long)(await count.ExecuteScalarAsync(Token))!;
    }
}
