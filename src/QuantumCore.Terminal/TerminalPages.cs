using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace QuantumCore.Terminal;

/// <summary>The web terminal: pages and scripts that lie in this assembly. They know the native API alone.</summary>
public static class TerminalPages
{
    private const string Index = "/index.html";

    /// <summary>First segments of the paths that are pages; which of them it is, the script decides.</summary>
    private static readonly string[] s_pages = ["", "trade", "portfolio", "orders", "operator", "sim", "signin"];

    /// <summary>Adds what the pages need.</summary>
    public static IServiceCollection AddTerminal(this IServiceCollection services) =>
        services.AddResponseCompression(compression =>
        {
            // Nothing that is compressed is secret: the pages, and what everybody may know of the market.
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "image/svg+xml"];
        });

    /// <summary>Compresses the pages, and answers of the API to these paths. Comes before all that answers.</summary>
    public static void UseTerminalCompression(this IApplicationBuilder app, params string[] paths) => app.UseWhen(
        context => !context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            || IsUnder(paths, context.Request.Path),
        branch => branch.UseResponseCompression());

    private static bool IsUnder(string[] paths, PathString path) =>
        Array.Exists(paths, under => path.StartsWithSegments(under, StringComparison.Ordinal));

    /// <summary>
    /// Answers what is no call: files, pages, and for who reads HTML a page that says there is none. Comes after the
    /// calls' routes are chosen.
    /// </summary>
    public static void UseTerminal(this IApplicationBuilder app)
    {
        app.Use(ChoosePageAsync);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new EmbeddedFileProvider(Assembly.GetExecutingAssembly(), "QuantumCore.Terminal.wwwroot"),
            ContentTypeProvider = new FileExtensionContentTypeProvider(),
            OnPrepareResponse = Prepare,
        });
    }

    private static Task ChoosePageAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (context.GetEndpoint() is not null
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
            return next(context);

        var first = (request.Path.Value ?? "/").Split('/', 3)[1];
        if (s_pages.Contains(first, StringComparer.Ordinal))
        {
            request.Path = Index;
        }
        else if (first is not ("api" or "js") && !Path.HasExtension(first)
            && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            // The page is there, with the way back; what was asked for is not.
            request.Path = Index;
            context.Items[nameof(StatusCodes)] = StatusCodes.Status404NotFound;
        }

        return next(context);
    }

    private static void Prepare(StaticFileResponseContext file)
    {
        var response = file.Context.Response;
        if (file.Context.Items.TryGetValue(nameof(StatusCodes), out var status))
            response.StatusCode = (int)status!;

        // Asked for anew each time, and answered in a line when it is the same: a new release is seen at once.
        response.Headers.CacheControl = "no-cache";
    }
}
