namespace QuantumCore.Bench.Calibration;

/// <summary>What a day of a market looked like, collected event by event: recorded or simulated, by the same rules.</summary>
public sealed class MarketStatistics
{
    /// <summary>Levels a side that are looked at: a recording shows no more.</summary>
    public const int Levels = 5;

    private const int SecondsOfReturn = 10;

    private readonly Dictionary<long, double> _born = [];
    private readonly List<double> _middles = [];
    private double _first = double.NaN;
    private double _last;
    private double _nextLook;
    private long _looks;

    /// <summary>The spread at each second, in basis points of the price.</summary>
    public List<double> Spreads { get; } = [];

    /// <summary>What stands at the best price of a side, at each second, in shares.</summary>
    public List<double> Best { get; } = [];

    /// <summary>What stands at the best five prices of a side, at each second, in shares.</summary>
    public List<double> Five { get; } = [];

    /// <summary>How long an order that was taken out whole had been there, in seconds.</summary>
    public List<double> Lifetimes { get; } = [];

    /// <summary>Each print's shares.</summary>
    public List<double> Sizes { get; } = [];

    /// <summary>From the first event to the last, in seconds.</summary>
    public double Seconds => double.IsNaN(_first) ? 0 : _last - _first;

    /// <summary>Logarithmic returns of the middle of the spread over ten seconds, in basis points.</summary>
    public double[] Returns()
    {
        var returns = new List<double>();
        for (var i = SecondsOfReturn; i < _middles.Count; i += SecondsOfReturn)
            returns.Add(10_000 * Math.Log(_middles[i] / _middles[i - SecondsOfReturn]));
        return [.. returns];
    }

    /// <summary>Something happens at a time; before it, the book is looked at for each second that began meanwhile.</summary>
    /// <param name="seconds">The time.</param>
    /// <param name="bids">Prices and shares of the best bids, best first, as they stand before it.</param>
    /// <param name="asks">The same of the asks.</param>
    public void At(double seconds, ReadOnlySpan<(double Price, double Shares)> bids, ReadOnlySpan<(double Price, double Shares)> asks)
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

    /// <summary>An order came into the book.</summary>
    public void Born(long order) => _born[order] = _last;

    /// <summary>An order was taken out whole.</summary>
    public void Died(long order)
    {
        if (_born.Remove(order, out var born))
            Lifetimes.Add(_last - born);
    }

    /// <summary>Something was traded.</summary>
    public void Traded(double shares) => Sizes.Add(shares);

    private void Look(ReadOnlySpan<(double Price, double Shares)> bids, ReadOnlySpan<(double Price, double Shares)> asks)
    {
        var middle = (bids[0].Price + asks[0].Price) / 2;
        _middles.Add(middle);
        Spreads.Add(10_000 * (asks[0].Price - bids[0].Price) / middle);

        // One side by turns: they are alike, and one look is one value.
        var side = _looks++ % 2 == 0 ? bids : asks;
        Best.Add(side[0].Shares);
        var sum = 0.0;
        foreach (var level in side)
            sum += level.Shares;
        Five.Add(sum);
    }
}

/// <summary>Numbers in order, and what is asked of them.</summary>
public sealed class Distribution
{
    private readonly double[] _sorted;

    /// <param name="values">The numbers.</param>
    public Distribution(IEnumerable<double> values)
    {
        _sorted = [.. values];
        Array.Sort(_sorted);
    }

    /// <summary>How many.</summary>
    public int Count => _sorted.Length;

    /// <summary>Their mean; 0 of none.</summary>
    public double Mean => Count == 0 ? 0 : _sorted.Average();

    /// <summary>The root of the mean square; 0 of none.</summary>
    public double Deviation => Count == 0 ? 0 : Math.Sqrt(_sorted.Average(value => value * value));

    /// <summary>The fourth moment over the square of the second: 3 for the normal distribution; 0 of none.</summary>
    public double Kurtosis
    {
        get
        {
            var deviation = Deviation;
            return deviation == 0 ? 0 : _sorted.Average(value => Math.Pow(value / deviation, 4));
        }
    }

    /// <summary>What this part of them is not above.</summary>
    /// <param name="part">0 to 1.</param>
    public double Quantile(double part) => Count == 0 ? 0 : _sorted[Math.Clamp((int)(part * Count), 0, Count - 1)];

    /// <summary>The part of them that fits.</summary>
    public double Share(Func<double, bool> fits) => Count == 0 ? 0 : (double)_sorted.Count(fits) / Count;
}
