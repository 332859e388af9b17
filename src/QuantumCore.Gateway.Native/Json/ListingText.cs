using System.Text.Json;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>A listing file: the answer of <c>GET /instruments</c>.</summary>
public sealed record ListingText
{
    public List<InstrumentText?>? Instruments { get; init; }

    /// <summary>Reads a listing file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is not a list of instruments; the message tells where.
    /// </exception>
    public static IReadOnlyList<Instrument> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var listing = JsonSerializer.Deserialize(json, WireJson.Default.ListingText);
            return listing?.Instruments is { } instruments
                ? [.. instruments.Select(Read)]
                : throw new InvalidDataException("instruments: A list is needed; an empty one lists nothing.");
        }
        catch (JsonException error)
        {
            var (field, detail) = BodyForm.Explain(WireJson.Default.ListingText, error);
            throw new InvalidDataException(field is null ? detail : $"{field}: {detail}", error);
        }
    }

    private static Instrument Read(InstrumentText? text)
    {
        if (text is null)
            throw new InvalidDataException("An instrument is null.");
        if (text.TryRead(out var instrument) is { } refusal)
            throw new InvalidDataException(
                $"{text.Symbol}{(refusal.Field is null ? "" : $", {refusal.Field}")}: {refusal.Detail}");

        return instrument!;
    }
}
