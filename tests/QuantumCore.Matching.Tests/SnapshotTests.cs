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
            var expected = DifferentialTests.Apply(book, command, out var id);
            Assert.Equal(expected, DifferentialTests.Apply(restored, command, out var restoredId));
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
            Assert.Equal(RejectReason.None, book.Submit(long.MaxValue, Limit(Buy, 1L << 53, 1) with { Account = account }, out _));
            Assert.Equal(RejectReason.None, book.Submit(long.MaxValue, Limit(Sell, 1L << 53, 1L << 47) with { Account = account }, out _));
        }

        var restored = OrderBook.Restore(book.Snapshot());
        Assert.Equal(book.StateHash, restored.StateHash);
        Assert.True(restored.TryGetOrder(1, out var first));
        Assert.Equal(new RestingOrder(1, long.MinValue, Buy, 1, 1L << 53, 1L << 53), first);
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
            BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(forged.Length - 4), SnapshotChecksum.Of(forged.AsSpan(0, forged.Length - 4)));
            try
            {
                // What is let in is a sound book that writes the same bytes.
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
    public void The_format_of_version_one_stays_readable()
    {
        var book = BookOf(Limit(Buy, 300, 10), Limit(Sell, 2, 20));
        Assert.Equal(
            "5143424B-01-A08D06-02-00-01-F7FFFFFFFFFF1F-01-01-D00F-AC02-AC02-01-14-01-02-D00F-02-02".Replace("-", ""),
            Convert.ToHexString(book.Snapshot().AsSpan()[..^4]));
    }
}
