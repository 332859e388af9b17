using System.Text.Json;

namespace QuantumCore.Grains.Storage;

/// <summary>
/// Serializes grain state as JSON. Later releases can read it: unknown members are ignored, and missing ones keep their
/// default values. An operator can read it in both databases.
/// </summary>
public sealed class StateSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, s_options));

    /// <inheritdoc/>
    public T Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return JsonSerializer.Deserialize<T>(input.ToMemory().Span, s_options)!;
    }
}
