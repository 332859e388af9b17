namespace QuantumCore.Instruments;

/// <summary>Multiplies amounts exactly, or throws.</summary>
public static class Wide
{
    /// <summary>
    /// Returns a product, at low cost: two 64-bit numbers, the usual case, never overflow, so that nothing is checked.
    /// </summary>
    /// <exception cref="OverflowException">The product does not fit 128 bits.</exception>
    public static Int128 Product(Int128 amount, long factor) =>
        unchecked((long)amount) is var small && small == amount ? Math.BigMul(small, factor) : amount * factor;
}
