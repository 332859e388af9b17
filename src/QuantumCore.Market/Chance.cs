namespace QuantumCore.Market;

/// <summary>
/// Seeded random numbers, equal on every machine. It uses only additions, multiplications, divisions and square roots
/// of binary64, which are exact everywhere. The system's logarithm and exponential differ in the last bit between
/// platforms.
/// </summary>
public sealed class Chance
{
    private const double Ln2 = 0.693147180559945309417232121458;

    private ulong _state;
    private double _spare = double.NaN;

    /// <param name="seed">Seed of a whole market.</param>
    /// <param name="stream">Name of an independent sequence.</param>
    public Chance(ulong seed, string stream)
    {
        // FNV-1a of the name, mixed with the seed, so that sequences of adjacent seeds are unrelated.
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var c in stream)
            hash = unchecked((hash ^ c) * 1_099_511_628_211UL);

        _state = Mix(unchecked(seed * 0x9E37_79B9_7F4A_7C15UL) ^ hash);
    }

    /// <summary>Returns a number from 0 (inclusive) to 1 (exclusive).</summary>
    public double Unit() => (Bits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Returns a whole number from 0 (inclusive) to a positive bound (exclusive).</summary>
    public long Below(long bound) => Math.Min((long)(Unit() * bound), bound - 1);

    /// <summary>Returns true with the given probability.</summary>
    public bool Happens(double probability) => Unit() < probability;

    /// <summary>Returns an exponentially distributed waiting time with the given mean.</summary>
    public double Exponential(double mean) => -mean * Ln(1.0 - Unit());

    /// <summary>Returns a number of the standard normal distribution.</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            var spare = _spare;
            _spare = double.NaN;
            return spare;
        }

        double u, v, s;
        do
        {
            u = (2.0 * Unit()) - 1.0;
            v = (2.0 * Unit()) - 1.0;
            s = (u * u) + (v * v);
        }
        while (s is >= 1.0 or 0.0);

        var scale = Math.Sqrt(-2.0 * Ln(s) / s);
        _spare = v * scale;
        return u * scale;
    }

    /// <summary>Returns a Poisson-distributed count with the given mean; for small means.</summary>
    public int Poisson(double mean)
    {
        var (count, left) = (0, Exp(-mean));
        for (var product = Unit(); product > left; product *= Unit())
            count++;
        return count;
    }

    /// <summary>Returns the natural logarithm of a positive number.</summary>
    public static double Ln(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1_022;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FE0_0000_0000_0000);
        if (mantissa < 0.70710678118654752440)
        {
            mantissa *= 2.0;
            exponent--;
        }

        // ln m = 2 (s + s^3/3 + s^5/5 ...) with s = (m - 1)/(m + 1), which is at most 0.172.
        var s = (mantissa - 1.0) / (mantissa + 1.0);
        var square = s * s;
        var sum = 0.0;
        for (var n = 19; n >= 1; n -= 2)
            sum = (sum * square) + (1.0 / n);
        return (2.0 * s * sum) + (exponent * Ln2);
    }

    /// <summary>Returns e to the power of a number between -700 and 700.</summary>
    public static double Exp(double x)
    {
        var halvings = (long)Math.Floor((x / Ln2) + 0.5);
        var rest = x - (halvings * Ln2);
        var sum = 1.0;
        for (var n = 14; n >= 1; n--)
            sum = 1.0 + (sum * rest / n);
        return sum * BitConverter.Int64BitsToDouble((halvings + 1_023) << 52);
    }

    private static ulong Mix(ulong x)
    {
        unchecked
        {
            x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EBUL;
            return x ^ (x >> 31);
        }
    }

    private ulong Bits() => Mix(_state = unchecked(_state + 0x9E37_79B9_7F4A_7C15UL));
}
