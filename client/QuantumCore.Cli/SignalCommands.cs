using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Security.Cryptography;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>signals: webhook signals that trade, such as the alerts of a charting tool.</summary>
internal static class SignalCommands
{
    internal static Command All(CommandLineApp app) =>
        new("signals", "Webhook signals: strategies, failed signals, and sending a signal.")
        {
            List(app), Set(app), Send(app), Resume(app), Dead(app), Drop(app),
        };

    private static Command List(CommandLineApp app) => app.Add(
        new Command("list", "List your strategies; as an administrator, all of them."),
        "qc signals list",
        async (_, session, cancellation) =>
        {
            var strategies = await session.Client().Signals.GetStrategiesAsync(cancellation);
            session.Screen.Show(strategies, console => Tables.Show(
                console, "no strategies", ["name", "accounts", "symbols", "policy", "state"],
                strategies.Select(strategy => new[]
                {
                    strategy.Name,
                    string.Join(
                        ' ',
                        strategy.Accounts.Select(
                            target => target.Percent == 100 ? target.Account : $"{target.Account}:{target.Percent}")),
                    strategy.Symbols.Count == 0 ? "all" : string.Join(' ', strategy.Symbols),
                    Tables.Word(strategy.Policy),
                    State(strategy),
                })));
        });

    private static Command Set(CommandLineApp app)
    {
        var name = Name();
        var accounts = new Option<SignalTarget[]>("--account")
        {
            Description =
                "Account that follows the strategy, with its percentage of each quantity (default 100); "
                + "repeat it for each",
            HelpName = "ACC-n[:percent]",
            CustomParser = Targets,
            Required = true,
        };
        var symbols = new Option<string[]>("--symbol", "-s")
        {
            Description = "Symbol that it may trade; repeat it for several [default: all]",
            HelpName = "symbol",
        };
        var policy = Grammar.WordOption<SignalPolicy>("--policy", "Action if there is a position [default: reverse]");
        var passphrase = new Option<bool>("--passphrase")
        {
            Description = "Accept the secret itself in a signal, for tools that can't sign",
        };
        var newSecret = new Option<bool>("--new-secret")
        {
            Description = "Create a new secret for an existing strategy",
        };
        var closed = new Option<bool>("--closed") { Description = "Close the strategy: it accepts no more signals" };
        var mostInWindow = Whole("--most-in-window", "New signals in a window at most (default 60)");
        var window = Whole("--window", "Length of the sliding window in seconds (default 60)");
        var mostFailures = Whole("--most-failures", "After so many failures in a row it pauses (default 5)");
        var pause = Whole("--pause", "Duration in seconds [default: 300]");
        var maxAge = Whole("--max-age", "A signal that says it is older is refused, in seconds (default 60)");
        var command = new Command("set", "Create a strategy, or replace all settings of an existing one.")
        {
            name, accounts, symbols, policy, passphrase, newSecret, closed, mostInWindow, window, mostFailures, pause,
            maxAge,
        };
        return app.Add(
            command,
            """
            qc signals set momentum --account ACC-1001
            qc signals set wide --account ACC-1001:100 --account ACC-1002:50 --policy add --key demo-admin
            qc signals set chart --account ACC-1001 -s AAPL --passphrase --most-in-window 10
            """,
            async (parse, session, cancellation) =>
            {
                var terms = new SignalStrategyTerms(parse.GetValue(accounts)!)
                {
                    Symbols = parse.GetValue(symbols) is { Length: > 0 } only ? only : null,
                    Policy = parse.GetValue(policy) ?? SignalPolicy.Reverse,
                    Passphrase = parse.GetValue(passphrase),
                    NewSecret = parse.GetValue(newSecret),
                    Closed = parse.GetValue(closed),
                    MostInWindow = parse.GetValue(mostInWindow),
                    WindowSeconds = parse.GetValue(window),
                    MostFailures = parse.GetValue(mostFailures),
                    PauseSeconds = parse.GetValue(pause),
                    MaxAgeSeconds = parse.GetValue(maxAge),
                };
                var strategy =
                    await session.Client().Signals.SetStrategyAsync(parse.GetValue(name)!, terms, cancellation);
                session.Screen.Show(strategy, console =>
                {
                    console.WriteLine($"strategy  {strategy.Name}");
                    if (strategy.Secret is not null)
                        console.WriteLine($"secret    {strategy.Secret}");
                });
            });
    }

    private static Command Send(CommandLineApp app)
    {
        var name = Name();
        var action = Grammar.WordArgument<SignalAction>("action", "Action of the signal");
        var symbol = Grammar.Symbol();
        var quantity = Grammar.OptionalQuantity("Quantity; none for flatten");
        var secret = new Option<string>("--secret")
        {
            Description = "The strategy's secret [env QC_SIGNAL_SECRET]",
            HelpName = "text",
        };
        var key = new Option<string>("--signal-key")
        {
            Description = "Idempotency key of the signal; a repeat trades nothing (default: a new key)",
            HelpName = "text",
        };
        var limit = Grammar.DecimalOption("--limit", "A limit order at this price (default: a market order)");
        return app.Add(
            new Command("send", "Send a signed signal.") { name, action, symbol, quantity, secret, key, limit },
            """
            qc signals send momentum buy AAPL 100 --secret SECRET
            qc signals send momentum flatten AAPL --secret SECRET --signal-key close-of-monday
            """,
            async (parse, session, cancellation) =>
            {
                var proof = parse.GetValue(secret) ?? app.Environment("QC_SIGNAL_SECRET")
                    ?? throw new UsageException("send: --secret is missing");
                var signal = new Signal(
                    parse.GetValue(key) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                    parse.GetValue(symbol)!,
                    parse.GetValue(action),
                    parse.GetValue(quantity),
                    parse.GetValue(limit),
                    session.Time.GetUtcNow());
                var receipt =
                    await session.Client().Signals.SendAsync(parse.GetValue(name)!, proof, signal, cancellation);
                session.Screen.Show(receipt, console =>
                {
                    console.WriteLine($"{receipt.ClientOrderId}{(receipt.Duplicate ? "  (came before)" : "")}");
                    Tables.Show(
                        console, "no accounts", ["account", "outcome", "side", "filled", "status"],
                        receipt.Accounts.Select(outcome => new[]
                        {
                            outcome.Account,
                            outcome.Order is null
                                ? outcome.Code
                                : outcome.Order.OrderId.ToString(CultureInfo.InvariantCulture),
                            outcome.Order is null ? "" : Tables.Word(outcome.Order.Side),
                            outcome.Order?.Filled.ToString(CultureInfo.InvariantCulture) ?? "",
                            outcome.Order is null ? "" : Tables.Word(outcome.Order.Status),
                        }));
                });
            });
    }

    private static Command Resume(CommandLineApp app)
    {
        var name = Name();
        return app.Add(
            new Command("resume", "End a strategy's pause.") { name },
            "qc signals resume momentum",
            async (parse, session, cancellation) =>
            {
                var strategy = await session.Client().Signals.ResumeAsync(parse.GetValue(name)!, cancellation);
                session.Screen.Show(strategy, console => console.WriteLine($"{strategy.Name} is {State(strategy)}."));
            });
    }

    private static Command Dead(CommandLineApp app) => app.Add(
        new Command("dead", "List signals that were not fully executed, newest first."),
        "qc signals dead",
        async (_, session, cancellation) =>
        {
            var dead = await session.Client().Signals.GetDeadAsync(cancellation);
            session.Screen.Show(
                dead,
                console => Tables.Show(
                    console, "none", ["id", "time", "strategy", "key", "why", "detail"], dead.Select(signal => new[]
                    {
                        signal.Id.ToString(CultureInfo.InvariantCulture),
                        signal.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                        signal.Strategy,
                        signal.Key,
                        signal.Code,
                        signal.Detail ?? "",
                    })));
        });

    private static Command Drop(CommandLineApp app)
    {
        var id = new Argument<long>("id") { Description = "Id of the signal, as in the list" };
        return app.Add(
            new Command("drop", "Remove a signal from the list of failed ones.") { id },
            "qc signals drop 4711",
            async (parse, session, cancellation) =>
            {
                await session.Client().Signals.DropDeadAsync(parse.GetValue(id), cancellation);
                session.Screen.Show(parse.GetValue(id), console => console.WriteLine("Dropped."));
            });
    }

    private static Argument<string> Name() => new("strategy") { Description = "The strategy's name" };

    private static Option<int?> Whole(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
    };

    private static string State(SignalStrategy strategy) => strategy.Closed ? "closed"
        : strategy.PausedUntil is { } until
            ? $"paused until {until.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC"
        : "open";

    private static SignalTarget[]? Targets(ArgumentResult result)
    {
        var targets = new List<SignalTarget>();
        foreach (var token in result.Tokens)
        {
            var parts = token.Value.Split(':');
            var percent = 100;
            if (parts.Length > 2 || (parts.Length == 2
                && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out percent)))
            {
                result.AddError($"--account: '{token.Value}' is not ACC-n or ACC-n:percent");
                return null;
            }

            targets.Add(new SignalTarget(parts[0], percent));
        }

        return [.. targets];
    }
}
