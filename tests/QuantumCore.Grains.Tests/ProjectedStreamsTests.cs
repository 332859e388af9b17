using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Progress of the history in each stream.</summary>
public sealed class ProjectedStreamsTests
{
    private const string Account = "acct/1001";
    private const string Book = "book/AAPL";
    private readonly ProjectedStreams _streams = new();

    [Fact]
    public void Streams_are_taken_in_the_sequence_in_which_they_fell_behind()
    {
        _streams.Note(Book, 3);
        _streams.Note(Account, 2);
        _streams.Note(Book, 5);
        Assert.Equal((2, 7), (_streams.Waiting, _streams.Lag));
        Assert.Equal([Book, Account], Taken());
        Assert.Equal(0, _streams.Waiting);
        Assert.True(_streams.IsBehind);
    }

    [Fact]
    public void Stream_that_is_written_waits_no_more()
    {
        _streams.Note(Book, 3);
        Assert.Equal([Book], Taken());
        _streams.Advance(Book, 3);
        _streams.Queue(Book);
        Assert.Empty(Taken());
        Assert.False(_streams.IsBehind);
        Assert.Equal((3, 0), (_streams.Records, _streams.Lag));
    }

    [Fact]
    public void Stopped_stream_is_projected_up_to_its_faulty_record_and_not_beyond()
    {
        _streams.Note(Book, 9);
        _streams.Stop(Book, 5);
        _streams.Stop(Book, 7);
        Assert.Equal(4, _streams.Goal(Book));
        var stopped = Assert.Single(_streams.Stopped);
        Assert.Equal((Book, 5), (stopped.Stream, stopped.Sequence));
        _streams.Advance(Book, 4);
        Assert.False(_streams.IsBehind);
        Assert.Equal((Book, 1, 5), (_streams.FirstStopped, _streams.StoppedCount, _streams.Lag));
    }

    [Fact]
    public void Head_that_the_journal_does_not_have_is_lowered()
    {
        _streams.Note(Book, 9);
        _streams.Lower(Book, 4);
        Assert.Equal(4, _streams.Goal(Book));
        _streams.Note(Book, 2);
        Assert.Equal(4, _streams.Head(Book));
    }

    [Fact]
    public void Cursors_of_the_history_replace_those_at_hand()
    {
        _streams.Advance(Account, 7);
        _streams.Reload(new Dictionary<string, long>(StringComparer.Ordinal) { [Book] = 2 });
        Assert.Equal((0, 2), (_streams.Cursor(Account), _streams.Cursor(Book)));
    }

    [Fact]
    public void Stream_that_the_history_does_not_project_is_ignored()
    {
        _streams.Note("catalog", 3);
        Assert.Empty(_streams.Names);
        Assert.Empty(Taken());
    }

    private List<string> Taken()
    {
        var taken = new List<string>();
        while (_streams.TryTake(out var stream))
            taken.Add(stream);
        return taken;
    }
}
