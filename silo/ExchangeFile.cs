using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Silo;

/// <summary>Instruments that a new exchange lists and a demo simulates: a file, or those in the program.</summary>
internal static class ExchangeFile
{
    private const string BuiltIn = "exchange.json";

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is malformed; the message names it and is for the user.
    /// </exception>
    public static async Task<IReadOnlyList<Instrument>> ReadAsync(
        SiloOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return [.. ListingText.Read(await BytesAsync(options.ExchangeFile, cancellationToken))];
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"{NameOf(options)}: {wrong.Message}", wrong);
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
            throw new FormatException(
                $"--no-quotes: {NameOf(options)} lists no '{unknown}', only {string.Join(", ", symbols)}.");
    }

    private static string NameOf(SiloOptions options) => options.ExchangeFile ?? BuiltIn;

    private static async Task<byte[]> BytesAsync(string? file, CancellationToken cancellationToken)
    {
        if (file is not null)
            return await File.ReadAllBytesAsync(file, cancellationToken);

        await using var resource = typeof(ExchangeFile).Assembly.GetManifestResourceStream(BuiltIn)!;
        var bytes = new byte[resource.Length];
        await resource.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
