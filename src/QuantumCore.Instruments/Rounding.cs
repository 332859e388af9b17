namespace QuantumCore.Instruments;

/// <summary>
/// All divisions of money in the product, with the direction of rounding in their names. The divisor must be positive.
/// </summary>
public static class Rounding
{
    /// <summary>Returns the quotient, rounded toward positive infinity.</summary>
    public static Int128 DivUp(Int128 dividend, Int128 divisor)
    {
        RequirePositive(divisor);
        if (IsLong(dividend) && IsLong(divisor))
        {
            // Nearly all numbers are this small, and this costs a tenth.
            var (whole, rest) = Math.DivRem((long)dividend, (long)divisor);
            return rest > 0 ? whole + 1 : whole;
        }

        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder > 0 ? quotient + 1 : quotient;
    }

    /// <summary>Returns the quotient, rounded toward negative infinity.</summary>
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

    /// <summary>
    /// Returns the quotient, rounded to the nearest integer and half to even, which favours neither side over many
    /// divisions.
    /// </summary>
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
