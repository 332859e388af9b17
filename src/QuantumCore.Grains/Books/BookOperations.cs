using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Carries out the operator's commands.</summary>
internal sealed class BookOperations(OpenBooks books, BookJournal journal, BookSchedule schedule, string key)
{
    /// <inheritdoc cref="IOrderBookGrain.Define"/>
    public async ValueTask DefineAsync(string symbol, EncodedInstrument definition)
    {
        var instrument = definition.Decode();
        if (instrument.Symbol != symbol || instrument.BookKey != key)
        {
            throw new ArgumentException(
                $"{instrument.Symbol} is not of {key}: the group of a listed instrument never changes.",
                nameof(definition));
        }

        var book = await books.MemberAsync(symbol);
        if (journal.Refuse(symbol, urgent: true, out _) is not RejectReason.None and var reason)
        {
            throw new InvalidOperationException($"{symbol} can't be defined now: {reason}.");
        }

        journal.Turn(() => journal.Record(book, book.Machine.Define(definition, journal.CommandNanos), urgent: true));
        await journal.SettleAsync();
    }

    /// <inheritdoc cref="IOrderBookGrain.Operate"/>
    public async ValueTask<RejectReason> OperateAsync(string symbol, BookCommand command)
    {
        var reason = OperateInMemory(symbol, command);
        await journal.SettleAsync();
        return reason;
    }

    /// <inheritdoc cref="IOrderBookGrain.Halt"/>
    public async ValueTask<HaltAnswer> HaltAsync(string symbol, BookCommand command)
    {
        var reason = OperateInMemory(symbol, command);
        if (books.Find(symbol) is not { IsServing: true } book)
        {
            return new HaltAnswer(reason, true, null);
        }

        var state = BookViews.StateOf(book);
        var isOnRecord =
            await journal.SettledWithinAsync(TimeSpan.FromMilliseconds(HaltAnswer.PatienceMillis));
        return new HaltAnswer(reason, isOnRecord, state);
    }

    private RejectReason OperateInMemory(string symbol, BookCommand command)
    {
        var refusal = journal.Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None || book.Machine.Instrument is null)
        {
            return refusal == RejectReason.None ? RejectReason.UnknownSymbol : refusal;
        }

        // A bust or correction needs the trade as the journal has it, not as the caller says.
        if (command is ChangeTrade)
        {
            return RejectReason.BadRequest;
        }

        return journal.Turn(() =>
        {
            schedule.CatchUp();
            var reason = book.Machine.Operate(command, journal.CommandNanos, out var record);
            journal.Record(book, record, urgent: true);
            return reason;
        });
    }
}
