using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway.Http;

/// <summary>The OpenAPI document of the native API: docs/openapi.json, which a test compares with the routes and their messages.</summary>
internal static class ApiDocument
{
    private const string Resource = "openapi.json";

    /// <summary>GET /openapi.json</summary>
    public static async Task Show(HttpContext context)
    {
        await using var json = typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource)!;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await json.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}

/// <summary>What a route says about itself for the document of the API.</summary>
/// <param name="Calls">The class of calls it belongs to.</param>
/// <param name="Body">The message that it takes; null for none.</param>
/// <param name="Query">The query's members that it knows.</param>
internal sealed record Described(Type Calls, Type? Body, IReadOnlyList<string> Query)
{
    /// <summary>What calls of the class are about.</summary>
    public string Tag
    {
        get
        {
            var name = Calls.Name.Replace("Calls", "", StringComparison.Ordinal).Replace("Call", "", StringComparison.Ordinal);
            return char.ToLower(name[0], CultureInfo.InvariantCulture) + name[1..];
        }
    }
}
