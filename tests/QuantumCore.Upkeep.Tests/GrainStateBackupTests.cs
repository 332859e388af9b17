using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>Backup and restoration of grain state.</summary>
[Trait("Suite", "Gate")]
public sealed class GrainStateBackupTests(PostgresServer server)
{
    private static readonly StateRow[] s_rows =
    [
        new("price-alerts/1001", "price-alerts", """{"version":3,"alerts":[{"id":7,"symbol":"Ä"}]}"""),
        new("price-watch/AAPL", "price-watch", """{"sequence":12,"prices":[]}"""),
    ];

    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    public async Task A_restore_has_the_state_that_grains_had(string from, string into)
    {
        await using var source = await Ground.OpenAsync(from, server);
        await source.TradeAsync(commands: 300);
        await FillAsync(source.Place, s_rows);
        Assert.Empty((await Backup.MakeAsync(source.Place, source.File("b.db"), Ground.Cancellation)).Findings);
        Assert.Equal(
            s_rows, await GrainStateRows.ReadAsync(new JournalPlace(source.File("b.db")), Ground.Cancellation));

        await using var target = await Ground.OpenAsync(into, server);
        var place = into == "sqlite" ? new JournalPlace(target.File("data")) : target.Place;
        Assert.Empty(
            (await Backup.RestoreAsync(source.File("b.db"), place, replace: false, Ground.Cancellation)).Findings);
        Assert.Equal(s_rows, await GrainStateRows.ReadAsync(place, Ground.Cancellation));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Replaced_state_is_kept_beside_it(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await ground.TradeAsync(commands: 300);
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        await FillAsync(ground.Place, s_rows);
        Assert.Empty(
            (await Backup.RestoreAsync(
                ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation)).Findings);
        Assert.Empty(await GrainStateRows.ReadAsync(ground.Place, Ground.Cancellation));
        Assert.Equal(s_rows.Length, await CountAsideAsync(ground, kind));
    }

    private static Task FillAsync(JournalPlace place, StateRow[] rows) => place.IsPostgres
        ? GrainStateRows.FillPostgresAsync(place.Text, rows, Ground.Cancellation)
        : GrainStateRows.FillAsync(place.StateFile!, rows, Ground.Cancellation);

    private static async Task<long> CountAsideAsync(Ground ground, string kind)
    {
        await using System.Data.Common.DbConnection connection = kind == "sqlite"
            ? new SqliteConnection($"Data Source={ground.File("state.db.before-restore")};Pooling=False")
            : new NpgsqlConnection(ground.Place.Text + ";Pooling=False");
        await connection.OpenAsync(Ground.Cancellation);
        await using var count = connection.CreateCommand();
        count.CommandText = kind == "sqlite"
            ? "SELECT COUNT(*) FROM grain"
            : "SELECT COUNT(*) FROM state_before_restore.grain";
        return (long)(await count.ExecuteScalarAsync(Ground.Cancellation))!;
    }
}
