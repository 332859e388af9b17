using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Grains.Storage;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Grains.Tests.Storage;

/// <summary>Grain state in a SQLite file.</summary>
public sealed class SqliteGrainStorageTests : GrainStorageContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quantumcore-state-");

    private string File => Path.Combine(_folder.FullName, "state.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_of_a_newer_release_is_not_touched()
    {
        await using (await OpenAsync())
        {
            // It is there now.
        }

        await using (var connection = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 2";
            await command.ExecuteNonQueryAsync(Token);
        }

        await Assert.ThrowsAsync<JournalSetupException>(OpenAsync);
    }

    private protected override async Task<StorageSession> OpenAsync()
    {
        var storage = new SqliteGrainStorage(File);
        try
        {
            await storage.InitializeAsync(Token);
        }
        catch
        {
            storage.Dispose();
            throw;
        }

        return await StorageSession.StartAsync(silo =>
        {
            silo.Services.AddSingleton(_ => storage);
            silo.KeepGrainStateInFile();
        });
    }
}
