using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace QuantumCore.Cli;

/// <summary>Commands that belong together in the help of <c>qc</c>.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Commands">Commands in the order in which they are shown.</param>
internal sealed record CommandGroup(string Title, IReadOnlyList<Command> Commands);

/// <summary>
/// Help with examples under it. That of <c>qc</c> itself lists commands by group, each with its first sentence.
/// </summary>
/// <param name="inner">The library's help.</param>
/// <param name="groups">Commands of the root, by group.</param>
/// <param name="examples">Lines to show under a command's help.</param>
internal sealed class GroupedHelp(
    HelpAction inner, IReadOnlyList<CommandGroup> groups, Dictionary<Command, string> examples)
    : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        var result = command is RootCommand ? WriteRoot(parseResult, output) : inner.Invoke(parseResult);
        if (!examples.TryGetValue(command, out var text))
            return result;

        output.WriteLine("Examples:");
        foreach (var line in text.Split('\n'))
            output.WriteLine($"  {line}".TrimEnd());

        return result;
    }

    /// <summary>
    /// Writes what the library says before its list of commands, and the groups in the place of that list.
    /// </summary>
    private int WriteRoot(ParseResult parse, TextWriter output)
    {
        using var all = new StringWriter();
        parse.InvocationConfiguration.Output = all;
        var result = inner.Invoke(parse);
        parse.InvocationConfiguration.Output = output;

        output.Write(all.ToString().Split("Commands:")[0]);
        var width = groups.SelectMany(group => group.Commands).Max(command => command.Name.Length);
        foreach (var (title, commands) in groups)
        {
            output.WriteLine($"{title}:");
            foreach (var command in commands)
                output.WriteLine($"  {command.Name.PadRight(width)}  {FirstSentence(command.Description ?? "")}");
            output.WriteLine();
        }

        return result;
    }

    /// <summary>
    /// Returns a text up to its first full stop, colon or semicolon outside parentheses, without parentheses at its
    /// end.
    /// </summary>
    private static string FirstSentence(string text)
    {
        var (end, depth) = (0, 0);
        for (; end < text.Length; end++)
        {
            depth += text[end] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && text[end] is ('.' or ':' or ';') && (end + 1 == text.Length || text[end + 1] == ' '))
                break;
        }

        var sentence = text[..end];
        return sentence.EndsWith(')') ? sentence[..sentence.LastIndexOf('(')].TrimEnd() : sentence;
    }
}
