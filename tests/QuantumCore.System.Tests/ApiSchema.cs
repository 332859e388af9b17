using System.Text.Json;

namespace QuantumCore.SystemTests;

/// <summary>
/// Committed API document, and a strict check of responses against it. It supports the few features of JSON Schema that
/// the document uses. It finds members that are not described as well as missing ones.
/// </summary>
internal sealed class ApiSchema
{
    private readonly JsonElement _root;

    public ApiSchema(string document)
    {
        using var parsed = JsonDocument.Parse(document);
        _root = parsed.RootElement.Clone();
    }

    /// <summary>Calls with a response body, as <c>GET account</c>.</summary>
    public IEnumerable<string> Calls =>
        from path in _root.GetProperty("paths").EnumerateObject()
        from call in path.Value.EnumerateObject()
        where AnswerOf(call.Value) is not null
        select $"{call.Name.ToUpperInvariant()} {path.Name["/api/qc/v1/".Length..]}";

    /// <summary>Returns the problems of a response; none if it is as described.</summary>
    public IReadOnlyList<string> Check(string call, JsonElement answer)
    {
        var (method, path) = (call[..call.IndexOf(' ', StringComparison.Ordinal)], call[(call.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var schema = AnswerOf(_root.GetProperty("paths").GetProperty($"/api/qc/v1/{path}").GetProperty(method.ToLowerInvariant()));
        var wrong = new List<string>();
        Check(schema!.Value, answer, call, wrong);
        return wrong;
    }

    private static JsonElement? AnswerOf(JsonElement call) =>
        call.GetProperty("responses").GetProperty("200").TryGetProperty("content", out var content)
            ? content.GetProperty("application/json").GetProperty("schema")
            : null;

    private void Check(JsonElement schema, JsonElement value, string at, List<string> wrong)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = _root.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        }
        else if (schema.TryGetProperty("oneOf", out var kinds))
        {
            // Null, or the other kind.
            if (value.ValueKind != JsonValueKind.Null)
                Check(kinds[1], value, at, wrong);
            return;
        }

        if (!TypesOf(schema).Any(type => IsOf(type, value)))
        {
            wrong.Add($"{at} is {value.ValueKind}, not {schema.GetProperty("type")}");
            return;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
                Check(schema.GetProperty("items"), item, $"{at}[{index++}]", wrong);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            CheckMembers(schema, value, at, wrong);
        }
    }

    private void CheckMembers(JsonElement schema, JsonElement value, string at, List<string> wrong)
    {
        var properties = schema.GetProperty("properties");
        if (schema.TryGetProperty("required", out var required))
        {
            wrong.AddRange(required.EnumerateArray().Select(name => name.GetString()!)
                .Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at} has no {name}"));
        }

        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out var described))
                Check(described, member.Value, $"{at}.{member.Name}", wrong);
            else
                wrong.Add($"{at} has {member.Name}, which nobody described");
        }
    }

    private static IEnumerable<string> TypesOf(JsonElement schema) => schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } types
        ? types.EnumerateArray().Select(type => type.GetString()!)
        : [schema.GetProperty("type").GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new InvalidDataException($"The document has a type {type} that this test does not know."),
    };
}
