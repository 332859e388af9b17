using QuantumCore.Bench.Recovery;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>A journal with packed old frames is equal for all its readers.</summary>
[Trait("Suite", "Gate")]
public sealed class PackedJournalTests(PostgresServer server)
{
    [Theory]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    public async Task It_is_found_sound_and_told_backed_up_and_restored_as_it_was(string kind, string other)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await using var target = await Ground.OpenAsync(other, server);
        var hashes = await ground.TradeAsync(settlementDays: 1);
        var (before, records) = (await ground.VerifyAsync(), await ground.RecordsAsync());

        Assert.InRange(await ground.PackAsync(), 2, int.MaxValue);

        var after = await ground.VerifyAsync();
        Assert.Empty(after.Findings);
        Assert.Equal(hashes, after.Books.ToDictionary(book => book.Symbol, book => book.StateHash));
        Assert.Equal(
            (before.Records, before.Accounts, before.Snapshots), (after.Records, after.Accounts, after.Snapshots));
        Assert.True(after.Bytes < before.Bytes * 2 / 3, $"{after.Bytes} of {before.Bytes}");
        Assert.Equal(records, await ground.RecordsAsync());

        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        var restored =
            await Backup.RestoreAsync(ground.File("b.db"), target.Place, replace: false, Ground.Cancellation);
        Assert.Empty(restored.Findings);
        Assert.Equal(records, await target.RecordsAsync());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task An_exchange_that_trades_on_packs_what_has_come_since_and_so_does_a_restored_one(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await using var target = await Ground.OpenAsync(kind, server);
        await ground.TradeAsync(900);
        var packs = await ground.PackAsync();
        await Backup.MakeAsync(ground.Place, ground.File("b.db"), Ground.Cancellation);
        await Backup.RestoreAsync(ground.File("b.db"), target.Place, replace: false, Ground.Cancellation);
        foreach (var place in (Ground[])[ground, target])
        {
            await AppendAsync(place, 120);
            var records = await place.RecordsAsync();

            Assert.InRange(await place.PackAsync(40), 3, 4);

            Assert.Equal(records, await place.RecordsAsync());
            using var image = JournalImage.Open(place.Place.Text);
            Assert.InRange(
                image.Frames().Count(frame => frame.Id.WriterId == JournalPack.WriterId), packs + 3, packs + 4);
        }
    }

    [Fact]
    public async Task While_it_is_packed_a_backup_is_the_journal_of_one_moment()
    {
        await using var ground = await Ground.OpenAsync("postgres", server);
        await using var store = ground.Store();
        await store.InitializeAsync(Ground.Cancellation);
        await using var maker = await JournalMaker.OpenAsync(store, new JournalPlan(0, 2, 4, 3));
        await maker.TradeAsync(1_000);
        var trading = maker.TradeAsync(6_000);
        var packing = Task.Run(
            async () =>
            {
                while (!trading.IsCompleted)
                {
                    await ground.PackAsync();
                }
            },
            Ground.Cancellation);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty((await Backup.MakeAsync(ground.Place, ground.File($"b{i}.db"), Ground.Cancellation)).Findings);
        }

        await trading;
        await packing;
        Assert.True((await ground.VerifyAsync()).IsClean);
    }

    private static async Task AppendAsync(Ground ground, int frames)
    {
        await using var store = ground.Store();
        await store.InitializeAsync(Ground.Cancellation);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("other/LATER", Ground.Cancellation);
        for (var i = 0; i < frames; i++)
        {
            await stream.WhenDurable(stream.Append(new byte[40]));
        }
    }
}
