using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Silo;

/// <summary>File of instruments: a new exchange lists them, and a demo simulates them.</summary>
internal static class ExchangeFile
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is malformed; the message names it and is for the user.
    /// </exception>
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

    /// <summary>Rejects a symbol of <c>--no-quotes</c> that the file does not list: it is misspelt.</summary>
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
