using System.Text.Json.Nodes;
using QuantumCore.Gateway.Native.Json;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Lists in the bodies that the API document describes.</summary>
internal static class ApiLists
{
    private static readonly JsonNode s_document = Read();

    /// <summary>Returns the example of each call once for each list in its body, with null as its only item.</summary>
    public static IEnumerable<(string Method, string Path, string Body)> WithNull() =>
        from path in s_document["paths"]!.AsObject()
        from call in path.Value!.AsObject()
        let content = call.Value!["requestBody"]?["content"]!["application/json"]
        where content is not null
        from place in PlacesIn(content["schema"]!)
        select (
            call.Key.ToUpperInvariant(), path.Key["/api/qc/v1/".Length..],
            Changed(content["example"], place).ToJsonString());

    private static IEnumerable<string[]> PlacesIn(JsonNode schema)
    {
        foreach (var (name, member) in Resolve(schema)["properties"]?.AsObject() ?? [])
        {
            var type = Resolve(member!);
            if (type["items"] is not null)
                yield return [name];
            foreach (var place in PlacesIn(type))
                yield return [name, .. place];
        }
    }

    private static JsonNode Resolve(JsonNode schema)
    {
        var one = schema["oneOf"]?.AsArray().Last() ?? schema;
        return (string?)one["$ref"] is { } reference
            ? s_document["components"]!["schemas"]![reference.Split('/')[^1]]!
            : one;
    }

    private static JsonObject Changed(JsonNode? example, string[] place)
    {
        var body = example?.DeepClone().AsObject() ?? [];
        var at = body;
        foreach (var step in place[..^1])
            at = (at[step] ??= new JsonObject()).AsObject();
        at[place[^1]] = new JsonArray((JsonNode?)null);
        return body;
    }

    private static JsonNode Read()
    {
        using var document = typeof(WireWriter).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonNode.Parse(document)!;
    }
}
