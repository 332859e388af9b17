using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QuantumCore.Client;

/// <summary>JSON of the wire: camel case, decimals as strings, never through floating point.</summary>
public static class QuantumCoreJson
{
    // The SDK's own messages are few: reflection serves them.
    private static readonly JsonSerializerOptions s_options = new(ApiJson.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(
            ApiJson.Options.TypeInfoResolver, new DefaultJsonTypeInfoResolver().WithAddedModifier(OmitNulls)),
    };

    /// <summary>Writes one of this library's types as the exchange would.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, s_options);

    internal static byte[] WriteBytes(object value) =>
        JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), s_options);

    internal static T? Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, s_options);

    private static void OmitNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            property.ShouldSerialize ??= static (_, value) => value is not null;
    }
}
