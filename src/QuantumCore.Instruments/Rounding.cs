namespace QuantumCore.Instruments;

/// <summary>
/// Every division of money in the product, each with its direction in its name. The divisor must be positive.
/// </summary>
public static class Rounding
{
    /// <summary>Quotient rounded toward positive infinity.</summary>
    public static Int128 DivUp(Int128 dividend, Int128 divisor)
    {
        RequirePositive(divisor);
        if (IsLong(dividend) && IsLong(divisor))
        {
            // Nearly all are this small, and cost a tenth.
            var (whole, rest) = Math.DivRem((long)dividend, (long)divisor);
            return rest > 0 ? whole + 1 : whole;
        }

        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder > 0 ? quotient + 1 : quotient;
    }

    /// <summary>Quotient rounded toward negative infinity.</summary>
    public static Int128 DivDown(Int128 dividend, Int128 divisor)
    {
        RequirePositive(divisor);
        if (IsLong(dividend) && IsLong(divisor))
        {
            var (whole, rest) = Math.DivRem((long)dividend, (long)divisor);
            return rest < 0 ? whole - 1 : whole;
        }

        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }

    private static bool IsLong(Int128 number) => unchecked((long)number) == number;

    private static void RequirePositive(Int128 divisor)
    {
        if (divisor <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(divisor), "A divisor of money is positive.");
        }
    }

    /// <summary>Quotient rounded to the nearest integer, a half to the even one: favours no side over many divisions.</summary>
    /// <param name="dividend">Any sign.</param>
    /// <param name="divisor">Greater than zero.</param>
    public static Int128 DivHalfEven(Int128 dividend, Int128 divisor)
    {
        var down = DivDown(dividend, divisor);
        var rest = dividend - (down * divisor);
        var more = rest * 2 > divisor || (rest * 2 == divisor && Int128.IsOddInteger(down));
        return more ? down + 1 : down;
    }
}
