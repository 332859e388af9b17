using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Durable records in memory, between the journal's writer and the ledger.</summary>
public sealed class RecentRecordsTests
{
    private const string Stream = "book/AAPL";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Reader_gets_every_record_once_and_in_order_from_memory_and_journal(int seed)
    {
        var random = new Random(seed);
        var recent = new RecentRecords();
        recent.Follow(this);
        var journal = new List<RecordBody>();
        var (read, fromMemory) = (0L, 0);
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0)
            {
                RecordBody[] bodies =
                    [.. Enumerable.Range(journal.Count + 1, random.Next(1, 6))
                        .Select(n => new RecordBody(BitConverter.GetBytes(n), n))];
                journal.AddRange(bodies);
                // Another silo has committed some of them.
                if (random.Next(10) > 0)
                {
                    recent.Add(Stream, journal.Count, bodies);
                }
            }

            var through = random.NextInt64(read, journal.Count + 1);
            var (taken, inJournalThrough) = recent.Take(Stream, read + 1, through);
            Assert.True(taken.Count <= through - read);
            Assert.InRange(inJournalThrough, Math.Min(read + 1, through), through);
            fromMemory += taken.Count;
            if (taken.Count == 0)
            {
                taken = journal[(int)read..(int)inJournalThrough];
            }

            foreach (var body in taken)
            {
                Assert.Equal(++read, BitConverter.ToInt32(body.Bytes.Span));
            }
        }

        Assert.True(fromMemory > journal.Count / 2, $"{fromMemory} of {journal.Count}");
    }

    [Fact]
    public void Records_that_do_not_fit_are_left_to_the_journal_and_the_oldest_stay()
    {
        var recent = new RecentRecords();
        recent.Follow(this);
        for (var sequence = 1; sequence <= 40; sequence++)
        {
            recent.Add(Stream, sequence, [new byte[1 << 20]]);
        }

        Assert.Equal(31, recent.Take(Stream, 1, 40).Bodies.Count);
        Assert.Equal(40, recent.Take(Stream, 32, 40).InJournalThrough);
        recent.Add(Stream, 41, [new byte[1]]);
        Assert.Equal(40, recent.Take(Stream, 32, 41).InJournalThrough);
        Assert.Single(recent.Take(Stream, 41, 41).Bodies);
    }

    [Fact]
    public void Records_of_a_ledger_far_behind_stay_as_bytes_alone()
    {
        var recent = new RecentRecords();
        recent.Follow(this);
        for (var sequence = 1; sequence <= 6; sequence++)
        {
            recent.Add(Stream, sequence, [new RecordBody(new byte[3 << 20], sequence)]);
        }

        Assert.Equal([1, null, null, null, null, null], recent.Take(Stream, 1, 6).Bodies.Select(body => body.Record));
    }

    [Fact]
    public void Nothing_is_kept_without_a_ledger_nor_of_a_stream_that_has_stopped()
    {
        var recent = new RecentRecords();
        Add();
        recent.Follow(this);
        Assert.Empty(recent.Take(Stream, 1, 1).Bodies);
        recent.Stop(Stream);
        Add();
        Assert.Empty(recent.Take(Stream, 1, 1).Bodies);

        // A ledger that ends late does not end the one that has begun since.
        recent.Follow(this);
        recent.Leave(new object());
        Add();
        Assert.Single(recent.Take(Stream, 1, 1).Bodies);

        void Add() => recent.Add(Stream, 1, [new byte[1]]);
    }
}
