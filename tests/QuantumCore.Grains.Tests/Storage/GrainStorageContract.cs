using Xunit;

namespace QuantumCore.Grains.Tests.Storage;

/// <summary>The contract of grain storage, the same for every store.</summary>
public abstract class GrainStorageContract
{
    private static readonly GrainId s_alice = GrainId.Create("notes", "1001");

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the storage of the test, as a silo that starts does.</summary>
    private protected abstract Task<StorageSession> OpenAsync();

    [Fact]
    public async Task A_state_that_was_never_written_is_a_new_one_without_a_record()
    {
        await using var session = await OpenAsync();
        var read = await ReadAsync(session, s_alice);
        Assert.Equal((false, null, ""), (read.RecordExists, read.ETag, read.State!.Text));
    }

    [Fact]
    public async Task A_written_state_is_read_after_a_restart()
    {
        await using (var session = await OpenAsync())
        {
            var state = await WriteAsync(session, s_alice, "first");
            Assert.True(state.RecordExists);
            state.State = new Note { Text = "second äöü \0 \"", Numbers = [long.MinValue, 0, long.MaxValue] };
            await session.Storage.WriteStateAsync("note", s_alice, state, Token);
        }

        await using var later = await OpenAsync();
        var read = await ReadAsync(later, s_alice);
        Assert.Equal((true, "second äöü \0 \""), (read.RecordExists, read.State!.Text));
        Assert.Equal([long.MinValue, 0, long.MaxValue], read.State!.Numbers);
    }

    [Fact]
    public async Task A_write_over_a_newer_state_is_refused_and_changes_nothing()
    {
        await using var session = await OpenAsync();
        await WriteAsync(session, s_alice, "first");
        var (here, there) = (await ReadAsync(session, s_alice), await ReadAsync(session, s_alice));
        here.State!.Text = "here";
        await session.Storage.WriteStateAsync("note", s_alice, here, Token);
        there.State!.Text = "there";
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => session.Storage.WriteStateAsync("note", s_alice, there, Token));
        Assert.Equal("here", (await ReadAsync(session, s_alice)).State!.Text);

        // The first writer continues with the etag of its own write.
        here.State!.Text = "here again";
        await session.Storage.WriteStateAsync("note", s_alice, here, Token);
        Assert.Equal("here again", (await ReadAsync(session, s_alice)).State!.Text);
    }

    [Fact]
    public async Task One_of_two_first_writes_is_refused()
    {
        await using var session = await OpenAsync();
        await WriteAsync(session, s_alice, "first");
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(session, s_alice, "second"));
        Assert.Equal("first", (await ReadAsync(session, s_alice)).State!.Text);
    }

    [Fact]
    public async Task One_of_many_first_writes_at_a_time_succeeds()
    {
        await using var session = await OpenAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await WriteAsync(session, s_alice, $"{i}");
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));
        Assert.Single(outcomes, isWritten => isWritten);
    }

    [Fact]
    public async Task A_cleared_state_is_gone_and_can_be_written_again()
    {
        await using var session = await OpenAsync();
        var state = await WriteAsync(session, s_alice, "first");
        await session.Storage.ClearStateAsync("note", s_alice, state, Token);
        Assert.Equal((false, ""), (state.RecordExists, state.State!.Text));
        var read = await ReadAsync(session, s_alice);
        Assert.Equal((false, null, ""), (read.RecordExists, read.ETag, read.State!.Text));

        state.State!.Text = "by the one that cleared it";
        await session.Storage.WriteStateAsync("note", s_alice, state, Token);
        await session.Storage.ClearStateAsync("note", s_alice, state, Token);
        await WriteAsync(session, s_alice, "by another activation");
        Assert.Equal("by another activation", (await ReadAsync(session, s_alice)).State!.Text);
    }

    [Fact]
    public async Task Clearing_what_was_never_written_does_nothing()
    {
        await using var session = await OpenAsync();
        var state = await ReadAsync(session, s_alice);
        await session.Storage.ClearStateAsync("note", s_alice, state, Token);
        Assert.False((await ReadAsync(session, s_alice)).RecordExists);
    }

    [Fact]
    public async Task A_reader_from_before_a_clear_neither_writes_nor_clears_the_next_state()
    {
        await using var session = await OpenAsync();
        await WriteAsync(session, s_alice, "first");
        var old = await ReadAsync(session, s_alice);
        await session.Storage.ClearStateAsync("note", s_alice, await ReadAsync(session, s_alice), Token);
        await WriteAsync(session, s_alice, "second");
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => session.Storage.WriteStateAsync("note", s_alice, old, Token));
        await Assert.ThrowsAsync<InconsistentStateException>(
            () => session.Storage.ClearStateAsync("note", s_alice, old, Token));
        Assert.Equal("second", (await ReadAsync(session, s_alice)).State!.Text);
    }

    [Fact]
    public async Task A_state_of_four_megabytes_is_kept_whole()
    {
        await using var session = await OpenAsync();
        var text = string.Create(4 << 20, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = (char)('a' + i % 26);
        });
        await WriteAsync(session, s_alice, text);
        Assert.Equal(text, (await ReadAsync(session, s_alice)).State!.Text);
    }

    [Theory]
    [InlineData("notes", "1002", "note")]
    [InlineData("letters", "1001", "note")]
    [InlineData("notes", "1001", "draft")]
    [InlineData("notes", "01001", "note")]
    [InlineData("notes", "1001+", "note")]
    [InlineData("notes", "0000000000000000000000000000ABCD", "note")]
    public async Task Type_and_key_of_the_grain_and_the_name_tell_states_apart(string type, string key, string name)
    {
        await using var session = await OpenAsync();
        await WriteAsync(session, s_alice, "alice's");
        var other = GrainId.Create(type, key);
        Assert.False((await ReadAsync(session, other, name)).RecordExists);
        await WriteAsync(session, other, "another one's", name);
        Assert.Equal("alice's", (await ReadAsync(session, s_alice)).State!.Text);
        Assert.Equal("another one's", (await ReadAsync(session, other, name)).State!.Text);
    }

    [Fact]
    public async Task Keys_that_differ_only_in_case_are_two()
    {
        await using var session = await OpenAsync();
        await WriteAsync(session, GrainId.Create("notes", "ABC"), "upper");
        await WriteAsync(session, GrainId.Create("notes", "abc"), "lower");
        Assert.Equal("upper", (await ReadAsync(session, GrainId.Create("notes", "ABC"))).State!.Text);
    }

    private protected static async Task<GrainState<Note>> ReadAsync(
        StorageSession session, GrainId grain, string name = "note")
    {
        var state = new GrainState<Note>();
        await session.Storage.ReadStateAsync(name, grain, state, Token);
        return state;
    }

    private static async Task<GrainState<Note>> WriteAsync(
        StorageSession session, GrainId grain, string text, string name = "note")
    {
        var state = new GrainState<Note> { State = new Note { Text = text } };
        await session.Storage.WriteStateAsync(name, grain, state, Token);
        return state;
    }

    [GenerateSerializer]
    internal sealed class Note
    {
        [Id(0)]
        public string Text { get; set; } = "";

        [Id(1)]
        public List<long> Numbers { get; set; } = [];
    }
}
