using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Consensus;

/// <summary>
/// Plays the harness's messages on a book and writes the reports that all right engines agree on.
/// </summary>
/// <remarks>
/// A report is a line: <c>0,seq,side,id,price,qty</c> a new order; <c>1,seq,price,qty,maker,taker</c> a trade;
/// <c>2,seq,side,id,price</c> an order taken out, or the remainder of one that may not rest;
/// <c>3,seq,side,id,price,qty</c> a modified order; <c>4,seq,id</c> and <c>5,seq,id</c> a cancel and a modify of an
/// order that is not there. Lines are sorted by message and then by kind, and separated by a line feed.
/// </remarks>
public sealed class ConsensusReplay
{
    private enum Report
    {
        Order = 0,
        Trade = 1,
        Cancelled = 2,
        Modified = 3,
        CancelRefused = 4,
        ModifyRefused = 5,
    }

    private readonly OrderBook _book = new(maxLevels: int.MaxValue);

    // The book's id of an order that entered under a sender's id last, and back.
    private readonly Dictionary<ulong, long> _bookIds = [];
    private readonly List<ulong> _senderIds = [0];

    private readonly StringBuilder _lines = new();
    private readonly Action<ReadOnlySpan<char>> _write;
    private ulong _sequence;
    private bool _any;

    private ConsensusReplay(Action<ReadOnlySpan<char>> write) => _write = write;

    /// <summary>Plays all messages.</summary>
    /// <returns>SHA-256 of the reports in UTF-8, as hexadecimal digits.</returns>
    /// <exception cref="InvalidDataException">A message makes no sense.</exception>
    public static string Hash(IEnumerable<ConsensusMessage> messages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = Array.Empty<byte>();
        var replay = new ConsensusReplay(text =>
        {
            if (bytes.Length < text.Length)
                bytes = new byte[text.Length * 2];
            // All of it is digits and commas.
            hash.AppendData(bytes, 0, Encoding.UTF8.GetBytes(text, bytes));
        });
        replay.PlayAll(messages);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Plays all messages and returns the reports as text.</summary>
    /// <exception cref="InvalidDataException">A message makes no sense.</exception>
    public static string Reports(IEnumerable<ConsensusMessage> messages)
    {
        var all = new StringBuilder();
        new ConsensusReplay(text => all.Append(text)).PlayAll(messages);
        return all.ToString();
    }

    private void PlayAll(IEnumerable<ConsensusMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
        {
            if (_any && message.Sequence <= _sequence)
                throw new InvalidDataException($"Message {message.Sequence} comes after {_sequence}.");

            _sequence = message.Sequence;
            switch (message.Verb)
            {
                case ConsensusVerb.New:
                    Enter(message);
                    break;
                case ConsensusVerb.Cancel:
                    Cancel(message.OrderId);
                    break;
                case ConsensusVerb.Modify:
                    Modify(message);
                    break;
            }

            foreach (var chunk in _lines.GetChunks())
                _write(chunk.Span);
            _lines.Clear();
            _any = true;
        }
    }

    private void Enter(in ConsensusMessage message)
    {
        if (_bookIds.TryGetValue(message.OrderId, out var known) && _book.TryGetOrder(known, out _))
            throw new InvalidDataException($"Message {_sequence}: order {message.OrderId} is in the book already.");

        Write(Report.Order, (int)message.Side - 1, message.OrderId, message.PriceTicks, message.QuantityLots);
        Demand(_book.Submit(_book.LastTimeNanos, Order(message, message.Side), out var bookId));
        Name(bookId, message.OrderId);
        WriteTrades();
        if (message.ImmediateOrCancel && _book.Events[^1].Kind == BookEventKind.Ended)
            Write(Report.Cancelled, (int)message.Side - 1, message.OrderId, message.PriceTicks);
    }

    private void Cancel(ulong senderId)
    {
        if (!_bookIds.TryGetValue(senderId, out var bookId)
            || _book.Cancel(_book.LastTimeNanos, bookId, EndReason.User) != RejectReason.None)
        {
            Write(Report.CancelRefused, senderId);
            return;
        }

        var ended = _book.Events[0];
        Write(Report.Cancelled, (int)ended.Side - 1, senderId, ended.PriceTicks);
    }

    private void Modify(in ConsensusMessage message)
    {
        if (!_bookIds.TryGetValue(message.OrderId, out var bookId) || !_book.TryGetOrder(bookId, out var resting))
        {
            Write(Report.ModifyRefused, message.OrderId);
            return;
        }

        Demand(_book.Replace(_book.LastTimeNanos, bookId, Order(message, resting.Side), out var newId));
        Name(newId, message.OrderId);
        WriteTrades();
        Write(Report.Modified, (int)resting.Side - 1, message.OrderId, message.PriceTicks, message.QuantityLots);
    }

    private static NewOrder Order(in ConsensusMessage message, Side side) => new(
        1, side, OrderType.Limit,
        message.ImmediateOrCancel ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel,
        false, message.PriceTicks, message.QuantityLots);

    private void Demand(RejectReason reject)
    {
        if (reject != RejectReason.None)
            throw new InvalidDataException($"Message {_sequence}: the book refuses it ({reject}).");
    }

    private void Name(long bookId, ulong senderId)
    {
        // Book ids are 1, 2, 3 … and each command enters one order.
        _bookIds[senderId] = bookId;
        _senderIds.Add(senderId);
    }

    private void WriteTrades()
    {
        foreach (ref readonly var happened in _book.Events)
        {
            if (happened.Kind != BookEventKind.Trade)
                continue;

            var maker = _senderIds[(int)happened.MakerId];
            var taker = _senderIds[(int)happened.OrderId];
            Begin(Report.Trade).Append(
                CultureInfo.InvariantCulture, $"{happened.PriceTicks},{happened.QuantityLots},{maker},{taker}");
        }
    }

    private void Write(Report kind, int side, ulong senderId, long price, long lots) =>
        Begin(kind).Append(CultureInfo.InvariantCulture, $"{side},{senderId},{price},{lots}");

    private void Write(Report kind, int side, ulong senderId, long price) =>
        Begin(kind).Append(CultureInfo.InvariantCulture, $"{side},{senderId},{price}");

    private void Write(Report kind, ulong senderId) => Begin(kind).Append(senderId);

    private StringBuilder Begin(Report kind)
    {
        if (_any || _lines.Length > 0)
            _lines.Append('\n');
        return _lines.Append((int)kind).Append(',').Append(_sequence).Append(',');
    }
}
