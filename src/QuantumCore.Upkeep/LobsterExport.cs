using QuantumCore.Contracts;
using QuantumCore.Grains.Books;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Matching;

namespace QuantumCore.Upkeep;

/// <summary>What was written of a book.</summary>
/// <param name="Messages">Lines of either file.</param>
/// <param name="Submissions">Of them, orders that appeared.</param>
/// <param name="Executions">Displayed orders that traded.</param>
/// <param name="HiddenExecutions">Trades with what was not displayed, and of strategies' legs.</param>
/// <param name="Crosses">Trades of auctions, and of what they set off.</param>
public sealed record LobsterSummary(long Messages, long Submissions, long Executions, long HiddenExecutions, long Crosses);

/// <summary>
/// Writes what others could see of a book, order by order, in the format of LOBSTER (lobsterdata.com): a file of messages, and one with
/// the best levels after each. Nobody's account is in it. <c>qc replay</c> reads it, as programs for research do.
/// </summary>
public static class LobsterExport
{
    /// <summary>Most levels of a side in a row.</summary>
    public const int LevelsLimit = 200;

    /// <summary>Writes them; findings: what could not be read, after which the files end.</summary>
    /// <param name="place">The journal.</param>
    /// <param name="symbol">The book.</param>
    /// <param name="day">Only this UTC day, by its number since 1970, with what stood in the book before it in the rows alone; null: from the first record on.</param>
    /// <param name="levels">Levels of a side, from 1 to <see cref="LevelsLimit"/>.</param>
    /// <param name="messages">Where messages go.</param>
    /// <param name="rows">Where rows of levels go.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="JournalSetupException">There is no journal, no such book in it, or its prices are finer than the format's.</exception>
    public static async Task<(LobsterSummary Summary, IReadOnlyList<Finding> Findings)> WriteAsync(
        JournalPlace place, string symbol, long? day, int levels, TextWriter messages, TextWriter rows, CancellationToken cancellationToken)
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
        await new JournalWalk([new LobsterLane(stream, symbol, writer, findings)], findings) { Workers = 1 }.RunAsync(image, cancellationToken);
        await messages.FlushAsync(cancellationToken);
        await rows.FlushAsync(cancellationToken);
        return (writer.Summary, findings.All());
    }
}

/// <summary>A book whose commands are run again, for what others saw of them.</summary>
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
            Stop(FindingKind.BookDiverges, record.Sequence, divergence.Message, "What follows is not exported.");
            return;
        }

        if (again is InstrumentDefined)
        {
            _writer.Begin(_machine.Instrument!);
        }

        _writer.Write(again.TimeNanos, before, _machine.Core, _changes);
    }
}
