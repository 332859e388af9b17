using System.Diagnostics;
using Npgsql;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>The disk of the database's tables is full (53100): an outage like any other.</summary>
public sealed class PostgresDiskFullTests : IAsyncLifetime
{
    private readonly PostgresServer _server = new() { IsPrivate = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Commits_wait_on_a_full_database_disk_and_lose_or_double_nothing()
    {
        var connectionString = await _server.StartedAsync();
        using var disk = new SmallDisk(16);
        var folder = disk.Folder("tables");
        await OpenToServerAsync(folder);
        await ExecuteAsync(connectionString, $"CREATE TABLESPACE small LOCATION '{folder.FullName}'");
        await using (var store = new PostgresJournalStore($"{connectionString};Options=-c default_tablespace=small"))
        {
            await store.InitializeAsync(Cancel);
            await FillAndFreeAsync(store, disk);
        }

        // The server's final checkpoint writes there.
        await _server.StopAsync(PostgresStop.Fast);
    }

    private static async Task FillAndFreeAsync(PostgresJournalStore store, SmallDisk disk)
    {
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new JournalWriterOptions
        {
            LongestRetryPause = TimeSpan.FromMilliseconds(50),
            StoreFailed = failure => failed.TrySetResult(failure),
        };
        await using var writer = new JournalWriter(store, options, TimeProvider.System);
        var book = await writer.OpenAsync("book/ACME", Cancel);
        for (var round = 0; round < 3; round++)
        {
            failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            disk.Fill(leave: 0);
            var waiting = AppendAsync(book, records: 60);
            await Patience.WithinAsync(failed.Task, "the disk to be full");
            Assert.Equal(PostgresErrorCodes.DiskFull, Assert.IsType<PostgresException>(await failed.Task).SqlState);
            Assert.False(waiting.IsCompleted);
            Assert.Equal(
                book.DurableHead, await store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).CountAsync(Cancel));
            disk.Free();
            await Patience.WithinAsync(waiting, "the records to become durable when there was room");
        }

        var records = await store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).ToListAsync(Cancel);
        Assert.Equal(180, records.Count);
        Assert.All(records, record => Assert.Equal(record.Sequence, BitConverter.ToInt64(record.Body.Span)));
    }

    /// <summary>Appends incompressible records, so that they take space.</summary>
    private static async Task AppendAsync(JournalStream book, int records)
    {
        var random = new Random(5);
        for (var i = 0; i < records; i++)
        {
            var body = new byte[20_000];
            random.NextBytes(body);
            BitConverter.TryWriteBytes(body, book.Head + 1);
            await book.WhenDurable(book.Append(body));
        }
    }

    /// <summary>Grants the server access: if tests run as root, it runs as the user postgres.</summary>
    private static async Task OpenToServerAsync(DirectoryInfo folder)
    {
        using var chown = Process.Start("chown", ["postgres", folder.FullName]);
        await chown.WaitForExitAsync(Cancel);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
