using Xunit;

namespace QuantumCore.Journal.Tests;

public sealed class VolatileJournalTests : PackContract
{
    private readonly VolatileJournalStore _store = new();

    [Fact]
    public async Task A_store_that_is_down_refuses_everything_and_comes_back_with_everything()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        book.Append(Text("before"));
        await Durable(book);
        _store.IsDown = true;
        book.Append(Text("during"));
        Assert.Throws<IOException>(() => _store.Connect());
        await Assert.ThrowsAsync<IOException>(() => writer.CheckEpochsAsync(Cancel));
        _store.IsDown = false;
        await Durable(book);
        Assert.Equal(["1 1 before", "2 1 during"], await ReadAsync("book/ACME"));
    }

    protected override Task<IJournalStore> NewStoreAsync() => Task.FromResult<IJournalStore>(_store);

    protected override IJournalConnection InnerConnect() => _store.Connect();

    protected override Task DamageRecordAsync(string stream, long sequence)
    {
        _store.DamageRecord(stream, sequence);
        return Task.CompletedTask;
    }

    protected override Task DamageSnapshotAsync(string stream, long sequence)
    {
        _store.DamageSnapshot(stream, sequence);
        return Task.CompletedTask;
    }
}
