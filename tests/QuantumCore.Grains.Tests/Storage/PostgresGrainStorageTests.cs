using Npgsql;
using QuantumCore.Grains.Storage;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests.Storage;

/// <summary>Grain state in PostgreSQL, by Orleans' provider and the statements of this project.</summary>
[Trait("Suite", "Gate")]
public sealed class PostgresGrainStorageTests(PostgresServer server) : GrainStorageContract
{
    private string? _database;

    [Fact]
    public async Task Many_silos_make_the_tables_at_a_time()
    {
        var database = await DatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => GrainStateTables.CreateAsync(database, Token)));
    }

    [Fact]
    public async Task A_state_is_a_row_that_a_person_can_read()
    {
        await using var session = await OpenAsync();
        var state = await ReadAsync(session, GrainId.Create("notes", "1001"));
        state.State!.Text = "hello";
        await session.Storage.WriteStateAsync("note", GrainId.Create("notes", "1001"), state, Token);
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            "SELECT payload::jsonb ->> 'text' FROM state.grain WHERE grain = 'notes/1001' AND name = 'note'",
            connection);
        Assert.Equal("hello", await command.ExecuteScalarAsync(Token));
    }

    private protected override async Task<StorageSession> OpenAsync()
    {
        _database ??= await DatabaseAsync();
        await GrainStateTables.CreateAsync(_database, Token);
        return await StorageSession.StartAsync(silo => silo.KeepGrainStateInPostgres(_database));
    }

    private async Task<string> DatabaseAsync()
    {
        var postgres = await server.StartedAsync();
        var name = "state_" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(Token);
#pragma warning disable CA2100 // The name is made two lines above.
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(Token);
        return new NpgsqlConnectionStringBuilder(postgres) { Database = name }.ConnectionString;
    }
}
