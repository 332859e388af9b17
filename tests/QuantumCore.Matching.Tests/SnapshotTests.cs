using System.Buffers.Binary;
using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

public class SnapshotTests
{
    [Fact]
    public void A_restored_book_goes_on_with_the_same_events_and_bytes()
    {
        var flow = new RandomFlow(seed: 77, targetOrders: 200, centre: 50_000, spread: 3_000);
        var book = new OrderBook(maxLevels: 300);
        var restored = book;
        for (var i = 0; i < 40_000; i++)
        {
            if (i % 500 == 0)
            {
                var bytes = book.Snapshot();
                restored = OrderBook.Restore(bytes);
                Assert.Equal(bytes, restored.Snapshot());
                Assert.Equal(book.StateHash, restored.StateHash);
                Assert.Equal(book.MaxLevels, restored.MaxLevels);
                Assert.Null(restored.Audit());
            }

            var command = flow.Next(book.OpenOrders, book.LastOrderId);
            var expected = command.Apply(book, out var id);
            Assert.Equal(expected, command.Apply(restored, out var restoredId));
            Assert.Equal(id, restoredId);
            Assert.True(book.Events.SequenceEqual(restored.Events), $"other events after command {i}");
        }

        Assert.Equal(book.Snapshot(), restored.Snapshot());
    }

    [Fact]
    public void An_empty_book_and_a_book_at_every_limit_survive()
    {
        var empty = new OrderBook(7);
        Assert.Equal(empty.Snapshot(), OrderBook.Restore(empty.Snapshot()).Snapshot());

        var book = new OrderBook();
        foreach (var account in new[] { long.MinValue, -1, 0, long.MaxValue })
        {
            Assert.Equal(
                RejectReason.None,
                book.Submit(long.MaxValue, Limit(Buy, 1L << 53, 1) with { Account = account }, out _));
            Assert.Equal(
                RejectReason.None,
                book.Submit(long.MaxValue, Limit(Sell, 1L << 53, 1L << 47) with { Account = account }, out _));
        }

        var restored = OrderBook.Restore(book.Snapshot());
        Assert.Equal(book.StateHash, restored.StateHash);
        Assert.True(restored.TryGetOrder(1, out var first));
        Assert.Equal(Resting(1, Buy, 1, 1L << 53, 1L << 53) with { Account = long.MinValue }, first);
    }

    [Fact]
    public void Orders_of_very_different_age_survive_whichever_is_read_first()
    {
        var book = BookOf(Limit(Sell, 1, 100));
        while (book.LastOrderId < 1_500_000)
            Assert.Equal(RejectReason.None, book.Submit(0, Market(Buy, 1, protection: 1), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 90), out var young));

        var restored = OrderBook.Restore(book.Snapshot());
        Assert.Null(restored.Audit());
        Assert.Equal(book.StateHash, restored.StateHash);
        Assert.True(restored.TryGetOrder(1, out _));
        Assert.True(restored.TryGetOrder(young, out _));
    }

    [Fact]
    public void Other_history_same_state_same_bytes()
    {
        var direct = BookOf(Limit(Buy, 1, 10), Limit(Buy, 2, 11), Limit(Sell, 3, 20));
        var detour = BookOf(Limit(Buy, 1, 10), Limit(Buy, 5, 11));
        Assert.Equal(RejectReason.None, detour.Reduce(0, 2, 2));
        Assert.Equal(RejectReason.None, detour.Submit(0, Limit(Sell, 3, 20), out _));
        Assert.Equal(direct.Snapshot(), detour.Snapshot());
        Assert.Equal(direct.StateHash, detour.StateHash);
    }

    [Fact]
    public void A_snapshot_does_not_follow_the_book()
    {
        var book = BookOf(Limit(Buy, 1, 10));
        var bytes = book.Snapshot();
        var copy = (byte[])bytes.Clone();
        Assert.Equal(RejectReason.None, book.Cancel(5, 1, EndReason.User));
        Assert.Equal(copy, bytes);
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_refused()
    {
        var bytes = BookOf(Limit(Buy, 100, 10), Limit(Buy, 2, 11), Limit(Sell, 300, 20), Limit(Sell, 3, 21)).Snapshot();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            _ = Assert.Throws<InvalidDataException>(() => OrderBook.Restore(flipped));
        }

        for (var length = 0; length < bytes.Length; length++)
            _ = Assert.Throws<InvalidDataException>(() => OrderBook.Restore(bytes.AsSpan(0, length)));
        _ = Assert.Throws<InvalidDataException>(() => OrderBook.Restore([.. bytes, 0]));
    }

    [Fact]
    public void With_a_good_checksum_the_content_is_still_checked()
    {
        var bytes = BookOf(Limit(Buy, 100, 10), Limit(Buy, 2, 11), Limit(Sell, 300, 20), Limit(Sell, 3, 21)).Snapshot();
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var forged = (byte[])bytes.Clone();
            forged[5 + random.Next(forged.Length - 9)] = (byte)random.Next(256);
            if (random.Next(3) == 0)
                forged = [.. forged[..(5 + random.Next(forged.Length - 9))], 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32LittleEndian(
                forged.AsSpan(forged.Length - 4), SnapshotChecksum.Of(forged.AsSpan(0, forged.Length - 4)));
            try
            {
                // An accepted snapshot gives a sound book that writes the same bytes.
                var book = OrderBook.Restore(forged);
                Assert.Null(book.Audit());
                Assert.Equal(forged, book.Snapshot());
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 5_000, 19_999);
    }

    [Fact]
    public void The_format_of_version_two_stays_readable()
    {
        var book = BookOf(Limit(Buy, 300, 10), Limit(Sell, 2, 20));
        Assert.Equal(
            ("5143424B-02-C09A0C-04-00-00-00-00-00-06-00-00-00-00-00-00-00-00-02-80808080808040-01-01-01-00-01-04-00-00-00-00-00"
            + "-02-14-02-02-D00F-00-D804-D804-00-00-04-28-04-04-D00F-00-04-04-00-00-00-00").Replace("-", ""),
            Convert.ToHexString(book.Snapshot().AsSpan()[..^4]));
    }

    [Fact]
    public void Every_number_of_the_format_has_its_place()
    {
        var book = new OrderBook(maxLevels: 9);
        var rules = new BookRules
        {
            MinPriceTicks = 2,
            MaxPriceTicks = 5_000,
            ProtectionTicks = 40,
            StaticBandBasisPoints = 6_000,
            DynamicBandBasisPoints = 7_000,
            DynamicBandMode = BandMode.Auction,
            AuctionCollarBasisPoints = 8_000,
            MaxExtensions = 3,
        };
        Assert.Equal(RejectReason.None, book.SetRules(7, rules));
        Assert.Equal(RejectReason.None, book.SetReference(7, 110));
        Assert.Equal(RejectReason.None, book.SetMark(7, 105));
        var iceberg = Limit(Buy, 12, 100) with
        {
            Owner = -5,
            SelfTrade = SelfTradePrevention.ExpireBoth,
            Conditions = new() { DisplayLots = 5 },
        };
        Assert.Equal(RejectReason.None, book.Submit(7, iceberg, out _));
        Assert.Equal(RejectReason.None, book.Submit(7, ImmediateOrCancel(Sell, 2, 100), out _));
        NewOrder[] pair =
        [
            Limit(Sell, 4, 120),
            Limit(Sell, 4, 90) with
            {
                Type = OrderType.StopLimit, TimeInForce = TimeInForce.GoodTillDate,
                Conditions = new() { TriggerTicks = 95, ExpiryNanos = 80 },
            },
        ];
        Assert.Equal(RejectReason.None, book.SubmitList(8, OrderListKind.OneCancelsOther, pair, out _));
        Assert.Equal(RejectReason.None, book.Block(8, new OrderFilter(Account: 6)));
        Assert.Equal(RejectReason.None, book.Block(8, new OrderFilter(null, Owner: -7)));
        Assert.Equal(RejectReason.None, book.Bust(8, 1));

        long[] none = [0, 0, 0, 0, 0];
        long[] expected =
        [
            // The book: levels; ids, time, trades; last, mark, reference; priority; phase, extensions; indicative.
            9, 4, 8, 1, 100, 105, 110, 3, 0, 0, 0, 0, 0, 0, 0, 0,
            // Its rules.
            2, 5_000, 40, 6_000, 7_000, 1, 8_000, 3,
            // Accounts and owners that are blocked, busted trades, prints, orders that wait to enter: how many, which.
            1, 6, 1, -7, 1, 1, 0, 0,
            // Buy: id, price, priority; side, account, owner, total, leaves, traits; conditions.
            1, 100, 1, 1, 1_000, -5, 12, 10, 1 + 4 + (3 << 12),
            2, 1, 0, 0, 0, 0, 0, 100, 5, 3, 0, 0, .. none, 0, -1, -1, 0, 0, 0,
            // Sell: one leg of a list.
            3, 120, 2, 2, 1_000, 0, 4, 4, 1 + 16,
            2, 1, 0, 0, 0, 0, 0, 120, 0, 0, 0, 0, .. none, 0, -1, -1, 0, 0, 0,
            // Armed: the other; id, place, priority, then alike.
            4, 2, 0, 2, 1_000, 0, 4, 4, 1 + 16,
            4, 6, 0, 0, 0, 0, 0, 90, 0, 0, 0, 95, .. none, 0, -1, -1, 80, 0, 0,
            // Lists: first id, kind, parent, legs.
            1, 3, 1, 0, 3, 4,
        ];
        Assert.Equal(expected, SnapshotNumbers.Of(book.Snapshot()));
    }
}
