using Microsoft.Data.Sqlite;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>Damage that no record's checksum shows: heads, SQLite's own pages, a truncated log.</summary>
public sealed class SqliteDamageTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quantumcore-damage-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Journal => Path.Combine(_folder, "journal.db");

    public async ValueTask InitializeAsync()
    {
        await using var store = new SqliteJournalStore(Journal);
        await store.InitializeAsync(Cancel);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        foreach (var name in (string[])["book/ACME", "book/OTHER"])
        {
            var stream = await writer.OpenAsync(name, Cancel);
            for (var i = 0; i < 10; i++) await stream.WhenDurable(stream.Append(new byte[200]));
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("UPDATE stream_head SET head = 7 WHERE name = 'book/ACME'", 8)]
    [InlineData("UPDATE stream_head SET head = 12 WHERE name = 'book/ACME'", 11)]
    [InlineData("UPDATE stream_head SET stream_id = 77 WHERE name = 'book/ACME'", 1)]
    [InlineData("DELETE FROM frame_stream_tail WHERE stream_id = 1 AND last_seq > 5", 6)]
    public async Task A_head_that_is_not_where_its_records_end_stops_its_stream_alone(string damage, long sequence)
    {
        File.Delete(Path.ChangeExtension(Journal, ".witness"));
        await ExecuteAsync(damage);
        await using var store = new SqliteJournalStore(Journal);
        await store.InitializeAsync(Cancel);
        var other = store.ActivateAsync("book/OTHER", Cancel);
        var found =
            await Assert.ThrowsAsync<JournalCorruptionException>(() => store.ActivateAsync("book/ACME", Cancel));
        Assert.Equal(("book/ACME", sequence), (found.Stream, found.Sequence));
        Assert.Equal(10, (await other).Head);
    }

    [Theory]
    [InlineData("UPDATE frame_stream_tail SET position = 100000 WHERE stream_id = 1 AND last_seq = 6")]
    [InlineData("UPDATE frame_stream_tail SET position = -100 WHERE stream_id = 1 AND last_seq = 6")]
    [InlineData("UPDATE frame_stream_tail SET position = 5000000000 WHERE stream_id = 1 AND last_seq = 6")]
    [InlineData("UPDATE frame_stream_tail SET length = -length WHERE stream_id = 1 AND last_seq = 6")]
    [InlineData("""
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (
            'table', 'unindexed', 'unindexed', (SELECT rootpage FROM sqlite_schema WHERE name = 'frame'),
            'CREATE TABLE unindexed (writer_id INTEGER NOT NULL, frame_no INTEGER NOT NULL, crc, body)');
        PRAGMA writable_schema = RESET;
        DELETE FROM unindexed WHERE frame_no = (SELECT frame_no FROM frame_stream_tail WHERE stream_id = 1 AND last_seq = 6);
        PRAGMA writable_schema = ON;
        DELETE FROM sqlite_schema WHERE name = 'unindexed';
        """)]
    public async Task A_slice_that_is_not_where_the_index_says_is_damage_of_its_stream(string damage)
    {
        await ExecuteAsync(damage);
        await using var store = new SqliteJournalStore(Journal);
        await store.InitializeAsync(Cancel);
        var found = await Assert.ThrowsAsync<JournalCorruptionException>(
            async () => await store.ReadAsync("book/ACME", 6, long.MaxValue, Cancel).CountAsync(Cancel));
        Assert.Equal(("book/ACME", 6), (found.Stream, found.Sequence));
        Assert.Equal(10, await store.ReadAsync("book/OTHER", 1, long.MaxValue, Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task A_checksum_at_the_head_that_is_not_the_last_records_is_damage()
    {
        await ExecuteAsync("UPDATE stream_head SET chain = chain + 1 WHERE name = 'book/ACME'");
        await using var store = new SqliteJournalStore(Journal);
        await store.InitializeAsync(Cancel);
        var found = await Assert.ThrowsAsync<JournalCorruptionException>(
            async () => await store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).CountAsync(Cancel));
        Assert.Equal(("book/ACME", 10), (found.Stream, found.Sequence));
        Assert.Equal(9, await store.ReadAsync("book/ACME", 1, 9, Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task A_stream_that_is_not_found_by_its_name_does_not_begin_anew()
    {
        await ExecuteAsync("""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_frame_1')
            WHERE name = 'sqlite_autoindex_stream_head_1';
            """);
        await using var store = new SqliteJournalStore(Journal);
        var refusal = await Assert.ThrowsAsync<JournalSetupException>(() => store.InitializeAsync(Cancel));
        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_journal_that_holds_less_than_was_acknowledged_is_not_opened(int records)
    {
        await ExecuteAsync($"UPDATE stream_head SET head = head - {records} WHERE name = 'book/ACME'");
        if (records == 0)
        {
            File.Delete(Journal);
            await File.WriteAllBytesAsync(Journal, [], Cancel);
        }

        await using (var store = new SqliteJournalStore(Journal))
        {
            var refusal = await Assert.ThrowsAsync<JournalSetupException>(() => store.InitializeAsync(Cancel));
            Assert.Contains("and 20 were acknowledged", refusal.Message, StringComparison.Ordinal);
        }

        File.Delete(Path.ChangeExtension(Journal, ".witness"));
        await using var again = new SqliteJournalStore(Journal);
        await again.InitializeAsync(Cancel);
    }

    [Fact]
    public async Task A_witness_that_was_torn_or_is_old_says_nothing()
    {
        await File.WriteAllBytesAsync(
            Path.ChangeExtension(Journal, ".witness"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], Cancel);
        await using var store = new SqliteJournalStore(Journal);
        await store.InitializeAsync(Cancel);
        Assert.Equal(10, (await store.ActivateAsync("book/ACME", Cancel)).Head);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Journal};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // This file's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
