namespace QuantumCore.Bench.Scenarios;

/// <summary>A step of a scenario: a command or a check.</summary>
/// <param name="Line">Line in the file, from 1.</param>
public abstract record ScenarioStep(int Line);

/// <summary>A command with all its events, in canonical text.</summary>
public sealed record CommandStep(int Line, ScenarioCommand Command, IReadOnlyList<string> Events) : ScenarioStep(Line);

/// <summary>Expected book, as written.</summary>
public sealed record BookStep(int Line, string Text) : ScenarioStep(Line);

/// <summary>A scenario of a file.</summary>
/// <param name="Number">Number as written before the title.</param>
/// <param name="Title">Title.</param>
/// <param name="Settings">Settings of the book.</param>
/// <param name="Given">Set-up commands, whose events are not checked.</param>
/// <param name="Steps">Commands and checks.</param>
/// <param name="Problem">First invalid line, which prevents a run; null if all are valid.</param>
public sealed record Scenario(
    string Number,
    string Title,
    ScenarioSettings Settings,
    IReadOnlyList<ScenarioCommand> Given,
    IReadOnlyList<ScenarioStep> Steps,
    ScenarioFileException? Problem)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Number} {Title}";
}

/// <summary>A scenario file is invalid; the message names the line.</summary>
public sealed class ScenarioFileException(int line, string text, string problem)
    : Exception($"line {line}: {problem}: {text.Trim()}")
{
    /// <summary>Number of the line, from 1.</summary>
    public int Line { get; } = line;
}

/// <summary>Parses files of scenarios.</summary>
public sealed class ScenarioFile
{
    private readonly List<Scenario> _scenarios = [];
    private string? _number;
    private string _title = "";
    private List<string> _settings = [];
    private List<ScenarioCommand> _given = [];
    private List<ScenarioStep> _steps = [];

    private ScenarioFileException? _problem;

    // The last line started with #. It is a heading, which ends the scenario, if prose follows; else a comment.
    private bool _afterHash;

    // The command whose events are incomplete, and its events so far.
    private ScenarioCommand? _command;
    private int _commandLine;
    private List<string> _events = [];

    private ScenarioFile()
    {
    }

    /// <summary>Returns all scenarios of a file without invalid lines.</summary>
    /// <exception cref="ScenarioFileException">A line is invalid, or there is no scenario.</exception>
    public static IReadOnlyList<Scenario> Read(string text)
    {
        var scenarios = ReadAll(text);
        return scenarios.FirstOrDefault(scenario => scenario.Problem is not null)?.Problem is { } problem
            ? throw problem
            : scenarios;
    }

    /// <summary>
    /// Returns all scenarios, including those with an invalid line. Text before the first title, or between another
    /// heading and the next title, is prose.
    /// </summary>
    /// <exception cref="ScenarioFileException">There is no scenario.</exception>
    public static IReadOnlyList<Scenario> ReadAll(string text)
    {
        var file = new ScenarioFile();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            try
            {
                file.Take(line.TrimEnd(), number);
            }
            catch (FormatException wrong)
            {
                file.Spoil(new ScenarioFileException(number, line, wrong.Message));
            }
        }

        file.EndScenario();
        return file._scenarios.Count > 0
            ? file._scenarios
            : throw new ScenarioFileException(number, "", "no scenario: a title is '### 01 words'");
    }

    private void Take(string line, int number)
    {
        if (line.StartsWith("###", StringComparison.Ordinal) && !line.StartsWith("####", StringComparison.Ordinal))
        {
            Begin(line[3..].Trim());
            return;
        }

        if (line.StartsWith('#') || line.Length == 0)
        {
            _afterHash |= line.Length > 0;
            return;
        }

        if (_afterHash && !IsPart(line))
            EndScenario();
        _afterHash = false;
        if (_number is not null && _problem is null)
            TakePart(line, number);
        else if (_number is null && _scenarios.Count > 0 && IsPart(line))
            throw new FormatException("it belongs to no scenario: a heading ended the last one");
    }

    private bool IsPart(string line) => line.StartsWith('>') || line.StartsWith('=')
        || Follows(line, "cfg") is not null || Follows(line, "given") is not null
        || (_command is not null && char.IsWhiteSpace(line[0]));

    /// <summary>Marks the scenario of an invalid line, and the one before if a heading ended that too early.</summary>
    private void Spoil(ScenarioFileException problem)
    {
        if (_number is not null)
            _problem ??= problem;
        else
            _scenarios[^1] = _scenarios[^1] with { Problem = _scenarios[^1].Problem ?? problem };
    }

    private void TakePart(string line, int number)
    {
        var text = line.Trim();
        if (text[0] == '>')
            BeginCommand(text[1..], number);
        else if (text[0] == '=')
            TakeBook(text[1..], number);
        else if (char.IsWhiteSpace(line[0]) && _command is not null)
            _events.AddRange(Events(text));
        else if (Follows(text, "cfg") is { } settings)
            TakeSettings(settings);
        else if (Follows(text, "given") is { } given)
            TakeGiven(given);
        else if (char.IsWhiteSpace(line[0]) && _given.Count > 0 && _steps.Count == 0)
            TakeGiven(text);
        else
            throw new FormatException("neither cfg, given, > command, its events, nor = book");
    }

    private static string? Follows(string text, string word) =>
        text.StartsWith(word, StringComparison.Ordinal)
            && (text.Length == word.Length || char.IsWhiteSpace(text[word.Length]))
            ? text[word.Length..]
            : null;

    private void Begin(string title)
    {
        EndScenario();
        var words = title.Split(' ', 2, StringSplitOptions.TrimEntries);
        _number = words[0].Length > 0 ? words[0] : "?";
        _title = words.Length > 1 ? words[1] : "";
        if (words[0].Length == 0)
            throw new FormatException("a title has a number");
    }

    private void TakeSettings(string text)
    {
        MustComeFirst("cfg");
        List<string> settings = [.. _settings, .. text.Split([' ', '\t', ';'], StringSplitOptions.RemoveEmptyEntries)];
        _ = CommandText.Settings(settings);
        _settings = settings;
    }

    private void TakeGiven(string text)
    {
        MustComeFirst("given");
        _given.AddRange(text
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(CommandText.Parse));
    }

    private void MustComeFirst(string what)
    {
        if (_steps.Count > 0 || _command is not null)
            throw new FormatException($"{what} stands before the first command");
    }

    private void BeginCommand(string text, int number)
    {
        EndCommand();
        _command = CommandText.Parse(text.Trim());
        _commandLine = number;
    }

    private void TakeBook(string text, int number)
    {
        EndCommand();
        _ = BookText.Parse(text);
        _steps.Add(new BookStep(number, text.Trim()));
    }

    private IEnumerable<string> Events(string text)
    {
        if (text is "(none)" or "none" or "-")
            return ["(none)"];
        return text
            .Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(EventText.Canonical)
            .Select(WithOwnSubject);
    }

    /// <summary>Returns a rejection with our own subject: a file may name an alternative.</summary>
    private string WithOwnSubject(string happened) =>
        happened.Split(' ') is ["rej", var subject, var reason] && subject == _command?.OtherSubject
            ? $"rej {_command.Subject} {reason}"
            : happened;

    private void EndCommand()
    {
        if (_command is null)
            return;
        if (_events.Count == 0)
            Spoil(
                new ScenarioFileException(
                    _commandLine, _command.Text, "no line of events below the command; none is (none)"));

        _steps.Add(new CommandStep(_commandLine, _command, [.. _events.Where(happened => happened != "(none)")]));
        _command = null;
        _events = [];
    }

    private void EndScenario()
    {
        EndCommand();
        if (_number is not null)
            _scenarios.Add(new Scenario(_number, _title, CommandText.Settings(_settings), _given, _steps, _problem));
        _number = null;
        _problem = null;
        _afterHash = false;
        _settings = [];
        _given = [];
        _steps = [];
    }
}
