using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Allocation of a batch with missing deliveries: rules 10.4 and 10.5, and invariants of any batch.</summary>
public class PartialSettlementTests
{
    private const long Alice = 1001, Bob = 1002, Carol = 1003, Dave = 1004;
    private const long Monday = 19_877;
    private static readonly string[] s_assets = ["AAPL", "MSFT", "USD"];
    private static readonly Asset s_usd = new("USD", 2);
    private static readonly SortedDictionary<long, SettlementFunds> s_unasked = [];

    [Fact]
    public void Older_fails_come_first_and_one_age_shares_pro_rata_by_largest_remainder()
    {
        // 70 of 100: Bob's 20 of last week, then 50 over 45, 35 and 0 of 80: 28.125 and 21.875.
        var parts = Shared(
            [Of(Alice, -100, 1_000), Of(Bob, 20, -200, Monday - 3), Of(Carol, 45, -450), Of(Dave, 35, -350)],
            [new(Alice, "AAPL", 30)]);
        Assert.Equal([(Alice, -70L), (Bob, 20), (Carol, 28), (Dave, 22)], Units(parts));
        Assert.Equal(
            [(Alice, -30L), (Carol, 17), (Dave, 13)], parts.Left().Select(fail => (fail.Account, fail.UnitsLeft)));
    }

    [Fact]
    public void A_tie_goes_to_the_lower_account_and_lots_stay_whole()
    {
        var parts = Shared(
            [Of(Alice, -300, 0), Of(Carol, 150, 0), Of(Bob, 150, 0)], [new(Alice, "AAPL", 210)], lot: 10);
        Assert.Equal([(Alice, -90L), (Bob, 50), (Carol, 40)], Units(parts));

        // Less than a whole lot is not delivered.
        parts = Shared([Of(Alice, -300, 0), Of(Carol, 150, 0), Of(Bob, 150, 0)], [new(Alice, "AAPL", 211)], lot: 10);
        Assert.Equal([(Alice, -80L), (Bob, 40), (Carol, 40)], Units(parts));
    }

    [Fact]
    public void Cash_of_a_partial_is_cumulative_toward_zero_and_the_last_part_gets_the_rest()
    {
        ImmutableArray<SettlementFail> open = [Of(Alice, -3, 1_000), Of(Bob, 3, -1_000)];
        var cash = new List<long>();
        for (var missing = 2; missing >= 0; missing--)
        {
            var parts = Shared(open, missing == 0 ? [] : [new(Alice, "AAPL", missing)]);
            cash.Add(parts.Items().Single(item => item is { Account: Alice, Asset: "USD" }).Amount);
            open = parts.Left();
        }

        Assert.Equal([333, 333, 334], cash);
        Assert.Empty(open);
    }

    [Fact]
    public void Account_that_resold_unreceived_units_fails_too_unless_it_holds_others()
    {
        // Bob bought 10 that are in no batch yet and sold 10; he has 4.
        ImmutableArray<SettlementFail> fails = [Of(Bob, -10, 1_000), Of(Carol, 10, -1_000)];
        Assert.Equal([(Bob, -4L), (Carol, 4)], Units(Shared(fails, [], Has(Bob, ("AAPL", 4)))));
        Assert.Equal([(Bob, -10L), (Carol, 10)], Units(Shared(fails, [], Has(Bob, ("AAPL", 10)))));
        Assert.Equal([(Bob, -10L), (Carol, 10)], Units(Shared(fails, [], new() { [Bob] = new(MayOwe: true, []) })));
    }

    [Fact]
    public void Unpaid_seller_receives_only_units_that_it_can_pay_for()
    {
        // Alice is short of all AAPL; with its proceeds she buys MSFT from Carol.
        ImmutableArray<SettlementFail> fails =
        [
            Of(Alice, -10, 1_000), Of(Bob, 10, -1_000), Of(Alice, 7, -1_000, symbol: "MSFT"),
            Of(Carol, -7, 1_000, symbol: "MSFT"),
        ];
        var parts = Shared(fails, [new(Alice, "AAPL", 10)], Has(Alice, ("USD", 300)));
        Assert.Equal(
            [(Alice, "MSFT", 2L), (Alice, "USD", -285), (Carol, "MSFT", -2), (Carol, "USD", 285)], Items(parts));

        parts = Shared(fails, [new(Alice, "AAPL", 10)], Has(Alice, ("USD", 1_000)));
        Assert.Equal(7, parts.Items().Single(item => item is { Account: Alice, Asset: "MSFT" }).Amount);
    }

    [Fact]
    public void Units_resold_in_the_same_batch_settle_within_the_account()
    {
        // Bob's 10 of last week fail again; his sale on Monday only changes who waits for Alice.
        var parts = Shared(
            [
                Of(Alice, -10, 1_000, Monday - 3), Of(Bob, 10, -1_000, Monday - 3), Of(Bob, -10, 1_100),
                Of(Carol, 10, -1_100)],
            [new(Alice, "AAPL", 10)],
            Has(Carol, ("USD", 0)));
        Assert.Equal([(Bob, "AAPL", 0L), (Bob, "USD", 100)], Items(parts));
        Assert.Equal([(Alice, -10L), (Carol, 10)], parts.Left().Select(fail => (fail.Account, fail.UnitsLeft)));

        // Nor does it go to another account that waits as long: outside, Bob delivers and receives nothing.
        parts = Shared(
            [
                Of(Alice, -20, 2_000, Monday - 3), Of(Bob, 10, -1_000, Monday - 3), Of(Dave, 10, -1_000, Monday - 3),
                Of(Bob, -10, 1_100), Of(Carol, 10, -1_100),
            ],
            [new(Alice, "AAPL", 20)]);
        Assert.Equal([(Bob, "AAPL", 0L), (Bob, "USD", 100)], Items(parts));
    }

    [Fact]
    public void Shortage_beyond_the_obligation_is_rejected()
    {
        ImmutableArray<SettlementFail> fails = [Of(Alice, -10, 1_000), Of(Bob, 10, -1_000)];
        foreach (var said in (SettlementShort[])[
            new(Alice, "AAPL", 11), new(Alice, "AAPL", 0), new(Bob, "AAPL", 1), new(Carol, "AAPL", 1),
            new(Alice, "USD", 1)])
        {
            Assert.Throws<InvalidDataException>(() => Shared(fails, [said]));
        }

        Assert.Throws<InvalidDataException>(() => Shared(fails, [new(Alice, "AAPL", 1), new(Alice, "AAPL", 2)]));
        Assert.Equal(4, Shared(fails, [new(Bob, "USD", 600)]).Items()
            .Single(item => item is { Account: Bob, Asset: "AAPL" }).Amount);
    }

    [Fact]
    public void Partial_settlements_balance_never_borrow_and_add_up_to_one_settlement()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var open = Batch(random);
            var owed = open;
            var settled = new Dictionary<(long Account, string Asset, long TradeDay), long>();
            for (var day = 0; open.Length > 0; day++)
            {
                Assert.InRange(day, 0, 12);
                var shorts = day == 12 ? [] : Shorts(random, open);
                var funds = day == 12 ? s_unasked : Funds(random, open);
                var parts = Shared(open, shorts, funds);
                RequireSound(open, shorts, funds, parts);

                // Whatever their sequence, and however often.
                var again = Shared([.. open.OrderBy(_ => random.Next())], shorts, funds);
                again.Share(shorts, funds);
                Assert.Equal(Items(parts), Items(again));

                foreach (var (item, part) in parts.Items().SelectMany(item => item.Parts.Select(part => (item, part))))
                {
                    var key = (item.Account, item.Asset, part.TradeDay);
                    settled[key] = settled.GetValueOrDefault(key) + part.Amount;
                }

                open = parts.Left();
            }

            foreach (var (fail, asset, part) in owed.SelectMany(fail =>
                fail.UnitParts.Select(part => (fail, fail.Base.Name, part))
                    .Concat(fail.CashParts.Select(part => (fail, fail.Quote.Name, part)))))
            {
                settled[(fail.Account, asset, part.TradeDay)] -= part.Amount;
            }

            Assert.All(settled.Values, left => Assert.Equal(0, left));
        }
    }

    private static void RequireSound(
        ImmutableArray<SettlementFail> open, ImmutableArray<SettlementShort> shorts,
        SortedDictionary<long, SettlementFunds> funds, PartialSettlement parts)
    {
        var left = parts.Left();
        foreach (var symbol in left.GroupBy(fail => fail.Symbol))
        {
            Assert.Equal(0, symbol.Sum(fail => fail.UnitsLeft));
        }

        Assert.All(left, fail => Assert.Equal(fail.CashAt(fail.Settled), fail.Cash - fail.CashLeft));
        var items = parts.Items().ToDictionary(item => (item.Account, item.Asset), item => item.Amount);
        foreach (var said in shorts)
        {
            var owed = OwedOf(open, said.Account, said.Asset);
            Assert.True(items.GetValueOrDefault((said.Account, said.Asset)) >= owed + said.Amount);
        }

        foreach (var (account, has) in funds.Where(of => !of.Value.MayOwe))
        {
            foreach (var free in has.Free)
            {
                Assert.True(
                    free.Amount + items.GetValueOrDefault((account, free.Asset)) >= 0,
                    $"{account} borrows {free.Asset}");
            }
        }
    }

    // Trades of two symbols between five accounts on two days, and fails of a week before.
    private static ImmutableArray<SettlementFail> Batch(Random random)
    {
        var legs = new Dictionary<(long Account, string Symbol, long Since, long TradeDay), (long Units, long Cash)>();
        for (var i = random.Next(1, 25); i > 0; i--)
        {
            var (buyer, seller) = (1001 + random.Next(5), 1001 + random.Next(5));
            var (symbol, units) = (random.Next(2) == 0 ? "AAPL" : "MSFT", (long)random.Next(1, 200));
            var (since, cash) = (Monday - (random.Next(2) * 7), units * random.Next(1, 50));
            var day = since - random.Next(1, 3);
            Add(buyer, units, -cash - random.Next(3));
            Add(seller, -units, cash - random.Next(3));

            void Add(long account, long units, long cash)
            {
                var before = legs.GetValueOrDefault((account, symbol, since, day));
                legs[(account, symbol, since, day)] = (before.Units + units, before.Cash + cash);
            }
        }

        return [
            .. legs.GroupBy(leg => (leg.Key.Account, leg.Key.Symbol, leg.Key.Since)).Select(of => new SettlementFail(
            of.Key.Account, of.Key.Symbol, new(of.Key.Symbol, 0), s_usd, of.Key.Since, of.Sum(leg => leg.Value.Units),
            of.Sum(leg => leg.Value.Cash), 0,
            Parts(of.Select(leg => (leg.Key.TradeDay, leg.Value.Units))),
            Parts(of.Select(leg => (leg.Key.TradeDay, leg.Value.Cash)))))];

        static ImmutableArray<SettlementPart> Parts(IEnumerable<(long Day, long Amount)> days) =>
            [.. days.Where(day => day.Amount != 0).OrderBy(day => day.Day)
                .Select(day => new SettlementPart(day.Day, 1, day.Amount))];
    }

    private static ImmutableArray<SettlementShort> Shorts(Random random, ImmutableArray<SettlementFail> open) =>
        [.. open.Select(fail => fail.Account).Distinct()
            .SelectMany(account => s_assets.Select(asset => (account, asset, Owed: -OwedOf(open, account, asset))))
            .Where(of => of.Owed > 0 && random.Next(3) == 0)
            .Select(of => new SettlementShort(of.account, of.asset, random.NextInt64(1, of.Owed + 1)))];

    private static long OwedOf(ImmutableArray<SettlementFail> open, long account, string asset) =>
        open.Where(fail => fail.Account == account)
        .Sum(fail => fail.Base.Name == asset ? fail.UnitsLeft : fail.Quote.Name == asset ? fail.CashLeft : 0);

    private static SortedDictionary<long, SettlementFunds> Funds(Random random, ImmutableArray<SettlementFail> open) =>
        new(
        open.Select(fail => fail.Account).Distinct().Where(_ => random.Next(3) > 0)
            .ToDictionary(account => account, _ => new SettlementFunds(
            random.Next(5) == 0,
            [.. s_assets.Select(
                asset =>
                    new AssetAmount(asset, random.Next(3) == 0 ? 0 : random.Next(asset == "USD" ? 5_000 : 150)))])));

    private static PartialSettlement Shared(
        ImmutableArray<SettlementFail> fails, ImmutableArray<SettlementShort> shorts,
        SortedDictionary<long, SettlementFunds>? funds = null, long lot = 1)
    {
        var parts = new PartialSettlement(fails, _ => lot);
        parts.Share(shorts, funds ?? s_unasked);
        return parts;
    }

    private static IEnumerable<(long Account, long Units)> Units(PartialSettlement parts) =>
        parts.Items().Where(item => item.Asset == "AAPL").Select(item => (item.Account, item.Amount));

    private static IEnumerable<(long Account, string Asset, long Amount)> Items(PartialSettlement parts) =>
        parts.Items().Select(item => (item.Account, item.Asset, item.Amount));

    private static SortedDictionary<long, SettlementFunds> Has(
        long account, params (string Asset, long Amount)[] free) =>
        new() { [account] = new(MayOwe: false, [.. free.Select(of => new AssetAmount(of.Asset, of.Amount))]) };

    private static SettlementFail Of(
        long account, long units, long cash, long since = Monday, string symbol = "AAPL") => new(
        account, symbol, new(symbol, 0), s_usd, since, units, cash, 0, [new(since - 1, 1, units)],
        cash == 0 ? [] : [new(since - 1, 1, cash)]);
}
