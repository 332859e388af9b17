using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class ShownSequencesTests
{
    [Fact]
    public void Highest_sequence_of_each_book_is_kept()
    {
        var shown = new ShownSequences();
        shown.Note(1001, "MSFT", 7);
        shown.Note(1001, "AAPL", 3);
        shown.Note(1001, "AAPL", 2);
        shown.Note(1001, "AMZN", 0);

        Assert.Equal([new SeenSequence("AAPL", 3), new SeenSequence("MSFT", 7)], shown.Of(1001));
        Assert.Equal(3, shown.Of(1001, "AAPL"));
        Assert.Equal(0, shown.Of(1001, "AMZN"));
        Assert.Empty(shown.Of(1002));
    }

    [Fact]
    public void Account_in_use_stays_when_others_are_forgotten()
    {
        var shown = new ShownSequences(capacity: 10);
        for (var account = 1; account <= 1_000; account++)
        {
            shown.Note(5_000, "AAPL", account);
            shown.Note(account, "AAPL", 1);
        }

        Assert.Equal(1_000, shown.Of(5_000, "AAPL"));
        Assert.Empty(shown.Of(1));
    }
}
