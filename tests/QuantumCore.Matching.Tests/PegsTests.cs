using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;

namespace QuantumCore.Matching.Tests;

/// <summary>Prices of pegs apart from a book.</summary>
public class PegsTests
{
    private readonly OrderStore _store = new(10);
    private readonly Pegs _pegs;

    public PegsTests()
    {
        _pegs = new Pegs(_store);
        _store.Rest(Buy, 1, 100);
        _store.Rest(Sell, 1, 105);
    }

    [Theory]
    [InlineData(Buy, PegReference.Primary, 0, 0, 100)]
    [InlineData(Buy, PegReference.Primary, 2, 0, 98)]
    [InlineData(Sell, PegReference.Primary, 2, 0, 107)]
    [InlineData(Buy, PegReference.Market, 2, 0, 103)]
    [InlineData(Sell, PegReference.Market, 2, 0, 102)]
    [InlineData(Buy, PegReference.Midpoint, 0, 0, 102)]
    [InlineData(Sell, PegReference.Midpoint, 0, 0, 103)]
    [InlineData(Buy, PegReference.Primary, 0, 95, 95)]
    [InlineData(Sell, PegReference.Primary, 0, 110, 110)]
    [InlineData(Buy, PegReference.Primary, 100, 0, 0)]
    public void A_peg_has_its_price_from_the_quotes(
        Side side, PegReference peg, long offset, long cap, long expected) =>
        Assert.Equal(expected, _pegs.PriceOf(side, peg, offset, cap));

    [Fact]
    public void A_peg_follows_no_other_peg()
    {
        var conditions = new Conditions { Type = OrderType.Pegged, Peg = PegReference.Primary };
        var peg = _store.Add(Buy, 1, in conditions, Traits.Peg);
        _store.Rest(peg, 103);
        Assert.Equal(100, _pegs.PriceOf(peg));
    }

    [Fact]
    public void Without_a_quote_a_peg_has_no_price()
    {
        var empty = new Pegs(new OrderStore(10));
        Assert.Equal(0, empty.PriceOf(Buy, PegReference.Midpoint, 0, 0));
    }

    [Fact]
    public void Pegs_are_checked_again_once_the_quotes_change()
    {
        Assert.True(_pegs.NoteQuotes());
        Assert.False(_pegs.NoteQuotes());
        _store.Rest(Buy, 1, 101);
        Assert.True(_pegs.NoteQuotes());
        _pegs.ForgetQuotes();
        Assert.True(_pegs.NoteQuotes());
    }

    [Fact]
    public void Pegs_stand_in_the_sequence_of_their_ids()
    {
        var first = _store.Add(Buy, 1);
        var second = _store.Add(Buy, 1);
        _pegs.Add(second);
        _pegs.Add(first);
        Assert.Equal([first, second], _pegs.Slots);
        Assert.True(_store.Watching);
    }
}
