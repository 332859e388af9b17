using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Invariants of margin over seeded streams.</summary>
public class MarginPropertyTests
{
    private static readonly MarginPolicy s_policy = new();

    /// <summary>
    /// No fill of accepted orders makes the excess negative while the mark price stays, and holds always equal the
    /// orders' needs.
    /// </summary>
    [Theory]
    [InlineData(1, 100_000, 1, 0)]
    [InlineData(2, 100_000, 1, 0)]
    [InlineData(3, 100_000, 1, 0)]
    [InlineData(4, 30_000, 2, 1_000_000)]
    [InlineData(5, 30_000, 3, 750_000)]
    [InlineData(6, 30_000, 4, 333_333)]
    public void Fills_of_accepted_orders_never_use_up_more_than_the_excess(
        int seed, int steps, int symbols, int creditPpm)
    {
        var floor = new MarginFloor(seed, symbols, creditPpm);
        for (var step = 0; step < steps; step++)
        {
            floor.Step();
            Assert.True(floor.Figures.Excess >= 0, $"seed {seed}, step {step}: {floor.Figures} after {floor.Last}");
            Assert.Equal(floor.WorthAnew(), floor.Worth);
        }

        Assert.All(floor.Counts, count => Assert.True(count.Value > 100, $"{count.Key} happened {count.Value} times"));
        Assert.True(floor.WasShort && floor.HasOwed);
        Assert.Equal(symbols > 1, floor.WasRelieved);
    }

    /// <summary>Equity changes only by trades away from the mark, and by fees.</summary>
    [Fact]
    public void Equity_changes_by_what_was_traded_away_from_the_mark_and_fees()
    {
        var floor = new MarginFloor(11, 1, 0);
        for (var step = 0; step < 20_000; step++)
        {
            var before = floor.Figures.Equity;
            floor.Step();
            Assert.Equal(before + floor.LastGain, floor.Figures.Equity);
        }
    }

    [Fact]
    public void A_requirement_rises_with_size_without_a_jump_and_never_slower()
    {
        var random = new Random(5);
        for (var run = 0; run < 200; run++)
        {
            var of = MarginExampleTests.Share(Table(random));
            var (mark, before, step) = (random.NextInt64(1, 20_000), (Int128)0, (Int128)0);
            for (var units = 1; units < 400; units++)
            {
                var now = of.MaintenanceWeighted(mark, units);
                Assert.True(now - before >= step, $"run {run}: {units} units at {mark}");
                (before, step) = (now, now - before);
                Assert.True(of.Initial(mark, units) >= of.Maintenance(mark, units));
            }
        }
    }

    [Fact]
    public void A_liquidation_sells_no_more_than_there_is_and_the_fewest_that_heal()
    {
        var random = new Random(6);
        var (healed, whole) = (0, 0);
        for (var run = 0; run < 5_000; run++)
        {
            var table = Table(random);
            var of = MarginExampleTests.Shorted(table);
            var units = random.NextInt64(1, 2_000) * (random.Next(2) == 0 ? 1 : -1);
            var position = new MarginPosition(of, random.NextInt64(100, 20_000), units, 0, 0, 0, 0, 0);
            var maintenance = position.Maintenance;
            var equity = maintenance - random.NextInt64(1, (long)maintenance + 2);
            var figures = new MarginFigures(equity, 0, maintenance, 0, 0);
            var side = units > 0 ? Side.Sell : Side.Buy;
            var price = Liquidation.PriceTicks(Sample.Share, position.MarkTicks, side, 1 + random.Next(6));
            var lots = Liquidation.Lots(figures, position, price, s_policy);
            var most = Math.Abs(units);
            Assert.InRange(lots, Math.Max(1, most / 10), most);
            var isHealed = Heals(figures, position, price, lots);
            if (isHealed && lots > (most + 9) / 10)
            {
                healed++;
                Assert.False(
                    Heals(figures, position, price, lots - 1), $"run {run}: {lots - 1} of {units} would have done");
            }

            if (!isHealed)
            {
                whole++;
                Assert.Equal(most, lots);
            }
        }

        Assert.True(healed > 200 && whole > 200, $"{healed} healed, {whole} sold whole");
    }

    [Fact]
    public void All_charges_together_are_the_whole_rounded_down()
    {
        var random = new Random(7);
        for (var run = 0; run < 200; run++)
        {
            var (interest, charged, whole) = (new LoanInterest(0, random.Next(2) == 0 ? 360 : 365), 0L, (Int128)0);
            for (var day = 0; day < 400; day++)
            {
                var (debt, rate) = (random.NextInt64(1L << random.Next(1, 60)), random.Next(200_000));
                interest = interest.AfterDay(debt, rate);
                whole += (Int128)debt * rate;
                if (random.Next(30) == 0)
                {
                    charged += interest.Charge;
                    interest = interest.AfterCharge();
                }
            }

            Assert.Equal(Rounding.DivDown(whole, (Int128)interest.DayBasis * 1_000_000), charged + interest.Charge);
        }
    }

    internal static MarginTable Table(Random random)
    {
        var tiers = new List<MarginTier>();
        var (upTo, rate) = (0L, random.Next(1, 300_000));
        for (var i = random.Next(4); i > 0; i--)
        {
            upTo += random.NextInt64(1, 500_000);
            tiers.Add(new MarginTier(upTo, rate * 2, rate));
            rate += random.Next(100_000);
        }

        tiers.Add(new MarginTier(long.MaxValue, rate * 2, rate));
        return new MarginTable([.. tiers]);
    }

    private static bool Heals(in MarginFigures figures, in MarginPosition position, long price, long lots)
    {
        var left = position.Units - (Int128.Sign(position.Units) * (Int128)lots);
        var loss = lots * Int128.Abs((Int128)position.MarkTicks - price);
        var others = figures.Maintenance - position.Maintenance;
        var kept =
            ((others * 1_000_000) + position.Of.MaintenanceWeighted(position.MarkTicks, left)) * s_policy.TargetPpm;
        return (((figures.Equity - loss) * 1_000_000) - ((Int128)lots * price * s_policy.FeePpm)) * 1_000_000 >= kept;
    }
}

/// <summary>
/// A margin account in shares of one group, at a constant mark price, with books that fill its orders at random.
/// </summary>
internal sealed class MarginFloor
{
    private const long Mark = 10_000;
    private readonly Random _random;
    private readonly MarginInstrument[] _shares;
    private readonly Account _account = new(new AccountId(1001)) { IsMargin = true };

    public MarginFloor(int seed, int symbols, int creditPpm)
    {
        _random = new Random(seed);
        var group = symbols == 1 ? null : new MarginGroup("TECH", creditPpm);
        _shares = [.. Enumerable.Range(0, symbols).Select(i => Named(i, MarginPropertyTests.Table(_random), group))];
        _account.Deposit(Sample.Share.Quote, 50_000_000);
    }

    public Dictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    public string Last { get; private set; } = "";

    /// <summary>Change of equity in the last step.</summary>
    public Int128 LastGain { get; private set; }

    public bool WasShort { get; private set; }

    public bool HasOwed { get; private set; }

    /// <summary>True if the group's credit was ever used.</summary>
    public bool WasRelieved { get; private set; }

    public MarginFigures Figures => FiguresOf([.. _shares.Select(PositionIn)]);

    public Dictionary<string, OpenOrderWorth> Worth => _shares.ToDictionary(
        of => of.Instrument.Symbol, of => _account.OpenIn(of.Instrument.Symbol)?.WorthAt(Mark) ?? default,
        StringComparer.Ordinal);

    /// <summary>Returns a share with its own name.</summary>
    internal static MarginInstrument Named(int number, MarginTable both, MarginGroup? group)
    {
        var symbol = $"S{number}";
        return new MarginInstrument(
            Sample.Share with { Symbol = symbol, Base = new Asset(symbol, 0) },
            new MarginTerms { Long = both, Short = both }, group);
    }

    public Dictionary<string, OpenOrderWorth> WorthAnew()
    {
        var sums =
            _shares.ToDictionary(of => of.Instrument.Symbol, _ => default(OpenOrderWorth), StringComparer.Ordinal);
        foreach (var order in _account.Orders.Values)
        {
            var worth = OpenOrderWorth.Of(1, Mark, order.Side, order.PriceTicks, order.WorstLots, order.Paid);
            var sum = sums[order.Instrument.Symbol];
            sums[order.Instrument.Symbol] = new(sum.Loss + worth.Loss, sum.Fees + worth.Fees);
        }

        return sums;
    }

    public void Step()
    {
        LastGain = 0;
        var orders = _account.Orders.Values.ToArray();
        var order = orders.Length == 0 ? null : orders[_random.Next(orders.Length)];
        switch (_random.Next(10))
        {
            case < 5 when order is not null:
                Fill(order);
                break;
            case 5 when order is not null:
                Happened("release");
                _account.Release(order.Number);
                break;
            case 6 when order is { LeavesLots: > 1 }:
                Happened("reduce");
                var total = order.FilledLots + _random.NextInt64(1, order.LeavesLots);
                _account.Reduced(
                    order.Number, total,
                    HoldRule.Hold(order.Instrument, order.PriceTicks, total - order.FilledLots, order.Paid));
                break;
            case 7 or 8 when orders.Length < 30:
                Place(_shares[_random.Next(_shares.Length)]);
                break;
        }

        WasShort |= _shares.Any(of => _account.Of(of.Instrument.Base).Total < 0);
        HasOwed |= _account.Of(Sample.Share.Quote).Total < 0;
    }

    private MarginPosition PositionIn(MarginInstrument of)
    {
        var (balance, open) = (_account.Of(of.Instrument.Base), _account.OpenIn(of.Instrument.Symbol));
        var worth = open?.WorthAt(Mark) ?? default;
        return new MarginPosition(of, Mark, balance.Total, open?.BuyLots ?? 0, balance.Held, worth.Loss, worth.Fees, 0);
    }

    private MarginFigures FiguresOf(MarginPosition[] positions)
    {
        var figures = new MarginFigures(_account.Of(Sample.Share.Quote).Total, 0, 0, 0, 0);
        foreach (var position in positions)
        {
            figures = figures.With(position);
        }

        var relieved = figures.Relieved(positions);
        WasRelieved |= relieved != figures;
        return relieved;
    }

    private void Place(MarginInstrument of)
    {
        var (side, fees) = (_random.Next(2) == 0 ? Side.Buy : Side.Sell, Sample.Terms(_random));
        var (price, lots) = (_random.NextInt64(8_000, 12_000), _random.NextInt64(1, 2_000));
        var hold = HoldRule.Hold(of.Instrument, price, lots, new OrderFees(side, fees));
        var after = FiguresOf([.. _shares.Select(share =>
            share == of ? PositionIn(share).With(side, price, lots, new OrderFees(side, fees)) : PositionIn(share))]);
        if (after.Excess < 0)
        {
            Happened("refused");
            return;
        }

        Happened("placed");
        var order = Sample.Order(_account, of.Instrument, side, price, lots, hold, fees: fees);
        order.Paid = new OrderFees(side, fees);
        _account.Hold(order);
    }

    private void Fill(HeldOrder order)
    {
        Happened("fill");
        var lots = _random.NextInt64(1, order.LeavesLots + 1);
        var better = _random.NextInt64(500);
        var price = order.Side == Side.Buy ? order.PriceTicks - better : order.PriceTicks + better;
        var rate =
            _random.Next(3) switch { 0 => order.Fees.MakerPpm, 1 => order.Fees.AuctionPpm, _ => order.Fees.TakerPpm };
        var paid = order.Paid.After(price * lots, rate);
        var fee = paid.Due - order.Paid.Due;
        _account.Fill(order.Number, price, lots, fee, rate);
        LastGain = ((order.Side == Side.Buy ? Mark - price : price - Mark) * (Int128)lots) - fee;
        if (order.LeavesLots == 0)
        {
            _account.Release(order.Number);
        }
        else
        {
            _account.ShrinkHold(
                order.Number, HoldRule.Hold(order.Instrument, order.PriceTicks, order.LeavesLots, paid));
        }
    }

    private void Happened(string what)
    {
        Last = what;
        Counts[what] = Counts.GetValueOrDefault(what) + 1;
    }
}
