using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>Arguments and options that several commands share.</summary>
internal static class Grammar
{
    internal static Argument<string> Symbol() => new("symbol") { Description = "The instrument, such as AAPL" };

    internal static Option<string> SymbolOption(string description) =>
        new("--symbol", "-s") { Description = description, HelpName = "symbol" };

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

    internal static Option<int> CountOption(string name, string description, int otherwise, int most)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description}, 1 to {most}",
            HelpName = "count",
            DefaultValueFactory = _ => otherwise,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is var count && (count < 1 || count > most))
                result.AddError($"{name}: {count} is not 1 to {most}");
        });
        return option;
    }

    internal static Argument<decimal> Quantity() => new("quantity")
    {
        Description = "How much, in the base asset",
        CustomParser = result => Exact(result) ?? 0m,
    };

    internal static Option<decimal?> DecimalOption(string name, string description) =>
        new(name) { Description = description, HelpName = "decimal", CustomParser = Exact };

    /// <summary>Plain digits with a point: no thousands separators, no exponent, no sign.</summary>
    private static decimal? Exact(ArgumentResult result)
    {
        var word = Word(result);
        return decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : Refuse<decimal?>(result, $"'{word}' is not a decimal such as 150.00");
    }

    private static string Word(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T? Refuse<T>(ArgumentResult result, string why)
    {
        result.AddError(why);
        return default;
    }
}
