using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Tests.Description;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class ApiDocumentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_that_is_served_describes_the_routes()
    {
        await using var exchange = await OpenGateway.StartAsync(more: ApiDescription.AddTo);
        var served = await exchange.SendAsync("GET", "openapi.json", null, null, Token);

        Assert.Equal(HttpStatusCode.OK, served.Status);
        var described = await ApiDescription.MakeAsync(exchange.Services, Token);
        if (described != served.Text)
        {
            var file = Path.Combine(Path.GetTempPath(), "openapi.json");
            await File.WriteAllTextAsync(file, described, Token);
            Assert.Fail(
                $"docs/openapi.json does not describe the routes. To take the right one over: cp {file} docs/openapi.json");
        }
    }

    [Fact]
    public async Task Every_native_call_is_in_it_and_nothing_else()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var paths = (await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Json.GetProperty("paths");

        var described = paths.EnumerateObject()
            .SelectMany(
                path => path.Value.EnumerateObject().Select(call => $"{call.Name.ToUpperInvariant()} {path.Name}"));
        var routes = exchange.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/qc/v1/", StringComparison.Ordinal))
            .Select(
                route =>
                    $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText}");
        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Operations_document_their_bodies_and_have_unique_ids()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var document = (await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Json;
        var calls =
            document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToArray();

        Assert.Distinct(calls.Select(call => call.Value.GetProperty("operationId").GetString()));
        Assert.All(
            calls.Where(call => call.Name is "post" or "patch"),
            call => Assert.True(call.Value.TryGetProperty("requestBody", out _), call.Value.ToString()));
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal(
            "string",
            schemas.GetProperty("OrderBody").GetProperty("properties").GetProperty("price")
                .GetProperty("type")[1].GetString());
    }

    [Fact]
    public async Task Every_call_has_a_summary_a_description_a_group_and_examples_that_fit()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var document = new ApiSchema((await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Text);

        Assert.Empty(document.Calls.SelectMany(call => document.CheckTexts(call).Concat(document.CheckExamples(call))));
    }

    [Fact]
    public async Task Operations_document_their_responses()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var document = (await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Json;
        var silent = from path in document.GetProperty("paths").EnumerateObject()
                     from call in path.Value.EnumerateObject()
                     where !call.Value.GetProperty("responses").GetProperty("200").TryGetProperty("content", out _)
                     select path.Name["/api/qc/v1/".Length..];
        Assert.Equal(["trading", "stream", "openapi.json"], silent);
    }

    [Fact]
    public async Task The_page_shows_the_document_with_a_script_of_this_exchange()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var page = await exchange.Http.GetAsync("docs", Token);
        var html = await page.Content.ReadAsStringAsync(Token);

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"url\":\"/api/qc/v1/openapi.json\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("//", html, StringComparison.Ordinal);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task The_pages_script_is_there_compressed_or_not(string? encoding)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "docs/scalar.js");
        if (encoding is not null)
            request.Headers.AcceptEncoding.ParseAdd(encoding);
        using var answer = await exchange.Http.SendAsync(request, Token);

        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        await using var body = await answer.Content.ReadAsStreamAsync(Token);
        await using var plain = encoding is null ? body : new GZipStream(body, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Contains("data-configuration", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
    }
}
