using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>Arguments and options that several commands share.</summary>
internal static class Grammar
{
    internal const string DayFormat = "yyyy-MM-dd";

    /// <summary>Digits beyond which a decimal is rounded silently.</summary>
    private const int ExactDigits = 28;

    internal static bool IsDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    internal static Argument<string> Symbol() => new("symbol") { Description = "The instrument, such as AAPL" };

    internal static Option<string> SymbolOption(string description) =>
        new("--symbol", "-s") { Description = description, HelpName = "symbol" };

    internal static Argument<decimal?> OptionalQuantity(string description) => new("quantity")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = Exact,
    };

    internal static Argument<decimal> Price(string name, string description) =>
        new(name) { Description = description, CustomParser = result => Exact(result) ?? 0m };

    internal static Argument<string> Account() => new("account") { Description = "The account, ACC-n" };

    internal static Option<string?> Why() => new("--why") { Description = "Reason, for the record", HelpName = "text" };

    internal static Argument<long> OrderId() => new("order id") { Description = "The order's id" };

    /// <summary>
    /// Rejects options that belong to another action of the command. They would be ignored without an error.
    /// </summary>
    internal static void RequireNothingBeside(ParseResult parse, string command, Option[] all, Option[] taken)
    {
        if (all.Except(taken).FirstOrDefault(option => parse.GetResult(option) is { Implicit: false }) is { } stray)
            throw new UsageException($"{command}: {stray.Name} is not for what else is asked: one thing at a time.");
    }

    /// <summary>Requires at least one of the options that a changing command has.</summary>
    internal static void Changes(Command command, Option[] options) => command.Validators.Add(result =>
    {
        if (Array.TrueForAll(options, option => result.GetResult(option) is null or { Implicit: true }))
            result.AddError(
                $"nothing to change: give {string.Join(", ", options[..^1].Select(static option => option.Name))} or "
                + $"{options[^1].Name}");
    });

    internal static Option<string> OrderSymbol()
    {
        var symbol = SymbolOption("The order's instrument");
        symbol.Required = true;
        return symbol;
    }

    internal static Option<string> NameOption(string description) =>
        new("--client-id") { Description = description, HelpName = "name" };

    /// <summary>Returns an option for a member of an enum, spelt as on the wire.</summary>
    internal static Option<T?> WordOption<T>(string name, string description, params T[] without)
        where T : struct, Enum
    {
        var words = Words<T>();
        foreach (var other in without)
            words.Remove(Tables.Word(other));

        var option = new Option<T?>(name)
        {
            Description = $"{description}: {string.Join(", ", words.Keys)}",
            HelpName = "word",
            CustomParser = result => words.TryGetValue(Word(result), out var value)
                ? value
                : Refuse<T?>(result, $"{name}: '{Word(result)}' is none of {string.Join(", ", words.Keys)}"),
        };
        Complete(option.CompletionSources, words.Keys);
        return option;
    }

    /// <summary>Returns an argument for a member of an enum, spelt as on the wire.</summary>
    internal static Argument<T> WordArgument<T>(string name, string description)
        where T : struct, Enum
    {
        var words = Words<T>();
        var argument = new Argument<T>(name)
        {
            Description = $"{description}: {string.Join(", ", words.Keys)}",
            CustomParser = result => words.TryGetValue(Word(result), out var value)
                ? value
                : Refuse<T>(result, $"'{Word(result)}' is none of {string.Join(", ", words.Keys)}"),
        };
        Complete(argument.CompletionSources, words.Keys);
        return argument;
    }

    /// <summary>Sets the shell completions to the words of the wire instead of the enum's own.</summary>
    private static void Complete(
        List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, IEnumerable<string> words)
    {
        sources.Clear();
        sources.Add(words.ToArray());
    }

    /// <summary>Returns an argument for any number of an enum's members, spelt as on the wire.</summary>
    internal static Argument<T[]> WordsArgument<T>(string name, string description)
        where T : struct, Enum
    {
        var words = Words<T>();
        return new(name)
        {
            Description = $"{description}: {string.Join(", ", words.Keys)}",
            Arity = ArgumentArity.ZeroOrMore,
            CustomParser = result =>
            {
                var unknown = result.Tokens.FirstOrDefault(token => !words.ContainsKey(token.Value));
                return unknown is null
                    ? [.. result.Tokens.Select(token => words[token.Value]).Distinct()]
                    : Refuse<T[]>(result, $"'{unknown.Value}' is none of {string.Join(", ", words.Keys)}");
            },
        };
    }

    internal static Option<int?> NumberOption(string name, string description, int least, int most) => new(name)
    {
        Description = $"{description}, {least} to {most}",
        HelpName = "number",
        CustomParser = result => Whole(result, least, most) is { } number ? (int)number : null,
    };

    internal static Argument<long> NumberArgument(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Whole(result, 0, long.MaxValue) ?? 0,
    };

    /// <summary>Returns an option for a rule in basis points, or none.</summary>
    internal static Option<int?> RuleOption(string name, string description) => new(name)
    {
        Description = $"{description}, in basis points, or none",
        HelpName = "number|none",
        CustomParser = result => Word(result) == "none" ? BookRules.None
            : Whole(result, 0, 9_999) is { } number ? (int)number : null,
    };

    /// <summary>Returns an option for a rule in seconds, or none.</summary>
    internal static Option<int?> RuleSecondsOption(string name, string description, int most) => new(name)
    {
        Description = $"{description}, in seconds, or none",
        HelpName = "number|none",
        CustomParser = result => Word(result) == "none" ? BookRules.None
            : Whole(result, 1, most) is { } number ? (int)number : null,
    };

    /// <summary>Returns an option for a rule's price difference, or none.</summary>
    internal static Option<decimal?> RuleDecimalOption(string name, string description) => new(name)
    {
        Description = $"{description}, or none",
        HelpName = "decimal|none",
        CustomParser = result => Word(result) == "none" ? BookRules.None : Exact(result),
    };

    /// <summary>Returns an option for a time in UTC.</summary>
    internal static Option<DateTimeOffset?> TimeOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result => Word(result).EndsWith('Z') && DateTimeOffset.TryParse(
            Word(result), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : Refuse<DateTimeOffset?>(result, $"{name}: '{Word(result)}' is not a time such as 2026-01-31T15:30:00Z"),
    };

    internal static Option<OrderSide?> SideOption() => new("--side")
    {
        Description = "Only this side: buy or sell",
        HelpName = "buy|sell",
        CustomParser = result => Word(result) switch
        {
            "buy" => OrderSide.Buy,
            "sell" => OrderSide.Sell,
            var other => Refuse<OrderSide?>(result, $"--side: '{other}' is neither buy nor sell"),
        },
    };

    internal static Option<int> CountOption(string name, string description, int otherwise, int most) => new(name)
    {
        Description = $"{description}, 1 to {most}",
        HelpName = "count",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => (int)(Whole(result, 1, most) ?? 0),
    };

    internal static Argument<decimal> Quantity() => new("quantity")
    {
        Description = "Quantity in the base asset",
        CustomParser = result => Exact(result) ?? 0m,
    };

    internal static Option<decimal?> DecimalOption(string name, string description) =>
        new(name) { Description = description, HelpName = "decimal", CustomParser = Exact };

    /// <summary>Returns an option for a decimal that may be negative.</summary>
    internal static Option<decimal> NetOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "decimal",
        Required = true,
        CustomParser = result => Exact(result, NumberStyles.AllowLeadingSign) ?? 0m,
    };

    /// <summary>Returns an option for the number of units of a strategy.</summary>
    internal static Option<long> UnitsOption(string name, string description) => new(name)
    {
        Description = $"{description}, from 1",
        HelpName = "number",
        Required = true,
        CustomParser = result => Whole(result, 1, long.MaxValue) ?? 0,
    };

    /// <summary>Returns an option for the legs of a strategy, each as side:symbol:quantity.</summary>
    internal static Option<StrategyLeg[]> LegsOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "side:symbol:quantity",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        [
            .. result.Tokens.Select(token => Leg(token.Value) ?? Refuse<StrategyLeg>(
                result, $"{name}: '{token.Value}' is not a leg such as buy:AAPL:1")!),
        ],
    };

    private static StrategyLeg? Leg(string text) =>
        text.Split(':') is [var word, { Length: > 0 } symbol, var number]
        && Words<OrderSide>().TryGetValue(word, out var side)
        && TryReadExact(number, NumberStyles.None, out var quantity)
            ? new StrategyLeg(symbol, side, quantity)
            : null;

    private static decimal? Exact(ArgumentResult result) => Exact(result, NumberStyles.None);

    private static decimal? Exact(ArgumentResult result, NumberStyles sign)
    {
        var word = Word(result);
        return TryReadExact(word, sign, out var value)
            ? value
            : Refuse<decimal?>(
                result,
                $"{NameOf(result)}: '{word}' "
                + $"{(IsExact(word) ? "is not a decimal such as 150.00" : $"has more than {ExactDigits} digits")}");
    }

    /// <summary>
    /// Reads plain digits with a decimal point: no thousands separators, no exponent, no sign unless one is allowed,
    /// and no more digits than a decimal holds without rounding.
    /// </summary>
    internal static bool TryReadExact(string word, NumberStyles sign, out decimal value)
    {
        value = 0;
        return IsExact(word)
            && decimal.TryParse(word, NumberStyles.AllowDecimalPoint | sign, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsExact(string word) => word.Count(char.IsAsciiDigit) <= ExactDigits;

    private static long? Whole(ArgumentResult result, long least, long most) =>
        long.TryParse(Word(result), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : Refuse<long?>(result, $"{NameOf(result)}: '{Word(result)}' is not a whole number from {least} to {most}");

    private static Dictionary<string, T> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(Tables.Word, StringComparer.Ordinal);

    private static string NameOf(ArgumentResult result) =>
        result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;

    private static string Word(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    internal static T? Refuse<T>(ArgumentResult result, string why)
    {
        result.AddError(why);
        return default;
    }
}
