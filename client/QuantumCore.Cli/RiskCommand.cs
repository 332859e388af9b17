using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>risk: shows and sets risk limits.</summary>
internal sealed class RiskCommand
{
    private readonly Argument<string?> _account = new("account")
    {
        Description = "Account, ACC-n, instead of the key's own (administrator's key; default: demo-admin)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _symbol =
        Grammar.SymbolOption("Replace all limits of this instrument");

    private readonly Option<string?> _paidIn = new("--paid-in")
    {
        Description = "Replace all limits (values) of the instruments quoted in this asset, taken together",
        HelpName = "asset",
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "Replace all limits of the account as a whole (open orders, rate, duplicates)",
    };

    private readonly Option<bool> _everyone = new("--everyone")
    {
        Description = "Show the limits of every account; with --symbol, set them",
    };

    private readonly Option<string?> _owner = new("--owner")
    {
        Description = "Show the limits of owners over their accounts; with a scope, set those of this owner",
        HelpName = "name",
    };

    private readonly Option<string[]> _shares = new("--share")
    {
        Description = "An account's share of its owner's limits: ACC-1001:3 for three parts [default: equal shares]",
        HelpName = "ACC-n:weight",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<decimal?> _quantity =
        Grammar.DecimalOption("--max-quantity", "Maximum quantity of an order");

    private readonly Option<decimal?> _value =
        Grammar.DecimalOption("--max-value", "Maximum price times quantity of an order");

    private readonly Option<int?> _orders =
        Grammar.NumberOption("--max-orders", "Maximum number of open orders", 0, 100_000);

    private readonly Option<decimal?> _position =
        Grammar.DecimalOption("--max-position", "Maximum position, long or short, if its open orders were filled");

    private readonly Option<int?> _duplicates =
        Grammar.NumberOption(
            "--duplicates", "Time in which an equal order is rejected as a duplicate, in milliseconds", 0, 60_000);

    private readonly Option<int?> _rate = Grammar.NumberOption("--max-rate", "Maximum orders a second", 0, 1_000_000);

    private readonly Option<int?> _burst =
        Grammar.NumberOption(
            "--burst", "Maximum burst of orders, with a rate limit [default: the orders of one second]", 0, 1_000_000);

    private readonly Option<decimal?> _volume =
        Grammar.DecimalOption("--max-daily-volume", "Maximum traded value of a UTC day if its open orders were filled");

    private readonly Option<decimal?> _loss =
        Grammar.DecimalOption("--max-daily-loss", "Loss of a UTC day, including fees, at which buying stops");

    private readonly Option<int?> _multiple = Grammar.NumberOption(
        "--max-multiple", "Largest quantity of one order, as a multiple of the account's usual order", 1, 1_000_000);

    private readonly Option<int?> _killOrders = Grammar.NumberOption(
        "--kill-orders", "Orders in the kill window; one more freezes the account and cancels its orders", 1,
        1_000_000);

    private readonly Option<decimal?> _killValue = Grammar.DecimalOption(
        "--kill-value", "Value of the orders in the kill window; more freezes the account and cancels its orders");

    private readonly Option<int?> _killWindow =
        Grammar.NumberOption("--kill-window", "Length of the kill window, in seconds", 1, 86_400);

    private readonly Option<decimal?> _killLoss = Grammar.DecimalOption(
        "--kill-loss", "Loss of a UTC day, fees included, that freezes the account and cancels its orders");

    private readonly Option<bool> _none = new("--none") { Description = "Remove all limits of the scope" };

    private readonly Option<string?> _why = Grammar.Why();

    internal static Command Compose(CommandLineApp app) => new RiskCommand().AddTo(app);

    private Command AddTo(CommandLineApp app) => app.Add(
        new Command("risk", "Show an account's risk limits; as an administrator, set them.")
        {
            _account, _symbol, _paidIn, _all, _everyone, _owner, _shares, _quantity, _value, _orders, _position,
            _duplicates, _rate, _burst,
            _volume, _loss, _multiple, _killOrders, _killValue, _killWindow, _killLoss, _none, _why,
        },
        """
        qc risk
        qc risk ACC-1001 --symbol AAPL --max-quantity 500 --max-value 100000.00 --why "new customer"
        qc risk ACC-1001 --symbol AAPL --none
        qc risk ACC-1001 --paid-in USD --max-daily-loss 5000.00 --max-daily-volume 1000000.00
        qc risk ACC-1001 --all --max-rate 50 --burst 100 --duplicates 500
        qc risk ACC-1001 --all --max-multiple 20 --kill-orders 500 --kill-window 10
        qc risk --everyone --symbol AAPL --max-orders 200
        qc risk --owner acme --symbol AAPL --max-position 1000 --share ACC-1001:3 --share ACC-1002:1
        """,
        RunAsync);

    private async Task RunAsync(ParseResult parse, Session session, CancellationToken cancellation)
    {
        var (whose, where) = (parse.GetValue(_account), ScopeOf(parse));
        if (parse.GetValue(_everyone))
        {
            await RunForEveryoneAsync(parse, session, cancellation);
            return;
        }

        if (parse.GetValue(_owner) is { } owner)
        {
            await RunForOwnerAsync(parse, owner, session, cancellation);
            return;
        }

        if (whose is null && where is not null)
            throw new UsageException("risk: limits are set for an account: qc risk ACC-1001 --symbol AAPL ...");

        var limits = whose is null ? await session.Client().Account.GetLimitsAsync(cancellation)
            : where is null ? await session.Operator().Limits.GetAsync(whose, cancellation)
            : await session.Operator().Limits.SetAsync(
                whose, LimitsOf(parse, where), parse.GetValue(_why), cancellation);
        session.Screen.Show(limits, console => Tables.Limits(console, limits));
    }

    private async Task RunForEveryoneAsync(ParseResult parse, Session session, CancellationToken cancellation)
    {
        var where = ScopeOf(parse);
        if (parse.GetValue(_account) is not null || (where is not null && parse.GetValue(_symbol) is null))
            throw new UsageException(
                "risk: limits of every account are set for an instrument: qc risk --everyone --symbol AAPL ...");

        var limits = where is null
            ? await session.Operator().Limits.GetForEveryoneAsync(cancellation)
            : await session.Operator().Limits.SetForEveryoneAsync(
                LimitsOf(parse, where), parse.GetValue(_why), cancellation);
        session.Screen.Show(limits, console => Tables.Limits(console, "every account", limits));
    }

    private async Task RunForOwnerAsync(
        ParseResult parse, string owner, Session session, CancellationToken cancellation)
    {
        if (parse.GetValue(_account) is not null)
            throw new UsageException("risk: limits of an owner are set with --owner and a scope, without an account.");

        var where = ScopeOf(parse);
        var limits = where is null
            ? await session.Operator().Limits.GetForOwnersAsync(cancellation)
            : await session.Operator().Limits.SetForOwnerAsync(
                owner, LimitsOf(parse, where), SharesOf(parse), parse.GetValue(_why), cancellation);
        OwnerLimits[] own = [.. limits.Where(of => of.Owner == owner)];
        session.Screen.Show(own, console =>
        {
            foreach (var of in own)
            {
                Tables.Limits(console, of.Owner, [of.Limits]);
                foreach (var share in of.Shares)
                    Tables.Limits(
                        console, $"{share.Account}, weight {share.Weight}", share.Limits is { } part ? [part] : []);
            }
        });
    }

    private OwnerShare[]? SharesOf(ParseResult parse) => parse.GetValue(_shares) is not { Length: > 0 } shares ? null :
    [
        .. shares.Select(share => share.Split(':') is [var account, var weight]
            && int.TryParse(
                weight, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
                out var parts)
                ? new OwnerShare(account, parts)
                : throw new UsageException($"risk: --share '{share}' is no account and weight such as ACC-1001:3.")),
    ];

    private string? ScopeOf(ParseResult parse)
    {
        string?[] scopes = [
            parse.GetValue(_symbol), parse.GetValue(_paidIn) is { } asset ? "*" + asset : null,
            parse.GetValue(_all) ? "*" : null];
        if (scopes.Count(scope => scope is not null) > 1)
            throw new UsageException("risk: one of --symbol, --paid-in and --all.");

        var where = Array.Find(scopes, scope => scope is not null);
        Option[] limits = [_quantity, _value, _orders, _position, _duplicates, _rate, _burst, _volume, _loss,
            _multiple, _killOrders, _killValue, _killWindow, _killLoss, _none, _shares, _why];
        return where is null && Array.Find(limits, limit => parse.GetResult(limit) is { Implicit: false }) is { } stray
            ? throw new UsageException($"risk: {stray.Name} needs a scope: --symbol, --paid-in or --all.")
            : where;
    }

    private RiskLimits LimitsOf(ParseResult parse, string scope)
    {
        var none = new RiskLimits { Symbol = scope };
        var limits = none with
        {
            MaxOrderQuantity = parse.GetValue(_quantity),
            MaxOrderValue = parse.GetValue(_value),
            MaxOpenOrders = parse.GetValue(_orders),
            MaxPosition = parse.GetValue(_position),
            DuplicateWindowMillis = parse.GetValue(_duplicates),
            MaxOrdersPerSecond = parse.GetValue(_rate),
            OrderBurst = parse.GetValue(_burst),
            MaxDailyVolume = parse.GetValue(_volume),
            MaxDailyLoss = parse.GetValue(_loss),
            MaxQuantityMultiple = parse.GetValue(_multiple),
            KillOrders = parse.GetValue(_killOrders),
            KillValue = parse.GetValue(_killValue),
            KillWindowSeconds = parse.GetValue(_killWindow),
            KillDailyLoss = parse.GetValue(_killLoss),
        };

        // A user who only wants to see a scope's limits must not remove them.
        return (limits == none) == parse.GetValue(_none)
            ? limits
            : throw new UsageException("risk: a scope's limits are set together: name those it is to have, or --none.");
    }
}
