using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Positions closed by a liquidation when they offset each other.</summary>
public class GroupLiquidationTests
{
    private static readonly MarginPolicy s_policy = new();
    private static readonly MarginTable s_table = MarginTable.Flat(500_000, 250_000);

    /// <summary>
    /// 1,000 long and 600 short at 100 need 25,000 and 15,000; with all of the smaller side credited 25,000. With
    /// 24,000 left, only the long side is closed: k lots lower the need by 25 k, and cost 1 k and 0.495 k. 24,000 −
    /// 1.495 k reaches 1.1 times 25,000 − 25 k at 135.
    /// </summary>
    [Fact]
    public void Side_with_the_larger_requirement_is_closed_as_far_as_needed()
    {
        var run = new Run(24_000, 1_000_000, 1_000, -600);
        Assert.Equal((0, 135L), run.Next());
        run.Close();
        Assert.True(run.IsWell);
        Assert.Equal(-600, (int)run.Units(1));
    }

    /// <summary>
    /// If both sides need the same, closing one alone saves nothing; the same part of both does, one after the other.
    /// </summary>
    [Fact]
    public void Sides_with_equal_requirements_are_closed_in_equal_parts()
    {
        var run = new Run(24_000, 1_000_000, 1_000, -1_000);
        var (first, lots) = run.Next();
        Assert.Equal((0, 143L), (first, lots));
        run.Close();
        Assert.Equal(1, run.Next().Index);
        run.Close();
        Assert.InRange((int)-run.Units(1), 800, 900);
        Assert.True(run.IsWell || run.Surplus > -1_000, $"{run.Surplus}");
        while (!run.IsWell)
        {
            run.Close();
        }

        Assert.InRange(run.Steps, 2, 4);
    }

    /// <summary>
    /// A hedge of a position that cannot be sold now is kept if closing it saves less than it costs; else it is closed.
    /// </summary>
    [Theory]
    [InlineData(1_000_000, -1)]
    [InlineData(970_000, -1)]
    [InlineData(750_000, 1)]
    public void The_smaller_side_alone_is_closed_only_where_that_saves_more_than_it_costs(int creditPpm, int next)
    {
        var run = new Run(20_000, creditPpm, 1_000, -600) { Halted = "S0" };
        Assert.Equal(next, run.Next().Index);
    }

    [Fact]
    public void Position_outside_any_group_is_liquidated_by_itself()
    {
        var random = new Random(31);
        for (var i = 0; i < 2_000; i++)
        {
            var table = MarginPropertyTests.Table(random);
            var alone = MarginGroupTests.At(
                MarginFloor.Named(0, table, random.Next(2) == 0 ? null : new MarginGroup("NONE", 0)),
                random.NextInt64(1, 2_000));
            var figures =
                new MarginFigures(alone.Maintenance - random.NextInt64(1, 5_000) - alone.Value, 0, 0, 0, 0).With(alone);
            var price = Liquidation.PriceTicks(alone.Of.Instrument, alone.MarkTicks, Side.Sell, 2);
            Assert.Equal(
                Liquidation.Lots(figures, alone, price, s_policy),
                new GroupLiquidation([alone], 2, s_policy).Lots(figures, alone, price));
        }
    }

    /// <summary>
    /// Steps that trade at their worst price end with a healthy or an empty account. No step closes more than there is.
    /// If some number of lots heals the account, the step does not leave it worse. It closes at most the fewest such
    /// lots and a tenth (except for a lot: here the fewest are tried with rounded needs, as accounts see them).
    /// </summary>
    [Fact]
    public void Liquidation_ends_flat_or_above_maintenance_and_no_curing_step_worsens_it()
    {
        var (random, healing, well, flat) = (new Random(32), 0, 0, 0);
        for (var number = 0; number < 4_000; number++)
        {
            var run = Run.Draw(random);
            while (!run.IsWell && !run.IsFlat)
            {
                var (before, fewest) = (run.Excess, run.FewestThatHeal());
                var lots = run.Next().Lots;
                if (fewest is { } healed && before < 0)
                {
                    healing++;
                    Assert.InRange(lots, Math.Max(healed, run.Tenth) - 1, Math.Max(healed, run.Tenth) + 1);
                }

                run.Close();
                Assert.True(
                    fewest is null || before >= 0 || lots > fewest || run.Excess >= 0,
                    $"run {number}, step {run.Steps}: {before} before, {run.Excess} after");
                Assert.True(run.Steps < 400, $"run {number} does not end");
            }

            (well, flat) = run.IsFlat ? (well, flat + 1) : (well + 1, flat);
        }

        Assert.True(healing > 500 && well > 500 && flat > 500, $"{healing} healing steps, {well} well, {flat} flat");
    }

    /// <summary>
    /// Offsetting positions that could be healed by closing the same part of both are not closed completely, as closing
    /// one after the other would.
    /// </summary>
    [Fact]
    public void Hedge_is_closed_only_as_far_as_needed()
    {
        var (random, kept) = (new Random(33), 0);
        for (var number = 0; number < 1_000; number++)
        {
            var units = random.NextInt64(200, 20_000);
            var run = new Run(0, random.Next(500_000, 1_000_001), units, -units);
            run.OweUpTo(random.Next(700_000, 990_000));
            while (!run.IsWell && !run.IsFlat)
            {
                run.Close();
            }

            Assert.False(run.IsFlat, $"run {number}: {units} units");
            kept += run.Steps < 8 ? 1 : 0;
        }

        Assert.True(kept > 900, $"{kept} of 1000 in less than 8 steps");
    }

    /// <summary>A liquidated account at marks of 100, each step at its worst price.</summary>
    private sealed class Run
    {
        private MarginPosition[] _positions;
        private Int128 _cash;

        public Run(Int128 equity, int creditPpm, params long[] units)
        {
            var group = new MarginGroup("TECH", creditPpm);
            _positions = [.. units.Select((of, i) => MarginGroupTests.At(MarginFloor.Named(i, s_table, group), of))];
            _cash = equity - _positions.Aggregate((Int128)0, (sum, position) => sum + position.Value);
        }

        private Run(MarginPosition[] positions, Int128 cash) => (_positions, _cash) = (positions, cash);

        public int Steps { get; private set; }

        public string Halted { get; init; } = "";

        public bool IsFlat => _positions.All(position => position.Units == 0);

        public bool IsWell => Surplus >= 0;

        /// <summary>Equity above the target, in quote minor units, rounded down.</summary>
        public Int128 Surplus => Figures.Equity - Rounding.DivUp(Figures.Maintenance * s_policy.TargetPpm, 1_000_000);

        public Int128 Excess => Figures.Equity - Figures.Maintenance;

        public long Tenth => (long)Rounding.DivUp(_positions[Next().Index].WholeLots, 10);

        private MarginFigures Figures =>
            _positions.Aggregate(new MarginFigures(_cash, 0, 0, 0, 0), (sum, position) => sum.With(position))
                .Relieved(_positions);

        public static Run Draw(Random random)
        {
            MarginGroup?[] groups =
                [null, new("TECH", MarginGroup.CreditLimit), new("OIL", random.Next(MarginGroup.CreditLimit))];
            var positions = new MarginPosition[random.Next(1, 6)];
            for (var i = 0; i < positions.Length; i++)
            {
                var of = MarginFloor.Named(i, MarginPropertyTests.Table(random), groups[random.Next(3)]);
                positions[i] = new MarginPosition(
                    of, random.NextInt64(20, 20_000), random.NextInt64(1, 500) * (random.Next(2) == 0 ? 1 : -1), 0, 0,
                    0, 0, 0);
            }

            var run = new Run(positions, 0);
            run.OweUpTo(random.Next(3) == 0 ? random.Next(-200_000, 200_000) : random.Next(400_000, 1_000_000));
            return run;
        }

        /// <summary>Sets its equity to a part of its maintenance margin, in millionths.</summary>
        public void OweUpTo(int ppm) =>
            _cash += Rounding.DivDown(Figures.Maintenance * ppm, 1_000_000) - Figures.Equity;

        public Int128 Units(int index) => _positions[index].Units;

        public (int Index, long Lots) Next()
        {
            var liquidation = new GroupLiquidation(_positions, Steps + 1, s_policy);
            var index = liquidation.Next(symbol => symbol != Halted);
            return index < 0 ? (index, 0) : (index, liquidation.Lots(Figures, _positions[index], PriceOf(index)));
        }

        /// <summary>
        /// Returns the fewest lots of the next position that heal the account, by trying each, while its side needs as
        /// much as the other.
        /// </summary>
        public long? FewestThatHeal()
        {
            var index = Next().Index;
            for (var lots = 1L; lots <= _positions[index].WholeLots; lots++)
            {
                var after = After(index, lots);
                if (after.IsWell)
                {
                    return lots;
                }

                if (!after.IsAhead(index))
                {
                    return null;
                }
            }

            return null;
        }

        public void Close()
        {
            var (index, lots) = Next();
            Assert.InRange(lots, 1, _positions[index].WholeLots);
            var after = After(index, lots);
            (_positions, _cash) = (after._positions, after._cash);
            Steps++;
        }

        private Run After(int index, long lots)
        {
            var (position, price) = (_positions[index], PriceOf(index));
            var sign = Int128.Sign(position.Units);
            var left = _positions.ToArray();
            left[index] = position with { Units = position.Units - (sign * lots) };
            return new Run(
                left,
                _cash + (sign * lots * price) - Rounding.DivUp((Int128)lots * price * s_policy.FeePpm, 1_000_000));
        }

        private bool IsAhead(int index)
        {
            var group = _positions[index].Of.Group;
            var own = _positions.Where(one => one.Of.Group == group && one.Units > 0 == _positions[index].Units > 0)
                .Aggregate((Int128)0, (sum, one) => sum + one.Maintenance);
            var other = _positions.Where(one => one.Of.Group == group && one.Units > 0 != _positions[index].Units > 0)
                .Aggregate((Int128)0, (sum, one) => sum + one.Maintenance);
            return group is not { CreditPpm: > 0 } || own > other;
        }

        private long PriceOf(int index) => Liquidation.PriceTicks(
            _positions[index].Of.Instrument, _positions[index].MarkTicks,
            _positions[index].Units > 0 ? Side.Sell : Side.Buy, Steps + 1);
    }
}
