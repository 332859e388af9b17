using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Permanent memory of books and accounts: finished orders and used keys, compared with plain dictionaries.
/// </summary>
public class RememberedForEverTests
{
    [Fact]
    public void Every_finished_order_is_found_again_and_no_other_one_is()
    {
        var random = new Random(7);
        var (all, expected) = (new FinishedOrders(), new Dictionary<(long, long), FinishedOrder>());
        long lastId = 0;
        for (var i = 0; i < 300_000; i++)
        {
            var (account, number) = (random.Next(1, 200), random.NextInt64(1, 10_000_000));
            var finished = Some(random, random.Next(4) == 0 ? 0 : ++lastId, i + 1);
            if (expected.TryAdd((account, number), finished))
            {
                all.Add(account, number, finished);
            }
        }

        Compare(expected, all);
        Compare(expected, Again(all));
        for (var i = 0; i < 100_000; i++)
        {
            var key = ((long)random.Next(1, 400), random.NextInt64(1, 20_000_000));
            Assert.Equal(expected.ContainsKey(key), all.TryGet(key.Item1, key.Item2, out _));
        }
    }

    [Fact]
    public void Numbers_that_count_up_in_many_books_are_found_too()
    {
        var all = new FinishedOrders();
        for (var number = 1L; number <= 100_000; number++)
        {
            all.Add(
                1 + (number % 3), number,
                new FinishedOrder(number, number, number, OrderStatus.Filled, EndReason.None, RejectReason.None, 1, 1));
        }

        for (var number = 1L; number <= 100_000; number++)
        {
            Assert.True(all.TryGet(1 + (number % 3), number, out var finished));
            Assert.Equal(number, finished.OrderId);
            Assert.Equal((1 + (number % 3), number), all.OwnerOf(number));
            Assert.False(all.TryGet(1 + ((number + 1) % 3), number, out _));
        }
    }

    [Fact]
    public void Open_or_unknown_id_has_no_owner_among_the_finished()
    {
        var all = new FinishedOrders();
        all.Add(5, 9, new FinishedOrder(20_000, 3, 4, OrderStatus.Cancelled, EndReason.User, RejectReason.None, 10, 2));

        Assert.Equal((5, 9), all.OwnerOf(20_000));
        Assert.All([0L, -1, 1, 19_999, 20_001, long.MaxValue], id => Assert.Equal((0, 0), all.OwnerOf(id)));
    }

    [Fact]
    public void The_same_order_does_not_end_twice()
    {
        var all = new FinishedOrders();
        var finished = new FinishedOrder(1, 3, 4, OrderStatus.Filled, EndReason.None, RejectReason.None, 10, 10);
        all.Add(5, 9, finished);

        Assert.Throws<InvalidOperationException>(() => all.Add(5, 9, finished));
        Assert.Equal(Bytes(all), Bytes(Again(all)));
    }

    [Fact]
    public void Records_after_a_snapshot_give_the_same_bytes_as_without_one()
    {
        var random = new Random(11);
        var (live, restored) = (new FinishedOrders(), new FinishedOrders());
        for (var i = 1L; i <= 20_000; i++)
        {
            var finished = Some(random, i, i);
            live.Add(i % 7, i, finished);
            restored.Add(i % 7, i, finished);
            if (i % 997 == 0)
            {
                restored = Again(restored);
            }
        }

        Assert.Equal(Bytes(live), Bytes(restored));
    }

    [Fact]
    public void Every_used_key_is_found_again_with_all_that_it_stands_for()
    {
        var random = new Random(3);
        var (all, expected) = (new UsedKeys(), new Dictionary<string, UsedKey>());
        for (var i = 1; i <= 100_000; i++)
        {
            var name = i % 3 == 0 ? $" deposit:{i}" : $"my-{random.Next()}-{new string('x', random.Next(24))}";
            var key = new UsedKey(
                i, (ulong)random.NextInt64(), i % 5, i % 2 == 0 ? "AAPL" : "", (RejectReason)(i % 40), i % 11);
            if (expected.TryAdd(name, key))
            {
                all.Add(name, key);
            }
        }

        foreach (var keys in (UsedKeys[])[all, Again(all)])
        {
            foreach (var (name, key) in expected)
            {
                Assert.True(keys.TryGetValue(name, out var found));
                Assert.Equal(key, found);
                Assert.False(keys.TryGetValue(name + "?", out _));
            }
        }

        Assert.Throws<InvalidOperationException>(() => all.Add(expected.Keys.First(), default));
    }

    [Fact]
    public void A_captured_state_does_not_follow_later_entries()
    {
        var (random, all) = (new Random(4), new FinishedOrders());
        for (var count = 0; count < 20_000; count += 1 + (count / 3))
        {
            for (var i = 0; i <= count / 3; i++)
            {
                all.Add(1, 1 + count + i, Some(random, 0, 1));
            }

            var (state, expected) = (new CapturedState(), Bytes(all));
            all.AddTo(state);
            all.Add(2, 1 + count, Some(random, 0, 1));

            Assert.Equal(expected, state.ToArray());
        }
    }

    [Fact]
    public void A_restored_log_finds_entries_with_equal_hashes_too()
    {
        var log = new EntryLog();
        for (var i = 0; i < 20_000; i++)
        {
            log.Add(HashOf(i), BitConverter.GetBytes(i));
        }

        var state = new CapturedState();
        log.AddTo(state);
        var from = RecordReader.Headless(state.ToArray());
        var again = EntryLog.Read(ref from, static (ref entry, _) =>
            HashOf(BitConverter.ToInt32([entry.Byte(), entry.Byte(), entry.Byte(), entry.Byte()])));

        foreach (var hash in (uint[])[HashOf(0), HashOf(5), HashOf(19_998)])
        {
            var found = new List<int>();
            foreach (var position in again.Find(hash))
            {
                found.Add(BitConverter.ToInt32(again.At(position)));
            }

            Assert.Equal(Enumerable.Range(0, 20_000).Where(i => HashOf(i) == hash), found.Order());
        }

        // Half of them have one hash.
        static uint HashOf(int i) => i % 2 == 0 ? 0xABCD_EF00 : unchecked((uint)i * 0x9E37_79B9);
    }

    [Fact]
    public void Keys_with_colliding_hashes_are_distinguished()
    {
        var log = new EntryLog();
        var positions = new List<long>();
        for (var i = 0; i < 20_000; i++)
        {
            positions.Add(log.Add(hash: 0xABCD_EF00, BitConverter.GetBytes(i)));
        }

        var found = new List<long>();
        foreach (var position in log.Find(0xABCD_EF00))
        {
            found.Add(position);
        }

        Assert.Equal(positions, found.Order());
        Assert.Equal(Enumerable.Range(0, 20_000), positions.Select(position => BitConverter.ToInt32(log.At(position))));
        Assert.False(log.Find(0xABCD_EF04).MoveNext());
    }

    [Fact]
    public void An_entry_fills_a_chunk_at_most()
    {
        var log = new EntryLog();
        var whole = Enumerable.Range(0, 1 << 16).Select(i => (byte)(i % 251)).ToArray();
        var positions = (long[])[log.Add(1, [7]), log.Add(2, whole), log.Add(3, [8])];

        Assert.Equal(7, log.At(positions[0])[0]);
        Assert.Equal(whole, log.At(positions[1]));
        Assert.Equal(8, log.At(positions[2])[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Add(4, new byte[(1 << 16) + 1]));
    }

    [Fact]
    public void Bytes_of_another_format_are_rejected()
    {
        var all = new FinishedOrders();
        all.Add(5, 9, new FinishedOrder(1, 3, 4, OrderStatus.Filled, EndReason.None, RejectReason.None, 10, 10));
        var good = Bytes(all);
        for (var length = 0; length < good.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Restore(good.AsSpan(0, length), 1));
        }

        // An order that the book never accepted, for whose id space would have to be allocated.
        Assert.Throws<InvalidDataException>(() => Restore(good, 0));
        Restore(good, 1);

        static void Restore(ReadOnlySpan<byte> bytes, long lastId)
        {
            var from = RecordReader.Headless(bytes);
            FinishedOrders.Read(ref from, lastId);
        }
    }

    private static FinishedOrder Some(Random random, long orderId, long sequence)
    {
        var total = random.NextInt64(1, 1L << random.Next(1, 40));
        return new FinishedOrder(
            orderId, sequence, sequence + random.NextInt64(0, 1L << random.Next(0, 30)), (OrderStatus)random.Next(6),
            (EndReason)random.Next(12),
            (RejectReason)random.Next(30), total, random.NextInt64(0, total + 1));
    }

    private static void Compare(Dictionary<(long, long), FinishedOrder> expected, FinishedOrders all)
    {
        foreach (var ((account, number), finished) in expected)
        {
            Assert.True(all.TryGet(account, number, out var found));
            Assert.Equal(finished, found);
            if (finished.OrderId != 0)
            {
                Assert.Equal((account, number), all.OwnerOf(finished.OrderId));
            }
        }
    }

    private static byte[] Bytes(FinishedOrders all)
    {
        var state = new CapturedState();
        all.AddTo(state);
        return state.ToArray();
    }

    private static FinishedOrders Again(FinishedOrders all)
    {
        var from = RecordReader.Headless(Bytes(all));
        var again = FinishedOrders.Read(ref from, long.MaxValue);
        from.End();
        return again;
    }

    private static UsedKeys Again(UsedKeys all)
    {
        var state = new CapturedState();
        all.AddTo(state);
        var from = RecordReader.Headless(state.ToArray());
        return UsedKeys.Read(ref from);
    }
}
