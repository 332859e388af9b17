namespace QuantumCore.Instruments;

/// <summary>Products of amounts, exact or refused.</summary>
public static class Wide
{
    /// <summary>A product; where it must be cheap: of two numbers of 64 bits, as nearly all are, it is never out of range, and nothing is asked.</summary>
    /// <exception cref="OverflowException">It does not fit 128 bits.</exception>
    public static Int128 Product(Int128 amount, long factor) =>
        unchecked((long)amount) is var small && small == amount ? Math.BigMul(small, factor) : amount * factor;
}
