using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Tests.Description;
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
            Assert.Fail($"docs/openapi.json does not describe the routes. To take the right one over: cp {file} docs/openapi.json");
        }
    }

    [Fact]
    public async Task Every_native_call_is_in_it_and_nothing_else()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var paths = (await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Json.GetProperty("paths");

        var described = paths.EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(call => $"{call.Name.ToUpperInvariant()} {path.Name}"));
        var routes = exchange.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/qc/v1/", StringComparison.Ordinal))
            .Select(route => $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText}");
        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Whatever_reads_a_body_says_so_and_names_itself_once()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var document = (await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Json;
        var calls = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToArray();

        Assert.Distinct(calls.Select(call => call.Value.GetProperty("operationId").GetString()));
        Assert.All(calls.Where(call => call.Name is "post" or "patch"), call => Assert.True(call.Value.TryGetProperty("requestBody", out _), call.Value.ToString()));
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal("string", schemas.GetProperty("Order").GetProperty("properties").GetProperty("price").GetProperty("type")[1].GetString());
    }

    [Fact]
    public async Task Whatever_answers_says_with_what_but_for_what_is_no_call()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var document = (await exchange.SendAsync("GET", "openapi.json", null, null, Token)).Json;
        var silent = from path in document.GetProperty("paths").EnumerateObject()
                     from call in path.Value.EnumerateObject()
                     where !call.Value.GetProperty("responses").GetProperty("200").TryGetProperty("content", out _)
                     select path.Name["/api/qc/v1/".Length..];
        Assert.Equal(["trading", "stream", "openapi.json"], silent);
    }
}
