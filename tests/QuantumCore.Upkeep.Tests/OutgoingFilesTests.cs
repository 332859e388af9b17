using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>Outgoing batch files in a backup, and their restoration.</summary>
[Trait("Suite", "Gate")]
public sealed class OutgoingFilesTests(PostgresServer server)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_restore_from_nothing_has_the_files_that_lay_in_the_folder_and_no_others(string kind)
    {
        await using var source = await Ground.OpenAsync(kind, server);
        await source.TradeAsync(settlementDays: 1);
        var folders = new OutgoingFolders(source.File("payouts"), source.File("settlements"));
        var ids = await SettleAsync(source, folders.Settlements!);
        Assert.True(ids.Count >= 2);

        // Processed and moved away; from another moment than this journal's; incomplete.
        File.Delete(Path.Combine(folders.Settlements!, ids[0] + ".json"));
        await File.WriteAllTextAsync(
            Path.Combine(folders.Settlements!, "MAIN-2099-01-01-1.json"), "{}", Ground.Cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(folders.Settlements!, ids[0] + ".0123.draft"), "{", Ground.Cancellation);
        var made = await Backup.MakeAsync(source.Place, source.File("b.db"), Ground.Cancellation, folders);
        Assert.Empty(made.Findings);
        Assert.Equal(ids.Count - 1, made.Files);

        await using var target = await Ground.OpenAsync("sqlite");
        var data = new JournalPlace(target.File("data"));
        Assert.Empty(
            (await Backup.RestoreAsync(source.File("b.db"), data, replace: false, Ground.Cancellation)).Findings);
        var restored =
            Directory.GetFiles(Path.Combine(data.Text, "settlements")).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(
            ids.Skip(1).Select(id => id + ".json").Order(StringComparer.Ordinal), restored.Select(Path.GetFileName));
        foreach (var file in restored)
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(
                    Path.Combine(folders.Settlements!, Path.GetFileName(file)), Ground.Cancellation),
                await File.ReadAllBytesAsync(file, Ground.Cancellation));
        }

        Assert.False(Directory.Exists(Path.Combine(data.Text, "payouts")));
        Assert.Equal(0, (await target.VerifyAsync(data)).Files);
    }

    [Fact]
    public async Task A_folder_that_is_there_is_of_a_later_moment_and_stays()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(settlementDays: 1);
        var folder = ground.File("settlements");
        var ids = await SettleAsync(ground, folder);
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        File.Delete(Path.Combine(folder, ids[0] + ".json"));

        Assert.Empty(
            (await Backup.RestoreAsync(
                ground.File("b.db"), ground.Place, replace: true, Ground.Cancellation)).Findings);

        Assert.Equal(
            ids.Skip(1).Select(id => id + ".json").Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_not_its_batch_is_told_and_the_copy_is_no_backup()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(settlementDays: 1);
        var folder = ground.File("settlements");
        var ids = await SettleAsync(ground, folder);
        var path = Path.Combine(folder, ids[0] + ".json");
        var bytes = await File.ReadAllBytesAsync(path, Ground.Cancellation);
        bytes[^10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Ground.Cancellation);

        var report = await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);

        var finding = Assert.Single(report.Findings);
        Assert.Equal(FindingKind.FileDiffers, finding.Kind);
        Assert.Contains(ids[0], finding.What, StringComparison.Ordinal);
        Assert.False(File.Exists(ground.File("b.db")));
    }

    [Fact]
    public async Task Files_that_have_no_place_to_go_keep_the_restore_from_beginning()
    {
        await using var source = await Ground.OpenAsync("sqlite");
        await using var target = await Ground.OpenAsync("postgres", server);
        await source.TradeAsync(settlementDays: 1);
        await SettleAsync(source, source.File("settlements"));
        await Backup.MakeAsync(source.Place, source.File("b.db"), Ground.Cancellation);

        var refused = await Assert.ThrowsAsync<JournalSetupException>(
            () => Backup.RestoreAsync(source.File("b.db"), target.Place, replace: false, Ground.Cancellation));

        Assert.Contains("--settlements", refused.Message, StringComparison.Ordinal);
        Assert.False(await target.Place.IsOccupiedAsync(Ground.Cancellation));
        var folders = new OutgoingFolders(null, target.File("out"));
        Assert.Empty(
            (await Backup.RestoreAsync(
                source.File("b.db"), target.Place, replace: false, Ground.Cancellation, folders)).Findings);
        Assert.NotEmpty(Directory.GetFiles(target.File("out")));
    }

    /// <summary>Settles like an exchange, and returns the files that a venue sends.</summary>
    private static async Task<List<string>> SettleAsync(Ground ground, string folder)
    {
        await using var store = ground.Store();
        await store.InitializeAsync(Ground.Cancellation);
        var ids = new List<string>();
        await foreach (var record in store.ReadAsync("settle/MAIN", 1, long.MaxValue, Ground.Cancellation))
        {
            if (SettlementRecordEncoding.Decode(record.Body.Span) is SettlementClosed closed)
            {
                ids.Add(closed.IdAt("MAIN"));
                Assert.NotNull(
                    await new FileSettlements(folder).SendAsync(
                        new SettlementBatch(ids[^1], "MAIN", closed), Ground.Cancellation));
            }
        }

        return ids;
    }
}
