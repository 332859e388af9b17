using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Silo;

/// <summary>The file of instruments: what a new exchange lists, and what a demo simulates.</summary>
internal static class ExchangeFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It can't be understood; the message names it and is for the user.</exception>
    public static async Task<IReadOnlyList<Instrument>> ReadAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return [.. ListingText.Read(await File.ReadAllBytesAsync(options.ExchangeFile, cancellationToken))];
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"{options.ExchangeFile}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Refuses a symbol of <c>--no-quotes</c> that nothing would be simulated in anyway: it is misspelt.</summary>
    /// <exception cref="FormatException">The message is for the user.</exception>
    public static async Task CheckNoQuotesAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        if (options.NoQuotes.Count == 0)
            return;

        var symbols = (await ReadAsync(options, cancellationToken)).Select(instrument => instrument.Symbol).ToArray();
        if (options.NoQuotes.Except(symbols, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new FormatException($"--no-quotes: {options.ExchangeFile} lists no '{unknown}', only {string.Join(", ", symbols)}.");
    }
}
