using QuantumCore.Journal.Tests.PowerLoss;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>Contract of every store about packs of old frames.</summary>
public abstract class PackContract : TakeoverContract
{
    private static readonly string[] s_names = ["acct/1", "acct/2", "book/ACME", "book/OTHER"];
    protected static readonly PackLimits SmallPacks = new() { MaxFrames = 8, SliceBytes = 600 };

    [Fact]
    public async Task Packed_records_read_as_before_from_every_position()
    {
        await FillAsync(frames: 60, seed: 1);
        var before = await AllAsync();
        var packs = await PackAsync(SmallPacks);
        Assert.Equal(7, packs.Count);
        Assert.Contains(packs, pack => pack.Packed.Slices.Count < pack.Slices.Count);
        Assert.True(
            packs.Sum(pack => pack.Packed.Body.Length) < packs.Sum(pack => pack.Slices.Sum(slice => slice.Length)) / 2);
        Assert.Equal(before, await AllAsync());
        foreach (var name in s_names)
        {
            for (var from = 1; from <= before[name].Count; from += 7)
            {
                Assert.Equal(before[name].Skip(from - 1), await ReadAsync(name, from));
                Assert.Single(await Store.ReadAsync(name, from, from, Cancel).ToListAsync(Cancel));
            }
        }

        Assert.Empty(await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_stream_that_is_packed_to_its_head_goes_on()
    {
        await FillAsync(frames: 16, seed: 2);
        var before = await AllAsync();
        Assert.Equal(2, (await PackAsync(SmallPacks)).Count);
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        Assert.Equal(before["book/ACME"].Count, book.Head);
        book.Append(Text("after"));
        await Durable(book);
        Assert.Equal([.. before["book/ACME"], $"{book.Head} {book.Epoch} after"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task Only_as_many_frames_as_make_a_pack_are_packed_and_only_old_ones()
    {
        await FillAsync(frames: 12, seed: 3);
        var packer = new JournalPacker(Store, SmallPacks);
        Assert.Null(await packer.PackNextAsync((_, _) => false, Cancel));
        Assert.Null(await packer.PackNextAsync((stream, _) => stream != "book/ACME", Cancel));
        var seen = new HashSet<string>();
        Assert.NotNull(await packer.PackNextAsync((stream, body) => seen.Add(stream) | body.Length >= 0, Cancel));
        Assert.Subset(s_names.ToHashSet(), seen);
        Assert.Null(await packer.PackNextAsync((_, _) => true, Cancel));
        await FillAsync(frames: 4, seed: 4);
        Assert.NotNull(await packer.PackNextAsync((_, _) => true, Cancel));
    }

    [Fact]
    public async Task Frame_without_a_time_is_as_old_as_the_one_before_it()
    {
        await FillAsync(frames: 7, seed: 12);
        var catalog = await NewWriter().OpenAsync("catalog", Cancel);
        catalog.Append(Text("a setting"));
        await Durable(catalog);
        var packer = new JournalPacker(Store, SmallPacks);
        Assert.Null(await packer.PackNextAsync((stream, _) => stream == "catalog" ? null : false, Cancel));
        Assert.NotNull(await packer.PackNextAsync((stream, _) => stream == "catalog" ? null : true, Cancel));

        // Only such frames: they block nobody.
        for (var i = 0; i < 8; i++)
        {
            catalog.Append(Text("another"));
            await Durable(catalog);
        }

        Assert.NotNull(await packer.PackNextAsync((_, _) => null, Cancel));
    }

    [Fact]
    public async Task Concurrent_packers_pack_the_same_frames_once()
    {
        await FillAsync(frames: 8, seed: 5);
        var before = await AllAsync();
        var late = new LatePackStore(Store);
        Assert.Null(await new JournalPacker(late, SmallPacks).PackNextAsync((_, _) => true, Cancel));
        Assert.Equal(1, late.Refused);
        Assert.Equal(before, await AllAsync());
        Assert.Equal(2, (await Store.UnpackedAsync(SmallPacks, Cancel)).PackNo);
    }

    [Fact]
    public async Task A_damaged_frame_stays_as_it_is_and_what_is_beside_it_is_packed()
    {
        await FillAsync(frames: 24, seed: 6);
        var frames = (await Store.UnpackedAsync(new PackLimits(), Cancel)).Frames;
        await DamageRecordAsync("book/ACME", LastOf(frames[11], await StreamIdAsync("book/ACME")));
        var damaged = Assert.Single(await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
        var packs = await PackAsync(SmallPacks);
        Assert.NotEmpty(packs);
        Assert.DoesNotContain(damaged, packs.SelectMany(pack => pack.Frames));
        Assert.True(packs.Sum(pack => pack.Frames.Count) >= 15);
        Assert.Equal([damaged], await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
        var found = await Assert.ThrowsAsync<JournalCorruptionException>(() => ReadAsync("book/ACME"));
        Assert.Equal("book/ACME", found.Stream);
    }

    [Fact]
    public async Task A_flipped_bit_of_a_pack_is_found_and_named()
    {
        await FillAsync(frames: 24, seed: 7);
        var before = await AllAsync();
        var slices = (await PackAsync(SmallPacks)).SelectMany(pack => pack.Packed.Slices).ToList();
        var book = await StreamIdAsync("book/ACME");
        var hit = slices.First(slice => slice.StreamId == book && slice.FirstSequence > 1);
        await DamageRecordAsync("book/ACME", hit.LastSequence);
        var found = await Assert.ThrowsAsync<JournalCorruptionException>(() => ReadAsync("book/ACME"));
        Assert.Equal(("book/ACME", hit.FirstSequence), (found.Stream, found.Sequence));
        Assert.Equal(
            before["book/ACME"].Skip((int)hit.LastSequence), await ReadAsync("book/ACME", hit.LastSequence + 1));
        Assert.Equal(before["acct/1"], await ReadAsync("acct/1"));
        Assert.Single(await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_commit_that_is_sent_again_when_it_was_packed_is_refused()
    {
        await FillAsync(frames: 7, seed: 8);
        var at = await Store.ActivateAsync("book/ACME", Cancel);
        var frame = FrameMaker.Make(new FrameId(77, 1), [(at, [[1, 2, 3]])]);
        using var connection = InnerConnect();
        Assert.Empty(connection.Commit(frame));
        var before = await AllAsync();
        Assert.Single(await PackAsync(SmallPacks));
        Assert.False(connection.Holds(frame.Id));
        Assert.Equal([at.StreamId], connection.Commit(frame));
        Assert.Equal(before, await AllAsync());
    }

    [Fact]
    public async Task Reading_beside_the_packer_finds_all_that_is_durable_and_no_damage()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; i <= 300; i++)
                {
                    book.Append(Text($"order {i}"));
                    await Durable(book);
                }
            },
            Cancel);
        // Two packers: each finds the other's frames gone.
        var packing = Task.WhenAll(Task.Run(PackOnAsync, Cancel), Task.Run(PackOnAsync, Cancel));
        while (!writing.IsCompleted)
        {
            var durable = book.DurableHead;
            Assert.InRange((await ReadAsync("book/ACME")).Count, durable, 300);
            Assert.InRange((await ReadAsync("book/ACME", Math.Max(1, durable - 5))).Count, Math.Min(durable, 1), 300);
        }

        await writing;
        Assert.True((await packing).Sum() + (await PackAsync(SmallPacks)).Count >= 30);
        Assert.Equal(300, (await ReadAsync("book/ACME")).Count);

        async Task<int> PackOnAsync()
        {
            var packs = 0;
            while (!writing.IsCompleted) packs += (await PackAsync(SmallPacks)).Count;
            return packs;
        }
    }

    protected async Task<List<JournalPack>> PackAsync(PackLimits limits)
    {
        var packs = new List<JournalPack>();
        while (await new JournalPacker(Store, limits).PackNextAsync((_, _) => true, Cancel) is { } pack)
            packs.Add(pack);
        return packs;
    }

    /// <summary>Appends frames of several streams each; from time to time a stream is taken over.</summary>
    protected async Task FillAsync(int frames, int seed)
    {
        var random = new Random(seed);
        var writer = random.NextInt64();
        var at = new Dictionary<string, StreamActivation>();
        using var connection = InnerConnect();
        for (var no = 1; no <= frames; no++)
        {
            foreach (var name in s_names.Where(name => !at.ContainsKey(name) || random.Next(12) == 0))
            {
                at[name] = await Store.ActivateAsync(name, Cancel);
            }

            var parts = s_names.Where(name => name == "book/ACME" || random.Next(2) == 0)
                .Select(name => (at[name], Records(random)));
            var frame = FrameMaker.Make(new FrameId(writer, no), parts.ToList());
            Assert.Empty(connection.Commit(frame));
            foreach (var (name, before) in at.ToList())
            {
                var slice = frame.Slices.FirstOrDefault(slice => slice.StreamId == before.StreamId);
                if (slice != default) at[name] = before with { Head = slice.LastSequence, Chain = slice.Chain };
            }
        }
    }

    // Similar, like orders; some empty, some incompressible, some larger than a slice should be.
    private static byte[][] Records(Random random) =>
    [
        .. Enumerable.Range(0, 1 + random.Next(3)).Select(_ =>
        {
            var record = new byte[random.Next(20) switch { 0 => 0, 1 => 1_500, _ => 60 }];
            if (random.Next(10) == 0) random.NextBytes(record);
            else if (record.Length > 8) random.NextBytes(record.AsSpan(0, 4));
            return record;
        }),
    ];

    protected async Task<Dictionary<string, IReadOnlyList<string>>> AllAsync()
    {
        var all = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var name in s_names) all[name] = await ReadAsync(name);
        return all;
    }

    private async Task<long> StreamIdAsync(string name) => (await Store.ActivateAsync(name, Cancel)).StreamId;

    /// <summary>Returns the last sequence of a stream in a frame.</summary>
    private static long LastOf(in FrameRow frame, long stream)
    {
        for (var at = 0; SliceLayout.TryMeasure(frame.Body, at, out var id, out _, out var last, out var length);
            at += length)
        {
            if (id == stream) return last;
        }

        throw new InvalidOperationException("The stream is not in the frame.");
    }

    /// <summary>A store in which another packer packs the same frames just before.</summary>
    private sealed class LatePackStore(IJournalStore store) : PassingStore(store)
    {
        private readonly IJournalStore _store = store;

        public int Refused { get; private set; }

        public override async Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken)
        {
            Assert.NotNull(
                await new JournalPacker(_store, SmallPacks).PackNextAsync((_, _) => true, cancellationToken));
            var done = await base.PackAsync(pack, cancellationToken);
            if (!done) Refused++;
            return done;
        }

        protected override IJournalConnection Around(IJournalConnection connection) => connection;
    }
}
