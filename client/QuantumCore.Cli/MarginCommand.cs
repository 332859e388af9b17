using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>margin: margin rules, account kinds and margin states.</summary>
internal sealed class MarginCommand
{
    private readonly Argument<string?> _account = new("account")
    {
        Description = "Account, ACC-n, instead of the key's own (administrator's key; default: demo-admin)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _currency = new("--currency")
    {
        Description = "Make the account a margin account of this currency",
        HelpName = "asset",
    };

    private readonly Option<string?> _isolated = new("--isolated")
    {
        Description = "With --currency: an isolated margin account, which trades only this instrument",
        HelpName = "symbol",
    };

    private readonly Option<bool> _cash = new("--cash") { Description = "Make the account a cash account again" };

    private readonly Option<decimal?> _locate =
        Grammar.DecimalOption("--locate", "Units of --symbol that the account may sell short");

    private readonly Option<string> _symbol = Grammar.SymbolOption(
        "Replace the margin terms of this instrument [defaults: no short positions, nothing lendable, no fee, "
        + "no group]; with --locate: the instrument");

    private readonly Option<int?> _initial =
        Grammar.NumberOption("--initial", "Initial margin, millionths of the value", 1, 2_000_000);

    private readonly Option<int?> _maintenance =
        Grammar.NumberOption("--maintenance", "Maintenance margin, millionths", 1, 2_000_000);

    private readonly Option<int?> _short = Grammar.NumberOption(
        "--short", "Maintenance margin of short positions, millionths [default: no short positions]", 1, 2_000_000);

    private readonly Option<decimal?> _lendable = Grammar.DecimalOption("--lendable", "Amount that can be lent");

    private readonly Option<int?> _borrow =
        Grammar.NumberOption("--borrow", "Fee of borrowed units, millionths of their value a year", 0, 10_000_000);

    private readonly Option<string?> _group = new("--group")
    {
        Description = "With --symbol: it belongs to this margin group; with --credit: the group",
        HelpName = "group",
    };

    private readonly Option<int?> _credit = Grammar.NumberOption(
        "--credit", "Reduction of the requirement of the smaller side of --group, in millionths", 0, 1_000_000);

    private readonly Option<string?> _asset = new("--asset")
    {
        Description =
            "Replace the policy of margin accounts of this currency [defaults: no interest, no time after a call, "
            + "no shares]",
        HelpName = "asset",
    };

    private readonly Option<int?> _loan =
        Grammar.NumberOption("--loan", "Interest on borrowed cash, millionths a year", 0, 10_000_000);

    private readonly Option<int?> _call =
        Grammar.NumberOption("--call", "Time that an account has after a margin call, in seconds", 0, 864_000);

    private readonly Option<int?> _liquidate = Grammar.NumberOption(
        "--liquidate", "Part of the maintenance margin, millionths; equity below it is liquidated at once", 0,
        1_000_000);

    private readonly Option<bool> _sharesOut = new("--share-out")
    {
        Description =
            "With --asset: accounts that gained share the deficit beyond insurance fund and --skin [default: "
            + "the house pays]",
    };

    private readonly Option<decimal?> _skin =
        Grammar.DecimalOption("--skin", "With --share-out: part of a deficit that the house pays first");

    private readonly Option<string?> _why = Grammar.Why();

    internal static Command Compose(CommandLineApp app) => new MarginCommand().AddTo(app);

    private Command AddTo(CommandLineApp app) => app.Add(
        new Command("margin", "Show margin terms, or the margin figures of an account; as an administrator, set them.")
        {
            _account, _currency, _isolated, _cash, _locate, _symbol, _initial, _maintenance, _short, _lendable, _borrow,
            _group, _credit, _asset, _loan, _call, _liquidate, _sharesOut, _skin, _why,
        },
        """
        qc margin                                      terms by instrument and currency
        qc margin ACC-1001                             how an account stands
        qc margin ACC-1001 --currency USD              a margin account, while it has nothing but USD
        qc margin ACC-1001 --currency USD --isolated AAPL  the same for AAPL alone
        qc margin ACC-1001 --cash                      a cash account again
        qc margin ACC-1001 --symbol AAPL --locate 100  it may be short of 100
        qc margin --symbol AAPL --initial 500000 --maintenance 250000 --short 300000 --lendable 10000 --borrow 30000 --group TECH
        qc margin --group TECH --credit 750000         long and short positions of the group secure each other
        qc margin --asset USD --loan 52500 --call 172800 --share-out --skin 1000
        """,
        RunAsync);

    private async Task RunAsync(ParseResult parse, Session session, CancellationToken cancellation)
    {
        var why = parse.GetValue(_why);
        if (parse.GetValue(_account) is { } account)
        {
            if (parse.GetValue(_isolated) is not null && parse.GetValue(_currency) is null)
                throw new UsageException("margin: --isolated needs --currency.");
            RequireNothingBeside(
                parse,
                parse.GetValue(_locate) is not null
                    ? [_locate, _symbol]
                    : parse.GetValue(_currency) is not null ? [_currency, _isolated] : [_cash]);
            if (parse.GetValue(_locate) is { } quantity)
            {
                var symbol = parse.GetValue(_symbol) ?? throw new UsageException("margin: --locate needs --symbol.");
                Show(
                    session,
                    await session.Operator().Margin.SetLocateAsync(
                        new Locate(account, symbol, quantity), why, cancellation));
                return;
            }

            var kind = parse.GetValue(_currency) is { } currency
                ? await session.Operator().Margin.SetAccountKindAsync(
                    account, currency, why, parse.GetValue(_isolated), cancellation)
                : parse.GetValue(_cash)
                    ? await session.Operator().Margin.SetAccountKindAsync(
                        account, null, why, cancellation: cancellation)
                : await session.Operator().Margin.GetAccountAsync(account, cancellation);
            session.Screen.Show(kind, console => MarginTables.Kind(console, kind));
            return;
        }

        if (parse.GetValue(_currency) is not null || parse.GetValue(_isolated) is not null || parse.GetValue(_cash)
            || parse.GetValue(_locate) is not null)
            throw new UsageException("margin: the account is missing: qc margin ACC-1001 ...");
        if (parse.GetValue(_credit) is not null
            && (parse.GetValue(_group) is null || parse.GetValue(_symbol) is not null))
            throw new UsageException("margin: --credit needs --group, and no --symbol.");
        RequireNothingBeside(
            parse,
            parse.GetValue(_symbol) is not null ? [_symbol, _initial, _maintenance, _short, _lendable, _borrow, _group]
            : parse.GetValue(_group) is not null ? [_group, _credit]
            : parse.GetValue(_asset) is not null ? [_asset, _loan, _call, _liquidate, _sharesOut, _skin]
            : []);
        if (parse.GetValue(_symbol) is null && parse.GetValue(_group) is { } group)
        {
            var credit =
                parse.GetValue(_credit) ?? throw new UsageException("margin: --group needs --credit, or --symbol.");
            Show(
                session,
                await session.Operator().Margin.SetGroupAsync(new MarginGroup(group, credit), why, cancellation));
            return;
        }

        Show(session, parse.GetValue(_symbol) is { } listed
            ? await session.Operator().Margin.SetTermsAsync(TermsOf(parse, listed), why, cancellation)
            : parse.GetValue(_asset) is { } asset
            ? await session.Operator().Margin.SetPolicyAsync(PolicyOf(parse, asset), why, cancellation)
            : await session.Client().Account.GetMarginRulesAsync(cancellation));
    }

    private void RequireNothingBeside(ParseResult parse, Option[] taken) => Grammar.RequireNothingBeside(
        parse,
        "margin",
        [
            _currency, _isolated, _cash, _locate, _symbol, _initial, _maintenance, _short, _lendable, _borrow, _group,
            _credit, _asset, _loan, _call, _liquidate, _sharesOut, _skin],
        taken);

    private static void Show(Session session, MarginRulebook rules) =>
        session.Screen.Show(rules, console => MarginTables.Rules(console, rules));

    private MarginPolicy PolicyOf(ParseResult parse, string asset) => new()
    {
        Asset = asset,
        LoanPpm = parse.GetValue(_loan) ?? 0,
        CallSeconds = parse.GetValue(_call) ?? 0,
        LiquidationPpm = parse.GetValue(_liquidate),
        SharesOut = parse.GetValue(_sharesOut),
        Skin = parse.GetValue(_skin),
    };

    private MarginTerms TermsOf(ParseResult parse, string symbol)
    {
        if (parse.GetValue(_initial) is not { } initial || parse.GetValue(_maintenance) is not { } maintenance)
            throw new UsageException("margin: terms need --initial and --maintenance.");

        return new MarginTerms
        {
            Symbol = symbol,
            Long = MarginTable.Flat(initial, maintenance),
            Short = parse.GetValue(_short) is { } ofShort
                ? MarginTable.Flat(Math.Max(initial, ofShort), ofShort)
                : null,
            Lendable = parse.GetValue(_lendable) ?? 0,
            BorrowPpm = parse.GetValue(_borrow) ?? 0,
            Group = parse.GetValue(_group),
        };
    }
}
