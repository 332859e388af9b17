using QuantumCore.Instruments;

namespace QuantumCore.Bench.Scenarios;

/// <summary>A difference between the file and the book.</summary>
/// <param name="Line">Line of the file; 0 for the set-up.</param>
/// <param name="What">Command or check.</param>
/// <param name="Expected">Expected text of the file.</param>
/// <param name="Got">Actual text of the book.</param>
public sealed record ScenarioDifference(int Line, string What, string Expected, string Got)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}: {What}\n  expected: {Expected}\n  got:      {Got}";
}

/// <summary>Runs one scenario against a new book.</summary>
public sealed class ScenarioRun
{
    private readonly IScenarioBook _book;
    private readonly ScenarioNames _names = new();
    private readonly List<ScenarioDifference> _differences;
    private long _time;

    // A call phase of the set-up has not reported its first indicative yet; it comes with the first command.
    private bool _owesIndicative;

    private ScenarioRun(IScenarioBook book, List<ScenarioDifference> differences)
    {
        _book = book;
        _differences = differences;
    }

    /// <summary>Runs a scenario and returns the differences.</summary>
    /// <param name="scenario">Scenario to run.</param>
    /// <param name="newBook">Creates an empty book with a given maximum of price levels a side.</param>
    public static IReadOnlyList<ScenarioDifference> Of(Scenario scenario, Func<int, IScenarioBook> newBook)
    {
        var differences = new List<ScenarioDifference>();
        var line = 0;
        try
        {
            var run = new ScenarioRun(newBook(scenario.Settings.MaxLevels ?? 100_000), differences);
            run.SetUp(scenario.Settings);
            foreach (var command in scenario.Given)
                run.Give(command);
            foreach (var step in scenario.Steps)
            {
                line = step.Line;
                run.Take(step);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or ArithmeticException
            or IndexOutOfRangeException or NullReferenceException or InvalidCastException or NotSupportedException
            or KeyNotFoundException)
        {
            differences.Add(new ScenarioDifference(
                line, "the book broke", "an answer", $"{failure.GetType().Name}: {failure.Message}"));
        }

        return differences;
    }

    private void SetUp(ScenarioSettings settings)
    {
        var reason = SetRules(settings, _time);
        foreach (var phase in Way(settings.Phase ?? TradingPhase.Continuous))
        {
            if (reason == RejectReason.None)
                reason = _book.SetPhase(_time, phase);
        }

        if (reason != RejectReason.None)
            Differ(0, "cfg", "accepted", ScenarioWords.Of(reason));
        _owesIndicative = settings.Phase is TradingPhase.Opening or TradingPhase.Volatility or TradingPhase.Closing;
    }

    private RejectReason SetRules(ScenarioSettings settings, long time)
    {
        var reason = _book.SetRules(time, settings.Over(_book.Rules));
        if (reason == RejectReason.None && settings.Last is { } last)
            reason = _book.SetLast(time, last);
        if (reason == RejectReason.None && settings.StaticReference is { } reference)
            reason = _book.SetReference(time, reference);
        return reason == RejectReason.None && settings.Mark is { } mark ? _book.SetMark(time, mark) : reason;
    }

    /// <summary>Returns the phases to pass from Continuous.</summary>
    private static TradingPhase[] Way(TradingPhase phase) => phase switch
    {
        TradingPhase.Continuous => [],
        TradingPhase.PreOpen => [TradingPhase.Closed, TradingPhase.PreOpen],
        TradingPhase.Opening => [TradingPhase.Closed, TradingPhase.PreOpen, TradingPhase.Opening],
        _ => [phase],
    };

    private void Give(ScenarioCommand command)
    {
        if (Apply(command).Find(happened => happened.StartsWith("rej ", StringComparison.Ordinal)) is { } refusal)
            Differ(0, $"given {command.Text}", "accepted", refusal);
    }

    private void Take(ScenarioStep step)
    {
        switch (step)
        {
            case CommandStep { Command: var command, Events: var expected }:
                var got = Apply(command);
                if (!ScenarioComparison.AreSame(expected, got))
                    Differ(step.Line, $"> {command.Text}", Joined(expected), Joined(got));
                break;
            case BookStep { Text: var text }:
                var stated = BookText.Parse(text);
                var book = BookText.Of(_book, _names);
                if (stated.Last is null)
                    book = book with { Last = null };
                if (stated != book)
                    Differ(step.Line, "= the book", stated.ToString(), book.ToString());
                break;
        }
    }

    private static string Joined(IReadOnlyList<string> events) =>
        events.Count == 0 ? "(none)" : string.Join(" | ", events);

    private void Differ(int line, string what, string expected, string got) =>
        _differences.Add(new ScenarioDifference(line, what, expected, got));

    /// <summary>Runs a command and returns all its events as text.</summary>
    private List<string> Apply(ScenarioCommand command)
    {
        var time = command.Time ?? _time;
        var reason = Answer(command, time);
        if (reason == RejectReason.None && command is AmendCommand { Amendment.PriceTicks: { } limit } amended)
            _names.LearnLimit(_names.Id(amended.Name), limit);
        var told = new List<string>();
        var oldFailed = command is ReplaceCommand && _book.ReplaceFailure is not RejectReason.None;
        foreach (ref readonly var happened in _book.Events)
        {
            if (EventText.Of(in happened, _names) is { } text)
                told.Add(text);
        }

        if (oldFailed)
        {
            // Events caused by the command's time precede its rejection, the new order's events follow it.
            var entered = told.FindIndex(text => text.StartsWith("ack ", StringComparison.Ordinal));
            told.Insert(
                entered < 0 ? told.Count : entered,
                $"rej {((ReplaceCommand)command).Old} {ScenarioWords.Of(_book.ReplaceFailure)}");
        }

        _time = Math.Max(_time, time);
        if (reason == RejectReason.None)
        {
            TellFirstIndicative(command, told);
        }
        else if (!oldFailed || reason != _book.ReplaceFailure)
        {
            told.Insert(PlaceOfRefusal(told), Refusal(command, reason));
        }

        return told;
    }

    /// <summary>
    /// Returns the index of a rejection among the events. It follows events caused by the command's time, or the
    /// replaced order, and precedes their consequences and the indicative (RULES 3). The book's response is not an
    /// event.
    /// </summary>
    private static int PlaceOfRefusal(List<string> told)
    {
        var replaced = told.FindIndex(
            text => text.StartsWith("can ", StringComparison.Ordinal)
                && text.EndsWith(" REPLACED", StringComparison.Ordinal));
        var indicative = told.FindIndex(text => text.StartsWith("ind ", StringComparison.Ordinal));
        return replaced >= 0 ? replaced + 1 : indicative >= 0 ? indicative : told.Count;
    }

    private void TellFirstIndicative(ScenarioCommand command, List<string> told)
    {
        if (!_owesIndicative || command is BustCommand or CorrectCommand)
            return;
        _owesIndicative = false;
        if (!told.Exists(text => text.StartsWith("ind ", StringComparison.Ordinal)
            || text.StartsWith("state ", StringComparison.Ordinal)))
            told.Add(ScenarioComparison.FirstIndicative);
    }

    private string Refusal(ScenarioCommand command, RejectReason reason)
    {
        if (command is ReplaceCommand replace && reason is RejectReason.UnknownOrder or RejectReason.NotOwner
            or RejectReason.OrderClosed or RejectReason.StaleLeaves)
            return $"rej {replace.Old} {ScenarioWords.Of(reason)}";

        var text = $"rej {command.Subject} {ScenarioWords.Of(reason)}";
        if (reason != RejectReason.InvalidCombination)
            return text;
        IReadOnlyList<ScenarioOrder> orders = command switch
        {
            NewCommand entry => [entry.Order],
            ReplaceCommand entry => [entry.Order],
            ListCommand list => list.Legs,
            _ => [],
        };
        foreach (var order in orders)
        {
            if (_book.Conflict(order.Terms, out var first, out var second))
                return $"{text}({first},{second})";
        }

        return text;
    }

    private RejectReason Answer(ScenarioCommand command, long time) => command switch
    {
        NewCommand entry => Submit(entry, time),
        ListCommand list => SubmitList(list, time),
        ReplaceCommand replace => Replace(replace, time),
        CancelCommand cancel => _book.Cancel(time, _names.Id(cancel.Name), EndReason.User),
        MassCommand mass => Mass(mass, time),
        AmendCommand amend => _book.Amend(time, _names.Id(amend.Name), amend.Amendment),
        PhaseCommand phase => _book.SetPhase(time, phase.Phase),
        MarkCommand mark => _book.SetMark(time, mark.PriceTicks),
        ReferenceCommand reference => _book.SetReference(time, reference.PriceTicks),
        LastCommand last => _book.SetLast(time, last.PriceTicks),
        AdjustCommand adjust => _book.Adjust(time, adjust.Adjustment),
        TimeCommand => _book.AdvanceTime(time),
        BustCommand bust => _book.Bust(time, bust.Trade),
        CorrectCommand correct => _book.Correct(time, correct.Trade, correct.PriceTicks),
        RulesCommand rules => SetRules(rules.Settings, time),
        _ => throw new ArgumentException($"no such command: {command.Text}", nameof(command)),
    };

    private RejectReason Submit(NewCommand entry, long time)
    {
        var reason = _book.Submit(time, _names.Terms(entry.Order), out var orderId);
        if (reason == RejectReason.None)
            _names.Learn(entry.Order, orderId);
        return reason;
    }

    private RejectReason SubmitList(ListCommand list, long time)
    {
        var reason = _book.SubmitList(time, list.Kind, [.. list.Legs.Select(_names.Terms)], out var firstOrderId);
        if (reason != RejectReason.None)
            return reason;

        for (var leg = 0; leg < list.Legs.Count; leg++)
            _names.Learn(list.Legs[leg], firstOrderId + leg);
        _names.LearnList(list.Name, firstOrderId);
        return reason;
    }

    private RejectReason Replace(ReplaceCommand replace, long time)
    {
        var reason = _book.Replace(
            time, _names.Id(replace.Old), _names.Terms(replace.Order), out var newOrderId, replace.Mode);
        if (newOrderId != 0)
            _names.Learn(replace.Order, newOrderId);
        return reason;
    }

    private RejectReason Mass(MassCommand mass, long time)
    {
        var filter = _names.Filter(mass);
        return mass.Verb switch
        {
            MassVerb.Cancel => _book.CancelMany(time, filter, EndReason.MassCancel),
            MassVerb.Kill => _book.Block(time, filter),
            MassVerb.Unblock => _book.Unblock(time, filter),
        };
    }
}
