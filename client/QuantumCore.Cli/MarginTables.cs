using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>Margin as tables.</summary>
internal static class MarginTables
{
    internal static void Kind(IAnsiConsole console, AccountKind kind)
    {
        console.WriteLine(kind.Margin is null ? $"{kind.Account} is a cash account."
            : kind.Margin.Symbol is { } symbol ? $"{kind.Account} is an isolated margin account for {symbol}."
            : $"{kind.Account} is a margin account.");
        if (kind.Margin is { } margin)
            Margin(console, margin);
    }

    internal static void Margin(IAnsiConsole console, AccountMargin margin)
    {
        var state = Tables.Word(margin.State) + (margin.IsStale ? ", no fresh mark price" : "")
            + (margin.Deadline is { } deadline ? $", until {Tables.Time(deadline)}" : "");
        var table = Tables.With("margin", margin.Currency);
        Tables.Row(table, "state", state);
        Tables.Row(table, "equity", Tables.Text(margin.Equity));
        Tables.Row(table, "initial margin", Tables.Text(margin.InitialMargin));
        Tables.Row(table, "maintenance margin", Tables.Text(margin.MaintenanceMargin));
        Tables.Row(table, "excess", Tables.Text(margin.Excess));
        Tables.Row(table, "withdrawable", Tables.Text(margin.Withdrawable));
        Tables.Row(table, "accrued interest", Tables.Text(margin.AccruedInterest));
        Tables.Row(table, "call", Tables.Text(margin.CallAmount));
        console.Write(table);
        if (margin.Positions.Count == 0)
            return;

        var positions =
            Tables.With("symbol", "quantity", "mark", "initial", "maintenance", "buying power", "located", "group");
        foreach (var line in margin.Positions)
        {
            Tables.Row(
                positions, line.Symbol, Tables.Text(line.Quantity), line.MarkPrice is { } mark ? Tables.Text(mark) : "",
                Tables.Text(line.InitialMargin),
                Tables.Text(line.MaintenanceMargin), Tables.Text(line.BuyingPower), Tables.Text(line.Located),
                line.Group ?? "");
        }

        console.Write(positions);
        if (margin.Groups is not { Count: > 0 })
            return;

        var groups = Tables.With("group", "credit ppm", "off initial", "off maintenance");
        foreach (var group in margin.Groups)
            Tables.Row(
                groups, group.Group, Tables.Text(group.CreditPpm), Tables.Text(group.InitialCredit),
                Tables.Text(group.MaintenanceCredit));
        console.Write(groups);
    }

    internal static void Rules(IAnsiConsole console, MarginRulebook rules)
    {
        var terms =
            Tables.With("symbol", "side", "up to", "initial ppm", "maintenance ppm", "lendable", "borrow ppm", "group");
        foreach (var of in rules.Instruments)
        {
            foreach (var (side,
                sideTable) in new[] { ("long", of.Long), ("short", of.Short), ("cheap short", of.CheapShort) })
            {
                foreach (var tier in sideTable?.Tiers ?? [])
                {
                    Tables.Row(
                        terms, of.Symbol, side, tier.UpTo is { } end ? Tables.Text(end) : "",
                        Tables.Text(tier.InitialPpm),
                        Tables.Text(tier.MaintenancePpm), Tables.Text(of.Lendable), Tables.Text(of.BorrowPpm),
                        of.Group ?? "");
                }
            }
        }

        Tables.Write(console, terms, "Nothing is traded on margin.");
        foreach (var policy in rules.Currencies)
        {
            console.WriteLine(
                $"{policy.Asset}: loan {Tables.Text(policy.LoanPpm)} ppm a year of {Tables.Text(policy.DayBasis)} "
                    + $"days, call {Tables.Text(policy.CallSeconds)} s, "
                + $"liquidated below {Tables.Text(policy.LiquidationPpm ?? 0)} ppm up to "
                + $"{Tables.Text(policy.TargetPpm)} ppm, fee {Tables.Text(policy.FeePpm)} ppm, "
                + (policy.SharesOut
                    ? $"deficits shared out beyond {Tables.Text(policy.Skin ?? 0)}"
                    : "deficits paid by the house"));
        }

        foreach (var group in rules.Groups ?? [])
            console.WriteLine(
                $"group {group.Group}: {Tables.Text(group.CreditPpm)} ppm of what the smaller side needs is not asked "
                + "for");
        foreach (var locate in rules.Locates ?? [])
            console.WriteLine($"{locate.Account} may be short of {Tables.Text(locate.Quantity)} {locate.Symbol}");
        foreach (var fund in rules.Insurance ?? [])
            console.WriteLine($"insurance fund: {Tables.Text(fund.Amount)} {fund.Asset}");
        foreach (var deficit in rules.Deficits ?? [])
            console.WriteLine(
                $"deficit of {deficit.Account}: {Tables.Text(deficit.Shared)} {deficit.Asset} are being shared out");
    }
}
