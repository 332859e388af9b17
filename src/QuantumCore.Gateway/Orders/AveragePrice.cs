using System.Numerics;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Mean prices with up to eight decimals more than their amounts, without zeros at the end of these eight. They are for
/// display, never for calculation.
/// </summary>
internal static class AveragePrice
{
    private const int Finer = 8;

    /// <summary>
    /// Returns a value divided by a quantity, rounded half to even. <paramref name="decimals"/> is the number of
    /// decimals of the value.
    /// </summary>
    public static string Of(BigInteger value, BigInteger quantity, int decimals)
    {
        var finer = Math.Min(Finer, DecimalText.MaxDecimals - decimals);
        var size = BigInteger.Abs(quantity);
        var (price, rest) = BigInteger.DivRem(value * BigInteger.Pow(10, finer) * quantity.Sign, size);
        var twice = rest * 2;
        price += twice > size || (twice == size && !price.IsEven) ? 1 : 0;
        for (; finer > 0 && price % 10 == 0; finer--)
            price /= 10;
        return DecimalText.Format((Int128)price, decimals + finer);
    }
}
