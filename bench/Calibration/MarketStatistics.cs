namespace QuantumCore.Bench.Calibration;

/// <summary>
/// Statistics of a market day, collected event by event, by the same rules for recorded and simulated days.
/// </summary>
public sealed class MarketStatistics
{
    /// <summary>Levels of each side considered: a recording has no more.</summary>
    public const int Levels = 5;

    private const int SecondsOfReturn = 10;

    private readonly Dictionary<long, double> _born = [];
    private readonly List<double> _middles = [];
    private double _first = double.NaN;
    private double _last;
    private double _nextLook;
    private long _looks;

    /// <summary>Spreads, sampled every second, in basis points of the price.</summary>
    public List<double> Spreads { get; } = [];

    /// <summary>Quantities at the best price of a side, sampled every second, in shares.</summary>
    public List<double> Best { get; } = [];

    /// <summary>Quantities at the best five prices of a side, sampled every second, in shares.</summary>
    public List<double> Five { get; } = [];

    /// <summary>Lifetimes of orders that were cancelled completely, in seconds.</summary>
    public List<double> Lifetimes { get; } = [];

    /// <summary>Sizes of trades, in shares.</summary>
    public List<double> Sizes { get; } = [];

    /// <summary>Time from the first event to the last, in seconds.</summary>
    public double Seconds => double.IsNaN(_first) ? 0 : _last - _first;

    /// <summary>Returns logarithmic returns of the midpoint over ten seconds, in basis points.</summary>
    public double[] Returns()
    {
        var returns = new List<double>();
        for (var i = SecondsOfReturn; i < _middles.Count; i += SecondsOfReturn)
            returns.Add(10_000 * Math.Log(_middles[i] / _middles[i - SecondsOfReturn]));
        return [.. returns];
    }

    /// <summary>Advances to the time of an event, and samples the book for each second that began since.</summary>
    /// <param name="seconds">Time of the event, in seconds.</param>
    /// <param name="bids">Prices and shares of the best bids before the event, best first.</param>
    /// <param name="asks">Prices and shares of the best asks before the event, best first.</param>
    public void At(
        double seconds, ReadOnlySpan<(double Price, double Shares)> bids,
        ReadOnlySpan<(double Price, double Shares)> asks)
    {
        if (double.IsNaN(_first))
            (_first, _nextLook) = (seconds, Math.Ceiling(seconds));
        _last = seconds;
        for (; _nextLook <= seconds; _nextLook++)
        {
            if (!bids.IsEmpty && !asks.IsEmpty)
                Look(bids, asks);
        }
    }

    /// <summary>Adds an order that entered the book.</summary>
    public void Born(long order) => _born[order] = _last;

    /// <summary>Adds the end of an order that was cancelled completely.</summary>
    public void Died(long order)
    {
        if (_born.Remove(order, out var born))
            Lifetimes.Add(_last - born);
    }

    /// <summary>Adds a trade.</summary>
    public void Traded(double shares) => Sizes.Add(shares);

    private void Look(
        ReadOnlySpan<(double Price, double Shares)> bids, ReadOnlySpan<(double Price, double Shares)> asks)
    {
        var middle = (bids[0].Price + asks[0].Price) / 2;
        _middles.Add(middle);
        Spreads.Add(10_000 * (asks[0].Price - bids[0].Price) / middle);

        // Sides alternate: they are alike, and each sample has one value.
        var side = _looks++ % 2 == 0 ? bids : asks;
        Best.Add(side[0].Shares);
        var sum = 0.0;
        foreach (var level in side)
            sum += level.Shares;
        Five.Add(sum);
    }
}

/// <summary>Sorted numbers and their statistics.</summary>
public sealed class Distribution
{
    private readonly double[] _sorted;

    /// <param name="values">Numbers, in any order.</param>
    public Distribution(IEnumerable<double> values)
    {
        _sorted = [.. values];
        Array.Sort(_sorted);
    }

    /// <summary>Number of values.</summary>
    public int Count => _sorted.Length;

    /// <summary>Mean; 0 without values.</summary>
    public double Mean => Count == 0 ? 0 : _sorted.Average();

    /// <summary>Root mean square; 0 without values.</summary>
    public double Deviation => Count == 0 ? 0 : Math.Sqrt(_sorted.Average(value => value * value));

    /// <summary>
    /// Kurtosis, the fourth moment over the square of the second: 3 for the normal distribution; 0 without values.
    /// </summary>
    public double Kurtosis
    {
        get
        {
            var deviation = Deviation;
            return deviation == 0 ? 0 : _sorted.Average(value => Math.Pow(value / deviation, 4));
        }
    }

    /// <summary>Returns a quantile.</summary>
    /// <param name="part">Share of values not above it, 0 to 1.</param>
    public double Quantile(double part) => Count == 0 ? 0 : _sorted[Math.Clamp((int)(part * Count), 0, Count - 1)];

    /// <summary>Returns the share of values that match.</summary>
    public double Share(Func<double, bool> fits) => Count == 0 ? 0 : (double)_sorted.Count(fits) / Count;
}
