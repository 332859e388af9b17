using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>The tests' own storage matches the environment.</summary>
public sealed class DiskTests
{
    [Fact]
    public async Task An_exchange_is_kept_where_the_environment_says()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [1001]);
        await exchange.PlaceAsync(1001, "rests", "AAPL", Side.Buy, 15_000, 10);
        await exchange.Ledger.CatchUp();

        var postgres = await PostgresServer.WantedAsync();
        Assert.IsType(
            postgres is null ? typeof(VolatileJournalStore) : typeof(PostgresJournalStore),
            exchange.Service<IJournalStore>());
        await using var history = await disk.ConnectToHistoryAsync();
        Assert.Equal(postgres is null ? "Microsoft.Data.Sqlite" : "Npgsql", history.GetType().Namespace);
        await using var cursors = history.CreateCommand();
        cursors.CommandText = "SELECT COUNT(*) FROM projector_cursor WHERE stream = 'book/AAPL'";
        Assert.Equal(1L, await cursors.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Faults_are_planted_only_on_a_disk_that_is_made_for_them()
    {
        await using var disk = new Disk();
        Assert.Throws<InvalidOperationException>(() => disk.Volatile);
        await using var faulty = new Disk(DiskKind.Faulty);
        await faulty.InitializeAsync();
        Assert.Same(faulty.Volatile, faulty.Journal);
    }
}
