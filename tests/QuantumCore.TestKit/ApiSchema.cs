using System.Text.Json;

namespace QuantumCore.TestKit;

/// <summary>
/// API document, and a strict check of requests, responses and its own examples against it. It supports the few
/// features of JSON Schema that the document uses. It finds members that are not described as well as missing ones.
/// </summary>
public sealed class ApiSchema
{
    private const string Base = "/api/qc/v1/";

    private readonly JsonElement _root;

    public ApiSchema(string document)
    {
        using var parsed = JsonDocument.Parse(document);
        _root = parsed.RootElement.Clone();
    }

    /// <summary>All calls, as <c>GET account</c>.</summary>
    public IEnumerable<string> Calls =>
        from path in _root.GetProperty("paths").EnumerateObject()
        from call in path.Value.EnumerateObject()
        select $"{call.Name.ToUpperInvariant()} {path.Name[Base.Length..]}";

    /// <summary>Calls with a response body.</summary>
    public IEnumerable<string> Answered => Calls.Where(call => AnswerOf(call) is not null);

    /// <summary>Returns the problems of a response; none if it is as described.</summary>
    public IReadOnlyList<string> Check(string call, JsonElement answer) => Check(call, AnswerOf(call)!.Value, answer);

    /// <summary>Returns the problems of a call's examples: missing ones, and members against the schema.</summary>
    public IEnumerable<string> CheckExamples(string call)
    {
        foreach (var (kind, content) in new[] { ("request", RequestOf(call)), ("response", AnswerOf(call)) })
        {
            if (content is not { } described)
                continue;

            var problems = described.TryGetProperty("example", out var example)
                ? Check($"the {kind} of {call}", described, example)
                : [$"{call} has no example of its {kind}"];
            foreach (var problem in problems)
                yield return problem;
        }
    }

    /// <summary>Returns the problems of a call's texts: a summary of 3 to 8 words, a description and one tag.</summary>
    public IEnumerable<string> CheckTexts(string call)
    {
        var described = Of(call);
        if (Text(described, "summary").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length is < 3 or > 8)
            yield return $"{call} has no summary of 3 to 8 words";
        if (!Text(described, "description").EndsWith('.'))
            yield return $"{call} has no description";
        if (!described.TryGetProperty("tags", out var tags) || tags.GetArrayLength() != 1)
            yield return $"{call} is in no group";
    }

    private static string Text(JsonElement described, string name) =>
        described.TryGetProperty(name, out var text) ? text.GetString()! : "";

    private JsonElement Of(string call)
    {
        var (method, path) = (call[..call.IndexOf(' ', StringComparison.Ordinal)],
            call[(call.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        return _root.GetProperty("paths").GetProperty(Base + path).GetProperty(method.ToLowerInvariant());
    }

    private JsonElement? AnswerOf(string call) => Json(Of(call).GetProperty("responses").GetProperty("200"));

    private JsonElement? RequestOf(string call) =>
        Of(call).TryGetProperty("requestBody", out var body) ? Json(body) : null;

    private static JsonElement? Json(JsonElement body) =>
        body.TryGetProperty("content", out var content) ? content.GetProperty("application/json") : null;

    private List<string> Check(string at, JsonElement content, JsonElement value) =>
        ProblemsOf(content.GetProperty("schema"), value, at);

    private List<string> ProblemsOf(JsonElement schema, JsonElement value, string at)
    {
        var wrong = new List<string>();
        Check(schema, value, at, wrong);
        return wrong;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> wrong)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = _root.GetProperty("components").GetProperty("schemas")
                .GetProperty(reference.GetString()!.Split('/')[^1]);
        }
        else if (schema.TryGetProperty("oneOf", out var kinds))
        {
            var problems = kinds.EnumerateArray().Select(kind => ProblemsOf(kind, value, at)).ToArray();
            if (Array.TrueForAll(problems, static found => found.Count > 0))
                wrong.AddRange(problems[^1]);
            return;
        }

        if (!TypesOf(schema).Any(type => IsOf(type, value)))
        {
            wrong.Add($"{at} is {value.ValueKind}, not {string.Join(" or ", TypesOf(schema))}");
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

    /// <summary>
    /// Returns the types of a schema. A member without one takes a whole number as a number or as text.
    /// </summary>
    private static IEnumerable<string> TypesOf(JsonElement schema) =>
        !schema.TryGetProperty("type", out var types) ? ["integer", "string", "null"]
        : types.ValueKind == JsonValueKind.Array ? types.EnumerateArray().Select(type => type.GetString()!)
        : [types.GetString()!];

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
