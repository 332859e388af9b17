using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// What an account has traded in one symbol, and earned on it, in the UTC day of its last trade. The cost of what it has is the
/// average of its trades; what came in otherwise has none, and its sale counts as a short one.
/// </summary>
public sealed class TradingDay
{
    private readonly PositionCost _position;

    // What had been earned, fees paid, when the day began.
    private Int128 _before;
    private Int128 _volume;

    /// <summary>Of a symbol that was never traded.</summary>
    public TradingDay() => _position = new PositionCost(CostMethod.Average);

    /// <summary>As it was.</summary>
    /// <param name="day">Number of the UTC day since 1970.</param>
    /// <param name="volume">Quote minor units traded in it.</param>
    /// <param name="earned">Quote minor units earned in it, less fees.</param>
    /// <param name="quantity">Position in lots.</param>
    /// <param name="cost">Its cost, quote minor units.</param>
    public TradingDay(long day, Int128 volume, Int128 earned, long quantity, Int128 cost)
    {
        _position = PositionCost.AverageOf(quantity, cost);
        (Day, _volume, _before) = (day, volume, -earned);
    }

    /// <summary>Number of the UTC day, since 1970, of the last trade.</summary>
    public long Day { get; private set; }

    /// <summary>Position by trades, in lots; less than zero is short.</summary>
    public long Quantity => _position.Quantity;

    /// <summary>What the position cost, quote minor units.</summary>
    public Int128 Cost => _position.Cost;

    /// <summary>How many splits of what is traded it has been through.</summary>
    public int Splits { get; set; }

    /// <summary>Value traded on a day, both sides, quote minor units. A later trade than that day's counts too: clocks differ.</summary>
    public Int128 VolumeOn(long day) => Day >= day ? _volume : 0;

    /// <summary>What was realised on a day less the fees paid on it, quote minor units; less than zero is a loss.</summary>
    public Int128 EarnedOn(long day) => Day >= day ? Earned - _before : 0;

    private Int128 Earned => _position.Realised - _position.Fees;

    /// <summary>One fill.</summary>
    /// <param name="timeNanos">Its time, Unix nanoseconds. Within a symbol it never goes back.</param>
    /// <param name="lots">Bought lots; less than zero: sold.</param>
    /// <param name="lotValue">What one lot is worth at its price, quote minor units.</param>
    /// <param name="fee">Its fee, quote minor units; less than zero: a rebate.</param>
    public void Fill(long timeNanos, long lots, long lotValue, long fee)
    {
        if (UtcDay.Of(timeNanos) is var day && day > Day)
        {
            (Day, _volume, _before) = (day, 0, Earned);
        }

        _volume += Math.BigMul(Math.Abs(lots), lotValue);
        _position.Fill(lots, lotValue, fee);
    }

    /// <summary>
    /// One side of a change of an earlier trade: of one that is taken back the opposite, at its price, with what was paid. The position is what it would be
    /// without it, and so is the profit once the position is closed; the volume goes from, and comes to, the trade's own day.
    /// </summary>
    /// <param name="timeNanos">When it is changed, Unix nanoseconds.</param>
    /// <param name="tradedNanos">When it was traded, Unix nanoseconds.</param>
    /// <param name="lots">Lots that come in; less than zero: that go.</param>
    /// <param name="lotValue">What one lot is worth at its price, quote minor units.</param>
    /// <param name="fee">What is paid for it, quote minor units; less than zero: what comes back.</param>
    /// <param name="isTakenBack">Whether it is taken back.</param>
    public void Change(long timeNanos, long tradedNanos, long lots, long lotValue, long fee, bool isTakenBack)
    {
        var value = Math.BigMul(Math.Abs(lots), lotValue);
        Fill(timeNanos, lots, lotValue, fee);
        _volume -= value;
        if (UtcDay.Of(tradedNanos) == Day)
        {
            _volume += isTakenBack ? -value : value;
        }
    }

    /// <summary>A split of what is traded. What a fraction of a unit brings is no trade of the day.</summary>
    /// <param name="split">The ratio.</param>
    public void Split(in SplitShare split)
    {
        Splits++;
        var earned = Earned;
        _position.Split(split);
        _before += Earned - earned;
    }
}
