using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;
using QuantumCore.Matching;

namespace QuantumCore.Upkeep;

/// <summary>Summary of an exported book.</summary>
/// <param name="Messages">Number of lines of each file.</param>
/// <param name="Submissions">Number of orders that appeared.</param>
/// <param name="Executions">Number of executions of displayed orders.</param>
/// <param name="HiddenExecutions">Number of executions of hidden orders and of strategies' legs.</param>
/// <param name="Crosses">Number of auction trades, and of trades they triggered.</param>
public sealed record LobsterSummary(
    long Messages, long Submissions, long Executions, long HiddenExecutions, long Crosses);

/// <summary>
/// Exports the public view of a book (market-by-order) in the LOBSTER format (lobsterdata.com): a message file and a
/// file with the best levels after each message. It contains no accounts. <c>qc replay</c> and research programs read
/// it.
/// </summary>
public static class LobsterExport
{
    /// <summary>Most levels of a side in a row.</summary>
    public const int LevelsLimit = 200;

    /// <summary>Writes the files. Returns the issues: unreadable records, at which the files end.</summary>
    /// <param name="place">The journal.</param>
    /// <param name="symbol">Symbol of the book.</param>
    /// <param name="day">
    /// UTC day to export, as a number since 1970. Orders from before it appear in the rows only. Null: from the first
    /// record on.
    /// </param>
    /// <param name="levels">Levels of a side, from 1 to <see cref="LevelsLimit"/>.</param>
    /// <param name="messages">Destination of messages.</param>
    /// <param name="rows">Destination of rows of levels.</param>
    /// <param name="cancellationToken">Token that stops the call.</param>
    /// <exception cref="JournalSetupException">
    /// There is no journal, no such book in it, or its prices are finer than the format's.
    /// </exception>
    public static async Task<(LobsterSummary Summary, IReadOnlyList<Finding> Findings)> WriteAsync(
        JournalPlace place, string symbol, long? day, int levels, TextWriter messages, TextWriter rows,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, LevelsLimit);
        var findings = new FindingList();
        using var image = JournalImage.Open(place.Text, place.JournalSchema);
        if (image.Streams().FirstOrDefault(row => row.Name == BookLane.Prefix + symbol) is not { } stream)
        {
            throw new JournalSetupException($"{place.Title} has no book of {symbol}.");
        }

        var writer = new LobsterWriter(day, levels, messages, rows);
        await new JournalWalk([new LobsterLane(stream, symbol, writer, findings)], findings)
        {
            Workers = 1,
        }.RunAsync(image, cancellationToken);
        await messages.FlushAsync(cancellationToken);
        await rows.FlushAsync(cancellationToken);
        return (writer.Summary, findings.All());
    }
}

/// <summary>Runs a book's commands again for the changes that others saw.</summary>
internal sealed class LobsterLane : Lane
{
    private readonly BookMachine _machine;
    private readonly LobsterWriter _writer;
    private readonly List<OrderChange> _changes = [];

    public LobsterLane(StreamRow stream, string symbol, LobsterWriter writer, FindingList findings)
        : base(stream, 1, findings)
    {
        _writer = writer;
        _machine = new BookMachine(symbol) { OnDisplayed = _changes.Add };
    }

    protected override void Take(in JournalRecord record)
    {
        var before = _machine.Instrument is null ? TradingPhase.Continuous : _machine.Core.Phase;
        _changes.Clear();
        BookRecord again;
        try
        {
            again = _machine.Replay(record.Sequence, record.Body.Span);
        }
        catch (DivergenceException divergence)
        {
            Stop(
                FindingKind.BookDiverges, record.Sequence, divergence.Message,
                "The records after it are not exported.");
            return;
        }

        if (again is InstrumentDefined)
        {
            _writer.Begin(_machine.Instrument!);
        }

        _writer.Write(again.TimeNanos, before, _machine.Core, _changes);
    }
}
