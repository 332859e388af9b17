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
        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder > 0 ? quotient + 1 : quotient;
    }

    /// <summary>Quotient rounded toward negative infinity.</summary>
    public static Int128 DivDown(Int128 dividend, Int128 divisor)
    {
        RequirePositive(divisor);
        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }

    private static void RequirePositive(Int128 divisor)
    {
        if (divisor <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(divisor), "A divisor of money is positive.");
        }
    }
}
