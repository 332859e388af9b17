using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>A record of a book, payout or settlement, to be delivered to an account it touches.</summary>
/// <param name="Account">The account.</param>
/// <param name="Source">Symbol of the book, or name of the payout or settlement stream.</param>
/// <param name="Sequence">Sequence of the record in its stream.</param>
/// <param name="Book">The record, if it is a book's.</param>
/// <param name="Payout">The record, if it is a payout's.</param>
/// <param name="Settlement">The record, if it is a settlement's.</param>
internal readonly record struct Delivered(
    AccountLane Account, string Source, long Sequence, BookRecord? Book = null, PayoutRecord? Payout = null,
    SettlementRecord? Settlement = null)
{
    /// <summary>Name of the record's stream.</summary>
    public string Stream => Book is null ? Source : BookLane.Prefix + Source;
}

/// <summary>
/// Reads every frame once and hands each stream's slices, in sequence, to the thread of its lane. An account's own
/// records reach its lane before the books' records that depend on them, because they were committed before.
/// </summary>
internal sealed class JournalWalk(IReadOnlyCollection<Lane> lanes, FindingList findings)
{
    private const int RoundBytes = 64 << 10;
    private const int JobsAhead = 8;
    private readonly Dictionary<long, Lane> _lanes = lanes.ToDictionary(lane => lane.Stream.StreamId);
    private readonly Dictionary<FrameId, long> _damaged = [];

    /// <summary>Number of threads that process records. One more hands them to the lanes in storage order.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Number of frames read.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes of the frames' bodies.</summary>
    public long Bytes { get; private set; }

    /// <summary>Sum over the positions of all slices found; equal to the same sum over the index.</summary>
    public UInt128 Placed { get; private set; }

    /// <summary>Ids of the frames whose checksum failed.</summary>
    public IReadOnlyCollection<FrameId> Damaged => _damaged.Keys;

    /// <summary>Returns a slice's term of that sum.</summary>
    public static UInt128 PlaceOf(in SliceRow slice)
    {
        unchecked
        {
            var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)slice.StreamId);
            crc = BitOperations.Crc32C(crc, (ulong)slice.FirstSequence);
            crc = BitOperations.Crc32C(crc, (ulong)slice.LastSequence);
            crc = BitOperations.Crc32C(crc, (ulong)slice.Frame.WriterId);
            crc = BitOperations.Crc32C(crc, (ulong)slice.Frame.FrameNo);
            crc = BitOperations.Crc32C(crc, ((ulong)(uint)slice.Position << 32) | (uint)slice.Length);
            return ((UInt128)1 << 96) + crc;
        }
    }

    /// <summary>Reads the journal to its end.</summary>
    public async Task RunAsync(JournalImage image, CancellationToken cancellationToken)
    {
        Share();
        await using var crew = new Crew(Workers, cancellationToken);
        var (accounts, books) = (NewRound(), NewRound());
        var waiting = 0;
        foreach (var frame in image.Frames())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Frames++;
            Bytes += frame.Body.Length;
            Split(frame, (lane, slice) => (lane is AccountLane ? accounts : books)[lane.Worker].Add((lane, slice)));
            waiting += frame.Body.Length;
            if (waiting > RoundBytes)
            {
                await crew.PostAsync(accounts, books);
                (accounts, books, waiting) = (NewRound(), NewRound(), 0);
            }
        }

        await crew.PostAsync(accounts, books);
        await crew.FinishAsync();
        foreach (var lane in lanes)
        {
            lane.End();
        }
    }

    private List<(Lane, StoredSlice)>[] NewRound() =>
        [.. Enumerable.Range(0, Workers).Select(_ => new List<(Lane, StoredSlice)>())];

    /// <summary>
    /// Assigns streams to threads, largest first, each to the least loaded thread. A book's record costs more than
    /// others.
    /// </summary>
    private void Share()
    {
        var load = new long[Workers];
        foreach (var lane in lanes.OrderByDescending(Cost).ThenBy(lane => lane.Stream.StreamId))
        {
            lane.Worker = Array.IndexOf(load, load.Min());
            load[lane.Worker] += Cost(lane);
        }

        static long Cost(Lane lane) => lane.Stream.Head * (lane is BookLane ? 4 : 1) + 1;
    }

    private void Split(in FrameRow frame, Action<Lane, StoredSlice> take)
    {
        var isSound = Checksum.Of(frame.Body) == frame.Crc;
        if (!isSound)
        {
            _damaged[frame.Id] = frame.Body.Length;
        }

        var at = 0;
        while (at < frame.Body.Length)
        {
            if (!SliceLayout.TryMeasure(frame.Body, at, out var streamId, out var first, out var last, out var length))
            {
                if (isSound)
                {
                    findings.Add(
                        FindingKind.FrameDamaged, null, null,
                        $"frame {frame.Id.WriterId}/{frame.Id.FrameNo}: its checksum is right, its layout is not",
                        "It was written by another program; its records can't be read.");
                }

                return;
            }

            Placed += PlaceOf(new SliceRow(streamId, first, last, frame.Id, at, length));
            if (_lanes.TryGetValue(streamId, out var lane))
            {
                take(lane, new StoredSlice(first, last, frame.Body.AsMemory(at, length)));
            }

            at += length;
        }
    }

    /// <summary>Threads with a queue each, so that a lane has one thread.</summary>
    private sealed class Crew : IAsyncDisposable
    {
        private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
        private readonly CancellationTokenSource _stop;
        private readonly BlockingCollection<Action>[] _queues;
        private readonly Task[] _threads;
        private readonly SemaphoreSlim _progress = new(0);

        // Delivered lists, kept for reuse because they have grown to the needed size.
        private readonly ConcurrentBag<List<Delivered>> _told = [];
        private int _ahead;

        public Crew(int workers, CancellationToken cancellationToken)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _queues = [.. Enumerable.Range(0, workers).Select(_ => new BlockingCollection<Action>())];
            _threads = [.. _queues.Select(queue => Task.Factory.StartNew(
                () => Work(queue), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        }

        /// <summary>Queues a round, accounts first: a book's record may depend on a hold of the same round.</summary>
        public async Task PostAsync(
            List<(Lane Lane, StoredSlice Slice)>[] accounts, List<(Lane Lane, StoredSlice Slice)>[] books)
        {
            while (Volatile.Read(ref _ahead) > JobsAhead)
            {
                ThrowIfFailed();
                await _progress.WaitAsync(s_look, _stop.Token);
            }

            foreach (var round in (List<(Lane Lane, StoredSlice Slice)>[][])[accounts, books])
            {
                for (var worker = 0; worker < round.Length; worker++)
                {
                    if (round[worker] is { Count: > 0 } slices)
                    {
                        Add(worker, () => Take(slices));
                    }
                }
            }
        }

        /// <summary>Waits until all work is done.</summary>
        public async Task FinishAsync()
        {
            while (Volatile.Read(ref _ahead) > 0)
            {
                ThrowIfFailed();
                await _progress.WaitAsync(s_look, _stop.Token);
            }

            ThrowIfFailed();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_threads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var queue in _queues)
            {
                queue.Dispose();
            }

            _stop.Dispose();
            _progress.Dispose();
        }

        private void Add(int worker, Action job)
        {
            Interlocked.Increment(ref _ahead);
            _queues[worker].Add(job, CancellationToken.None);
        }

        private void Take(List<(Lane Lane, StoredSlice Slice)> slices)
        {
            List<Delivered>?[]? told = null;
            foreach (var (lane, slice) in slices)
            {
                lane.Take(slice);
                if (lane is DeliveringLane { Deliveries.Count: > 0 } book)
                {
                    told ??= new List<Delivered>?[_queues.Length];
                    foreach (var delivered in book.Deliveries)
                    {
                        (told[delivered.Account.Worker] ??= _told.TryTake(out var list) ? list : []).Add(delivered);
                    }

                    book.Deliveries.Clear();
                }
            }

            for (var worker = 0; told is not null && worker < told.Length; worker++)
            {
                if (told[worker] is { } deliveries)
                {
                    Add(worker, () => Tell(deliveries));
                }
            }
        }

        private void Tell(List<Delivered> deliveries)
        {
            foreach (var delivered in CollectionsMarshal.AsSpan(deliveries))
            {
                delivered.Account.Take(delivered);
            }

            deliveries.Clear();
            _told.Add(deliveries);
        }

        private void Work(BlockingCollection<Action> queue)
        {
            foreach (var job in queue.GetConsumingEnumerable(_stop.Token))
            {
                try
                {
                    job();
                }
                finally
                {
                    Interlocked.Decrement(ref _ahead);
                    _progress.Release();
                }
            }
        }

        private void ThrowIfFailed()
        {
            if (Array.Find(_threads, thread => thread.IsFaulted) is { Exception: { } failure })
            {
                throw failure.InnerException!;
            }
        }
    }
}
