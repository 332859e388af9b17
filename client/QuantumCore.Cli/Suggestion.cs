using System.CommandLine;
using System.CommandLine.Parsing;

namespace QuantumCore.Cli;

/// <summary>Finds the command or option that a mistyped word stands for.</summary>
internal static class Suggestion
{
    private const int MostDifferences = 2;

    /// <summary>
    /// Returns the error for the first word that is no command or option, with the nearest ones; null if the errors are
    /// about something else.
    /// </summary>
    public static string? For(ParseResult parse)
    {
        if (parse.UnmatchedTokens is not [var word, ..])
            return null;

        var command = parse.CommandResult.Command;
        var isOption = word.StartsWith('-');
        if (!isOption && command.Subcommands.Count == 0)
            return null;

        var known = isOption ? OptionsOf(parse.CommandResult) : command.Subcommands.SelectMany(NamesOf);
        var nearest = Nearest(word, known);
        var what = isOption ? "an option" : "a command";
        return $"'{word}' is not {what} of {PathOf(parse.CommandResult)}."
            + (nearest.Length == 0 ? "" : $" Did you mean {string.Join(" or ", nearest)}?");
    }

    /// <summary>Returns a command's words, from <c>qc</c> on.</summary>
    public static string PathOf(CommandResult command) =>
        command.Command is RootCommand || command.Parent is not CommandResult parent
            ? "qc"
            : $"{PathOf(parent)} {command.Command.Name}";

    private static string[] Nearest(string word, IEnumerable<string> known)
    {
        var found = known.Distinct().Select(name => (Name: name, Distance: Distance(word, name)))
            .Where(
                candidate => candidate.Distance <= Math.Min(MostDifferences, candidate.Name.Length / 2)
                    || candidate.Name.StartsWith(word, StringComparison.Ordinal))
            .ToArray();
        return found.Length == 0
            ? []
            : [.. found.GroupBy(candidate => candidate.Distance)
                .MinBy(group => group.Key)!.Select(candidate => candidate.Name).Take(3)];
    }

    private static IEnumerable<string> OptionsOf(SymbolResult? from)
    {
        for (var result = from; result is not null; result = result.Parent)
        {
            if (result is not CommandResult of)
                continue;

            foreach (var option in of.Command.Options.Where(option => result == from || option.Recursive))
            {
                yield return option.Name;
                foreach (var alias in option.Aliases)
                    yield return alias;
            }
        }
    }

    private static IEnumerable<string> NamesOf(Command command) => command.Aliases.Prepend(command.Name);

    /// <summary>
    /// Returns the edits from one word to the other (Damerau and Levenshtein: two letters that change places are one).
    /// </summary>
    private static int Distance(string from, string to)
    {
        var costs = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            costs[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            costs[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var change = from[i - 1] == to[j - 1] ? 0 : 1;
                costs[i, j] = Math.Min(Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1, costs[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }

        return costs[from.Length, to.Length];
    }
}
