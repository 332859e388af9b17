using System.Collections.Immutable;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Wire;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>
/// Describes the native API as an OpenAPI document, from its routes and the messages of its requests and responses.
/// </summary>
internal static class ApiDescription
{
    private const string Name = "v1";
    private const string Base = "api/qc/v1/";
    private const string Problem = "problem";
    private const string KeyScheme = "key";
    private const string SessionScheme = "session";
    private const string BearerScheme = "bearer";

    private static readonly OpenApiSpecVersion s_version = OpenApiSpecVersion.OpenApi3_1;

    /// <summary>Adds the services that describe the routes.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
        var summaries = new Summaries(Path.ChangeExtension(typeof(Described).Assembly.Location, ".xml"));
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = s_version;
            options.ShouldInclude = call => call.RelativePath?.StartsWith(Base, StringComparison.Ordinal) == true;
            options.CreateSchemaReferenceId = type =>
                OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Text", "", StringComparison.Ordinal);
            options.AddDocumentTransformer((document, _, _) => Complete(document));
            options.AddOperationTransformer(Complete);
            options.AddSchemaTransformer((schema, at, _) =>
            {
                schema.Description ??= summaries.Of(at.JsonPropertyInfo, at.JsonTypeInfo.Type);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Returns the document of a gateway that <see cref="AddTo"/> was called for.</summary>
    public static async Task<string> MakeAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync(cancellationToken);
        return await document.SerializeAsJsonAsync(s_version, cancellationToken);
    }

    private static Task Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "QuantumCore",
            Version = Name,
            Description = "The native API of a virtual exchange. What each call does is in docs/protocol.md. "
                + "Prices, quantities and amounts are decimal strings.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key" },
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            [SessionScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = Users.SessionTicket.Name },
        };
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        var optional = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
        document.AddComponent<IOpenApiSchema>(Problem, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string>(["title", "status", "code", "field", "limit", "trace"], StringComparer.Ordinal),
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["title"] = text,
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                ["detail"] = text,
                ["code"] = text,
                ["field"] = optional,
                ["limit"] = optional,
                ["trace"] = text,
            },
        });
        return Task.CompletedTask;
    }

    private static async Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext at, CancellationToken cancellationToken)
    {
        var described = at.Description.ActionDescriptor.EndpointMetadata.OfType<Described>().Single();
        var path = at.Description.RelativePath!;
        operation.OperationId = $"{at.Description.HttpMethod!.ToLowerInvariant()}-{path[Base.Length..].Replace('/', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}";
        operation.Summary = null;
        operation.Tags = new HashSet<OpenApiTagReference> { new(described.Tag) };
        operation.Parameters =
        [
            .. path.Split('/').Where(part => part.StartsWith('{')).Select(part => Parameter(part.Trim('{', '}'), ParameterLocation.Path)),
            .. described.Query.Select(name => Parameter(name, ParameterLocation.Query)),
        ];
        if (described.Body is { } body)
        {
            var name = body.Name.Replace("Text", "", StringComparison.Ordinal);
            at.Document!.AddComponent<IOpenApiSchema>(name, await at.GetOrCreateSchemaAsync(body, null, cancellationToken));
            operation.RequestBody = new OpenApiRequestBody
            {
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(name, at.Document) },
                },
            };
        }

        var done = new OpenApiResponse { Description = "Done, and durable." };
        if (ApiAnswers.SchemaOf(at.Description.HttpMethod!, path[Base.Length..], at.Document!) is { } answer)
        {
            done.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/json"] = new OpenApiMediaType { Schema = answer },
            };
        }

        operation.Responses = new OpenApiResponses
        {
            ["200"] = done,
            ["default"] = new OpenApiResponse
            {
                Description = "Refused.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Problem) },
                },
            },
        };
        if (path.EndsWith("/phase", StringComparison.Ordinal))
            operation.Responses.Add("202", new OpenApiResponse { Description = "Halted in memory; on record when the journal commits again.", Content = done.Content });
        operation.Security = [.. Needed(described, path).Select(scheme => Needed(scheme, at.Document))];
    }

    /// <summary>Returns the security schemes that a call accepts; none for an open call.</summary>
    private static ImmutableArray<string> Needed(Described described, string path) => described switch
    {
        { Tag: "market" or "ticker" or "stream" or "apiDocument" } or { Body.Name: nameof(SignInText) or nameof(DemoText) or nameof(SignalText) } => [],
        { Tag: "session" } => [SessionScheme, BearerScheme],
        { Tag: "key" } when path.StartsWith($"{Base}keys", StringComparison.Ordinal) => [SessionScheme, BearerScheme],
        _ => [KeyScheme, SessionScheme, BearerScheme],
    };

    private static OpenApiSecurityRequirement Needed(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static OpenApiParameter Parameter(string name, ParameterLocation place) => new()
    {
        Name = name,
        In = place,
        Required = place == ParameterLocation.Path,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
