using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>
/// OpenAPI document of the native API: docs/openapi.json, which a test compares with the routes and their messages.
/// </summary>
internal static class ApiDocument
{
    private const string Resource = "openapi.json";

    /// <summary>GET /openapi.json: returns this document.</summary>
    /// <remarks>Needs no key. It is OpenAPI 3.1; <c>/docs</c> shows it in a browser.</remarks>
    public static async Task ShowAsync(HttpContext context)
    {
        await using var json = typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource)!;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await json.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}

/// <summary>Metadata of a route for the API document.</summary>
/// <param name="Calls">Class of its calls. The document takes its texts from the XML docs of the call's method.</param>
/// <param name="Access">Callers who may make the call.</param>
/// <param name="Body">Type of its request body; null for none.</param>
/// <param name="Query">Known query parameters.</param>
/// <param name="Answer">Type of its answer; null for a WebSocket and for what is not JSON of the API.</param>
internal sealed record Described(
    Type Calls, Access Access, Type? Body, IReadOnlyList<string> Query, Type? Answer);
