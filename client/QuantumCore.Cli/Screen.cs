using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>Output of results and errors: tables for people, one JSON document for programs.</summary>
internal sealed class Screen
{
    private const int WidthWhenRedirected = 160;

    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly Lazy<IAnsiConsole> _console;

    internal Screen(TextWriter output, TextWriter error, bool json)
    {
        _output = output;
        _error = error;
        Json = json;
        _console = new Lazy<IAnsiConsole>(() =>
        {
            var terminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
            var console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(output),
                Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            });
            if (!terminal)
                console.Profile.Width = WidthWhenRedirected;

            return console;
        });
    }

    /// <summary>True if the output is JSON for programs.</summary>
    internal bool Json { get; }

    internal IAnsiConsole Console => _console.Value;

    /// <summary>True if a user sits at a terminal, which shows the results and sends the keys.</summary>
    internal bool HasKeyboard => !Json && ReferenceEquals(_output, System.Console.Out)
        && !System.Console.IsOutputRedirected && !System.Console.IsInputRedirected;

    /// <summary>Writer of lines for programs.</summary>
    internal TextWriter Output => _output;

    /// <summary>Shows a result.</summary>
    internal void Show<T>(T value, Action<IAnsiConsole> table)
    {
        if (Json)
            _output.WriteLine(QuantumCoreJson.Write(value));
        else
            table(Console);
    }

    /// <summary>Writes a line of JSON as it is.</summary>
    internal void WriteJson(string json) => _output.WriteLine(json);

    /// <summary>Writes a line for people, beside the result.</summary>
    internal void Note(string text) => _error.WriteLine(text);

    /// <summary>Writes a rejection with code, field and limit to standard error; also as JSON if requested.</summary>
    internal void Refused(QuantumCoreException failure)
    {
        var text = $"qc: {failure.Code}: {failure.Detail}";
        if (failure.Field is not null)
            text += $" [field {failure.Field}]";

        if (failure.Limit is not null)
            text += $" [limit {failure.Limit}]";

        if (failure is { Code: RejectCodes.OutcomeUnknown, ClientOrderId: { } name })
            text += $" [ask again with --client-id {name}]";

        if (failure is { Code: RejectCodes.OutcomeUnknown, DepositKey: { } key })
            text += $" [ask again with --deposit-key {key}]";

        if (failure is { Code: RejectCodes.OutcomeUnknown, MoneyKey: { } moneyKey })
            text += $" [ask again with --money-key {moneyKey}]";

        _error.WriteLine(text);
        if (Json)
        {
            _output.WriteLine(QuantumCoreJson.Write(new Refusal(
                failure.Code, Title: null, failure.Detail, failure.Status, failure.Field, failure.Limit)));
        }
    }

    /// <summary>Writes a local error.</summary>
    internal void Failed(string code, string message)
    {
        _error.WriteLine($"qc: {message}");
        if (Json)
            _output.WriteLine(QuantumCoreJson.Write(new Refusal(code, null, message, null, null, null)));
    }
}
