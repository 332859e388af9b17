using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Verifies a whole journal offline: every checksum and sequence, every book's commands, every fold of accounts,
/// payouts and settlements, every snapshot, and the history beside it. Changes nothing.
/// </summary>
public sealed class Verification
{
    private const int SnapshotRanks = SnapshotLimits.Kept;
    private readonly JournalImage _image;
    private readonly FindingList _findings = new();
    private readonly IReadOnlyList<StreamRow> _streams;
    private readonly Dictionary<long, PlainLane> _plain = [];
    private readonly Dictionary<long, AccountLane> _accounts = [];
    private readonly Dictionary<string, BookLane> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lane> _movers = new(StringComparer.Ordinal);
    private Dictionary<string, Instrument> _listed = [];

    // Sequences of accounts' sound snapshots, by stream, newest first.
    private readonly Dictionary<long, List<long>> _snapshotted = [];
    private int _snapshotsAgreed;
    private int _files;

    private Verification(JournalImage image)
    {
        _image = image;
        _streams = image.Streams();
    }

    /// <summary>Verifies a journal.</summary>
    /// <param name="place">Location of the journal.</param>
    /// <param name="history">History to compare with it; null for none.</param>
    /// <param name="cancellationToken">Token that stops the call.</param>
    /// <exception cref="FileNotFoundException">There is no journal.</exception>
    /// <exception cref="JournalSetupException">The data is not a journal of this program's format.</exception>
    public static async Task<VerifyReport> RunAsync(
        JournalPlace place, HistoryStore? history, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var image = JournalImage.Open(place.Text, place.JournalSchema);
            var verification = new Verification(image);
            var walk = await Task.Run(() => verification.RunAsync(cancellationToken), cancellationToken);
            if (history is not null)
            {
                await verification.CompareAsync(place, history, cancellationToken);
            }

            return verification.Report(place, walk, history is not null, started);
        }
        catch (SqliteFailureException failure)
        {
            return Unreadable(place, failure, started);
        }
    }

    private static VerifyReport Unreadable(JournalPlace place, SqliteFailureException failure, long started) => new()
    {
        Journal = place.Title,
        Streams = 0,
        Accounts = 0,
        Frames = 0,
        Bytes = 0,
        Records = 0,
        Snapshots = 0,
        History = null,
        Books = [],
        FindingCount = 1,
        Findings =
        [
            new Finding(
                FindingKind.FileDamaged, null, null, failure.Message,
                "The file can't be read to its end: restore a backup."),
        ],
        Milliseconds = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds,
    };

    private async Task<JournalWalk> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var line in _image.FileDamage())
        {
            _findings.Add(
                FindingKind.FileDamaged, null, null, line, "The database's file is damaged: restore a backup.");
        }

        OpenLanes();
        ExpectSnapshots();
        var walk =
            new JournalWalk([.. _plain.Values, .. _accounts.Values, .. _books.Values, .. _movers.Values], _findings);
        await walk.RunAsync(_image, cancellationToken);
        CheckIndex(walk, cancellationToken);
        CheckFiles();
        CompareBatches(cancellationToken);
        CompareActions(cancellationToken);
        RequireWholeStrategies();
        var heads = _books.Select(book => (book.Key, book.Value.Stream.Head))
            .Concat(_movers.Select(mover => (mover.Key, mover.Value.Stream.Head)))
            .ToDictionary(source => source.Key, source => source.Head, StringComparer.Ordinal);
        foreach (var account in _accounts.Values)
        {
            account.Settle(heads, IsWhole, _snapshotted.ContainsKey(account.Stream.StreamId));
            account.LetGo();
        }

        for (var rank = 0; rank < SnapshotRanks; rank++)
        {
            await FoldFromSnapshotsAsync(rank, heads, cancellationToken);
        }

        return walk;
    }

    // A payout or a settlement without records has no stream.
    private bool IsWhole(string source) => AccountMachine.IsBook(source)
        ? _books.TryGetValue(source, out var book) && !book.IsStopped
        : !_movers.TryGetValue(source, out var mover) || !mover.IsStopped;

    private static bool IsMover(StreamRow stream) => PayoutLane.Is(stream) || SettlementLane.Is(stream);

    private static Lane MoverOf(
        StreamRow stream, long after, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings) =>
        PayoutLane.Is(stream)
            ? new PayoutLane(stream, after, accounts, findings)
            : new SettlementLane(stream, after, accounts, findings);

    private void OpenLanes()
    {
        foreach (var stream in _streams.Where(
            stream => !IsBook(stream) && !IsMover(stream) && AccountLane.AccountOf(stream) == 0))
        {
            var lane = new PlainLane(stream, _findings);
            _plain.Add(stream.StreamId, lane);
            if (stream.Name == PlainLane.Catalog)
            {
                // Read separately before the rest, because accounts need the instruments of their orders.
                ReadAhead(lane);
                _listed = lane.Listed;
                _plain[stream.StreamId] = new PlainLane(stream, _findings);
            }
        }

        foreach (var stream in _streams.Where(stream => AccountLane.AccountOf(stream) != 0))
        {
            var machine = new AccountMachine(new AccountId(AccountLane.AccountOf(stream)), InstrumentOf);
            _accounts.Add(AccountLane.AccountOf(stream), new AccountLane(stream, machine, _findings));
        }

        foreach (var stream in _streams.Where(IsBook))
        {
            var symbol = SymbolOf(stream);
            _books.Add(symbol, new BookLane(stream, new BookMachine(symbol), _accounts, _findings));
        }

        foreach (var stream in _streams.Where(IsMover))
        {
            _movers.Add(stream.Name, MoverOf(stream, 0, _accounts, _findings));
        }
    }

    private void ReadAhead(PlainLane lane)
    {
        foreach (var slice in _image.Slices(lane.Stream.StreamId).ToArray())
        {
            if (_image.Frame(slice.Frame) is { } frame
                && slice.Position >= 0 && slice.Length >= 0 && slice.Position <= frame.Body.Length - slice.Length)
            {
                lane.Take(new StoredSlice(
                    slice.FirstSequence, slice.LastSequence, frame.Body.AsMemory(slice.Position, slice.Length)));
            }
        }
    }

    private static bool IsBook(StreamRow stream) => stream.Name.StartsWith(BookLane.Prefix, StringComparison.Ordinal);

    private static string SymbolOf(StreamRow stream) => stream.Name[BookLane.Prefix.Length..];

    private Instrument InstrumentOf(string symbol) => _listed.TryGetValue(symbol, out var instrument)
        ? instrument
        : throw new InvalidDataException($"{symbol} is not listed in the catalog");

    private void ExpectSnapshots()
    {
        var books = _books.Values.ToDictionary(book => book.Stream.StreamId);
        foreach (var snapshot in _image.Snapshots())
        {
            var stream = _streams.FirstOrDefault(stream => stream.StreamId == snapshot.StreamId);
            if (stream is null)
            {
                _findings.Add(
                    FindingKind.SnapshotDiffers, null, snapshot.Sequence,
                    $"there is a snapshot of a stream {snapshot.StreamId}, which is not there",
                    "The stream's entry is lost: restore a backup.");
            }
            else if (Checksum.Of(snapshot.Body) != snapshot.Crc)
            {
                _findings.Add(
                    FindingKind.SnapshotDamaged, stream.Name, snapshot.Sequence,
                    "the snapshot's checksum does not match",
                    "It is not used: an older one serves, or the whole stream is replayed. Nothing is lost.");
            }
            else if (books.TryGetValue(snapshot.StreamId, out var book))
            {
                book.Expect(snapshot);
            }
            else
            {
                if (!_snapshotted.TryGetValue(snapshot.StreamId, out var sequences))
                {
                    _snapshotted.Add(snapshot.StreamId, sequences = []);
                }

                sequences.Insert(0, snapshot.Sequence);
            }
        }
    }

    private void CheckIndex(JournalWalk walk, CancellationToken cancellationToken)
    {
        UInt128 indexed = 0;
        var inDamaged = new List<SliceRow>();
        foreach (var slice in _image.Slices())
        {
            cancellationToken.ThrowIfCancellationRequested();
            unchecked
            {
                indexed += JournalWalk.PlaceOf(slice);
            }

            if (walk.Damaged.Contains(slice.Frame))
            {
                inDamaged.Add(slice);
            }
        }

        var names = _streams.ToDictionary(stream => stream.StreamId, stream => stream.Name);
        foreach (var frame in walk.Damaged)
        {
            var there = inDamaged.Where(slice => slice.Frame == frame)
                .Select(
                    slice =>
                        $"{names.GetValueOrDefault(slice.StreamId, "?")} {slice.FirstSequence}-{slice.LastSequence}");
            _findings.Add(
                FindingKind.FrameDamaged, null, null,
                $"frame {frame.WriterId}/{frame.FrameNo}: its checksum does not match; it holds {string.Join(", ", there)}",
                "Bytes of the frame changed. Each damaged record is reported; the other records of the frame are intact.");
        }

        if (indexed != walk.Placed)
        {
            _findings.Add(
                FindingKind.IndexDiffers, null, null, "the index does not say of every slice where it lies",
                "An exchange that reads a stream by the index would miss records, or read wrong ones: restore a backup.");
        }
    }

    // If the catalog or a book of the venue is not sound, nothing is judged by it.
    private void CompareBatches(CancellationToken cancellationToken)
    {
        var renetting = new Renetting(_image, symbol => _listed.GetValueOrDefault(symbol), _findings);
        foreach (var venue in _movers.Values.Where(mover => SettlementLane.Is(mover.Stream) && !mover.IsStopped))
        {
            if (!_plain.Values.Any(lane => lane.IsStopped) && !_books.Values.Any(book => book.IsStopped))
            {
                renetting.Compare(venue.Stream, cancellationToken);
            }
        }
    }

    // The same if any stream is not sound: each may have moved units.
    private void CompareActions(CancellationToken cancellationToken)
    {
        if (!_plain.Values.Concat<Lane>(_accounts.Values).Concat(_books.Values).Concat(_movers.Values)
            .Any(lane => lane.IsStopped))
        {
            new CorporateAudit(
                _image, symbol => _listed.GetValueOrDefault(symbol), _findings).Compare(_streams, cancellationToken);
        }
    }

    private void CheckFiles()
    {
        (_files, var wrong) = OutgoingFiles.Compare(_image);
        foreach (var name in wrong)
        {
            _findings.Add(
                FindingKind.FileDiffers, null, null, $"{name} is not the batch that the journal has under this name",
                "The receiving system would pay or settle something else. Find out where the file comes from, and make the backup again.");
        }
    }

    private void RequireWholeStrategies()
    {
        var groups = _books.Values
            .Where(book => !book.IsStopped && book.Machine.Instrument is { Group.Length: > 0 })
            .GroupBy(book => book.Machine.Instrument!.BookKey, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            try
            {
                new StrategyGroup((_, _) => { }).Restore([.. group.Select(book => book.Machine)]);
            }
            catch (InvalidDataException broken)
            {
                _findings.Add(
                    FindingKind.StrategyBroken, group.First().Stream.Name, null, broken.Message,
                    "Legs of one order traded apart. An exchange halts every book of the group.");
            }
        }
    }

    /// <summary>Checks that an account's snapshot and the records after it give the state of all records.</summary>
    private async Task FoldFromSnapshotsAsync(
        int rank, IReadOnlyDictionary<string, long> heads, CancellationToken cancellationToken)
    {
        var restored = new Dictionary<long, (AccountLane Lane, long Sequence)>();
        var apart = new FindingList();
        foreach (var (account, snapshot) in NewestOfAccounts(rank))
        {
            var whole = _accounts[account];
            try
            {
                var machine = AccountMachine.Restore(new AccountId(account), InstrumentOf, snapshot.Body);
                if (machine.Sequence != snapshot.Sequence)
                {
                    throw new InvalidDataException($"it is of sequence {machine.Sequence}");
                }

                restored.Add(account, (new AccountLane(whole.Stream, machine, apart), snapshot.Sequence));
            }
            catch (OutdatedSnapshotException)
            {
                // No exchange of this release starts from it, and it is not damaged.
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
            {
                _findings.Add(
                    FindingKind.SnapshotDamaged, whole.Stream.Name, snapshot.Sequence, e.Message,
                    "It is not used: an older one serves, or the whole stream is replayed. Nothing is lost.");
            }
        }

        if (restored.Count == 0)
        {
            return;
        }

        var lanes = restored.ToDictionary(pair => pair.Key, pair => pair.Value.Lane);
        var books = _books.Values.Where(book => !book.IsStopped).Select(book => new BookTailLane(
            book.Stream, book.Machine.Symbol, lanes.Values.Min(lane => lane.Machine.CursorOf(book.Machine.Symbol)),
            lanes, apart));
        var movers = _movers.Where(mover => !mover.Value.IsStopped).Select(mover => MoverOf(
            mover.Value.Stream, lanes.Values.Min(lane => lane.Machine.CursorOf(mover.Key)), lanes, apart));
        await new JournalWalk([.. lanes.Values, .. books, .. movers], apart).RunAsync(_image, cancellationToken);
        foreach (var (account, (lane, sequence)) in restored)
        {
            lane.Settle(heads, IsWhole, hash: true);
            lane.LetGo();
            var (whole, again) = lane.KnowsOrderStates
                ? (_accounts[account].FinalHash, lane.FinalHash)
                : (_accounts[account].HashWithoutOrderStates, lane.HashWithoutOrderStates);
            if (again is not null && again.AsSpan().SequenceEqual(whole))
            {
                _snapshotsAgreed++;
            }
            else
            {
                _findings.Add(
                    FindingKind.SnapshotDiffers, lane.Stream.Name, sequence,
                    "the snapshot and the records after it do not give the state that all records give",
                    "An account that starts from it would have a wrong state: delete this snapshot; an older one is used.");
            }
        }
    }

    /// <summary>
    /// Returns each completely folded account's sound snapshot of a rank: the newest for 0, the one before it for 1,
    /// and so on.
    /// </summary>
    private IEnumerable<(long Account, SnapshotRow Snapshot)> NewestOfAccounts(int rank)
    {
        foreach (var lane in _accounts.Values.Where(lane => lane.FinalHash is not null))
        {
            if (_snapshotted.GetValueOrDefault(lane.Stream.StreamId) is { } sequences && rank < sequences.Count
                && _image.Snapshot(lane.Stream.StreamId, sequences[rank]) is { } snapshot)
            {
                yield return (lane.Account, snapshot);
            }
        }
    }

    private async Task CompareAsync(JournalPlace place, HistoryStore history, CancellationToken cancellationToken)
    {
        var heads = _streams.ToDictionary(stream => stream.Name, stream => stream.Head, StringComparer.Ordinal);
        try
        {
            foreach (var violation in await HistoryInvariants.CheckAsync(history, 0, heads, cancellationToken))
            {
                _findings.Add(
                    FindingKind.HistoryContradicts, null, null,
                    $"{violation.Name}: {string.Join("; ", violation.Rows)}",
                    "Only the SQL rows are wrong: delete the history, and the exchange rebuilds it from the journal.");
            }
        }
        catch (DbException failure) when (!place.IsPostgres)
        {
            // An unreachable database says nothing about its rows. An existing file that is unreadable does.
            _findings.Add(
                FindingKind.HistoryUnreadable, null, null, $"{place.HistoryFile}: {failure.Message}",
                "Only SQL rows are lost: delete the history, and the exchange rebuilds it from the journal.");
        }
    }

    private VerifyReport Report(JournalPlace place, JournalWalk walk, bool hasHistory, long started)
    {
        var lanes = _plain.Values.Concat<Lane>(_accounts.Values).Concat(_books.Values).Concat(_movers.Values).ToArray();
        return new VerifyReport
        {
            Journal = place.Title,
            Streams = _streams.Count,
            Accounts = _accounts.Values.Count(account => account.IsSettled),
            Frames = walk.Frames,
            Bytes = walk.Bytes,
            Records = lanes.Sum(lane => lane.Taken),
            Files = _files,
            Snapshots = _snapshotsAgreed + _books.Values.Sum(book => book.SnapshotsAgreed),
            History = hasHistory ? true : null,
            Books =
            [
                .. _books.Values.Where(book => book.Machine.Instrument is not null)
                    .OrderBy(book => book.Machine.Symbol, StringComparer.Ordinal)
                    .Select(book => new VerifiedBook(
                        book.Machine.Symbol,
                        book.Machine.Sequence,
                        book.Machine.Core.OpenOrders,
                        book.Machine.Core.StateHash.ToString("x16", CultureInfo.InvariantCulture))),
            ],
            FindingCount = _findings.Count,
            Findings = _findings.All(),
            Milliseconds = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds,
        };
    }
}
