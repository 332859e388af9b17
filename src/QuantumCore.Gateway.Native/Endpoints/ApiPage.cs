using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Scalar.AspNetCore;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>
/// The API document as a page: the viewer Scalar, served out of its package. The package is not loaded before somebody
/// opens the page, and the page uses no other server.
/// </summary>
internal static class ApiPage
{
    private const string Viewer = "ScalarStaticAssets.scalar.js";

    // The viewer's own routes need a script inside the page, which this exchange's policy rejects. Attributes do.
    private static readonly byte[] s_page = Encoding.UTF8.GetBytes(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>QuantumCore API</title>
        <link rel="icon" href="/icon.svg">
        </head>
        <body>
        <script id="api-reference" data-configuration='{"url":"/api/qc/v1/openapi.json","withDefaultFonts":false,
          "telemetry":false,"showDeveloperTools":"never","hideClientButton":true,"agent":{"disabled":true},
          "mcp":{"disabled":true},"defaultHttpClient":{"targetKey":"shell","clientKey":"curl"},
          "authentication":{"preferredSecurityScheme":"key"}}'></script>
        <script src="/docs/scalar.js"></script>
        </body>
        </html>
        """);

    /// <summary>GET /docs</summary>
    public static async Task ShowAsync(HttpContext context)
    {
        var response = context.Response;
        // The viewer writes its styles into the page.
        response.Headers.ContentSecurityPolicy =
            $"{response.Headers.ContentSecurityPolicy}; style-src 'self' 'unsafe-inline'";
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = s_page.Length;
        await response.Body.WriteAsync(s_page, context.RequestAborted);
    }

    /// <summary>GET /docs/scalar.js: the viewer, compressed as it lies in its package.</summary>
    public static async Task ScriptAsync(HttpContext context)
    {
        await using var packed = typeof(ScalarOptions).Assembly.GetManifestResourceStream(Viewer)!;
        var response = context.Response;
        response.ContentType = "text/javascript; charset=utf-8";
        response.Headers.CacheControl = "max-age=86400";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            response.Headers.ContentEncoding = "gzip";
            response.ContentLength = packed.Length;
            await packed.CopyToAsync(response.Body, context.RequestAborted);
            return;
        }

        await using var script = new GZipStream(packed, CompressionMode.Decompress);
        await script.CopyToAsync(response.Body, context.RequestAborted);
    }
}
