namespace QuantumCore.Silo;

/// <summary>Console output for people.</summary>
internal static class Printed
{
    /// <summary>
    /// Prints a line if possible. A failure, such as a full disk or a closed pipe, affects neither the start of an
    /// exchange nor its exit code: the journal is elsewhere.
    /// </summary>
    public static async Task TryAsync(TextWriter to, string line)
    {
        try
        {
            await to.WriteLineAsync(line);
        }
        catch (Exception nowhere) when (nowhere is IOException or UnauthorizedAccessException)
        {
            // There is nowhere left to report it.
        }
    }
}
