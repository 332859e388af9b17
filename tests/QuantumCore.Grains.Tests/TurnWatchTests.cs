using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Turns of books that never return.</summary>
public class TurnWatchTests
{
    private const int Most = 3;
    private readonly TurnWatch _watch = new();
    private readonly TurnCount _book = new("AAPL");

    public TurnWatchTests() => _watch.Follow(_book);

    [Fact]
    public void One_turn_at_each_look_is_one_that_never_returns()
    {
        _book.Begin();

        Assert.Equal("- - - AAPL", Looks(4));
    }

    [Fact]
    public void Another_turn_at_each_look_is_a_busy_book()
    {
        for (var turn = 0; turn < 10; turn++)
        {
            _book.Begin();
            Assert.Null(_watch.Look(Most));
            _book.End();
        }
    }

    [Fact]
    public void A_book_that_waits_runs_no_turn()
    {
        _book.Begin();
        _book.End();

        Assert.DoesNotContain("AAPL", Looks(10), StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_from_before_a_debugger_do_not_count()
    {
        _book.Begin();
        Assert.Equal("- - -", Looks(3));
        _watch.Reset();

        Assert.Equal("- - AAPL", Looks(3));
    }

    [Fact]
    public void A_book_that_has_left_is_not_watched()
    {
        _book.Begin();
        _watch.Forget(_book);

        Assert.DoesNotContain("AAPL", Looks(10), StringComparison.Ordinal);
    }

    private string Looks(int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => _watch.Look(Most) ?? "-"));
}
