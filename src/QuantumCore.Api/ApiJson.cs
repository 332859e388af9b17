using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace QuantumCore.Client;

/// <summary>
/// JSON of the native API: camel case, decimals and nanoseconds as strings, times in UTC. A constructor parameter with
/// a default is absent while it has that default, unless it is required; one without is always present, null included.
/// A property of the body is absent when it is null.
/// </summary>
internal static class ApiJson
{
    /// <summary>Settings of answers, and of requests as a client writes them. Unknown members are ignored.</summary>
    public static JsonSerializerOptions Options { get; } = Make(new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
    });

    /// <summary>Settings of requests as the exchange reads them: strict.</summary>
    public static JsonSerializerOptions Strict { get; } = Make(new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
    });

    /// <summary>Returns the description of an answer.</summary>
    public static JsonTypeInfo<T> Of<T>() => Known<T>.Answer;

    /// <summary>Writes a value as an answer.</summary>
    public static void Write<T>(Utf8JsonWriter to, T value) => JsonSerializer.Serialize(to, value, Of<T>());

    /// <summary>Returns the description of a request.</summary>
    public static JsonTypeInfo<T> Request<T>() => (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T));

    /// <summary>Makes members absent by the rule of this class.</summary>
    public static void Omit(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (IsNeverAbsent(property))
            {
                property.ShouldSerialize = null;
                continue;
            }

            if (property.ShouldSerialize is not null || property.IsRequired)
                continue;
            if (property.AssociatedParameter is { IsMemberInitializer: false } parameter)
            {
                if (parameter.HasDefaultValue)
                    property.ShouldSerialize = Differs(parameter.DefaultValue ?? DefaultOf(parameter.ParameterType));
            }
            else if (DefaultOf(property.PropertyType) is null)
            {
                property.ShouldSerialize = static (_, value) => value is not null;
            }
        }
    }

    private static bool IsNeverAbsent(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(
            typeof(JsonIgnoreAttribute), true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }];

    private static Func<object, object?, bool> Differs(object? usual) => (_, value) => !Equals(value, usual);

    private static object? DefaultOf(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;

    private static class Known<T>
    {
        public static readonly JsonTypeInfo<T> Answer = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }

    private static JsonSerializerOptions Make(JsonSerializerOptions options)
    {
        options.TypeInfoResolver = ApiJsonContext.Default.WithAddedModifier(Omit);
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new ExactDecimal());
        options.Converters.Add(new CalendarTimeText());
        options.MakeReadOnly();
        return options;
    }
}
