using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using QuantumCore.Client;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Schemas of the native API's answers.</summary>
internal static class ApiAnswers
{
    private static readonly Summaries s_summaries = Summaries.OfAssemblies(typeof(ApiJson).Assembly);

    /// <summary>Returns the schema of an answer's type.</summary>
    /// <param name="type">Type of the API.</param>
    /// <param name="document">Document that holds the schemas.</param>
    public static IOpenApiSchema SchemaOf(Type type, OpenApiDocument document) =>
        // This call has two steps: the second one answers as a sign-in does.
        type == typeof(NewAuthenticator)
            ? new OpenApiSchema { OneOf = [Reference(type, document), Reference(typeof(SignedInUser), document)] }
            : Reference(type, document);

    /// <summary>Returns a reference to a type's schema, which the document holds once under its name.</summary>
    private static OpenApiSchemaReference Reference(Type type, OpenApiDocument document)
    {
        if (document.Components?.Schemas?.ContainsKey(type.Name) != true)
        {
            var schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalPropertiesAllowed = false,
                Description = s_summaries.Of(null, type),
            };
            // Before its members: a type may contain itself.
            document.AddComponent<IOpenApiSchema>(type.Name, schema);
            var members =
                ApiJson.Options.GetTypeInfo(type).Properties.Where(static member => member.Get is not null).ToArray();
            schema.Required = members.Where(IsAlwaysPresent).Select(static member => member.Name)
                .ToHashSet(StringComparer.Ordinal);
            schema.Properties = members.ToDictionary(
                static member => member.Name, member => Of(member, document), StringComparer.Ordinal);
        }

        return new OpenApiSchemaReference(type.Name, document);
    }

    private static bool IsAlwaysPresent(JsonPropertyInfo member) => member.ShouldSerialize is null;

    private static IOpenApiSchema Of(JsonPropertyInfo member, OpenApiDocument document)
    {
        var property = (PropertyInfo)member.AttributeProvider!;
        var isNullable = IsAlwaysPresent(member) &&
            (Nullable.GetUnderlyingType(member.PropertyType) is not null
                || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable);
        var isText = member.NumberHandling?.HasFlag(JsonNumberHandling.WriteAsString) == true;
        var schema = Of(isText ? typeof(string) : member.PropertyType, isNullable, document);
        if (schema is OpenApiSchema own)
            own.Description = s_summaries.Of(property);
        return schema;
    }

    private static IOpenApiSchema Of(Type type, bool isNullable, OpenApiDocument document)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Candle) || type == typeof(PriceLevel))
        {
            var item = new OpenApiSchema
            {
                Type = type == typeof(Candle) ? JsonSchemaType.String | JsonSchemaType.Integer : JsonSchemaType.String,
            };
            return new OpenApiSchema { Type = JsonSchemaType.Array, Items = item };
        }

        if (ApiJson.Options.GetTypeInfo(type) is { Kind: not JsonTypeInfoKind.None } described)
        {
            if (described.ElementType is { } element)
                return new OpenApiSchema { Type = JsonSchemaType.Array, Items = Of(element, false, document) };

            var reference = Reference(type, document);
            return isNullable
                ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] }
                : reference;
        }

        var kind = type == typeof(bool) ? JsonSchemaType.Boolean
            : type == typeof(int) || type == typeof(long) ? JsonSchemaType.Integer
            : JsonSchemaType.String;
        return new OpenApiSchema { Type = isNullable ? kind | JsonSchemaType.Null : kind };
    }
}
