using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Consensus;

/// <summary>
/// Replays the harness's messages on a book and returns the reports that all correct engines agree on, sorted by
/// message, then by kind.
/// </summary>
public sealed class ConsensusReplay
{
    /// <summary>Number of reports passed on at a time.</summary>
    private const int Handful = 4_096;

    /// <summary>Number of messages replayed by one call: see <see cref="Ops.OpsReplay"/>.</summary>
    private const int Stretch = 1_024;

    private readonly ConsensusMessage[] _messages;
    private readonly OrderBook _book = new(maxLevels: int.MaxValue);

    // Senders' ids may be sparse, so each gets a dense number before timing starts. By number: the id, the side of its
    // order, and the book's id of the last order entered under it.
    private readonly int[] _numbers;
    private readonly ulong[] _senderIds;
    private readonly byte[] _sides;
    private readonly long[] _bookIds;

    // Sender's id by the book's id, counted from the first of this round.
    private readonly ulong[] _senders;
    private long _firstBookId;

    private readonly ConsensusReport[] _reports = new ConsensusReport[Handful];
    private readonly Action<ReadOnlySpan<ConsensusReport>> _read;
    private int _count;

    /// <summary>Prepares messages.</summary>
    /// <param name="messages">All messages.</param>
    /// <param name="read">Receives the reports in portions.</param>
    /// <exception cref="InvalidDataException">The messages' numbers do not ascend.</exception>
    public ConsensusReplay(IEnumerable<ConsensusMessage> messages, Action<ReadOnlySpan<ConsensusReport>> read)
    {
        _messages = [.. messages];
        _read = read;
        var senders = new Dictionary<ulong, int>();
        _numbers = new int[_messages.Length];
        for (var i = 0; i < _messages.Length; i++)
        {
            if (i > 0 && _messages[i].Sequence <= _messages[i - 1].Sequence)
                throw new InvalidDataException(
                    $"Message {_messages[i].Sequence} comes after {_messages[i - 1].Sequence}.");
            if (!senders.TryGetValue(_messages[i].OrderId, out _numbers[i]))
                senders.Add(_messages[i].OrderId, _numbers[i] = senders.Count);
        }

        _senderIds = [.. senders.Keys];
        _sides = new byte[senders.Count];
        _bookIds = new long[senders.Count];
        _senders = new ulong[_messages.Length + 1];
    }

    /// <summary>Replays all messages and returns a hash of the reports.</summary>
    /// <returns>SHA-256 of the reports as lines of UTF-8 with a line feed between them, as hexadecimal
    /// digits.</returns>
    /// <exception cref="InvalidDataException">A message is invalid.</exception>
    public static string Hash(IEnumerable<ConsensusMessage> messages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = Array.Empty<byte>();
        PlayAsText(messages, text =>
        {
            if (bytes.Length < text.Length)
                bytes = new byte[text.Length * 2];
            // The text has only digits and commas.
            hash.AppendData(bytes, 0, Encoding.UTF8.GetBytes(text, bytes));
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Replays all messages and returns the reports as lines.</summary>
    /// <exception cref="InvalidDataException">A message is invalid.</exception>
    public static string Reports(IEnumerable<ConsensusMessage> messages)
    {
        var all = new StringBuilder();
        PlayAsText(messages, text => all.Append(text));
        return all.ToString();
    }

    /// <summary>Replays all messages on an empty book.</summary>
    /// <returns>Elapsed time.</returns>
    /// <exception cref="InvalidDataException">A message is invalid.</exception>
    public TimeSpan Play()
    {
        Empty();
        var start = Stopwatch.GetTimestamp();
        for (var at = 0; at < _messages.Length; at += Stretch)
            PlayStretch(at, Math.Min(at + Stretch, _messages.Length));
        HandOver();
        return Stopwatch.GetElapsedTime(start);
    }

    private static void PlayAsText(IEnumerable<ConsensusMessage> messages, Action<ReadOnlySpan<char>> write)
    {
        var line = new StringBuilder();
        var any = false;
        new ConsensusReplay(messages, reports =>
        {
            foreach (ref readonly var report in reports)
            {
                if (any)
                    line.Append('\n');
                any = true;
                report.AppendTo(line);
                foreach (var chunk in line.GetChunks())
                    write(chunk.Span);
                line.Clear();
            }
        }).Play();
    }

    private void Empty()
    {
        foreach (var bookId in _bookIds)
            _book.Cancel(_book.LastTimeNanos, bookId, EndReason.User);
        Array.Clear(_bookIds);
        _firstBookId = _book.LastOrderId;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlayStretch(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            ref readonly var message = ref _messages[i];
            if (message.Verb == ConsensusVerb.New)
                Enter(in message, _numbers[i]);
            else if (message.Verb == ConsensusVerb.Cancel)
                Cancel(in message, _numbers[i]);
            else
                Modify(in message, _numbers[i]);
        }
    }

    private void Enter(in ConsensusMessage message, int number)
    {
        if (_bookIds[number] != 0 && _book.TryGetOrder(_bookIds[number], out _))
            throw new InvalidDataException(
                $"Message {message.Sequence}: order {message.OrderId} is in the book already.");

        var side = (byte)(message.Side - 1);
        var reject = _book.Submit(_book.LastTimeNanos, Order(in message, message.Side), out var bookId);
        if (reject != RejectReason.None)
            throw Refused(in message, reject);

        _sides[number] = side;
        Name(bookId, number);
        Report(in message, ConsensusReportKind.Order, side, message.PriceTicks, message.QuantityLots);
        ReportTrades(in message);
        if (message.ImmediateOrCancel && _book.Events[^1].Kind == BookEventKind.Ended)
            Report(in message, ConsensusReportKind.Cancelled, side, message.PriceTicks, 0);
    }

    private void Cancel(in ConsensusMessage message, int number)
    {
        if (_book.Cancel(_book.LastTimeNanos, _bookIds[number], EndReason.User) != RejectReason.None)
        {
            Report(in message, ConsensusReportKind.CancelRefused, 0, 0, 0);
            return;
        }

        ref readonly var ended = ref _book.Events[0];
        Report(in message, ConsensusReportKind.Cancelled, (byte)(ended.Side - 1), ended.PriceTicks, 0);
    }

    private void Modify(in ConsensusMessage message, int number)
    {
        var side = _sides[number];
        var reject =
            _book.Replace(_book.LastTimeNanos, _bookIds[number], Order(in message, (Side)(side + 1)), out var bookId);
        if (reject is RejectReason.OrderClosed or RejectReason.UnknownOrder)
        {
            Report(in message, ConsensusReportKind.ModifyRefused, 0, 0, 0);
            return;
        }

        if (reject != RejectReason.None)
            throw Refused(in message, reject);

        Name(bookId, number);
        ReportTrades(in message);
        Report(in message, ConsensusReportKind.Modified, side, message.PriceTicks, message.QuantityLots);
    }

    private static NewOrder Order(in ConsensusMessage message, Side side) => new(
        1, side, OrderType.Limit,
        message.ImmediateOrCancel ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel,
        false, message.PriceTicks, message.QuantityLots);

    private static InvalidDataException Refused(in ConsensusMessage message, RejectReason reject) =>
        new($"Message {message.Sequence}: the book refuses it ({reject}).");

    private void Name(long bookId, int number)
    {
        _bookIds[number] = bookId;
        _senders[bookId - _firstBookId] = _senderIds[number];
    }

    private void ReportTrades(in ConsensusMessage message)
    {
        foreach (ref readonly var happened in _book.Events)
        {
            if (happened.Kind == BookEventKind.Trade)
            {
                Next() = new ConsensusReport
                {
                    Kind = ConsensusReportKind.Trade,
                    Sequence = message.Sequence,
                    OrderId = message.OrderId,
                    PriceTicks = happened.PriceTicks,
                    QuantityLots = (uint)happened.QuantityLots,
                    MakerId = _senders[happened.MakerId - _firstBookId],
                };
            }
        }
    }

    private void Report(in ConsensusMessage message, ConsensusReportKind kind, byte side, long price, uint lots) =>
        Next() = new ConsensusReport
        {
            Kind = kind,
            Side = side,
            Sequence = message.Sequence,
            OrderId = message.OrderId,
            PriceTicks = price,
            QuantityLots = lots,
        };

    private ref ConsensusReport Next()
    {
        if (_count == Handful)
            HandOver();
        return ref _reports[_count++];
    }

    private void HandOver()
    {
        _read(_reports.AsSpan(0, _count));
        _count = 0;
    }
}
