using System.Text.Json.Nodes;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>
/// Examples of requests and responses: recorded from a running exchange by the system tests (ApiAnswerTests), which
/// also tell how to take over new ones.
/// </summary>
internal static class ApiExamples
{
    private const string Resource = "Examples.json";

    private static readonly JsonNode s_all = Read();

    /// <summary>Calls whose response is recorded.</summary>
    public static IEnumerable<string> Responses =>
        s_all.AsObject().Where(static call => call.Value?["response"] is not null).Select(static call => call.Key);

    /// <summary>Returns an example; null if there is none.</summary>
    /// <param name="call">Method and path after the base path.</param>
    /// <param name="kind"><c>request</c> or <c>response</c>.</param>
    public static JsonNode? Of(string call, string kind) => s_all[call]?[kind]?.DeepClone();

    private static JsonNode Read()
    {
        using var file = typeof(ApiExamples).Assembly.GetManifestResourceStream(Resource)!;
        return JsonNode.Parse(file)!;
    }
}
