using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QuantumCore.SystemTests;

/// <summary>Examples for the API document, recorded from a running exchange: shortened, and without secrets.</summary>
internal sealed partial class RecordedExamples
{
    private const int MostItems = 3;
    private const int MostWords = 8;

    private static readonly JsonSerializerOptions s_format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private static readonly string[] s_secrets = ["secret", "apiKey", "token"];

    private readonly Dictionary<string, JsonObject> _recorded = new(StringComparer.Ordinal);

    /// <summary>Path of the committed examples.</summary>
    public static string Committed { get; } = Path.GetFullPath(
        Path.Combine(Programs.Docs, "../tests/QuantumCore.Gateway.Tests/Description/Examples.json"));

    /// <summary>Records a call, unless it is known already.</summary>
    public void Add(string call, string? body, JsonElement answer)
    {
        var example = new JsonObject();
        if (body is not null)
            example["request"] = Shorten(JsonNode.Parse(body), most: int.MaxValue);
        example["response"] = Shorten(JsonNode.Parse(answer.GetRawText()), MostItems);
        _recorded.TryAdd(call, example);
    }

    /// <summary>Writes the committed examples to a file, with recorded ones for some calls; returns its path.</summary>
    /// <param name="calls">All calls, in the sequence of the document.</param>
    /// <param name="renewed">Calls that get a recorded example.</param>
    public string Write(IEnumerable<string> calls, IReadOnlyCollection<string> renewed)
    {
        var all = JsonNode.Parse(File.ReadAllText(Committed))!.AsObject();
        var kept = calls.Select(
            call => KeyValuePair.Create(
                call, renewed.Contains(call) ? _recorded.GetValueOrDefault(call) : all[call]?.DeepClone()));
        var file = Path.Combine(Path.GetTempPath(), Path.GetFileName(Committed));
        File.WriteAllText(
            file, new JsonObject(kept.Where(example => example.Value is not null)).ToJsonString(s_format) + "\n");
        return file;
    }

    private static JsonNode? Shorten(JsonNode? node, int most, string name = "") => node switch
    {
        JsonArray array => new JsonArray(
            [.. array.Take(array.Any(item => item is JsonObject or JsonArray) ? most : Math.Max(most, MostWords))
                .Select(item => Shorten(item, most))]),
        JsonObject members =>
            new JsonObject(
                members.Select(member => KeyValuePair.Create(member.Key, Shorten(member.Value, most, member.Key)))),
        JsonValue value when value.TryGetValue<string>(out var text) =>
            JsonValue.Create(s_secrets.Contains(name) ? text[..6] + "…" : SecretOfAddress().Replace(text, "${start}…")),
        _ => node?.DeepClone(),
    };

    /// <summary>Secret of an authenticator's address, after its first characters.</summary>
    [GeneratedRegex("(?<=^otpauth:.*)(?<start>secret=.{6})[A-Z2-7]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SecretOfAddress();
}
