using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Legs of strategy orders, and what one book does when they are told to trade (RULES 16).</summary>
public class LegTests
{
    [Fact]
    public void A_book_whose_only_trades_were_those_of_legs_survives_its_snapshot()
    {
        var book = BookOf(Leg(Sell, 5, 100), Leg(Buy, 9, 90) with { TimeInForce = TimeInForce.Day }, Limit(Sell, 1, 100));
        book.Cross(0, 2, 1, 95, 3);
        var restored = OrderBook.Restore(book.Snapshot());
        Assert.Equal((0, 1), (restored.LastPriceTicks, restored.LastTradeNumber));
        Assert.Equal(book.StateHash, restored.StateHash);
        restored.TakeQuotes(0, 2, 100, 1);
        ExpectEvents(restored, Trade(Buy, 2, 3, 1, 100, 5, 0));
    }

    [Theory]
    [InlineData(ReplaceMode.Atomic)]
    [InlineData(ReplaceMode.StopOnFailure)]
    [InlineData(ReplaceMode.AllowFailure)]
    public void A_leg_neither_replaces_nor_is_replaced(ReplaceMode mode)
    {
        var book = BookOf(Leg(Buy, 5, 100), Limit(Buy, 5, 100));
        ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Replace(0, 1, Limit(Buy, 1, 90), out _, mode));
        ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Replace(0, 2, Leg(Buy, 1, 90), out _, mode));
    }

    private static NewOrder Leg(Side side, long lots, long price) => Limit(side, lots, price) with { Type = OrderType.Leg };
}
