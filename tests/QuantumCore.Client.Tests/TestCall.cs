using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Client.Tests;

/// <summary>A request to the test exchange.</summary>
internal sealed class TestCall(HttpContext context, string account, JsonObject? body)
{
    internal string Account { get; } = account;

    internal JsonObject? Body { get; } = body;

    internal string? Symbol => Route("symbol");

    internal string? Name => Route("name");

    internal string? AccountInPath => Route("account");

    internal long Id => long.Parse(Route("id")!, CultureInfo.InvariantCulture);

    internal string? Query(string name) => context.Request.Query[name].FirstOrDefault();

    internal static async Task<TestCall> ReadAsync(HttpContext context, Dictionary<string, string> keys)
    {
        var key = context.Request.Headers["X-Api-Key"].FirstOrDefault() ?? "";
        if (!keys.TryGetValue(key, out var account))
            throw new TestRefusal(401, "Unauthorized", "no such key");

        JsonObject? body = null;
        if (context.Request.ContentLength > 0)
        {
            using var text = new StreamReader(context.Request.Body);
            body = JsonNode.Parse(await text.ReadToEndAsync(context.RequestAborted))!.AsObject();
            RefuseNumbers(body);
        }

        return new TestCall(context, account, body);
    }

    /// <summary>Rejects JSON numbers: prices, quantities and amounts are strings on this wire.</summary>
    private static void RefuseNumbers(JsonObject body)
    {
        foreach (var name in (ReadOnlySpan<string>)[
            "price", "quantity", "amount", "tickSize", "displayQuantity", "triggerPrice", "trailingDistance",
            "quoteAmount"])
        {
            if (body[name] is { } value && value.GetValueKind() != JsonValueKind.String)
                throw new TestRefusal(400, "BadRequest", $"{name} is not a decimal string", name);
        }
    }

    private string? Route(string name) => (string?)context.Request.RouteValues[name];
}

/// <summary>A rejection by the test exchange.</summary>
internal sealed class TestRefusal(int status, string code, string detail, string? field = null, string? limit = null)
    : Exception(detail)
{
    internal int Status => status;

    internal JsonObject ToJson() => new()
    {
        ["type"] = $"https://example.org/{code}",
        ["title"] = code,
        ["status"] = status,
        ["detail"] = Message,
        ["code"] = code,
        ["field"] = field,
        ["limit"] = limit,
    };
}
