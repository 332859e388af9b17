using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>fees: fee rates of an account, and fee schedules.</summary>
internal static class FeesCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var account = new Argument<string?>("account")
        {
            Description = "Account, ACC-n, instead of the key's own (administrator's key; default: demo-admin)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var asset = new Option<string?>("--asset")
        {
            Description = "Set the whole fee schedule of instruments quoted in this asset",
            HelpName = "asset",
        };
        var tiers = new Option<FeeTier[]>("--tier")
        {
            Description = "Tier: its lowest 30-day volume, maker and taker fee in millionths; repeat it for each tier",
            HelpName = "volume:maker:taker",
            CustomParser = Tiers,
            AllowMultipleArgumentsPerToken = true,
        };
        var minimum = Grammar.DecimalOption("--minimum", "Minimum fee of an order with at least one fill");
        var why = Grammar.Why();
        return app.Add(
            new Command("fees", "Show an account's fees; as an administrator, set a fee schedule.")
            {
                account, asset, tiers, minimum, why,
            },
            """
            qc fees
            qc fees ACC-1001
            qc fees --asset USD --tier 0:200:1000 --tier 1000000.00:0:800 --tier 50000000.00:-100:500
            qc fees --asset USD                            the instruments' own fees again
            """,
            async (parse, session, cancellation) =>
            {
                var whose = parse.GetValue(account);
                if (parse.GetValue(asset) is not { } paid)
                {
                    var fees = whose is null
                        ? await session.Client().Account.GetFeesAsync(cancellation)
                        : await session.Operator().Fees.GetAsync(whose, cancellation);
                    session.Screen.Show(fees, console => Tables.Fees(console, fees));
                    return;
                }

                if (whose is not null)
                    throw new UsageException("fees: a schedule is every account's: qc fees --asset USD --tier ...");

                var schedule = new FeeSchedule(paid, parse.GetValue(tiers) ?? [], parse.GetValue(minimum) ?? 0);
                var schedules = await session.Operator().Fees.SetScheduleAsync(
                    schedule, parse.GetValue(why), cancellation);
                session.Screen.Show(schedules, console => Tables.Schedules(console, schedules));
            });
    }

    private static FeeTier[]? Tiers(ArgumentResult result)
    {
        var tiers = new List<FeeTier>();
        foreach (var token in result.Tokens)
        {
            var parts = token.Value.Split(':');
            if (parts.Length != 3
                || !decimal.TryParse(
                    parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var from)
                || !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var maker)
                || !int.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var taker))
            {
                result.AddError($"{token.Value}: a tier is volume:maker:taker, as in 1000000.00:0:800.");
                return null;
            }

            tiers.Add(new FeeTier(from, maker, taker));
        }

        return [.. tiers];
    }
}
