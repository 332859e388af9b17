namespace QuantumCore.Silo;

/// <summary>What is printed for people.</summary>
internal static class Printed
{
    /// <summary>
    /// Prints a line where it can be. A full disk under the file that it goes to, or an end of it that nobody holds any more, decides neither
    /// whether an exchange opens nor with which code it ends: the journal is elsewhere.
    /// </summary>
    public static async Task TryAsync(TextWriter to, string line)
    {
        try
        {
            await to.WriteLineAsync(line);
        }
        catch (Exception nowhere) when (nowhere is IOException or UnauthorizedAccessException)
        {
            // There is nowhere left to say so.
        }
    }
}
