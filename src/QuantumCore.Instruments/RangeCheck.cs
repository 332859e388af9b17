namespace QuantumCore.Instruments;

/// <summary>Checks of numbers that a request sets.</summary>
public static class RangeCheck
{
    /// <summary>
    /// Returns the field and a sentence with the value, its range and the nearest valid value; null if it is in range.
    /// </summary>
    public static (string Field, string Sentence)? Outside(string field, long value, long least, long most) =>
        Math.Clamp(value, least, most) is var nearest && nearest != value
            ? (field, $"the {field} {value} is outside the range {least} to {most}; nearest: {nearest}")
            : null;
}
