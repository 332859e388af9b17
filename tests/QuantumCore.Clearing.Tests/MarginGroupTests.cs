using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Invariants of margin groups, against a reference that tries every mixture of fills.</summary>
public class MarginGroupTests
{
    private const long Mark = 100;

    /// <summary>
    /// Whichever orders fill, the account needs no more than the requirement, and one mixture needs all of it: nothing
    /// less would be safe.
    /// </summary>
    [Fact]
    public void The_requirement_is_that_of_the_worst_of_all_mixtures_of_fills()
    {
        var (random, relieved) = (new Random(23), 0);
        for (var run = 0; run < 3_000; run++)
        {
            var account = SmallAccount.Draw(random);
            var asked = account.Requirement;
            var worst = account.Mixtures().Max(filled => account.Needs(filled));
            Assert.True(asked == worst, $"run {run}: {asked} asked for, {worst} needed at the worst");
            relieved += asked < account.OneByOne ? 1 : 0;
        }

        Assert.True(relieved > 500, $"{relieved} relieved");
    }

    /// <summary>
    /// The two bounds of rule 7.3 are safe too. The requirement never exceeds the smaller one, and is sometimes less.
    /// </summary>
    [Fact]
    public void The_requirement_is_never_more_than_the_smaller_bound_of_the_rule()
    {
        var (random, less) = (new Random(24), 0);
        for (var run = 0; run < 5_000; run++)
        {
            var account = SmallAccount.Draw(random);
            var bound = Int128.Min(account.BoundA, account.BoundB);
            Assert.True(account.Requirement <= bound, $"run {run}");
            less += account.Requirement < bound ? 1 : 0;
        }

        Assert.True(less > 100, $"{less} times less");
    }

    [Fact]
    public void An_order_that_closes_never_raises_the_requirement()
    {
        var (random, closings) = (new Random(25), 0);
        for (var run = 0; run < 20_000; run++)
        {
            var account = SmallAccount.Draw(random);
            if (account.WithClosing(random) is { } closing)
            {
                closings++;
                Assert.True(closing.Requirement <= account.Requirement, $"run {run}");
            }
        }

        Assert.True(closings > 2_000, $"{closings} closings");
    }

    /// <summary>
    /// The smaller bound of the rule would rise by a closing order: X is flat with orders on both sides, Y and Z offset
    /// each other by half. The first bound is 100 + (100 + 100 − 50) = 250, the second 200 + 200 − 100 = 300; after an
    /// order to sell Y the first is 300.
    /// </summary>
    [Fact]
    public void Closing_order_keeps_the_requirement_although_the_smaller_bound_rises()
    {
        var before = new SmallAccount(500_000, [(0, 100, 100), (100, 0, 0), (-100, 0, 0)]);
        var after = new SmallAccount(500_000, [(0, 100, 100), (100, 0, 100), (-100, 0, 0)]);
        Assert.Equal((250, 300, 250), ((int)before.BoundA, (int)before.BoundB, (int)before.Requirement));
        Assert.Equal((300, 300, 250), ((int)after.BoundA, (int)after.BoundB, (int)after.Requirement));
    }

    [Fact]
    public void Group_requirement_grows_with_each_side_and_credit_is_at_most_the_smaller_side()
    {
        var random = new Random(26);
        for (var run = 0; run < 100_000; run++)
        {
            var group = new MarginGroup(
                "TECH", random.Next(5) == 0 ? MarginGroup.CreditLimit : random.Next(MarginGroup.CreditLimit + 1));
            var (longs, shorts, more) = (random.NextInt64(1L << random.Next(1, 60)),
                random.NextInt64(1L << random.Next(1, 60)), random.NextInt64(1_000));
            var needed = group.Required(longs, shorts);
            Assert.InRange(group.Credit(longs, shorts), 0, Math.Min(longs, shorts));
            Assert.InRange(group.Required(longs + more, shorts) - needed, 0, more);
            Assert.InRange(group.Required(longs, shorts + more) - needed, 0, more);
        }
    }

    [Fact]
    public void Groups_do_not_affect_each_other_or_ungrouped_positions()
    {
        var table = MarginTable.Flat(1_000_000, 500_000);
        var (tech, oil) = (new MarginGroup("TECH", 750_000), new MarginGroup("OIL", 500_000));
        MarginPosition[] positions =
        [
            At(MarginFloor.Named(0, table, tech), 10), At(MarginFloor.Named(1, table, oil), -20),
            At(MarginFloor.Named(2, table, null), -50),
            At(MarginFloor.Named(3, table, tech), -4), At(MarginFloor.Named(4, table, oil), 30),
            At(MarginFloor.Named(5, table, new MarginGroup("FEW", 0)), 8),
        ];

        // TECH: 750,000 ppm of 400; OIL: 500,000 ppm of 2,000; half of that for maintenance.
        Assert.Equal(new GroupRelief(300 + 1_000, 150 + 500), GroupRelief.Of(positions));
        Assert.Equal(default, GroupRelief.Of([positions[0], positions[1], positions[2]]));
    }

    internal static MarginPosition At(MarginInstrument of, long units) => new(of, Mark, units, 0, 0, 0, 0, 0);

    /// <summary>
    /// An account of a few shares at 1, with a rate of the whole value or margin tables, and whole orders at the mark
    /// that cost only margin.
    /// </summary>
    private sealed class SmallAccount
    {
        private readonly MarginGroup _group;
        private readonly MarginPosition[] _positions;
        private readonly (int Share, long Units)[] _orders;

        private SmallAccount(MarginGroup group, MarginPosition[] flat, (int Share, long Units)[] orders)
        {
            (_group, _orders) = (group, orders);
            _positions = [.. flat.Select((position, i) => position with
            {
                BuyUnits = orders.Where(order => order.Share == i && order.Units > 0).Sum(order => order.Units),
                SellUnits = -orders.Where(order => order.Share == i && order.Units < 0).Sum(order => order.Units),
            })];
        }

        public SmallAccount(int creditPpm, (long Units, long Buy, long Sell)[] shares)
            : this(new MarginGroup("TECH", creditPpm), shares)
        {
        }

        private SmallAccount(MarginGroup group, (long Units, long Buy, long Sell)[] shares)
            : this(
                group,
                [.. shares.Select(
                    (share, i) => new MarginPosition(
                        MarginFloor.Named(i, MarginTable.Flat(1_000_000, 1_000_000), group), 1, share.Units, 0, 0, 0, 0,
                        0))],
                [.. shares.SelectMany((share, i) => new[] { (i, share.Buy), (i, -share.Sell) })
                    .Where(order => order.Item2 != 0)])
        {
        }

        /// <summary>Requirement computed by the product.</summary>
        public Int128 Requirement => OneByOne - GroupRelief.Of(_positions).Initial;

        public Int128 OneByOne => _positions.Aggregate((Int128)0, (sum, position) => sum + position.Requirement);

        /// <summary>
        /// Rule 7.3, A: each symbol's worst, less the credit of quantities that stay long or short whatever fills.
        /// </summary>
        public Int128 BoundA => OneByOne - _group.Credit(
            Sum(position => Naive(position, Int128.Max(0, position.Units - position.SellUnits))),
            Sum(position => Naive(position, Int128.Min(0, position.Units + position.BuyUnits))));

        /// <summary>Rule 7.3, B: everything that may become long against everything that may become short.</summary>
        public Int128 BoundB => _group.Required(
            Sum(position => Naive(position, Int128.Max(0, position.Units + position.BuyUnits))),
            Sum(position => Naive(position, Int128.Min(0, position.Units - position.SellUnits))));

        public static SmallAccount Draw(Random random)
        {
            var group = new MarginGroup("TECH", random.Next(4) switch
            {
                0 =>
                0,
                1 => MarginGroup.CreditLimit,
                _ => random.Next(MarginGroup.CreditLimit)
            });
            var shares = new MarginPosition[random.Next(1, 5)];
            for (var i = 0; i < shares.Length; i++)
            {
                var of = MarginFloor.Named(i, MarginPropertyTests.Table(random), group);
                shares[i] = new MarginPosition(
                    of, random.NextInt64(1, 10_000), random.Next(3) == 0 ? 0 : random.NextInt64(-50, 51), 0, 0, 0, 0,
                    0);
            }

            var orders = Enumerable.Range(0, random.Next(8))
                .Select(_ => (random.Next(shares.Length), random.NextInt64(1, 60) * (random.Next(2) == 0 ? 1 : -1)));
            return new SmallAccount(group, shares, [.. orders]);
        }

        /// <summary>Returns every subset of the orders.</summary>
        public IEnumerable<int> Mixtures() => Enumerable.Range(0, 1 << _orders.Length);

        /// <summary>
        /// Returns the requirement when exactly these orders have filled and nothing is open: the rule, literally.
        /// </summary>
        public Int128 Needs(int filled)
        {
            var units = _positions.Select(position => position.Units).ToArray();
            for (var i = 0; i < _orders.Length; i++)
            {
                units[_orders[i].Share] += (filled >> i & 1) * _orders[i].Units;
            }

            var (longs, shorts) = ((Int128)0, (Int128)0);
            for (var i = 0; i < units.Length; i++)
            {
                longs += units[i] > 0 ? Naive(_positions[i], units[i]) : 0;
                shorts += units[i] < 0 ? Naive(_positions[i], units[i]) : 0;
            }

            return longs + shorts - (_group.CreditPpm * Int128.Min(longs, shorts) / 1_000_000);
        }

        /// <summary>
        /// Returns the account with another order that can only reduce a position; null if there is none.
        /// </summary>
        public SmallAccount? WithClosing(Random random)
        {
            var share = random.Next(_positions.Length);
            var position = _positions[share];
            var most = position.Units > 0 ? position.Units - position.SellUnits : -position.Units - position.BuyUnits;
            return most <= 0 ? null : new SmallAccount(
                _group, _positions,
                [.. _orders, (share, (long)(random.NextInt64(1, (long)most + 1) * Int128.Sign(-position.Units)))]);
        }

        private static Int128 Naive(MarginPosition position, Int128 units)
        {
            Int128 weighted = 0, from = 0, value = Int128.Abs(units) * position.MarkTicks;
            foreach (var tier in position.Of.Terms.Long.Tiers)
            {
                weighted += Int128.Max(0, Int128.Min(value, tier.UpTo) - from) * tier.InitialPpm;
                from = tier.UpTo;
            }

            return (weighted + 999_999) / 1_000_000;
        }

        private Int128 Sum(Func<MarginPosition, Int128> of) =>
            _positions.Aggregate((Int128)0, (sum, position) => sum + of(position));
    }
}
