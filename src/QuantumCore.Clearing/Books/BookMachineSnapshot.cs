using QuantumCore.Contracts;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Encodes a book's whole state. The same state always gives the same bytes.</summary>
internal static class BookMachineSnapshot
{
    /// <summary>The version that this release writes.</summary>
    public const byte Version = 8;

    // 4: no phase plan. 5: no trade groups. 6: no corporate actions. 7: no changed trades.
    private const byte OldestVersion = 4;
    private const byte WithPlans = 5;
    private const byte WithGroups = 6;
    private const byte WithActions = 7;
    private const byte Kind = 100;

    /// <summary>Returns true if this release reads a version.</summary>
    public static bool CanRead(byte version) => version is >= OldestVersion and <= Version;

    /// <summary>Captures the state in a version.</summary>
    public static CapturedState Capture(BookMachineState book, byte version)
    {
        var state = new CapturedState();
        var core = book.Core.Snapshot();
        var to = new RecordWriter(version, Kind, book.TimeNanos);
        to.Count(book.Sequence);
        to.Bytes(EncodedInstrument.From(book.Instrument!).Bytes.AsSpan());
        to.Fixed64(unchecked((long)book.Core.StateHash));
        to.Count(core.Length);
        state.Add(to.ToArray());
        state.Add(core);
        to = new RecordWriter();
        to.Count(book.Tickets.LastId);
        to.Bool(book.Indicative is not null);
        if (book.Indicative is { } auction)
        {
            to.Count(auction.PriceTicks);
            to.Count(auction.Lots);
            to.Fixed64(auction.Imbalance);
        }

        state.Add(to.ToArray());
        book.Tickets.AddTo(state);
        to = new RecordWriter();
        // Each version appends to the one before it.
        if (version >= WithPlans)
        {
            book.Phases.Write(ref to);
        }

        if (version >= WithGroups)
        {
            book.Groups.Write(ref to);
        }

        if (version >= WithActions)
        {
            book.Actions.Write(ref to);
        }

        if (version > WithActions)
        {
            book.Trades.Write(ref to);
        }

        state.Add(to.ToArray());
        return state;
    }

    /// <summary>Decodes the state of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged, or its state hash is not the book's.</exception>
    public static BookMachineState Read(string symbol, ReadOnlySpan<byte> snapshot)
    {
        var from = new RecordReader(snapshot, OldestVersion, Version);
        var sequence = from.Count();
        var instrument = new EncodedInstrument([.. from.Bytes()]).Decode();
        var hash = unchecked((ulong)from.Fixed64());
        var core = OrderBook.Restore(from.Bytes());
        if (from.Kind != Kind || core.StateHash != hash)
        {
            throw new InvalidDataException($"The snapshot of {symbol} at {sequence} has another state hash.");
        }

        var lastId = from.Count();
        IndicativeAuction? indicative =
            from.Bool() ? new IndicativeAuction(from.Count(), from.Count(), from.Fixed64()) : null;
        var tickets = BookTickets.Read(symbol, lastId, core, ref from);
        var book = new BookMachineState(instrument, core, tickets, sequence, from.TimeNanos, symbol)
        {
            Indicative = indicative,
        };
        ReadWhatCameLater(book, ref from);
        from.End();
        return book;
    }

    private static void ReadWhatCameLater(BookMachineState book, ref RecordReader from)
    {
        if (from.Version >= WithPlans)
        {
            book.Phases.Read(ref from);
        }

        if (from.Version >= WithGroups)
        {
            book.Groups.Read(ref from);
        }

        if (from.Version >= WithActions)
        {
            book.Actions.Read(ref from);
        }

        if (from.Version > WithActions)
        {
            book.Trades.Read(ref from);
        }
        else if (book.Actions.Any)
        {
            // A guess would persist in every later snapshot, and none of them would match the state that the records
            // give.
            throw new InvalidDataException(
                $"The snapshot of {book.Symbol} at {book.Sequence} is of an older release and does not say since when its units are what they are: the records do.");
        }
    }
}
