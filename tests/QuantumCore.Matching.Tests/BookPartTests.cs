using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>The small parts of a book: expiries, blocks, added quantity, bands, audits.</summary>
public class BookPartTests
{
    private readonly OrderStore _store = new(10);

    [Fact]
    public void Orders_expire_by_time_and_then_by_id()
    {
        var expiries = new Expiries(_store);
        var orders = (int[])[Expiring(expiries, 30), Expiring(expiries, 20), Expiring(expiries, 20)];
        Assert.Equal(20, _store.NextExpiryNanos);
        Assert.False(expiries.TryTakeDue(19, out _));
        Assert.Equal([orders[1], orders[2]], TakeDue(expiries, 29));
        Assert.Equal(30, _store.NextExpiryNanos);
        Assert.Equal([orders[0]], TakeDue(expiries, 30));
        Assert.Equal(long.MaxValue, _store.NextExpiryNanos);
    }

    [Fact]
    public void An_order_with_a_new_expiry_does_not_expire_at_the_old_one()
    {
        var expiries = new Expiries(_store);
        var slot = Expiring(expiries, 10);
        _store.ConditionsOf(slot).Expiry = 40;
        expiries.Add(_store.Entries[slot].Id, 40);
        Assert.Empty(TakeDue(expiries, 39));
        Assert.Equal([slot], TakeDue(expiries, 40));
    }

    [Fact]
    public void An_order_that_ended_does_not_expire()
    {
        var expiries = new Expiries(_store);
        _store.Free(Expiring(expiries, 10));
        Assert.Empty(TakeDue(expiries, 10));
    }

    [Fact]
    public void A_block_stops_an_account_or_an_owner_until_it_is_removed()
    {
        var blocks = new TradingBlocks(_store);
        blocks.Add(new OrderFilter(7));
        blocks.Add(new OrderFilter(null, 8));
        Assert.Equal((true, true, false), (blocks.IsBlocked(7, 0), blocks.IsBlocked(1, 8), blocks.IsBlocked(1, 0)));
        Assert.Equal(SlowPath.Blocked, _store.SlowPathReasons);
        blocks.Remove(new OrderFilter(7));
        blocks.Remove(new OrderFilter(null, 8));
        Assert.False(blocks.IsBlocked(7, 8));
        Assert.Equal(SlowPath.None, _store.SlowPathReasons);
    }

    [Fact]
    public void A_block_names_exactly_one_account_or_owner()
    {
        Assert.True(TradingBlocks.NamesSomeone(new OrderFilter(7)));
        Assert.True(TradingBlocks.NamesSomeone(new OrderFilter(null, 7)));
        Assert.False(TradingBlocks.NamesSomeone(new OrderFilter(7, 7)));
        Assert.False(TradingBlocks.NamesSomeone(new OrderFilter(null, 0)));
        Assert.False(TradingBlocks.NamesSomeone(new OrderFilter(7, null, Buy)));
    }

    [Fact]
    public void The_best_price_of_added_quantity_counts_once()
    {
        var watch = new AllOrNoneWatch(_store);
        watch.NoteAdded(LadderSide.Sell, 105);
        watch.NoteAdded(LadderSide.Sell, 103);
        watch.NoteAdded(LadderSide.Sell, 104);
        Assert.Equal(LadderSide.SignedPriceKey(LadderSide.Buy, 103), watch.TakeAdded(LadderSide.Sell));
        Assert.Equal(LadderSide.FarthestKey, watch.TakeAdded(LadderSide.Sell));
    }

    [Fact]
    public void An_order_that_waits_is_first_in_and_first_out()
    {
        var waiting = new OffLadderOrders(_store);
        waiting.Await(_store.Add(Buy, 1));
        waiting.Await(0);
        waiting.Await(_store.Add(Buy, 1));
        Assert.Equal([1, 2], waiting.Awaiting);
        Assert.True(_store.Watching);
    }

    [Theory]
    [InlineData(1_001, 1_000, 901, 1_101)]
    [InlineData(100, 0, 100, 100)]
    [InlineData(0, 1_000, 1, Instrument.PriceTicksLimit)]
    public void A_band_is_rounded_inward(long reference, int basisPoints, long low, long high) =>
        Assert.Equal((low, high), PriceBands.Around(reference, basisPoints));

    [Fact]
    public void An_audit_finds_a_wrong_counter_and_a_wrong_link()
    {
        var book = BookOf(Limit(Buy, 5, 100), Limit(Buy, 5, 100));
        Assert.Null(book.Audit());
        book.ConditionalLots++;
        Assert.Equal("conditional orders have 0 lots, 1 are counted", book.Audit());
        book.ConditionalLots--;
        book.Entries[book.Index.Find(2)].Previous = 0;
        Assert.Equal("order 2 has a wrong link, level or side", book.Audit());
    }

    [Fact]
    public void An_audit_finds_a_crossed_book()
    {
        var book = BookOf(Limit(Buy, 5, 100));
        _ = book.Rest(Sell, 5, 99);
        Assert.Equal("the book is crossed: bid 100, ask 99", book.Audit());
    }

    private int Expiring(Expiries expiries, long time)
    {
        var slot = _store.Add(Buy, 1, new Conditions { Expiry = time });
        expiries.Add(_store.Entries[slot].Id, time);
        return slot;
    }

    private static List<int> TakeDue(Expiries expiries, long time)
    {
        var due = new List<int>();
        while (expiries.TryTakeDue(time, out var slot))
            due.Add(slot);
        return due;
    }
}
