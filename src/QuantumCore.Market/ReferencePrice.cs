namespace QuantumCore.Market;

/// <summary>
/// Fair value of an instrument, which no order shows: a mean-reverting jump diffusion around its home price, with
/// stochastic volatility. Symbols of one seed share a factor, which each computes by itself.
/// </summary>
internal sealed class ReferencePrice
{
    private const double Day = 86_400;

    // Volatility is updated once a second.
    private const int StepsOfVolatility = 10;

    private readonly MarketModel _model;
    private readonly Chance _factor;
    private readonly Chance _own;
    private readonly double _home;
    private readonly double _pull;
    private readonly double _diffusion;
    private readonly double _ofFactor;
    private readonly double _ofOwn;
    private readonly double _jumps;
    private readonly double _volatilityKept;
    private readonly double _volatilityNews;
    private double _deviation;
    private double _logVolatility;
    private double _level = 1.0;
    private int _step;

    public ReferencePrice(MarketModel model, ulong seed, string symbol, double homeTicks, double startTicks)
    {
        _model = model;
        _factor = new Chance(seed, "factor");
        _own = new Chance(seed, "price of " + symbol);
        _home = homeTicks;
        _deviation = Chance.Ln(startTicks / homeTicks);
        _pull = 0.693 * model.StepSeconds / model.HomeHalfLife;
        _diffusion = model.DailyVolatility * Math.Sqrt(model.StepSeconds / Day);
        (_ofFactor, _ofOwn) = (Math.Sqrt(model.Correlation), Math.Sqrt(1.0 - model.Correlation));
        _jumps = model.JumpsPerDay * model.StepSeconds / Day;
        _volatilityKept = Chance.Exp(-0.693 * StepsOfVolatility * model.StepSeconds / model.VolatilityHalfLife);
        _volatilityNews = model.VolatilityOfVolatility * Math.Sqrt(1.0 - (_volatilityKept * _volatilityKept));
        Ticks = startTicks;
    }

    /// <summary>Price, in ticks and fractions of a tick.</summary>
    public double Ticks { get; private set; }

    /// <summary>Standard deviation of a second's return, in basis points.</summary>
    public double BasisPointsPerSecond => 10_000 * _diffusion * _level / Math.Sqrt(_model.StepSeconds);

    /// <summary>Activity relative to a usual day. It follows volatility, within bounds.</summary>
    public double Activity => Math.Clamp(1.3 * _level, 0.5, 4);

    /// <summary>Advances one step.</summary>
    /// <param name="volatility">Factor of all movements; 1 for the model's own.</param>
    public void Step(double volatility)
    {
        if (_step++ % StepsOfVolatility == 0)
            _logVolatility = (_volatilityKept * _logVolatility) + (_volatilityNews * _own.Normal());

        // The level's mean square is 1: volatility varies, but a day's average is the model's.
        var spread = _model.VolatilityOfVolatility;
        _level = Chance.Exp(_logVolatility - (spread * spread)) * volatility;
        _deviation += (-_pull * _deviation)
            + (_diffusion * _level * ((_ofFactor * _factor.Normal()) + (_ofOwn * _own.Normal())));
        if (_own.Happens(_jumps))
            _deviation += _model.JumpBasisPoints / 10_000 * volatility * _own.Normal();

        Ticks = _home * Chance.Exp(_deviation);
    }

    /// <summary>Shifts the price permanently, for the impact of takers.</summary>
    public void Push(double basisPoints) => _deviation += basisPoints / 10_000;
}
