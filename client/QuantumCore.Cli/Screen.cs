using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>Where results and errors go: tables for people, one JSON document for programs.</summary>
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

    /// <summary>Whether a program reads.</summary>
    internal bool Json { get; }

    internal IAnsiConsole Console => _console.Value;

    /// <summary>Whether someone sits at a terminal: results go to it, and keys come from it.</summary>
    internal bool HasKeyboard => !Json && ReferenceEquals(_output, System.Console.Out)
        && !System.Console.IsOutputRedirected && !System.Console.IsInputRedirected;

    /// <summary>Lines for programs.</summary>
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

    /// <summary>A line for people beside the result.</summary>
    internal void Note(string text) => _error.WriteLine(text);

    /// <summary>A refusal: code, field and limit on standard error; as JSON too where that is asked for.</summary>
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

    /// <summary>What went wrong on this side.</summary>
    internal void Failed(string code, string message)
    {
        _error.WriteLine($"qc: {message}");
        if (Json)
            _output.WriteLine(QuantumCoreJson.Write(new Refusal(code, null, message, null, null, null)));
    }
}
