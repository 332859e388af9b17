using Microsoft.Data.Sqlite;
using QuantumCore.Journal.Tests.PowerLoss;
using SQLitePCL;
using Xunit;

namespace QuantumCore.Journal.Tests;

public sealed class SqliteJournalTests : PackContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quantumcore-journal-").FullName;
    private SqliteJournalStore _store = null!;

    private string File => Path.Combine(_folder, "journal.db");

    [Fact]
    public async Task A_second_process_is_told_that_the_journal_is_in_use()
    {
        await using var second = new SqliteJournalStore(File);
        var refusal = await Assert.ThrowsAsync<JournalSetupException>(() => second.InitializeAsync(Cancel));
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// The library is the product's, but built by others. A build without short sleeps stops the writer for a second at
    /// each foreign lock. Before 3.51.3 a checkpoint could treat new writes as moved (sqlite.org/wal.html).
    /// </summary>
    [Fact]
    public void SQLite_waits_in_milliseconds_and_its_log_loses_nothing_when_it_begins_again()
    {
        Assert.Equal(1, SimulatedFileSystem.SleepOutsideIt(1));
        Assert.InRange(raw.sqlite3_libversion_number(), 3_051_003, int.MaxValue);
    }

    [Fact]
    public async Task A_journal_is_all_there_when_it_is_opened_again()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 10; i++) book.Append(Text($"{i}"));
        await Durable(book);
        await book.PutSnapshotAsync(10, Text("state"), Cancel);
        await writer.DisposeAsync();
        await _store.DisposeAsync();

        await using var again = new SqliteJournalStore(File);
        await again.InitializeAsync(Cancel);
        Assert.Equal([new("book/ACME", 1, 10)], await again.HeadsAsync("", Cancel));
        Assert.Equal(10, (await again.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).ToListAsync(Cancel)).Count);
        Assert.Single(await again.SnapshotsAsync("book/ACME", Cancel).ToListAsync(Cancel));
        await using var second = new JournalWriter(again, new JournalWriterOptions(), TimeProvider.System);
        var goesOn = await second.OpenAsync("book/ACME", Cancel);
        Assert.Equal(11, goesOn.Append(Text("11")));
        await Durable(goesOn);
        Assert.Equal(11, (await again.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).ToListAsync(Cancel)).Count);
    }

    [Fact]
    public async Task A_file_of_a_later_format_is_left_alone()
    {
        await ExecuteAsync("PRAGMA user_version = 3");
        await _store.DisposeAsync();
        await using var again = new SqliteJournalStore(File);
        await Assert.ThrowsAsync<JournalSetupException>(() => again.InitializeAsync(Cancel));
    }

    [Fact]
    public async Task A_frame_that_is_missing_is_corruption_and_not_the_end()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 3; i++)
        {
            book.Append(Text($"{i}"));
            await Durable(book);
        }

        await ExecuteAsync("DELETE FROM frame WHERE frame_no = 2");
        var damage = await Assert.ThrowsAsync<JournalCorruptionException>(() => ReadAsync("book/ACME"));
        Assert.Equal(2, damage.Sequence);
        await ExecuteAsync("DELETE FROM frame_stream_tail WHERE first_seq >= 2");
        damage = await Assert.ThrowsAsync<JournalCorruptionException>(() => ReadAsync("book/ACME"));
        Assert.Equal(2, damage.Sequence);
    }

    [Fact]
    public async Task The_index_of_slices_reads_alike_before_and_after_its_newest_part_is_moved()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 2 });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        for (var i = 1; i <= 2_500; i++)
        {
            book.Append(Text($"{i}"));
            if (i % 100 == 0) account.Append(Text($"{i}"));
        }

        await Durable(book, account);
        var before = await ReadAsync("book/ACME");
        for (var i = 0; await CountAsync("frame_stream_tail") > 0; i++)
        {
            Assert.True(i < 3_000, "Gave up waiting for the tail of the index to be moved.");
            Assert.Equal(25, (await ReadAsync("acct/1000")).Count);
            await Task.Delay(100, Cancel);
        }

        Assert.True(await CountAsync("frame_stream") >= 1_250);
        Assert.Equal(before, await ReadAsync("book/ACME"));
        for (var i = 2_501; i <= 2_600; i++) book.Append(Text($"{i}"));
        await Durable(book);
        Assert.Equal(Enumerable.Range(1, 2_600).Select(i => $"{i} 1 {i}"), await ReadAsync("book/ACME"));
        Assert.Equal(["2500 1 2500", "2501 1 2501"], (await ReadAsync("book/ACME", 2_500)).Take(2));
    }

    [Fact]
    public async Task The_log_is_moved_into_the_file_while_the_journal_is_idle()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 100; i++) book.Append(new byte[1_000]);
        await Durable(book);
        var log = new FileInfo(File + "-wal");
        for (var i = 0; i < 600; i++)
        {
            log.Refresh();
            if (log.Length == 0) return;
            await Task.Delay(100, Cancel);
        }

        Assert.Fail("Gave up waiting for the log to be emptied.");
    }

    [Fact]
    public async Task Readings_leave_no_file_open_and_a_closed_journal_has_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only /proc tells which files of this folder are open.");
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 50; i++) book.Append(Text($"{i}"));
        await Durable(book);
        await ReadAsync("book/ACME");
        var before = OpenFiles();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(50, (await ReadAsync("book/ACME")).Count);
            await book.PutSnapshotAsync(50, Text("state"), Cancel);
            Assert.NotEmpty(await Store.SnapshotsAsync("book/ACME", Cancel).ToListAsync(Cancel));
        }

        // A few for concurrent users; a leak would be a hundred.
        Assert.InRange(OpenFiles(), 1, before + 10);
        await writer.DisposeAsync();
        await _store.DisposeAsync();
        Assert.Equal(0, OpenFiles());
    }

    protected override async Task<IJournalStore> NewStoreAsync()
    {
        _store = new SqliteJournalStore(File);
        return await Task.FromResult(_store);
    }

    protected override ValueTask DropStoreAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override IJournalConnection InnerConnect() => _store.Connect();

    protected override Task DamageRecordAsync(string stream, long sequence) => ExecuteAsync($"""
        WITH slice AS (
            SELECT stream_id, last_seq, writer_id, frame_no, position, length FROM frame_stream UNION ALL
            SELECT stream_id, last_seq, writer_id, frame_no, position, length FROM frame_stream_tail)
        UPDATE frame SET body = (
            SELECT CAST(substr(frame.body, 1, s.position + s.length - 1) || 'X' ||
                substr(frame.body, s.position + s.length + 1) AS BLOB)
            FROM slice s JOIN stream_head h USING (stream_id)
            WHERE h.name = '{stream}' AND s.last_seq = {sequence} AND s.writer_id = frame.writer_id AND s.frame_no = frame.frame_no)
        WHERE (writer_id, frame_no) = (
            SELECT s.writer_id, s.frame_no FROM slice s JOIN stream_head h USING (stream_id)
            WHERE h.name = '{stream}' AND s.last_seq = {sequence})
        """);

    protected override Task DamageSnapshotAsync(string stream, long sequence) =>
        ExecuteAsync($"UPDATE snapshot_part SET body = x'00' WHERE seq = {sequence}");

    private int OpenFiles() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(open => new FileInfo(open).LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true);

    private async Task<long> CountAsync(string table)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM {table}";
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
