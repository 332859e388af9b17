using System.Globalization;
using QuantumCore.Bench.Recovery;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>Backups of running exchanges, and their restoration.</summary>
[Trait("Suite", "Gate")]
public sealed class BackupTests(PostgresServer server)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_backup_of_an_exchange_that_goes_on_trading_is_the_exchange_as_of_one_moment(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await using var store = ground.Store();
        await store.InitializeAsync(Ground.Cancellation);
        await using var maker = await JournalMaker.OpenAsync(store, new JournalPlan(0, 2, 4, 3));
        await maker.TradeAsync(1_000);

        var trading = maker.TradeAsync(8_000);
        for (var i = 0; i < 3; i++)
        {
            var report = await Backup.MakeAsync(ground.Place, ground.File($"b{i}.db"), Ground.Cancellation);
            Assert.Empty(report.Findings);
            Assert.InRange(report.Books.Sum(book => book.Sequence), 1_000, 9_000 + 2);
        }

        await trading;
        var last = await Backup.MakeAsync(ground.Place, ground.File("last.db"), Ground.Cancellation);
        Assert.Equal(maker.StateHashes, last.Books.ToDictionary(book => book.Symbol, book => book.StateHash));
    }

    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    [InlineData("postgres", "postgres")]
    public async Task A_backup_of_either_database_is_restored_to_either(string from, string to)
    {
        await using var source = await Ground.OpenAsync(from, server);
        await using var target = await Ground.OpenAsync(to, server);
        var hashes = await source.TradeAsync(900);
        await Backup.MakeAsync(source.Place, source.File("b.db"), Ground.Cancellation);

        var report = await Backup.RestoreAsync(source.File("b.db"), target.Place, replace: false, Ground.Cancellation);

        Assert.Empty(report.Findings);
        Assert.Equal(hashes, report.Books.ToDictionary(book => book.Symbol, book => book.StateHash));
        Assert.Equal(await source.RecordsAsync(), await target.RecordsAsync());

        // An exchange continues there, with old and new streams.
        await using var store = target.Store();
        await store.InitializeAsync(Ground.Cancellation);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        foreach (var name in (string[])["book/SYM0", "book/NEW"])
        {
            var stream = await writer.OpenAsync(name, Ground.Cancellation);
            await stream.WhenDurable(stream.Append(new byte[] { 1 }));
        }
    }

    [Fact]
    public async Task The_exchange_that_was_backed_up_cannot_write_into_the_restored_one()
    {
        await using var ground = await Ground.OpenAsync("postgres", server);
        await ground.TradeAsync(300, snapshots: false);
        await using var store = ground.Store();
        await store.InitializeAsync(Ground.Cancellation);
        JournalStream old;
        await using (var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System))
        {
            old = await writer.OpenAsync("book/SYM0", Ground.Cancellation);
        }

        // It hangs, and the database has closed its connection.
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        await Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation);

        // The old exchange's next connection reaches the restored journal.
        await using var again = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        using var connection = store.Connect();
        var epoch = (await store.HeadsAsync("book/SYM0", Ground.Cancellation))[0];
        var frame = new JournalFrame(
            new FrameId(1, 1), 0, [1],
            [new FrameSlice(
                await StreamIdAsync(ground, "book/SYM0"), old.Epoch, epoch.Head + 1, epoch.Head + 1, 0, 1, 0)]);
        Assert.NotEmpty(connection.Commit(frame));
        Assert.True(epoch.Epoch >= old.Epoch + Backup.EpochStep);
        Assert.True((await ground.VerifyAsync()).IsClean);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Restore_replaces_a_journal_only_on_request_and_keeps_the_old_one(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        var early = await ground.TradeAsync(300);
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            await store.ActivateAsync("book/LATER", Ground.Cancellation);
        }

        await Assert.ThrowsAsync<JournalSetupException>(
            () => Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: false, Ground.Cancellation));
        Assert.Contains("book/LATER", Streams(ground.Place));

        var report = await Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation);

        Assert.Equal(early, report.Books.ToDictionary(book => book.Symbol, book => book.StateHash));
        Assert.DoesNotContain("book/LATER", Streams(ground.Place));
        Assert.Contains("book/LATER", Streams(Replaced("before-restore")));

        // Kept files are not overwritten by the next restore.
        for (var number = 2; number <= 3; number++)
        {
            await using (var store = ground.Store())
            {
                await store.InitializeAsync(Ground.Cancellation);
                await store.ActivateAsync($"book/LATER{number}", Ground.Cancellation);
            }

            Assert.True(
                (await Backup.RestoreAsync(
                    ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation)).IsClean);
            Assert.Contains($"book/LATER{number}", Streams(Replaced($"before-restore-{number}")));
        }

        Assert.Contains("book/LATER", Streams(Replaced("before-restore")));
        Assert.DoesNotContain("book/LATER2", Streams(Replaced("before-restore")));

        JournalPlace Replaced(string name) => ground.Place.IsPostgres
            ? ground.Place with { JournalSchema = $"{ground.Place.JournalSchema}_{name.Replace('-', '_')}" }
            : new JournalPlace($"{ground.Place.JournalFile}.{name}");
    }

    [Fact]
    public async Task A_damaged_backup_is_not_restored_and_a_damaged_journal_makes_no_backup()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(300);
        await ground.ChangeAsync("UPDATE stream_head SET head = head - 1 WHERE name = 'book/SYM1'");

        Assert.False((await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation)).IsClean);
        Assert.False(File.Exists(ground.File("b.db")));
        var empty = new JournalPlace(ground.File("empty"));
        Assert.False(
            (await Backup.RestoreAsync(ground.File("b.db.unverified"), empty, false, Ground.Cancellation)).IsClean);
        Assert.False(Directory.Exists(empty.Text));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Nothing_is_restored_under_an_exchange_that_runs(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await ground.TradeAsync(300);
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
            var stream = await writer.OpenAsync("book/LATER", Ground.Cancellation);
            await stream.WhenDurable(stream.Append(new byte[] { 1 }));

            var refusal = await Assert.ThrowsAsync<JournalSetupException>(
                () => Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation));
            Assert.Contains("running", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("book/LATER", Streams(ground.Place));

            // A verification ignores a history that advances meanwhile.
            Assert.Null(ground.Place.TryHold());
        }

        Assert.True(
            (await Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation)).IsClean);
    }

    [Fact]
    public async Task Postings_of_an_export_sum_to_zero_and_trades_are_told_once()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(600);

        var postings = await ExportAsync(ground, ExportKind.Postings);
        var trades = await ExportAsync(ground, ExportKind.Trades);
        var records = await ExportAsync(ground, ExportKind.Records, csv: false);

        foreach (var asset in postings.Skip(1).Select(line => line.Split(','))
            .GroupBy(line => line[5], StringComparer.Ordinal))
        {
            Assert.Equal(0m, asset.Sum(line => decimal.Parse(line[6], CultureInfo.InvariantCulture)));
        }

        Assert.All(trades, line => Assert.Equal(trades[0].Split(',').Length, line.Split(',').Length));
        Assert.All(postings, line => Assert.Equal(postings[0].Split(',').Length, line.Split(',').Length));
        var places = trades.Skip(1).Select(line => string.Join(',', line.Split(',')[..3])).ToArray();
        Assert.NotEmpty(places);
        Assert.Equal(places.Distinct(StringComparer.Ordinal).Count(), places.Length);
        Assert.Equal((await ground.VerifyAsync()).Records, records.Length);
        Assert.All(records, line => Assert.StartsWith("{\"stream\":\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_export_of_nothing_still_names_its_fields()
    {
        await using var ground = await Ground.OpenAsync("sqlite", server);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
        }

        Assert.StartsWith(
            "symbol,sequence,index,", Assert.Single(await ExportAsync(ground, ExportKind.Trades)),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "stream,sequence,index,", Assert.Single(await ExportAsync(ground, ExportKind.Postings)),
            StringComparison.Ordinal);
        Assert.Empty(await ExportAsync(ground, ExportKind.Records, csv: false));
        Assert.Empty(await ExportAsync(ground, ExportKind.Trades, csv: false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task Backup_without_disk_space_leaves_no_file(long room)
    {
        using var disk = new SmallDisk(4);
        await using var ground = await Ground.OpenAsync("sqlite", server);
        await ground.TradeAsync(1_000);
        var backups = disk.Folder("backups");
        disk.Fill(leave: room);
        await Assert.ThrowsAsync<SqliteFailureException>(
            () => Backup.MakeAsync(ground.Place, Path.Combine(backups.FullName, "b.db"), Ground.Cancellation));
        Assert.Empty(backups.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_restore_that_can_not_be_written_leaves_what_it_was_to_replace()
    {
        await using var ground = await Ground.OpenAsync("sqlite", server);
        await ground.TradeAsync(300);
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        var before = await ground.RecordsAsync();

        // Whatever name it is restored under is taken.
        foreach (var name in (string[])[".part", ".restored.part"])
        {
            Directory.CreateDirectory(ground.Place.JournalFile + name);
        }

        await Assert.ThrowsAnyAsync<SystemException>(
            () => Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation));

        Assert.Equal(before, await ground.RecordsAsync());
    }

    [Fact]
    public async Task A_restore_that_is_broken_off_leaves_the_database_what_it_was_to_replace()
    {
        await using var ground = await Ground.OpenAsync("postgres", server);
        await ground.TradeAsync(300);
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        // Above the last epoch there is none: the restore fails in the middle.
        await ground.ChangeAsync($"UPDATE stream_head SET epoch = {long.MaxValue} WHERE name = 'book/SYM1'");
        var before = await ground.RecordsAsync();

        await Assert.ThrowsAsync<OverflowException>(
            () => Backup.RestoreAsync(ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation));

        Assert.Equal(before, await ground.RecordsAsync());
    }

    [Fact]
    public async Task Export_of_a_missing_stream_fails()
    {
        await using var ground = await Ground.OpenAsync("sqlite", server);
        await ground.TradeAsync(300);

        await Assert.ThrowsAsync<JournalSetupException>(() => Export.WriteAsync(
            ground.Place, ExportKind.Records, csv: false, "book/NONE", TextWriter.Null, Ground.Cancellation));
    }

    private static async Task<string[]> ExportAsync(Ground ground, ExportKind kind, bool csv = true)
    {
        var to = new StringWriter();
        Assert.Empty(await Export.WriteAsync(ground.Place, kind, csv, null, to, Ground.Cancellation));
        return to.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Streams(JournalPlace place)
    {
        using var image = JournalImage.Open(place.Text, place.JournalSchema);
        return [.. image.Streams().Select(stream => stream.Name)];
    }

    private static Task<long> StreamIdAsync(Ground ground, string name)
    {
        using var image = JournalImage.Open(ground.Place.Text);
        return Task.FromResult(image.Streams().Single(stream => stream.Name == name).StreamId);
    }
}
