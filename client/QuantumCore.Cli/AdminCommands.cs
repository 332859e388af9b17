using System.CommandLine;
using System.Globalization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>admin: listings, phases, prices, rules, blocks, trades, the breaker, owners and freezes.</summary>
internal static class AdminCommands
{
    /// <summary>Longest phase in seconds: a week.</summary>
    private const int LongestPhase = 604_800;

    internal static Command All(CommandLineApp app) =>
        new("admin", "Operate the exchange (administrator's key; default: demo-admin).")
        {
            ListingCommand.Compose(app),
            Phase(app),
            Mark(app),
            Reference(app),
            Rules(app),
            Block(
                app, "block",
                "Kill switch: cancel an account's orders and reject new ones. Without a symbol, freeze the account.",
                (accounts, account, symbol, why, stop) => accounts.BlockAsync(account, symbol, why, stop)),
            Block(
                app, "unblock", "Unblock an account: it may enter orders again.",
                (accounts, account, symbol, why, stop) => accounts.UnblockAsync(account, symbol, why, stop)),
            BlockOwner(
                app, "block-owner", "Block every account of an owner: freeze each and cancel its orders.",
                (accounts, owner, why, stop) => accounts.BlockOwnerAsync(owner, why, stop)),
            BlockOwner(
                app, "unblock-owner", "Unblock every account of an owner.",
                (accounts, owner, why, stop) => accounts.UnblockOwnerAsync(owner, why, stop)),
            Bust(app),
            Correct(app),
            Breaker(app),
            PinCommand.Compose(app),
            SystemCommand.Compose(app),
            Owner(app),
            Freeze(
                app, "freeze", "Freeze an account: no new orders, transfers or withdrawals; its orders stay.",
                (accounts, account, why, stop) => accounts.FreezeAsync(account, why, stop)),
            Freeze(
                app, "unfreeze", "Let a frozen account act again.",
                (accounts, account, why, stop) => accounts.UnfreezeAsync(account, why, stop)),
            UserCommands.Log(
                app, new Command("log", "Audit log of trading and accounts, newest first."), "qc admin log --limit 20",
                (exchange, limit, stop) => exchange.GetActionsAsync(null, limit, stop)),
        };

    private static Command Freeze(
        CommandLineApp app,
        string name,
        string description,
        Func<OperatorAccountsClient, string, string?, CancellationToken, Task<FreezeReceipt>> set)
    {
        var account = Grammar.Account();
        var why = Grammar.Why();
        return app.Add(
            new Command(name, description) { account, why },
            $"qc admin {name} ACC-1001 --why \"asked for by its owner\"",
            async (parse, session, cancellation) =>
            {
                var receipt = await set(
                    session.Operator().Accounts, parse.GetValue(account)!, parse.GetValue(why), cancellation);
                session.Screen.Show(
                    receipt, console => console.WriteLine($"{receipt.Account} is {Tables.Word(receipt.State)}."));
            });
    }

    private static Command Owner(CommandLineApp app)
    {
        var account = Grammar.Account();
        var owner = new Argument<string>("owner") { Description = "Name of the owner; '' for none" };
        return app.Add(
            new Command("owner", "Set the owner of an account. Accounts of one owner may transfer to each other.")
            {
                account, owner,
            },
            "qc admin owner ACC-1001 alice",
            async (parse, session, cancellation) =>
            {
                var owned = await session.Operator().Accounts.SetOwnerAsync(
                    parse.GetValue(account)!, parse.GetValue(owner)!, cancellation);
                session.Screen.Show(owned, console => console.WriteLine(
                    owned.Owner.Length == 0
                        ? $"{owned.Account} is nobody's."
                        : $"{owned.Account} is {owned.Owner}'s."));
            });
    }

    private static Command Phase(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var phase = Grammar.WordArgument<TradingPhase>("phase", "Where to");
        var reason = Grammar.WordOption(
            "--reason", "Why", PhaseReason.MarketWideBreaker, PhaseReason.PriceBand, PhaseReason.Planned);
        var seconds = Grammar.NumberOption("--for", "Duration in seconds, until the next phase", 1, LongestPhase);
        var then = Grammar.WordOption<TradingPhase>(
            "--then", "The next phase; after a halt an auction, after an auction trading");
        var thenSeconds = Grammar.NumberOption(
            "--then-for", "Duration of the next phase in seconds, until continuous trading", 1, LongestPhase);
        var why = Grammar.Why();
        return app.Add(
            new Command("phase", "Change a symbol's trading phase, and plan the next one.")
            {
                symbol, phase, reason, seconds, then, thenSeconds, why,
            },
            """
            qc admin phase AAPL opening
            qc admin phase AAPL continuous               the opening auction takes place
            qc admin phase AAPL halt --reason newsPending --for 900 --then-for 300
            """,
            (parse, session, cancellation) =>
            {
                var terms = new PhaseTerms
                {
                    Reason = parse.GetValue(reason),
                    For = Seconds(parse.GetValue(seconds)),
                    Then = parse.GetValue(then),
                    ThenFor = Seconds(parse.GetValue(thenSeconds)),
                    Why = parse.GetValue(why),
                };
                return ShowAsync(
                    session, session.Operator().Trading.SetPhaseAsync(
                        parse.GetValue(symbol)!, parse.GetValue(phase), terms, cancellation));
            });

        static TimeSpan? Seconds(int? number) => number is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    // Mark prices arrive every second and are not logged, so a reason would be lost.
    private static Command Mark(CommandLineApp app)
    {
        var (symbol, price) = (Grammar.Symbol(), Grammar.Price("price", "The price"));
        return app.Add(
            new Command("mark", "Set a symbol's mark price.") { symbol, price },
            "qc admin mark AAPL 150.00",
            (parse, session, cancellation) => ShowAsync(
                session,
                session.Operator().Trading.SetMarkPriceAsync(
                    parse.GetValue(symbol)!, parse.GetValue(price), cancellation)));
    }

    private static Command Reference(CommandLineApp app)
    {
        var (symbol, price, why) = (Grammar.Symbol(), Grammar.Price("price", "The price"), Grammar.Why());
        return app.Add(
            new Command("reference", "Set the reference of a symbol's static band.") { symbol, price, why },
            "qc admin reference AAPL 150.00 --why \"yesterday's close\"",
            (parse, session, cancellation) => ShowAsync(
                session,
                session.Operator().Trading.SetReferencePriceAsync(
                    parse.GetValue(symbol)!, parse.GetValue(price), parse.GetValue(why), cancellation)));
    }

    private static Command Rules(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var protection = Grammar.RuleDecimalOption("--protection", "Largest price difference of a market order");
        var band = Grammar.RuleOption("--static-band", "Maximum distance of an order's price from the reference");
        var dynamicBand = Grammar.RuleOption("--dynamic-band", "Maximum distance of a trade from the last trade");
        var mode = Grammar.WordOption<BandMode>("--band-mode", "Action at the dynamic band");
        var collar = Grammar.RuleOption("--collar", "Largest distance of an auction price from the reference");
        var extensions = Grammar.NumberOption("--extensions", "Number of times that an auction is extended", 0, 100);
        var auction = Grammar.RuleSecondsOption("--auction-seconds", "Duration of a volatility auction", LongestPhase);
        var why = Grammar.Why();
        var command =
            new Command("rules", "Change a symbol's bands, protection and collar. Rules without an option stay.")
            {
                symbol, protection, band, dynamicBand, mode, collar, extensions, auction, why,
            };
        Grammar.Changes(command, [protection, band, dynamicBand, mode, collar, extensions, auction]);
        return app.Add(
            command,
            """
            qc admin rules AAPL --static-band 1000 --dynamic-band 300 --band-mode auction --auction-seconds 120
            qc admin rules AAPL --protection none
            """,
            (parse, session, cancellation) =>
            {
                var rules = new BookRules
                {
                    Protection = parse.GetValue(protection),
                    StaticBand = parse.GetValue(band),
                    DynamicBand = parse.GetValue(dynamicBand),
                    DynamicBandMode = parse.GetValue(mode),
                    AuctionCollar = parse.GetValue(collar),
                    MaxExtensions = parse.GetValue(extensions),
                    AuctionSeconds = parse.GetValue(auction),
                };
                return ShowAsync(
                    session, session.Operator().Trading.SetRulesAsync(
                        parse.GetValue(symbol)!, rules, parse.GetValue(why), cancellation));
            });
    }

    private static Command Block(
        CommandLineApp app,
        string name,
        string description,
        Func<OperatorAccountsClient, string, string?, string?, CancellationToken, Task<BlockReceipt>> set)
    {
        var account = Grammar.Account();
        var symbol = Grammar.SymbolOption("Only in this instrument");
        var why = Grammar.Why();
        return app.Add(
            new Command(name, description) { account, symbol, why },
            $"""
            qc admin {name} ACC-1001
            qc admin {name} ACC-1001 --symbol AAPL
            """,
            async (parse, session, cancellation) =>
            {
                var receipt = await set(
                    session.Operator().Accounts, parse.GetValue(account)!, parse.GetValue(symbol), parse.GetValue(why),
                    cancellation);
                var what = receipt.Blocked ? "blocked" : "not blocked";
                var where = receipt.Symbols.Count == 0 ? "" : $" in {string.Join(", ", receipt.Symbols)}";
                session.Screen.Show(receipt, console => console.WriteLine($"{receipt.Account} is {what}{where}."));
            });
    }

    private static Command BlockOwner(
        CommandLineApp app, string name, string description,
        Func<OperatorAccountsClient, string, string?, CancellationToken, Task<OwnerBlockReceipt>> set)
    {
        var owner = new Argument<string>("owner") { Description = "The owner's name" };
        var why = Grammar.Why();
        return app.Add(
            new Command(name, description) { owner, why },
            $"qc admin {name} acme --why \"runs wild\"",
            async (parse, session, cancellation) =>
            {
                var receipt =
                    await set(session.Operator().Accounts, parse.GetValue(owner)!, parse.GetValue(why), cancellation);
                session.Screen.Show(receipt, console => console.WriteLine(
                    $"{string.Join(", ", receipt.Accounts.Select(account => account.Account))} of {receipt.Owner}: "
                        + $"{(receipt.Blocked ? "blocked" : "not blocked")}."));
            });
    }

    private static Command Bust(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var trade = Trade();
        var why = Grammar.Why();
        return app.Add(
            new Command(
                "bust", "Bust a trade: reverse it for both sides, including fees. Their orders stay as they are.")
            {
                symbol, trade, why,
            },
            "qc admin bust AAPL 17-0 --why \"clearly erroneous\"",
            (parse, session, cancellation) => ShowAsync(
                session,
                session.Operator().Trading.BustTradeAsync(
                    parse.GetValue(symbol)!, parse.GetValue(trade)!, parse.GetValue(why), cancellation)));
    }

    private static Command Correct(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var trade = Trade();
        var price = Grammar.Price("price", "The price it should have had");
        var why = Grammar.Why();
        return app.Add(
            new Command("correct", "Correct a trade's price. Both sides settle the difference, including fees.")
            {
                symbol, trade, price, why,
            },
            "qc admin correct AAPL 17-0 150.00",
            (parse, session, cancellation) => ShowAsync(
                session,
                session.Operator().Trading.CorrectTradeAsync(
                    parse.GetValue(symbol)!, parse.GetValue(trade)!, parse.GetValue(price), parse.GetValue(why),
                    cancellation)));
    }

    private static Command Breaker(CommandLineApp app)
    {
        var index = Grammar.NumberArgument("index", "Current index, a whole number");
        var close = Grammar.NumberArgument("previous close", "Close of the previous day");
        return app.Add(
            new Command(
                "breaker",
                "Report the index to the market-wide circuit breaker. "
                + "A fall of 7, 13 or 20 percent halts every symbol.")
            {
                index, close,
            },
            "qc admin breaker 465000 500000",
            async (parse, session, cancellation) =>
            {
                var report = await session.Operator().Trading.ReportIndexAsync(
                    parse.GetValue(index), parse.GetValue(close), cancellation);
                session.Screen.Show(report, console => console.WriteLine(report.Acted
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"Level {report.Level}: stopped {string.Join(", ", report.Symbols)}.")
                    : string.Create(CultureInfo.InvariantCulture, $"Level {report.Level}: nothing to do.")));
            });
    }

    private static Argument<string> Trade() =>
        new("trade") { Description = "The trade's id, as fills and trades show it, such as 17-0" };

    private static async Task ShowAsync(Session session, Task<TradeChange> call)
    {
        var change = await call;
        session.Screen.Show(change, console => Tables.Change(console, change));
    }

    private static async Task ShowAsync(Session session, Task<SymbolState> call)
    {
        var state = await call;
        session.Screen.Show(state, console => Tables.State(console, state));
    }
}
