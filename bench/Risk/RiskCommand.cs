using System.Diagnostics;
using System.Globalization;
using QuantumCore.Bench.Exchange;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Risk;

/// <summary>
/// <c>risk</c>: measures the checks before an order is held: cover, every kind of limit in every scope, and the whole
/// decision with fees. The account has many open orders and past trades. Nothing is recorded, so its state stays the
/// same.
/// </summary>
internal static class RiskCommand
{
    private const int Rounds = 500;
    private const int Checks = 1_000;
    private const long Start = 20_000 * UtcDay.Nanos;

    private static readonly string[] s_symbols = ["AAPL", "AMZN", "GOOG", "MSFT"];
    private static readonly Dictionary<string, Instrument> s_listed =
        s_symbols.ToDictionary(symbol => symbol, ListedShare.Of);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var open = new Options(arguments, "--open").Number("--open", 1_000);
        var account = Account(open);
        AskedOrder[] asked = [
            new(
                s_listed["AAPL"], Side.Buy, 15_000, 5, 5,
                new OrderContent("AAPL", Side.Buy, OrderType.Limit, 15_000, 5, 0))];
        var order = new HoldRequest(
            "next", "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, 15_000, 5);
        var terms = FeeTerms.Of(s_listed["AAPL"]);
        var cover = Best(
            () =>
                account.Account.CheckHold(s_listed["AAPL"], Side.Buy, 15_000, 5, 0, terms, out _) == RejectReason.None);
        var limits = Best(
            () => account.CheckLimits(
                asked, null, static _ => [new AccountLimit(LimitKind.OpenOrders, 1_000_000)], static _ => [],
                Start) is null);
        var decision = Best(() => account.Decide(order, 1, s_listed["AAPL"], Start) is HoldPlaced);
        var (margined, grouped) = (MarginAccount(open, ""), MarginAccount(open, "TECH"));
        var margin = Best(() => margined.Decide(order, 1, s_listed["AAPL"], Start) is HoldPlaced);
        var group = Best(() => grouped.Decide(order, 1, s_listed["AAPL"], Start) is HoldPlaced);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"openOrders":{{open}},"limits":{{account.Limits.Sum(of => of.Limits.Length) + 1}},"coverNs":{{cover:F0}},"limitsNs":{{limits:F0}},"decisionNs":{{decision:F0}},"marginDecisionNs":{{margin:F0}},"groupDecisionNs":{{group:F0}}}"""));
        return 0;
    }

    /// <summary>
    /// Returns nanoseconds per check in the best round. Rounds are so short that some run without interruption.
    /// </summary>
    private static double Best(Func<bool> check)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Checks; i++)
            {
                if (!check())
                    throw new InvalidOperationException("An order that is within all limits was refused.");
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / Checks);
        }

        return best;
    }

    /// <summary>
    /// Returns an indebted margin account with open orders in four symbols, with or without a margin group.
    /// </summary>
    private static AccountMachine MarginAccount(int open, string group)
    {
        var terms = EncodedMarginTerms.From(
            new MarginTerms
            {
                Long = MarginTable.Flat(500_000, 250_000),
                Short = MarginTable.Flat(500_000, 300_000),
                Group = group,
            });
        var rules = new MarginRulebook(
            [.. s_symbols.Select(symbol => new MarginTermsRequest(symbol, terms, "", ""))], [], [], [],
            [new MarginGroupRequest("TECH", 750_000, "", "")], []);
        var agreed = new MarginAgreements(rules, symbol => s_listed[symbol]);
        var account = new AccountMachine(new AccountId(1_002), symbol => s_listed[symbol], null, () => agreed);
        account.Apply(account.SetKind(new AccountKindRequest("USD", "", ""), new Asset("USD", 2), Start).Record!);
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", 1L << 50), new Asset("USD", 2), Start));
        account.Apply(
            account.TakeMarks(s_symbols, symbol => new MarkPrice(symbol, 14_500, MarkSource.Index, 1, Start), Start)!);
        for (var i = 0; i < open; i++)
        {
            var request = new HoldRequest(
                $"order-{i}", s_symbols[i % 4], Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false,
                14_000 - i, 10);
            account.Apply(account.Decide(request, 1, s_listed[request.Symbol], Start));
        }

        return account;
    }

    private static AccountMachine Account(int open)
    {
        var schedule = new FeeSchedule("USD", [new FeeTier(0, 200, 1_000), new FeeTier(1_000_000, -100, 800)], 0);
        var account = new AccountMachine(new AccountId(1_001), symbol => s_listed[symbol], _ => schedule);
        account.Apply(account.Deposit(new DepositRequest("cash", "USD", 1L << 60), new Asset("USD", 2), Start));
        for (var i = 0; i < open; i++)
        {
            var request = new HoldRequest(
                $"order-{i}", s_symbols[i % 4], Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false,
                14_000 - i, 10);
            account.Apply(account.Decide(request, 1, s_listed[request.Symbol], Start));
        }

        // Some of them have traded, so that the day's totals and volumes are not empty.
        for (var i = 0; i < 4; i++)
        {
            var taken = new SubmitOrder(
                2_000, 1, "t", Side.Sell, OrderType.Limit, TimeInForce.ImmediateOrCancel, false, 1, 5, 0, 0);
            var record = new OrderAccepted(
                Start, taken, 1, [new TradeFill(1, 1_001, i + 1, 14_000 - i, 5, 0, 0, 5, 70_000)], 0, EndReason.None, 0,
                null);
            account.ApplyBook(s_symbols[i], new DeliveredRecord(1, 0, record), long.MaxValue);
        }

        Limit(account, LimitScope.All, LimitKind.OpenOrders, LimitKind.OrdersPerSecond, LimitKind.DuplicateWindow);
        Limit(account, LimitScope.PaidIn("USD"), LimitKind.OrderValue, LimitKind.DailyVolume, LimitKind.DailyLoss);
        Limit(account, "AAPL", Enum.GetValues<LimitKind>());
        return account;
    }

    private static void Limit(AccountMachine account, string scope, params LimitKind[] kinds) =>
        account.Apply(account.SetLimits(
            new LimitsRequest(
                scope, [.. kinds.Select(kind => new AccountLimit(kind, LimitsRequest.MostOf(kind)))], "bench",
                ""), Start)!);
}
