using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// An account's volume, position and profit in one symbol, in the UTC day of its last trade. The cost is the average of
/// its trades. Units from other sources have no cost, and their sale counts as a short sale.
/// </summary>
public sealed class TradingDay
{
    private readonly PositionCost _position;

    // Profit less fees when the day began.
    private Int128 _before;
    private Int128 _volume;

    /// <summary>Creates the state of a symbol that was never traded.</summary>
    public TradingDay() => _position = new PositionCost(CostMethod.Average);

    /// <summary>Restores a state.</summary>
    /// <param name="day">The day, in UTC days since 1970.</param>
    /// <param name="volume">Value traded in the day, quote minor units.</param>
    /// <param name="earned">Profit of the day less fees, quote minor units.</param>
    /// <param name="quantity">Position, in lots.</param>
    /// <param name="cost">Its cost, quote minor units.</param>
    public TradingDay(long day, Int128 volume, Int128 earned, long quantity, Int128 cost)
    {
        _position = PositionCost.AverageOf(quantity, cost);
        (Day, _volume, _before) = (day, volume, -earned);
    }

    /// <summary>Day of the last trade, in UTC days since 1970.</summary>
    public long Day { get; private set; }

    /// <summary>Position by trades, in lots; negative if short.</summary>
    public long Quantity => _position.Quantity;

    /// <summary>Cost of the position, quote minor units.</summary>
    public Int128 Cost => _position.Cost;

    /// <summary>Number of splits of the base asset that it has been through.</summary>
    public int Splits { get; set; }

    /// <summary>
    /// Returns the value traded on a day, both sides, quote minor units. Later trades count too, because clocks differ.
    /// </summary>
    public Int128 VolumeOn(long day) => Day >= day ? _volume : 0;

    /// <summary>Returns the realised profit of a day less its fees, quote minor units; negative for a loss.</summary>
    public Int128 EarnedOn(long day) => Day >= day ? Earned - _before : 0;

    private Int128 Earned => _position.Realised - _position.Fees;

    /// <summary>Applies a fill.</summary>
    /// <param name="timeNanos">Its time, Unix nanoseconds. Within a symbol it never goes back.</param>
    /// <param name="lots">Lots bought; negative if sold.</param>
    /// <param name="lotValue">Value of one lot at its price, quote minor units.</param>
    /// <param name="fee">Its fee, quote minor units; negative for a rebate.</param>
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
    /// Applies one side of a change of an earlier trade. A reversal is the opposite trade at its price, with the fee
    /// returned. The position becomes what it would be without the trade, and so does the profit once the position is
    /// closed. The volume changes on the trade's own day.
    /// </summary>
    /// <param name="timeNanos">Time of the change, Unix nanoseconds.</param>
    /// <param name="tradedNanos">Time of the trade, Unix nanoseconds.</param>
    /// <param name="lots">Lots gained; negative if lost.</param>
    /// <param name="lotValue">Value of one lot at its price, quote minor units.</param>
    /// <param name="fee">Fee paid, quote minor units; negative if returned.</param>
    /// <param name="isTakenBack">True for a reversal.</param>
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

    /// <summary>Applies a split of the base asset. Cash for a fraction does not count as a trade of the day.</summary>
    /// <param name="split">The ratio.</param>
    public void Split(in SplitShare split)
    {
        Splits++;
        var earned = Earned;
        _position.Split(split);
        _before += Earned - earned;
    }
}
